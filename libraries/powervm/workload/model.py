"""The record of a load that ran in a partition, as plain data.

The same keys are there for every kind and ending. The JSON Schema is kept in ``docs/workload.schema.json`` and made by
``python -m powervm.workload``.
"""

from __future__ import annotations

import json
from datetime import datetime
from enum import Enum

from pydantic import BaseModel, ConfigDict, Field

from powervm.outcome import Finding, LabNote

SCHEMA_VERSION = 1


class LoadEnding(str, Enum):
    """How a load ended.

    ``running``: it has not. ``by_itself``: nobody stopped it. ``stopped``: we did, after the test. ``killed``: we did,
    since it did not end when it was asked. ``time_limit``: the limit that we had set. ``lost``: it was gone without an
    exit status, as when the partition was restarted or the process was killed by somebody else.
    """

    RUNNING = "running"
    BY_ITSELF = "by_itself"
    STOPPED = "stopped"
    KILLED = "killed"
    TIME_LIMIT = "time_limit"
    LOST = "lost"


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True, json_schema_serialization_defaults_required=True
    )


class Metric(_Part):
    """What one kind of stressor of stress-ng has done. Times in seconds."""

    stressor: str
    bogo_ops: int
    real_time: float
    user_time: float
    system_time: float
    per_second: float = Field(description="Bogo operations in a second of real time.")
    per_processor_second: float = Field(description="Bogo operations in a second of processor time.")


class Crossing(_Part):
    """A migration of the partition, and whether the load ran from its beginning to its end.

    Attributes:
        started, ended: When ``migrlpar`` was started and had ended.
        margin: Seconds that the load went on after the end; negative when it had ended before; null while it runs.
    """

    title: str
    ending: str = Field(description="As in the outcome record of the migration.")
    started: datetime
    ended: datetime
    crossed: bool
    margin: float | None


class WorkloadRecord(_Part):
    """What a load came to.

    Attributes:
        command: As it may be shown: secrets are masked in it.
        passed: The verdict; null while it runs.
        error: The first error, as the sentence that the keyword fails with; null when there is none.
        exit_status: Null while it runs, and when nobody knows it.
        moves: The migrations of the partition that ended while it was watched, at most the first and last hundred.
        moves_crossed: How many migrations it ran across, of ``moves_made``.
        figures: What fio or iperf3 say of themselves.
    """

    schema_version: int = SCHEMA_VERSION
    lab: LabNote
    partition: str
    kind: str
    command: str
    ending: LoadEnding
    passed: bool | None
    error: str | None
    exit_status: int | None
    meaning: str | None = Field(description="What the exit status means.")
    started: datetime
    ended: datetime | None
    duration: float | None = Field(description="Seconds, by the partition's clock.")
    limit: float = Field(description="Seconds after which it would have been ended in the partition.")
    moves: list[Crossing]
    moves_made: int
    moves_crossed: int
    findings: list[Finding]
    metrics: list[Metric]
    counts: dict[str, int] = Field(description="stress-ng: skipped, passed, failed, metrics untrustworthy.")
    figures: dict[str, float]
    files: list[str] = Field(description="Where its output lies, from the folder of this record.")

    def summary(self) -> str:
        """One line for a person."""
        status = "" if self.exit_status is None else f", exit status {self.exit_status} ({self.meaning})"
        lasted = "" if self.duration is None else f" after {self.duration:.1f} s"
        crossed = f"; ran across {self.moves_crossed} of {self.moves_made} migrations" if self.moves_made else ""
        ended = self.ending.value.replace("_", " ")
        return f"{self.partition}: {self.kind}, {ended}{lasted}{status}{crossed} (Lab: {self.lab.kind})"


def schema_text() -> str:
    """The JSON Schema of `WorkloadRecord`, as text that ends in a line feed."""
    schema = WorkloadRecord.model_json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2) + "\n"
