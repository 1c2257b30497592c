"""What an operation on a partition came to, as plain data.

The same keys are there for every operation and every ending; what does not apply is null or an empty list. The JSON
Schema is kept in ``docs/outcome.schema.json`` and made by ``python -m powervm.outcome``.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Literal

from pydantic import Field

from powervm.outcome.devices import BackingLook, BondLook, Outage
from powervm.outcome.part import Part

SCHEMA_VERSION = 1


class Ending(str, Enum):
    """How an operation ended.

    ``done``: what was asked for is true, and proved. ``refused``: nothing was changed, since a check failed before.
    ``failed_and_recovered``: it failed, and the partition is whole on one server. ``failed_and_manual``: it failed,
    and a person has to look. ``timed_out``: its deadline passed. ``interrupted``: the tester or a timeout of the run
    broke it off.
    """

    DONE = "done"
    REFUSED = "refused"
    FAILED_AND_RECOVERED = "failed_and_recovered"
    FAILED_AND_MANUAL = "failed_and_manual"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"


class Severity(str, Enum):
    """How much a finding matters: an error refuses or fails the operation, a warning is shown, ok is a passed check."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class LabNote(Part):
    """Which lab it happened in.

    Attributes:
        kind: ``simulated`` or ``hardware``: a result of the simulated lab says so wherever it is shown.
    """

    name: str
    kind: Literal["simulated", "hardware"]
    file: str = Field(description="The lab file, as it was given.")


class Side(Part):
    """One side of a move."""

    server: str = Field(description="The server's name in the lab file.")
    system: str = Field(description="The managed system's name on its console.")
    console: str = Field(description="The console that manages it.")


class Phase(Part):
    """A stretch of the operation.

    Attributes:
        duration: Seconds by a monotonic clock.
    """

    name: str
    started: datetime
    ended: datetime
    duration: float = Field(ge=0, description="Seconds, by a monotonic clock.")


class Finding(Part):
    """What a check found.

    Attributes:
        check: Which check, for example ``mover service``.
        subject: The machine that it is about.
        text: What was found, as a sentence.
        remedy: What to do about it; empty when nothing is to be done.
    """

    severity: Severity
    check: str
    subject: str
    text: str
    remedy: str = ""

    def sentence(self) -> str:
        """Subject, finding and remedy in one line."""
        named = self.text if self.text.startswith(self.subject) else f"{self.subject}: {self.text}"
        return f"{named} {self.remedy}".strip()


class Repair(Part):
    """Something that the library mended by itself.

    Attributes:
        put_back: Whether it was undone afterwards, when the lab was closed; null where the repaired state is the
            normal one.
    """

    what: str
    subject: str
    worked: bool
    put_back: bool | None = None


class Message(Part):
    """A message code of a console, or a return code of a Virtual I/O Server, explained."""

    code: str
    text: str
    meaning: str
    remedy: str
    certainty: str = Field(description="How sure the meaning of the code is.")


class Place(Part):
    """What a console said about the partition on one server.

    Attributes:
        state: The console's word; null when the partition is not there or the console did not answer.
        error: Why it is not known; null when it is.
    """

    server: str
    console: str
    present: bool | None = Field(description="Null when the console did not answer.")
    state: str | None = None
    migration_state: str | None = None
    error: str | None = None


class Identified(Part):
    """Who a partition is and where it runs, read inside it."""

    boot_id: str
    uptime: float = Field(description="Seconds since boot.")
    serial: str
    type_model: str
    partition_id: int | None


class Bytes(Part):
    """Memory that was copied, as last seen while it ran."""

    transmitted: int = 0
    remaining: int = 0


class Outcome(Part):
    """The record of one operation.

    Attributes:
        error: The first error, as the sentence that the keyword fails with; null when it is done.
        kind: ``active`` or ``inactive``; null where it does not apply.
        rmc_wait: Seconds from the end of the migration until RMC was active again; null when it was not waited for.
        after_end: Seconds from the end of ``migrlpar`` to the return, without ``rmc_wait``.
        bonds: Bonds over migratable ports, before, during and after.
        backing_devices: Backing devices of vNICs, before and after.
    """

    schema_version: int = SCHEMA_VERSION
    operation: Literal["check", "validate", "migrate", "stop", "recover", "bring home", "exchange keys"]
    ending: Ending
    error: str | None
    lab: LabNote
    move: str | None = Field(description="Name of the move in the lab file; null for an ad hoc one.")
    partition: str
    kind: Literal["active", "inactive"] | None
    source: Side
    target: Side
    started: datetime
    ended: datetime
    duration: float = Field(ge=0, description="Seconds, by a monotonic clock.")
    phases: list[Phase]
    bytes: Bytes
    findings: list[Finding]
    repairs: list[Repair]
    warnings: list[str]
    messages: list[Message]
    places: list[Place]
    before: Identified | None
    after: Identified | None
    rmc_wait: float | None
    after_end: float | None
    mappings: dict[str, list[str]] = Field(description="What migrlpar was told about devices, by attribute.")
    outage: Outage | None = Field(description="Null when no network was watched.")
    bonds: list[BondLook]
    backing_devices: list[BackingLook]

    @property
    def done(self) -> bool:
        """What was asked for is true, and proved."""
        return self.ending is Ending.DONE

    def with_put_back(self, repair: Repair) -> Outcome:
        """The same record, where this repair was undone."""
        undone = repair.model_copy(update={"put_back": True})
        return self.model_copy(update={"repairs": [undone if item == repair else item for item in self.repairs]})

    def phase(self, name: str) -> Phase | None:
        """The first phase of that name."""
        return next((phase for phase in self.phases if phase.name == name), None)

    @property
    def title(self) -> str:
        """What was done to whom: ``migrate lp1 p9a -> p10a``."""
        return f"{self.operation} {self.partition} {self.source.server} -> {self.target.server}"

    @property
    def result(self) -> str:
        """How it ended and how long it took, with the lab: ``done after 5.2 s (Lab: simulated)``."""
        return f"{self.ending.value.replace('_', ' ')} after {self.duration:.1f} s (Lab: {self.lab.kind})"

    def summary(self) -> str:
        """One line for a person."""
        return f"{self.title}: {self.result}{': ' + self.error if self.error else ''}"

    def __str__(self) -> str:
        return self.summary()
