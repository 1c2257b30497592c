"""One round trip: there, back, and what is counted after it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Literal

from powervm.errors import MobilityError
from powervm.loop.model import IterationRecord, Verdict, Way, WayRecord
from powervm.loop.samples import blackout, take_sample
from powervm.outcome import Outcome
from powervm.outcome.recorder import now
from powervm.plan import MovePlan
from powervm.session import LabSession
from powervm.waiting import Deadline

OnFailure = Literal["stop", "continue"]


@dataclass(frozen=True)
class LoopPlan:
    """What is asked for.

    Attributes:
        there, back: The two migrations of a round trip.
        iterations: How many round trips; None for as many as the time box allows.
        time_box: Seconds after which none is begun any more.
        on_failure: ``stop`` after an iteration that failed, or ``continue`` with the next one.
    """

    there: MovePlan
    back: MovePlan
    iterations: int | None
    time_box: float | None
    on_failure: OnFailure

    def __post_init__(self) -> None:
        if self.iterations is None and self.time_box is None:
            raise MobilityError("A loop needs a number of iterations or a time box.", remedy="Give one of them.")
        if (self.iterations is not None and self.iterations < 1) or (self.time_box is not None and self.time_box <= 0):
            raise MobilityError("A loop cannot be that short.", remedy="Give at least 1 iteration, or a duration.")


@dataclass(frozen=True)
class Steps:
    """What a loop is made of, given by whoever runs it.

    Attributes:
        move: Does one migration: its plan, its way, the iteration, and whether that may be the last one.
        home: Brings the partition home.
        place: Directs the evidence of what is done inside it to a folder.
        check: Why something that should still be true is not, after a migration; an empty text when it is.
        told: Is given every iteration that has ended, and its folder.
    """

    move: Callable[[MovePlan, Way, int, bool], Outcome]
    home: Callable[[MovePlan], Outcome]
    place: Callable[[Path], AbstractContextManager[None]]
    check: Callable[[], str]
    told: Callable[[IterationRecord, Path], None]


class RoundTrip:
    """One iteration: there, back, and what is counted after it.

    Attributes:
        error: The first error; None while there is none.
    """

    def __init__(self, session: LabSession, plan: LoopPlan, steps: Steps, number: int, *, last: bool) -> None:
        self._session = session
        self._plan = plan
        self._steps = steps
        self._number = number
        self._may_be_last = last
        self._started, self._clock = now(), monotonic()
        self._ways: list[WayRecord] = []
        self._sample: dict[str, float] = {}
        self.error: str | None = None

    def do(self) -> None:
        """Do it, up to the first error."""
        try:
            self._do()
        except MobilityError as error:
            self.error = str(error)

    def _do(self) -> None:
        ways: tuple[tuple[Way, MovePlan], ...] = (("there", self._plan.there), ("back", self._plan.back))
        for way, move in ways:
            outcome = self._steps.move(move, way, self._number, self._may_be_last)
            record = way_record(way, outcome, self._blackout(move, outcome))
            self._ways.append(record)
            self.error = record.error or self._steps.check() or None
            if self.error:
                return
        self._sample = take_sample(self._session, self._plan.there)

    def _blackout(self, move: MovePlan, outcome: Outcome) -> float | None:
        if not (outcome.done and move.active):
            return None
        limit = Deadline(self._session.lab.limits.command)
        try:
            return blackout(self._session.partition(move.move.partition), limit)
        except MobilityError:  # a figure less; whether the partition answers is judged by the next move
            return None

    def record(self, verdict: Verdict, error: str | None) -> IterationRecord:
        """Its record, up to now."""
        duration = monotonic() - self._clock
        whole = verdict is Verdict.PASSED
        return IterationRecord(
            iteration=self._number,
            verdict=verdict,
            error=error,
            started=self._started,
            ended=now(),
            duration=duration,
            overhead=max(0.0, duration - sum(way.own_time for way in self._ways)) if whole else None,
            ways=self._ways,
            sample=self._sample,
        )


_OWN = ("validation", "migration")


def way_record(way: Way, outcome: Outcome, standstill: float | None) -> WayRecord:
    """What is kept of one migration."""
    phases: dict[str, float] = {}
    for phase in outcome.phases:
        phases[phase.name] = phases.get(phase.name, 0.0) + phase.duration
    return WayRecord(
        way=way,
        ending=outcome.ending.value,
        error=None if outcome.done else (outcome.error or outcome.summary()),
        duration=outcome.duration,
        own_time=sum(phases.get(name, 0.0) for name in _OWN) + (outcome.rmc_wait or 0.0),
        phases=phases,
        rmc_wait=outcome.rmc_wait,
        blackout=standstill,
    )
