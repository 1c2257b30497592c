"""Moving several partitions in as few calls of migrlpar as the console's limits allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic
from typing import TypeVar

from powervm.arrangement import arrange
from powervm.evacuation.call import Call
from powervm.evacuation.calls import in_order, next_call, same_way, without_room
from powervm.evacuation.room import read_room
from powervm.migration import preflight, read_before, validate
from powervm.operation import Ended, Keeper, Work
from powervm.outcome import Ending, Finding, Outcome, Severity
from powervm.parallel import ask_all
from powervm.plan import MovePlan
from powervm.preflight import Facts
from powervm.progress import Watcher, nobody
from powervm.session import LabSession

_WORKERS = 4
"""How many partitions are checked or validated at the same time."""


@dataclass(frozen=True)
class Departure:
    """A partition whose move was asked for, and how it was at home.

    Attributes:
        plan: The move away.
        partition_id, pool_id, pool_name: At home.
    """

    plan: MovePlan
    partition_id: int | None
    pool_id: int | None
    pool_name: str


@dataclass(frozen=True)
class Ready:
    """A partition that may move: its checks were passed.

    Attributes:
        read_at: When its identity had been read, by the monotonic clock.
    """

    work: Work
    facts: Facts
    read_at: float = 0.0

    @property
    def partition(self) -> str:
        """Its name on the consoles."""
        return self.work.plan.partition

    @property
    def active(self) -> bool:
        """It runs while it moves."""
        return self.work.plan.active

    @property
    def memory(self) -> int:
        """Megabytes; 0 when the console did not tell."""
        return (self.facts.memory.current if self.facts.memory else None) or 0

    @property
    def units(self) -> float:
        """Processing units; 0 when the console did not tell."""
        return (self.facts.processors.units if self.facts.processors else None) or 0.0

    def departure(self) -> Departure:
        """How it is now, at home."""
        here, processors = self.facts.source.partition(self.partition), self.facts.processors
        return Departure(
            self.work.plan,
            here.partition_id if here else None,
            processors.pool_id if processors else None,
            processors.pool_name if processors else "",
        )


@dataclass
class Moved:
    """What came of it.

    Attributes:
        outcomes: By the partition's name on the consoles.
        calls: Who was in which call of migrlpar.
    """

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    calls: list[tuple[str, ...]] = field(default_factory=list)


def _nothing(_: object) -> None:
    """For who does not care."""


class Convoy:
    """Moves several partitions; one that cannot does not stop the others.

    Args:
        session: The opened lab.
        keep: Is given the outcome of each partition, in this thread.
        watch: Is told how far it is.
        leaving: Is told who is about to leave, before anything is asked of the console.
        prove: Looks at one that has arrived once more, and records what it finds.
    """

    def __init__(
        self,
        session: LabSession,
        *,
        keep: Keeper,
        watch: Watcher = nobody,
        leaving: Callable[[Departure], None] = _nothing,
        prove: Callable[[Work], None] = _nothing,
    ) -> None:
        self._session = session
        self._keep = keep
        self._watch = watch
        self._leaving = leaving
        self._prove = prove
        self._open: dict[str, Work] = {}
        self.moved = Moved()

    def move(self, works: Sequence[Work]) -> Moved:
        """Check, order, validate and move all that can."""
        return self._guarded(works, self._move)

    def check(self, works: Sequence[Work]) -> Moved:
        """Check, order and validate; nothing is moved. The calls are those that the limits of now would make."""
        return self._guarded(works, self._check)

    def _guarded(self, works: Sequence[Work], steps: Callable[[Sequence[Work]], None]) -> Moved:
        self._open = {work.plan.partition: work for work in works}
        try:
            steps(works)
        except BaseException as error:
            for work in list(self._open.values()):
                text = f"Broken off by {type(error).__name__}."
                self._end(work, work.recorder.finish(Ending.INTERRUPTED, text))
            raise
        return self.moved

    def _end(self, work: Work, outcome: Outcome) -> None:
        self._open.pop(work.plan.partition, None)
        self.moved.outcomes[work.plan.partition] = outcome
        self._keep(outcome)

    def _check(self, works: Sequence[Work]) -> None:
        ready = self._validated(self._arranged(self._roomy(self._preflight(works)), change=False))
        for group in _groups(ready):
            waiting = list(group)
            room = read_room(self._session, waiting[0].work)
            while waiting:
                call = next_call(waiting, room)
                self.moved.calls.append(tuple(item.partition for item in call))
                waiting = [item for item in waiting if item not in call]
        for item in ready:
            self._end(item.work, item.work.recorder.finish(Ending.DONE))

    def _move(self, works: Sequence[Work]) -> None:
        ready = self._validated(self._arranged(self._roomy(self._preflight(works))))
        for group in _groups(ready):
            waiting = list(group)
            while waiting:
                call = next_call(waiting, read_room(self._session, waiting[0].work))
                waiting = [item for item in waiting if item not in call]
                for item in call:
                    self._leaving(item.departure())
                self._call(call)

    def _call(self, ready: Sequence[Ready]) -> None:
        self.moved.calls.append(tuple(item.partition for item in ready))
        call = Call(self._session, [(item.work, item.facts, item.read_at) for item in ready], self._watch)
        outcomes = call.run()
        if outcomes is None:
            for item in ready:
                self._call([item])
            return
        for item in ready:
            self._end(item.work, self._proved(item.work, outcomes[item.partition]))

    def _proved(self, work: Work, outcome: Outcome) -> Outcome:
        if not outcome.done:
            return outcome
        self._prove(work)
        errors = work.recorder.errors
        return work.recorder.finish(Ending.FAILED_AND_MANUAL, errors[0].sentence()) if errors else outcome

    def _preflight(self, works: Sequence[Work]) -> list[Ready]:
        """All checks of each. The first one is alone: what it mends, such as trust, is mended for all."""
        first = self._each(works[:1], lambda work: Ready(*preflight(work)))
        return [*first, *self._each(works[1:], lambda work: Ready(*preflight(work)))]

    def _roomy(self, ready: Sequence[Ready]) -> list[Ready]:
        """The largest first, without those for which the target has no room once the others are there."""
        ordered = in_order(ready)
        if not ordered:
            return []
        target = ordered[0].facts.target
        missing = without_room(
            ordered,
            memory=target.memory.available if target.memory else None,
            units=target.processors.available if target.processors else None,
        )
        for item in ordered:
            if item.partition in missing:
                text = f"has no room on {target.side.server} beside the others: {missing[item.partition]}"
                remedy = "Free memory or processing units there, or leave out another partition."
                finding = Finding(
                    severity=Severity.ERROR, check="room", subject=item.partition, text=text, remedy=remedy
                )
                item.work.recorder.add_finding(finding)
                self._end(item.work, item.work.recorder.finish(Ending.REFUSED, finding.sentence()))
        return [item for item in ordered if item.partition not in missing]

    def _arranged(self, ready: Sequence[Ready], *, change: bool = True) -> list[Ready]:
        """One after the other, since they may set the same movers."""
        found: list[Ready] = []
        for item in ready:
            found += self._each([item.work], partial(_arrange, item, change=change))
        return found

    def _validated(self, ready: Sequence[Ready]) -> list[Ready]:
        """Each is validated by itself, so that a refusal is known to be about it."""
        by_name = {item.partition: item for item in ready}

        def step(work: Work) -> Ready:
            validate(work)
            read_before(work)
            return replace(by_name[work.plan.partition], work=work, read_at=monotonic())

        return self._each([item.work for item in ready], step)

    def _each(self, works: Sequence[Work], step: Callable[[Work], Ready]) -> list[Ready]:
        """Take a step with each; those that come to their end by it are told and left out."""
        answers, errors = ask_all({work.plan.partition: partial(_attempt, work, step) for work in works},
                                  workers=_WORKERS)  # fmt: skip
        found = []
        for work in works:
            name = work.plan.partition
            answer = answers.get(name)
            if isinstance(answer, Ready):
                found.append(answer)
            else:
                failed = work.recorder.finish(Ending.FAILED_AND_MANUAL, str(errors.get(name)))
                self._end(work, answer or failed)
        return found


Answer = TypeVar("Answer")


def _arrange(item: Ready, work: Work, *, change: bool) -> Ready:
    return replace(item, work=arrange(work, change=change))


def _attempt(work: Work, step: Callable[[Work], Answer]) -> Answer | Outcome:
    try:
        return step(work)
    except Ended as ended:
        return ended.outcome


def _groups(ready: Sequence[Ready]) -> list[list[Ready]]:
    """Those that can move in one call, in the order of their first ones."""
    groups: dict[tuple[object, ...], list[Ready]] = {}
    for item in ready:
        groups.setdefault(same_way(item.work.plan.request), []).append(item)
    return list(groups.values())
