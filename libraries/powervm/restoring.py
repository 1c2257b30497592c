"""Puts partitions back as they were before a test: server, processor modes, profile, power.

What a test leaves behind may not fit home: a partition that was restarted on a newer server runs in a mode that its
home does not offer. It then goes home powered off, and gets its mode back with the activation there.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from powervm.console import PartitionStatus
from powervm.console.answers import NOT_ACTIVATED
from powervm.errors import MobilityError
from powervm.homecoming import bring_home
from powervm.lab import Move, MoveKind
from powervm.migration import migrate
from powervm.operation import Keeper
from powervm.parallel import ask_all
from powervm.plan import MovePlan, plan_move
from powervm.power import Switch, switch_of
from powervm.session import LabSession


@dataclass(frozen=True)
class Standing:
    """How a partition is before a test.

    Attributes:
        name: Its name in the lab file.
        server: The server that has it.
        running: It is activated.
        desired_mode, current_mode: Processor compatibility modes.
        profile: The profile that it was activated with last.
        profile_mode: The mode that this profile asks for.
        other_modes: What other profiles asked for before a test changed it, by profile.
    """

    name: str
    server: str
    running: bool
    desired_mode: str
    current_mode: str
    profile: str
    profile_mode: str
    other_modes: dict[str, str]


def note(session: LabSession, name: str) -> Standing:
    """Note how a partition is.

    Raises:
        MobilityError: No server has it, a migration of it is not over, or its console did not answer.
    """
    switch = switch_of(session, name)
    status = switch.status()
    if not (status.running or status.not_activated):
        raise MobilityError(
            f"{name} is '{status.state}' on {switch.server.name}.", remedy="Bring it to Running or Not Activated first."
        )
    return Standing(
        name=name,
        server=switch.server.name,
        running=status.running,
        desired_mode=status.desired_mode,
        current_mode=status.current_mode,
        profile=status.profile,
        profile_mode=switch.profile_mode(status.profile),
        other_modes={},
    )


def restore(session: LabSession, standing: Standing, *, keep: Keeper) -> list[str]:
    """Bring a partition back to how it was.

    Args:
        session: The opened lab.
        standing: How it was.
        keep: Is given the outcome of the way home, if there is one.

    Returns:
        What was put back, as texts for people; empty when nothing had changed.

    Raises:
        MobilityError: Something could not be put back; a person has to look.
    """
    return _bring_home(session, standing, keep) + _restore_here(session, standing)


def _restore_here(session: LabSession, standing: Standing) -> list[str]:
    """Profile, modes and power of a partition that is at home; what was done."""
    done = []
    switch = switch_of(session, standing.name)
    limit = session.lab.limits.rmc
    for profile, mode in {**standing.other_modes, standing.profile: standing.profile_mode}.items():
        if switch.profile_mode(profile) != mode:
            switch.set_profile_mode(profile, mode)
            done.append(f"profile {profile} of {standing.name} asks for {mode}")
    status = switch.status()
    if not _has_modes(status, standing):
        switch.force_off(limit)
        switch.activate(limit, profile=standing.profile)
        done.append(f"{standing.name} was restarted with it")
        status = switch.status()
    if standing.running and not status.running:
        switch.activate(limit)
        done.append(f"{standing.name} is running")
    elif not standing.running and not status.not_activated:
        switch.force_off(limit)
        done.append(f"{standing.name} is powered off")
    status = switch.status()
    if not _has_modes(status, standing):  # one that came here in an older mode got it from where it came
        raise MobilityError(
            f"{standing.name} runs in {status.desired_mode}/{status.current_mode} (preferred/current) on "
            f"{standing.server}; before it was {standing.desired_mode}/{standing.current_mode}.",
            remedy="A restart does not bring that mode back: set it in the profile, if it has to be.",
        )
    return done


def _has_modes(status: PartitionStatus, standing: Standing) -> bool:
    """The modes are as they were; the current one of a partition that is powered off does not count."""
    same = status.desired_mode == standing.desired_mode
    return same and (not standing.running or not status.running or status.current_mode == standing.current_mode)


def _bring_home(session: LabSession, standing: Standing, keep: Keeper) -> list[str]:
    """Bring it back to its server, whatever was going on; what was done."""
    away = _other_server(session, standing)
    if away is None:
        return []
    server, status = away
    home = session.lab.server(standing.server)
    done = []
    if not status.migrating:
        offered = session.console(home.console).system(home.system).processor_modes
        switch = Switch(session, standing.name, status.name, session.lab.server(server))
        done = _make_fit(switch, status, standing, offered)
    kind = MoveKind.INACTIVE if done or status.state.endswith(NOT_ACTIVATED) else MoveKind.ACTIVE
    outcome = bring_home(session, _way_from_home(session, standing, server, kind), keep=keep)
    if not outcome.done:
        raise MobilityError(outcome.error or outcome.summary())
    return [*done, f"{standing.name} is on {home.name} again"]


def _way_from_home(session: LabSession, standing: Standing, server: str, kind: MoveKind) -> MovePlan:
    """The move that has led there: that of the lab file, with its options, settings and mappings, if there is one."""
    lab = session.lab
    name, home = f"{standing.name}-home", standing.server
    known = [
        way
        for move in lab.moves.values()
        for way in (move, move.back())
        if (way.partition, way.source, way.target) == (standing.name, home, server)
    ]
    for way in sorted(known, key=lambda way: way.kind is not kind):
        settings = way.settings.fitting(active=kind is MoveKind.ACTIVE)
        with suppress(MobilityError):  # its options may be for the other kind of move
            return plan_move(lab, replace(way, name=name, kind=kind, settings=settings))
    return plan_move(lab, Move(name=name, partition=standing.name, source=home, target=server, kind=kind))


def _other_server(session: LabSession, standing: Standing) -> tuple[str, PartitionStatus] | None:
    """The server other than home that has the partition, perhaps in the middle of a migration."""
    name = session.lab.partition(standing.name).partition
    questions = {
        server.name: partial(session.console(server.console).partition, server.system, name)
        for server in session.lab.servers.values()
    }
    answers, errors = ask_all(questions)
    at_home = answers.pop(standing.server, None)
    for server, status in answers.items():
        if status is not None:
            return server, status
    if at_home is None:
        for error in errors.values():
            raise error
    return None


def _make_fit(switch: Switch, status: PartitionStatus, standing: Standing, offered: tuple[str, ...]) -> list[str]:
    """Power the partition off when its current mode is not offered at home; change the preferred one if need be."""
    limit = switch.session.lab.limits.rmc
    needed = {status.desired_mode, status.current_mode if status.running else ""} - {"default", ""}
    if not offered or needed <= set(offered):
        return []
    done = [f"{standing.name} was powered off on {switch.server.name} to go home"]
    if status.desired_mode not in ("default", "", *offered):
        switch.set_profile_mode(status.profile, standing.profile_mode)
        switch.force_off(limit)
        switch.activate(limit, profile=status.profile)
        done.insert(0, f"{standing.name} was restarted in {standing.profile_mode}")
    switch.force_off(limit)
    return done


@dataclass(frozen=True)
class Wanted:
    """How a partition has to be for a test.

    Attributes:
        server: The server that has it.
        running: It is activated.
        desired_mode: The processor mode that its profile asks for.
        current_mode: The mode that it runs in; does not count while it is powered off.
    """

    server: str
    running: bool
    desired_mode: str
    current_mode: str


def arrange(session: LabSession, home: Standing, wanted: Wanted, *, keep: Keeper) -> None:
    """Bring a partition to where and how a test needs it; nothing is done when it is so.

    It starts from home: from there it moves to the server, is restarted with another mode if need be, and powered off
    if it has to be.

    Args:
        session: The opened lab.
        home: How it was before the first test.
        wanted: How it has to be.
        keep: Is given the outcomes of the moves.

    Raises:
        MobilityError: It cannot be brought there; the message says how it is instead.
    """
    limit = session.lab.limits.rmc
    switch = switch_of(session, home.name)
    if not _is_as_wanted(switch, wanted):
        _bring_home(session, home, keep)
        if wanted.desired_mode == home.desired_mode:  # else the restart below sets it
            _restore_here(session, home)
        if wanted.server != home.server:
            _move(session, home, wanted.server, keep)
        switch = switch_of(session, home.name)
        if switch.status().desired_mode != wanted.desired_mode:
            switch.set_profile_mode(home.profile, wanted.desired_mode)
            switch.force_off(limit)
            switch.activate(limit, profile=home.profile)
    if wanted.running and switch.status().not_activated:
        switch.activate(limit)
    elif not wanted.running:
        switch.force_off(limit)
    if not _is_as_wanted(switch, wanted):
        status = switch.status()
        raise MobilityError(
            f"{home.name} could not be brought to {wanted.server} in {wanted.desired_mode}/{wanted.current_mode}: "
            f"it is on {switch.server.name} in {status.desired_mode}/{status.current_mode}.",
            remedy="Correct the modes (preferred/current) that the test asks for.",
        )


def _is_as_wanted(switch: Switch, wanted: Wanted) -> bool:
    """Server and modes are as wanted; power is looked at later."""
    status = switch.status()
    here = switch.server.name == wanted.server and status.desired_mode == wanted.desired_mode
    return here and (status.not_activated or status.current_mode == wanted.current_mode)


def _move(session: LabSession, home: Standing, server: str, keep: Keeper) -> None:
    move = Move(
        name=f"{home.name}-to-{server}",
        partition=home.name,
        source=home.server,
        target=server,
        kind=MoveKind.INACTIVE if switch_of(session, home.name).status().not_activated else MoveKind.ACTIVE,
    )
    outcome = migrate(session, plan_move(session.lab, move), keep=keep)
    if not outcome.done:
        raise MobilityError(outcome.error or outcome.summary())
