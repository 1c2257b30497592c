"""Kinds of faults that happen to validations and migrations, and to partitions because of them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from powervm_sim.faults.rule import (
    VIOS,
    MoveRule,
    Occasion,
    Pattern,
    Phase,
    Text,
    check_at,
    phase_matches,
)


class ValidationRefused(MoveRule):
    """Validation finds something, also the one that every migration begins with.

    Attributes:
        code: Of the message; HSCLA319 by default.
        text: After the code; by default that of HSCLA319 for the adapter.
        adapter: Virtual slot of the fibre channel adapter that cannot be hosted; by default its first one.
        vios: Target Virtual I/O Server whose report is shown; by default the first one of the target.
        rc: What ``migmgr`` has returned there: 69 (lacks a resource) or 83 (no destination adapter).
        severity: A warning does not end the migration.
    """

    needs: ClassVar[dict[str, frozenset[str]]] = {**MoveRule.needs, "vios": frozenset({VIOS})}
    in_phase: ClassVar[str] = "validation"

    kind: Literal["validation-refused"]
    code: str = Field(default="HSCLA319", pattern=r"^HSC[A-Z][0-9A-F]{4}$")
    text: Text | None = None
    adapter: int | None = Field(default=None, ge=2, le=65_535)
    vios: Pattern | None = None
    rc: Literal[69, 83] | None = None
    severity: Literal["error", "warning"] = "error"

    @model_validator(mode="before")
    @classmethod
    def _numbers_from_words(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("rc"), str) and data["rc"].isdigit():
            return {**data, "rc": int(data["rc"])}
        return data

    @model_validator(mode="after")
    def _has_a_text(self) -> ValidationRefused:
        if self.code != "HSCLA319" and self.text is None:
            raise ValueError(f"text is missing: what {self.code} says")
        if self.code != "HSCLA319" and (self.rc or self.vios or self.adapter):
            raise ValueError("rc, vios and adapter belong to HSCLA319")
        return self


class CheckVetoed(MoveRule):
    """A check hook of ``drmgr`` in the partition does not agree to be moved.

    Attributes:
        status: What the hook returns.
        hook: Its name in ``/etc/drmgr.d/pmig``.
        text: What the hook prints.
    """

    in_phase: ClassVar[str] = "validation"

    kind: Literal["check-vetoed"]
    status: int = Field(default=3, ge=1, le=254)
    hook: str = Field(default="10-not-now", pattern=r"^[\w.-]{1,60}$")
    text: Text = ""


class MigrationBreaks(MoveRule):
    """A phase of a migration breaks off.

    Attributes:
        phase: ``set-up`` and ``clean-up`` break at their end, ``suspend`` when the partition does not stop in time.
        at: Percentage of the copy; 0 when it is not stated.
        leave: ``rolled-back``: the console clears up by itself; ``failed``: a recovery is needed. What breaks in the
            clean-up is always left failed, what breaks in the suspend always rolled back.
        code: Of the second message, after HSCLA2CF.
        text: After that code.
    """

    kind: Literal["migration-breaks"]
    phase: Literal["set-up", "copy", "suspend", "clean-up"]
    at: float | None = Field(default=None, ge=0, le=100)
    leave: Literal["rolled-back", "failed"] = "rolled-back"
    code: str = Field(default="HSCL365C", pattern=r"^HSC[A-Z][0-9A-F]{4}$")
    text: Text | None = None

    @model_validator(mode="after")
    def _at_is_of_the_copy(self) -> MigrationBreaks:
        check_at(self.phase, self.at)
        if self.code != "HSCL365C" and self.text is None:
            raise ValueError(f"text is missing: what {self.code} says")
        return self

    def is_about(self, occasion: Occasion) -> bool:
        """The phase, and far enough."""
        return phase_matches(occasion, self.partition, self.phase, self.at)


class MoverLinkLost(MoveRule):
    """The connection between the two mover services breaks while memory is copied.

    Attributes:
        at: Percentage of the copy.
        pair: With redundant movers the second pair takes over when only the first one is lost.
    """

    kind: Literal["mover-link-lost"]
    at: float = Field(default=0.0, ge=0, le=100)
    pair: Literal["first", "both"] = "first"

    def is_about(self, occasion: Occasion) -> bool:
        """The copy, and far enough."""
        return phase_matches(occasion, self.partition, "copy", self.at)


class BackingChanged(MoveRule):
    """After the move an adapter has not the backing device that it should have.

    Attributes:
        slot: The client's virtual slot of a vNIC or a storage adapter.
        status: What the active backing device of a vNIC shows, for example ``Not Operational``.
        vios: Virtual I/O Server of the target that serves a storage adapter instead.
        port: Fibre channel port below the adapter instead, for example ``fcs1``.
    """

    needs: ClassVar[dict[str, frozenset[str]]] = {**MoveRule.needs, "vios": frozenset({VIOS})}
    in_phase: ClassVar[str] = "arrival"

    kind: Literal["backing-changed"]
    slot: int = Field(ge=2, le=65_535)
    status: str | None = Field(default=None, max_length=40)
    vios: Pattern | None = None
    port: str | None = Field(default=None, pattern=r"^fcs\d+$")

    @model_validator(mode="after")
    def _changes_something(self) -> BackingChanged:
        if self.status is None and self.vios is None and self.port is None:
            raise ValueError("state what is different: status (of a vNIC), vios or port (of a storage adapter)")
        return self


class AddressChanged(MoveRule):
    """After the move a virtual Ethernet adapter has another MAC address than it should have.

    Attributes:
        slot: The virtual slot of the adapter.
        mac: Twelve digits.
    """

    in_phase: ClassVar[str] = "arrival"

    kind: Literal["address-changed"]
    slot: int = Field(default=2, ge=2, le=65_535)
    mac: str = Field(pattern=r"^[0-9a-fA-F]{12}$")


class PoolChanged(MoveRule):
    """After the move the partition is in another processor pool than it should be.

    Attributes:
        pool: The id of the pool on the target; it is there then.
    """

    in_phase: ClassVar[str] = "arrival"

    kind: Literal["pool-changed"]
    pool: int = Field(ge=0, le=63)


class AdapterLeft(MoveRule):
    """A Virtual I/O Server of the source keeps a server adapter that nobody uses any more.

    It is as the one that has served the partition's first storage adapter, in a slot of its own, and stays there until
    ``chhwres`` removes it.
    """

    in_phase: ClassVar[str] = "arrival"

    kind: Literal["adapter-left"]


class KernelLines(MoveRule):
    """The partition's kernel prints something in a phase of its migration, by default right after the move.

    Attributes:
        text: One or more lines.
        phase: When.
        level: As the kernel counts them.
    """

    kind: Literal["kernel-lines"]
    text: Text
    phase: Phase = "resume"
    level: Literal["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"] = "err"

    def is_about(self, occasion: Occasion) -> bool:
        """The phase."""
        return phase_matches(occasion, self.partition, self.phase, None)
