"""Evacuating a server: who moves, in which order, and what it came to for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from powervm.console import PartitionStatus
from powervm.console.answers import NOT_ACTIVATED
from powervm.errors import MobilityError
from powervm.evacuation.moving import Convoy, Departure, Moved
from powervm.lab import Evacuation, Move, MoveKind
from powervm.operation import Keeper, Work, open_work
from powervm.outcome import Ending, Outcome
from powervm.plan import MovePlan, plan_move
from powervm.progress import Watcher, nobody
from powervm.session import LabSession


@dataclass(frozen=True)
class EvacuationResult:
    """What an evacuation came to.

    Attributes:
        outcomes: The record of each partition, by its name in the lab file, in the order in which they were to move.
        calls: Who was in which call of migrlpar.
        left_out: Partitions on the server that the lab file does not describe; they were not touched.
    """

    evacuation: Evacuation
    outcomes: dict[str, Outcome]
    calls: tuple[tuple[str, ...], ...]
    left_out: tuple[str, ...] = ()

    @property
    def moved(self) -> list[str]:
        """Those that arrived and were proved, by their names in the lab file."""
        return [name for name, outcome in self.outcomes.items() if outcome.done]

    @property
    def stayed(self) -> list[str]:
        """Those that were left behind before anything was asked of them."""
        return [name for name, outcome in self.outcomes.items() if outcome.ending is Ending.REFUSED]

    def problems(self) -> dict[str, str]:
        """What is not as the lab file says it has to be, by partition: the first error of each.

        Without a list of partitions those that cannot move are left behind without that being a problem.
        """
        found = {}
        for name, outcome in self.outcomes.items():
            expected = name in self.evacuation.stays
            if outcome.done and expected:
                found[name] = f"{name} could move, and the lab file says that it stays ({self.evacuation.name}.stays)."
            elif not outcome.done and not (
                outcome.ending is Ending.REFUSED and (expected or self.evacuation.partitions is None)
            ):
                found[name] = outcome.error or outcome.summary()
        return found


def plan_evacuation(session: LabSession, evacuation: Evacuation) -> tuple[list[MovePlan], tuple[str, ...]]:
    """The moves of an evacuation, each of the kind that the partition's state makes of it.

    Returns:
        The moves, and the partitions on the server that the lab file does not describe.

    Raises:
        MobilityError: The console of the source does not answer.
    """
    lab = session.lab
    server = lab.server(evacuation.source)
    there = {item.name: item for item in session.console(server.console).partitions(server.system)}
    known = {entry.partition: name for name, entry in lab.partitions.items()}
    names = evacuation.partitions
    if names is None:
        names = tuple(known[name] for name in there if name in known)
    plans = [plan_move(lab, _move(evacuation, name, there.get(lab.partition(name).partition))) for name in names]
    unknown = (item.name for item in there.values() if not item.is_virtual_io_server and item.name not in known)
    return plans, tuple(unknown)


def _move(evacuation: Evacuation, partition: str, status: PartitionStatus | None) -> Move:
    """One that is not there is planned too: its check says where it is."""
    off = status is not None and status.state == NOT_ACTIVATED
    return Move(
        name=f"{evacuation.name}-{partition}",
        partition=partition,
        source=evacuation.source,
        target=evacuation.target,
        kind=MoveKind.INACTIVE if off else MoveKind.ACTIVE,
        options=evacuation.options,
        settings=evacuation.settings.fitting(active=not off),
    )


def check_evacuation(session: LabSession, evacuation: Evacuation, *, keep: Keeper) -> EvacuationResult:
    """Check each partition, let the console validate it, and say in which order and calls they would move."""
    plans, unknown = _plans(session, evacuation)
    convoy = Convoy(session, keep=keep)
    works = [open_work("validate", session, plan) for plan in plans]
    return _result(evacuation, works, convoy.check(works), unknown)


def evacuate(
    session: LabSession,
    evacuation: Evacuation,
    *,
    keep: Keeper,
    leaving: Callable[[Departure], None],
    watch: Watcher = nobody,
) -> EvacuationResult:
    """Move all partitions of an evacuation that can move, and prove each move.

    Args:
        session: The opened lab.
        evacuation: Who leaves which server.
        keep: Is given the outcome of each partition.
        leaving: Is told who is about to leave, and how it is at home, before the console is asked to move it.
        watch: Is told how far it is.

    Raises:
        MobilityError: The console of the source does not answer, or there is nobody to move.
    """
    plans, unknown = _plans(session, evacuation)
    convoy = Convoy(session, keep=keep, watch=watch, leaving=leaving)
    works = [open_work("migrate", session, plan) for plan in plans]
    return _result(evacuation, works, convoy.move(works), unknown)


def _plans(session: LabSession, evacuation: Evacuation) -> tuple[list[MovePlan], tuple[str, ...]]:
    plans, unknown = plan_evacuation(session, evacuation)
    if not plans:
        raise MobilityError(
            f"{evacuation.source}: has no partition that the lab file describes, so there is nobody to evacuate.",
            remedy="Add the partitions to the lab file, or correct the evacuation.",
        )
    return plans, unknown


def _result(evacuation: Evacuation, works: Sequence[Work], moved: Moved, unknown: tuple[str, ...]) -> EvacuationResult:
    """In the order of the calls; those that were left behind come last."""
    names = {work.plan.partition: work.plan.move.partition for work in works}
    order = [name for call in moved.calls for name in call]
    order += [name for name in names if name not in order]
    outcomes = {names[name]: moved.outcomes[name] for name in order}
    calls = tuple(tuple(names[name] for name in call) for call in moved.calls)
    return EvacuationResult(evacuation, outcomes, calls, unknown)
