"""Bringing a partition home after a test, whatever the test left behind.

It composes what the other rooms do: wait for or stop what still runs, recover what failed, and migrate back.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from powervm.console.answers import NOT_ACTIVATED
from powervm.errors import MobilityError
from powervm.lab import Move, MoveKind
from powervm.migration import migrate
from powervm.operation import Keeper, Work, run_operation
from powervm.outcome import Ending, Outcome
from powervm.placement import Where, find_partition, settle, unfit
from powervm.plan import MovePlan, plan_move
from powervm.power import switch_of
from powervm.progress import Watcher, nobody
from powervm.recovery import ask_to_recover, ask_to_stop
from powervm.session import LabSession
from powervm.settings import BadSettings
from powervm.ssh import SshError
from powervm.waiting import Deadline, DeadlinePassed, wait_until


def bring_home(session: LabSession, plan: MovePlan, *, keep: Keeper, watch: Watcher = nobody) -> Outcome:
    """Bring the partition of a move back to the source of that move.

    A migration that leads away is stopped, one that leads home is waited for, a failed one is recovered; a partition
    that is whole on the target is migrated back. Nothing is done when it is at home.
    """
    return run_operation("bring home", session, plan, keep, lambda work: _bring_home(work, keep, watch))


def _bring_home(work: Work, keep: Keeper, watch: Watcher) -> Outcome:
    where = _look(work, work.session.lab.limits.poll)
    if where is Where.SOURCE:
        where = _begun_or_over(work)
    if where is Where.UNKNOWN:
        where = _look(work, work.session.lab.limits.connect)
    if where is Where.MOVING:
        if _leads_away(work):
            ask_to_stop(work.session, work.plan, work.recorder)
        where = _look(work, work.session.lab.limits.migration)
    if where in (Where.FAILED, Where.BOTH):
        ask_to_recover(work.session, work.plan, work.recorder)
        where = _look(work, work.session.lab.limits.settle)
    if where is Where.TARGET:
        return _migrate_back(work, keep, watch)
    if where is Where.SOURCE:
        odd = unfit(work.plan, where, work.recorder.places)
        if odd:
            work.recorder.warn(odd)
        return work.recorder.finish(Ending.DONE)
    name, home = work.plan.partition, work.plan.source.server
    elsewhere = find_partition(work.session, name) if where is Where.NOWHERE else None
    if elsewhere is not None:
        work.recorder.places.append(elsewhere)
        work.recorder.warn(f"{name} is on {elsewhere.server}, where this move cannot have taken it; it is left there.")
        return work.recorder.finish(Ending.DONE)
    text = f"{name} could not be brought home to {home}: it is {where.value}; a person has to look at both servers."
    return work.recorder.finish(Ending.FAILED_AND_MANUAL, text)


def _begun_or_over(work: Work) -> Where:
    """Wait until a migration that was started and broken off has begun or ended: while its console validates it, it
    shows itself in no state, and would take the partition away behind our back."""
    started, poll = work.session.started.get(work.plan.partition), work.session.lab.limits.poll
    if started is None:
        return Where.SOURCE

    def seen() -> bool:
        with suppress(SshError):  # its channel may be closed: then only the state tells
            if started.command.wait(0):
                return True
        return _look(work, poll) is not Where.SOURCE

    with work.recorder.phase("started migration"), suppress(DeadlinePassed):
        wait_until(seen, Deadline(started.patience), interval=poll, what="the migration to begin")
    work.session.started.pop(work.plan.partition, None)
    started.command.close()
    return _look(work, poll)


def _look(work: Work, limit: float) -> Where:
    where, work.recorder.places = settle(work.session, work.plan, Deadline(limit))
    return where


def _leads_away(work: Work) -> bool:
    """Whether the running migration takes the partition away from home; yes when the console does not tell."""
    plan = work.plan
    console = work.session.console(plan.source.console)
    try:
        status = console.migration_status(plan.source.system, plan.partition)
    except MobilityError:
        return True
    return status is None or not status.comes_from


def _migrate_back(work: Work, keep: Keeper, watch: Watcher) -> Outcome:
    # what it was when it left does not matter: it can only move as what it is now
    off = work.recorder.places[1].state == NOT_ACTIVATED
    if not off and not work.plan.active:  # it left powered off; the mode that it runs in may not fit home
        with work.recorder.phase("shutdown"):
            switch_of(work.session, work.plan.move.partition).force_off(work.session.lab.limits.rmc)
        off = True
    way_back = work.plan.move.back()
    kind = MoveKind.INACTIVE if off else MoveKind.ACTIVE
    settings = way_back.settings.fitting(active=not off)
    move = replace(way_back, kind=kind, settings=settings, network=None)  # nor does it matter who answers a ping
    back = _plan_back(work, move)
    outcome = migrate(work.session, back, keep=keep, watch=watch)
    if outcome.ending is Ending.REFUSED and (move.vnic or move.storage):
        work.recorder.warn(f"{back.title} goes home without the mappings of the lab file: {outcome.error}")
        back = _plan_back(work, replace(move, vnic=None, storage=None))
        outcome = migrate(work.session, back, keep=keep, watch=watch)
    for text in outcome.warnings:
        work.recorder.warn(text)
    work.recorder.places = outcome.places
    if outcome.done:
        return work.recorder.finish(Ending.DONE)
    return work.recorder.finish(outcome.ending, f"{back.title}, on the way home: {outcome.error}")


def _plan_back(work: Work, move: Move) -> MovePlan:
    """The way home; options as text that do not hold for what the partition is now are left out."""
    try:
        return plan_move(work.session.lab, move)
    except BadSettings as error:
        work.recorder.warn(f"{move.partition} goes home without the options of the lab file: {error}")
        return plan_move(work.session.lab, replace(move, options=""))
