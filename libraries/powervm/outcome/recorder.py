"""Collects what happens during an operation, and makes the outcome of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any, Literal

from powervm.messages import Explanation, explain, read_details
from powervm.outcome.devices import BackingLook, BondLook, Outage
from powervm.outcome.model import (
    Bytes,
    Ending,
    Finding,
    Identified,
    LabNote,
    Message,
    Outcome,
    Phase,
    Place,
    Repair,
    Severity,
    Side,
)

OperationName = Literal["check", "validate", "migrate", "stop", "recover", "bring home", "exchange keys"]


def now() -> datetime:
    """The time of day, with its zone (UTC)."""
    return datetime.now(timezone.utc)


class Recorder:
    """What is known of an operation so far; `finish` turns it into the outcome.

    Args:
        operation: What is being done.
        lab, move, partition, kind, source, target: What it is done to, as in `Outcome`.
    """

    def __init__(
        self,
        operation: OperationName,
        *,
        lab: LabNote,
        partition: str,
        source: Side,
        target: Side,
        move: str | None = None,
        kind: Literal["active", "inactive"] | None = None,
    ) -> None:
        self.operation = operation
        self._about: dict[str, Any] = {
            "operation": operation,
            "lab": lab,
            "move": move,
            "partition": partition,
            "kind": kind,
            "source": source,
            "target": target,
        }
        self._started = now()
        self._clock = time.monotonic()
        self._phases: list[Phase] = []
        self._findings: list[Finding] = []
        self._repairs: list[Repair] = []
        self._warnings: list[str] = []
        self._messages: dict[str, Message] = {}
        self.bytes = Bytes()
        self.places: list[Place] = []
        self.before: Identified | None = None
        self.after: Identified | None = None
        self.rmc_wait: float | None = None
        self.ended_at: float | None = None
        self.mappings: dict[str, list[str]] = {}
        self.outage: Outage | None = None
        self.bonds: list[BondLook] = []
        self.backing_devices: list[BackingLook] = []

    @property
    def elapsed(self) -> float:
        """Seconds since the operation began."""
        return time.monotonic() - self._clock

    @property
    def findings(self) -> Sequence[Finding]:
        """The findings so far."""
        return tuple(self._findings)

    @property
    def errors(self) -> list[Finding]:
        """The findings that refuse or fail the operation."""
        return [finding for finding in self._findings if finding.severity is Severity.ERROR]

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Record a phase from here to the end of the block, also when the block fails."""
        end = self.begin_phase(name)
        try:
            yield
        finally:
            end()

    def begin_phase(self, name: str) -> Callable[[], None]:
        """Begin a phase; what is returned ends it."""
        started, clock = now(), time.monotonic()

        def end() -> None:
            self._phases.append(Phase(name=name, started=started, ended=now(), duration=time.monotonic() - clock))

        return end

    def phase_seen(self, name: str) -> bool:
        """Whether a phase of that name is over."""
        return any(phase.name == name for phase in self._phases)

    def seconds_of(self, name: str) -> float:
        """How long the phases of that name took together."""
        return sum(phase.duration for phase in self._phases if phase.name == name)

    def add_phases(self, phases: Sequence[Phase]) -> None:
        """Record phases that were measured elsewhere."""
        self._phases.extend(phases)

    def add_finding(self, finding: Finding) -> None:
        """Record a finding; a warning also becomes one of the outcome's warnings."""
        self._findings.append(finding)
        if finding.severity is Severity.WARNING:
            self.warn(finding.sentence())

    def repaired(self, repair: Repair) -> None:
        """Record a repair; it is always a warning too."""
        self._repairs.append(repair)
        self.warn(f"Repaired on {repair.subject}: {repair.what} ({'worked' if repair.worked else 'did not help'}).")

    def warn(self, text: str) -> None:
        """Record a warning once."""
        if text not in self._warnings:
            self._warnings.append(text)

    def heard(self, output: str) -> list[Explanation]:
        """Explain the codes in what a console printed, and record them."""
        explained = explain(output)
        for item in explained:
            certainty = item.entry.certainty if item.entry else "not in the catalogue"
            self._messages.setdefault(
                item.code,
                Message(code=item.code, text=item.text, meaning=item.meaning, remedy=item.remedy, certainty=certainty),
            )
        for detail in read_details(output):
            code = f"VIOS detail {detail.server}".rstrip()
            message = Message(code=code, text=detail.text, meaning=detail.meaning, remedy=detail.remedy,
                              certainty=detail.certainty)  # fmt: skip
            self._messages.setdefault(f"{code} {detail.text}", message)
        return explained

    def migration_ended(self) -> None:
        """``migrlpar`` has returned: what comes now is ours to answer for."""
        self.ended_at = time.monotonic()

    def finish(self, ending: Ending, error: str | None = None) -> Outcome:
        """The outcome, with everything that was recorded."""
        clock = time.monotonic()
        after_end = None
        if self.ended_at is not None:
            after_end = max(0.0, clock - self.ended_at - (self.rmc_wait or 0.0))
        return Outcome(
            **self._about,
            ending=ending,
            error=error,
            started=self._started,
            ended=now(),
            duration=clock - self._clock,
            phases=sorted(self._phases, key=lambda phase: phase.started),
            bytes=self.bytes,
            findings=self._findings,
            repairs=self._repairs,
            warnings=self._warnings,
            messages=list(self._messages.values()),
            places=self.places,
            before=self.before,
            after=self.after,
            rmc_wait=self.rmc_wait,
            after_end=after_end,
            mappings=self.mappings,
            outage=self.outage,
            bonds=self.bonds,
            backing_devices=self.backing_devices,
        )
