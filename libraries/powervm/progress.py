"""Following a running migration: one question at a time, at a bounded rate, while ``migrlpar`` blocks on its
channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from powervm.console import ManagementConsole, MigrationStatus
from powervm.errors import MobilityError
from powervm.outcome import Phase
from powervm.outcome.recorder import now
from powervm.plan import MovePlan
from powervm.ssh import CommandResult, ConnectionLost, RunningCommand
from powervm.waiting import Deadline

PHASES = {
    "Not Migrating": "console validation",
    "Migration Starting": "set-up",
    "Migration Waiting": "queued",
    "Migration Dispatch In Progress": "queued",
    "Migration Dispatched": "queued",
    "Migration Waiting For Retry": "queued",
    "Migration In Progress": "transfer",
    "Migration Complete": "clean-up",
    "Migration Stopped": "stopping",
    "Migration Failed": "failed",
}
"""The console's words for a migration's state, and the phase that each stands for."""


_QUESTION = 30.0
"""Seconds that one question may take, so that a slow answer does not hide the end for long."""


@dataclass(frozen=True)
class Progress:
    """How far a migration is.

    Attributes:
        elapsed: Seconds since ``migrlpar`` was started.
        transmitted, remaining: Bytes; remaining may rise again when pages are written while they are copied.
    """

    title: str
    phase: str
    elapsed: float
    transmitted: int = 0
    remaining: int = 0

    @property
    def fraction(self) -> float:
        """Share of the bytes that are sent, 0.0 to 1.0."""
        total = self.transmitted + self.remaining
        return self.transmitted / total if total else 0.0


Watcher = Callable[[Progress], None]


def nobody(progress: Progress) -> None:
    """A watcher that looks away."""
    del progress


class PhaseClock:
    """Turns a row of seen phase names into stretches of time; as exact as the poll interval."""

    def __init__(self) -> None:
        self.phases: list[Phase] = []
        self._name = ""
        self._started: datetime = now()
        self._clock = monotonic()

    def see(self, name: str) -> None:
        """This phase is seen now."""
        if name != self._name:
            self.end()
            self._name, self._started, self._clock = name, now(), monotonic()

    def end(self) -> None:
        """Nothing more is seen."""
        if self._name:
            duration = monotonic() - self._clock
            self.phases.append(Phase(name=self._name, started=self._started, ended=now(), duration=duration))
            self._name = ""


def note_movers(seen: list[tuple[str, str]], status: MigrationStatus) -> None:
    """Add the movers that a console names to those that were seen before, when they are others."""
    pair = status.source_mover, status.target_mover
    if all(pair) and seen[-1:] != [pair]:
        seen.append(pair)


class Follower:
    """Follows one migration until ``migrlpar`` returns, its deadline passes or the connection is lost.

    Attributes:
        last: The last answer of the console; None before the first one.
        lost: The connection was lost; the migration itself runs on in firmware.
        trouble: Questions that failed, as sentences, each once.
        begun: The console has shown that it does more than validate.
        movers: The movers of source and target that it named, each change once.
    """

    def __init__(
        self, console: ManagementConsole, plan: MovePlan, running: RunningCommand, *, poll: float, watch: Watcher
    ) -> None:
        self._console = console
        self._plan = plan
        self._running = running
        self._poll = poll
        self._watch = watch
        self._clock = PhaseClock()
        self._start = monotonic()
        self.last: MigrationStatus | None = None
        self.lost: ConnectionLost | None = None
        self.trouble: list[str] = []
        self.begun = False
        self.movers: list[tuple[str, str]] = []

    @property
    def phases(self) -> list[Phase]:
        """The phases that were seen."""
        return self._clock.phases

    def until_end(self, deadline: Deadline) -> CommandResult | None:
        """Wait for the end; None when the deadline passed or the connection was lost."""
        try:
            return self._follow(deadline)
        except ConnectionLost as error:
            self.lost = error
            return None
        finally:
            self._clock.end()

    def _follow(self, deadline: Deadline) -> CommandResult | None:
        phase = PHASES["Not Migrating"]
        while True:
            self._clock.see(phase)
            self._report(phase)
            if self._running.wait(min(self._poll, deadline.remaining)):
                return self._running.result()
            if deadline.passed:
                return None
            phase = self._ask(deadline) or phase
            self.begun = self.begun or phase != PHASES["Not Migrating"]

    def _ask(self, deadline: Deadline) -> str:
        """One question about the state; an empty text when there was no answer."""
        side = self._plan.source
        try:
            status = self._console.migration_status(side.system, self._plan.partition, deadline.within(_QUESTION))
        except MobilityError as error:  # whether migrlpar itself is lost is told by its own channel
            if str(error) not in self.trouble:
                self.trouble.append(str(error))
            return ""
        if status is None:
            return PHASES["Migration Complete"]  # it has left the source, the clean-up goes on
        note_movers(self.movers, status)
        if status.transmitted or status.remaining or self.last is None:
            self.last = status
        return PHASES.get(status.state, status.state)

    def _report(self, phase: str) -> None:
        last = self.last
        self._watch(
            Progress(
                title=self._plan.title,
                phase=phase,
                elapsed=monotonic() - self._start,
                transmitted=last.transmitted if last else 0,
                remaining=last.remaining if last else 0,
            )
        )
