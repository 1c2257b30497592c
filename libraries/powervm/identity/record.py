"""The record of a partition at one moment, and the record of a comparison.

Its JSON Schema is kept in ``docs/identity.schema.json`` and made by ``python -m powervm.identity``.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from powervm.identity.catalogue import Compare
from powervm.outcome import LabNote

SCHEMA_VERSION = 1


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True, json_schema_serialization_defaults_required=True
    )


class Item(_Part):
    """One thing that is known of a partition."""

    name: str
    machine: str = Field(description="Which machine said so.")
    reading: str = Field(description="Which reading of the catalogue it comes from.")
    value: str


class Unread(_Part):
    """Something that could not be read."""

    reading: str
    machine: str
    reason: str


class Snapshot(_Part):
    """What was true of a partition at one moment.

    Attributes:
        partition: Its name in the lab file.
        running: The operating system was up, as far as the console knew; else the partition itself was not asked.
        optional_unread: Readings that this level or partition has not.
    """

    schema_version: int = SCHEMA_VERSION
    lab: LabNote
    partition: str
    server: str = Field(description="The server that had it, by its name in the lab file.")
    console: str
    running: bool
    taken: datetime
    duration: float = Field(ge=0, description="Seconds that the reading took, by a monotonic clock.")
    items: list[Item]
    unread: list[Unread]
    optional_unread: list[str]

    def values(self) -> dict[str, str]:
        """Values by the names of the items."""
        return {item.name: item.value for item in self.items}


Judgement = Literal["same", "expected", "better", "differs"]


class Compared(_Part):
    """One item of before and after.

    Attributes:
        before, after: None where there is no such item.
        judgement: ``same``; ``expected``: it may or has to differ after a move; ``better``: a state that was bad
            before and is good now; ``differs``: it has to be the same and is not.
    """

    item: str
    machine: str
    compare: Compare
    before: str | None
    after: str | None
    judgement: Judgement
    remedy: str = ""

    def sentence(self, partition: str, waited: float = 0.0) -> str:
        """What differs, with both values, how long it was waited for, and the remedy."""
        if self.after is None:
            text = f"{self.item} was '{self.before}' and is missing now."
        elif self.before is None:
            text = f"{self.item} was not there, and is '{self.after}' now."
        else:
            text = f"{self.item} was '{self.before}' and is '{self.after}' now."
        patience = f" Waited {waited:.0f} s for it." if self.compare is Compare.STATES and waited >= 1 else ""
        return f"{partition}: {text}{patience} {self.remedy}".strip()


class Comparison(_Part):
    """Everything that was compared, in the order of the readings.

    Attributes:
        before, after: Servers of the two snapshots.
        unread: What could be read before and not after.
        waited: Seconds until everything was as before, or until one gave up.
    """

    schema_version: int = SCHEMA_VERSION
    lab: LabNote
    partition: str
    before: str
    after: str
    waited: float = 0.0
    items: list[Compared]
    unread: list[Unread]

    def of(self, judgement: Judgement) -> list[Compared]:
        """The items of one judgement."""
        return [item for item in self.items if item.judgement == judgement]

    @property
    def unchanged(self) -> bool:
        """Nothing differs that has to be the same, and nothing is unknown."""
        return not self.of("differs") and not self.unread

    @property
    def may_settle(self) -> bool:
        """Everything that differs is a state, or was not read, and may be as before after a while."""
        return all(item.compare is Compare.STATES for item in self.of("differs"))

    def sentences(self) -> list[str]:
        """What is wrong, one sentence for each item, and one for each reason why something could not be read."""
        wrong = [item.sentence(self.partition, self.waited) for item in self.of("differs")]
        reasons: dict[str, list[str]] = {}
        for item in self.unread:
            reasons.setdefault(item.reason, []).append(item.reading)
        return wrong + [
            f"{self.partition}: {', '.join(readings)} could not be read: {reason}"
            for reason, readings in reasons.items()
        ]


def schema_text() -> str:
    """The JSON Schema of both records as text that ends in a line feed."""
    schema = TypeAdapter(Snapshot | Comparison).json_schema(mode="serialization")
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"
