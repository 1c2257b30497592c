"""The records of a loop: one for each iteration, and the summary, as plain data.

The JSON Schema of the summary is kept in ``docs/loop.schema.json`` and made by ``python -m powervm.loop``.
"""

from __future__ import annotations

import json
from datetime import datetime
from enum import Enum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from powervm.outcome import Finding, LabNote, Side

SCHEMA_VERSION = 1

Way = Literal["there", "back"]


class Verdict(str, Enum):
    """What an iteration came to; ``interrupted``: the run was broken off, or died, in the middle of it."""

    PASSED = "passed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class EndReason(str, Enum):
    """Why a loop ended.

    ``all_done``: so many round trips as were asked for. ``time_box``: its time was over. ``failure``: an iteration
    failed, and it was to stop then. ``not_at_home``: the partition could not be brought home after a failure.
    ``interrupted``: Ctrl-C or a timeout of the test; it can be resumed. ``running``: it has not ended, or the run died.
    """

    ALL_DONE = "all_done"
    TIME_BOX = "time_box"
    FAILURE = "failure"
    NOT_AT_HOME = "not_at_home"
    INTERRUPTED = "interrupted"
    RUNNING = "running"

    @property
    def whole(self) -> bool:
        """Nothing is left to be done: there is nothing to resume."""
        return self in (EndReason.ALL_DONE, EndReason.TIME_BOX)


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True, json_schema_serialization_defaults_required=True
    )


class WayRecord(_Part):
    """One migration of an iteration. Times in seconds.

    Attributes:
        ending: As in its outcome record.
        phases: By their names; phases of one name are added up.
        own_time: What the migration itself took: validation, migration and the return of RMC.
        blackout: How long the partition stood still, by its own kernel log; null where that does not tell.
    """

    way: Way
    ending: str
    error: str | None
    duration: float
    own_time: float
    phases: dict[str, float]
    rmc_wait: float | None
    blackout: float | None


class IterationRecord(_Part):
    """One round trip.

    Attributes:
        iteration: From 1.
        overhead: Seconds that were not the migrations' own time.
        sample: What was counted after it, by the names of the drift rules.
    """

    iteration: int
    verdict: Verdict
    error: str | None
    started: datetime
    ended: datetime
    duration: float
    overhead: float | None
    ways: list[WayRecord]
    sample: dict[str, float]


class Figure(_Part):
    """The spread of one thing over all iterations that passed. Times in seconds."""

    way: str
    phase: str
    count: int
    minimum: float
    median: float
    p95: float
    maximum: float


class Failure(_Part):
    """An iteration that did not pass."""

    iteration: int
    verdict: Verdict
    error: str


class LoopSummary(_Part):
    """What a loop came to.

    Attributes:
        passed: No iteration failed, nothing leaked, and all was done that was asked for.
        error: The sentence that the keyword fails with; null when it passed.
        failures: The first hundred; ``counts`` has them all.
        active: Seconds in which iterations ran, over all resumed runs.
        resumed: How often it was gone on with after the run had died or was broken off.
    """

    schema_version: int = SCHEMA_VERSION
    lab: LabNote
    move: str
    partition: str
    source: Side
    target: Side
    iterations: int | None = Field(description="How many were asked for; null for as many as the time box allows.")
    time_box: float | None = Field(description="Seconds; null without one.")
    on_failure: Literal["stop", "continue"]
    passed: bool
    error: str | None
    end_reason: EndReason
    started: datetime
    ended: datetime
    active: float
    resumed: int
    counts: dict[str, int] = Field(description="Iterations by verdict.")
    failures: list[Failure]
    figures: list[Figure]
    findings: list[Finding]

    @property
    def done(self) -> int:
        """Iterations with a verdict of their own."""
        return self.counts[Verdict.PASSED.value] + self.counts[Verdict.FAILED.value]

    def summary(self) -> str:
        """One line for a person."""
        counts = ", ".join(f"{count} {verdict}" for verdict, count in self.counts.items() if count) or "none done"
        route = f"{self.partition} {self.source.server} <-> {self.target.server}"
        end = self.end_reason.value.replace("_", " ")
        return f"loop {self.move} ({route}): {counts}; ended: {end}, after {self.active:.0f} s (Lab: {self.lab.kind})"


def schema_text() -> str:
    """The JSON Schema of `LoopSummary`, as text that ends in a line feed."""
    schema = LoopSummary.model_json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2) + "\n"
