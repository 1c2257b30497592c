"""The record of one stage: every item with where it came from, how it went, and what it is.

The JSON Schema is kept in ``docs/manifest.schema.json`` and made by ``python -m powervm.stage_logs --schema``.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from powervm.outcome import LabNote

SCHEMA_VERSION = 1


class ItemStatus(str, Enum):
    """How an item went.

    ``collected``: all of it is there. ``absent``: it does not exist there, which is normal. ``partial``: what came is
    there, and the reason says why the rest is not. ``failed``: nothing is there. ``skipped``: it was not tried.
    ``interrupted``: the collection was broken off meanwhile.
    """

    COLLECTED = "collected"
    ABSENT = "absent"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"


class StageStatus(str, Enum):
    """How a collection went: ``complete``, ``partial`` (something is missing), ``nothing`` or ``interrupted``."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NOTHING = "nothing"
    INTERRUPTED = "interrupted"


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True, json_schema_serialization_defaults_required=True
    )


class ItemRecord(_Part):
    """One item of one machine."""

    name: str
    source: str = Field(description="The command that was run, or the file that was fetched.")
    status: ItemStatus
    file: str | None = Field(default=None, description="Where it lies, from the folder of the manifest.")
    size: int | None = Field(default=None, description="Bytes.")
    sha256: str | None = None
    duration: float = Field(ge=0, description="Seconds.")
    exit_status: int | None = None
    reason: str | None = Field(default=None, description="Why something is missing; null when nothing is.")


class SourceRecord(_Part):
    """One machine and its items."""

    name: str
    kind: str = Field(description="partition, console or Virtual I/O Server.")
    reached: bool
    reason: str | None = Field(default=None, description="Why it was not reached; null when it was.")
    items: list[ItemRecord]


class Manifest(_Part):
    """A stage."""

    schema_version: int = SCHEMA_VERSION
    lab: LabNote
    stage: str
    test: str
    iteration: int
    partition: str | None
    failure: bool = Field(description="Whether the items for a failure were collected, too.")
    status: StageStatus
    started: datetime
    ended: datetime
    duration: float = Field(ge=0, description="Seconds, by a monotonic clock.")
    sources: list[SourceRecord]

    def missing(self) -> list[str]:
        """What is not there, as sentences."""
        texts = [f"{source.name}: {source.reason}" for source in self.sources if not source.reached]
        for source in self.sources:
            texts += [
                f"{source.name}: {item.name} is {item.status.value}: {item.reason}"
                for item in source.items
                if source.reached and item.status not in (ItemStatus.COLLECTED, ItemStatus.ABSENT)
            ]
        return texts


def status_of(sources: list[SourceRecord], *, interrupted: bool) -> StageStatus:
    """What the items come to."""
    if interrupted:
        return StageStatus.INTERRUPTED
    statuses = [item.status for source in sources for item in source.items]
    if not any(status in (ItemStatus.COLLECTED, ItemStatus.PARTIAL) for status in statuses):
        return StageStatus.NOTHING
    good = (ItemStatus.COLLECTED, ItemStatus.ABSENT)
    return StageStatus.COMPLETE if all(status in good for status in statuses) else StageStatus.PARTIAL


def manifest_schema() -> dict[str, Any]:
    """The JSON Schema of a manifest."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Manifest.model_json_schema(mode="serialization"),
    }
