"""The kinds of faults and their parameters. The first line of each docstring is what ``lab fault --help`` shows."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from powervm_sim.faults.rule import (
    CONSOLE,
    PARTITION,
    VIOS,
    CommandRule,
    LastingRule,
    MoveRule,
    Occasion,
    Pattern,
    Phase,
    Rule,
    Seconds,
    Text,
    check_at,
    named,
    phase_matches,
)

_MACHINES = frozenset({CONSOLE, VIOS, PARTITION})
_HOSTS = frozenset({VIOS, PARTITION})


class CommandFails(CommandRule):
    """A command does nothing but fail.

    Attributes:
        code: Stands in front of the text, for example ``HSCL3205``.
        text: What is printed.
        status: The exit status.
        stream: Where it is printed; by default as the endpoint does it: consoles on standard output.
    """

    kind: Literal["command-fails"]
    text: Text
    code: str = Field(default="", max_length=40)
    status: int = Field(default=1, ge=0, le=255)
    stream: Literal["stdout", "stderr"] | None = None


class CommandHangs(CommandRule):
    """A command prints nothing and does not end.

    Attributes:
        seconds: After so long it goes on as if nothing had been; without it only when the rule is over.
    """

    kind: Literal["command-hangs"]
    seconds: Seconds | None = None


class CommandSlow(CommandRule):
    """A command takes longer.

    Attributes:
        seconds: So much longer.
    """

    kind: Literal["command-slow"]
    seconds: Seconds


class CommandFloods(CommandRule):
    """A command prints without end, until the client goes or the rule is over.

    Attributes:
        text: The line that is printed again and again.
    """

    kind: Literal["command-floods"]
    text: Text = "The operation is in progress."


class CommandDies(CommandRule):
    """A command starts as usual and ends before its time.

    Attributes:
        seconds: It runs for so long.
        status: The exit status, for example 2 of a ``stress-ng`` whose stressors failed.
        text: Its last words on standard error.
    """

    kind: Literal["command-dies"]
    seconds: Seconds = 0.0
    status: int = Field(default=2, ge=0, le=255)
    text: Text = ""


class SessionCut(CommandRule):
    """The connection breaks on which a command is running.

    Attributes:
        seconds: So long after the command has started.
        phase: Instead: when a migration has come to this phase ...
        at: ... or so many percent of the memory were sent ...
        partition: ... of this partition.
    """

    needs: ClassVar[dict[str, frozenset[str]]] = {"endpoint": _MACHINES, "partition": frozenset({PARTITION})}

    kind: Literal["session-cut"]
    seconds: Seconds = 0.0
    phase: Phase | None = None
    at: float | None = Field(default=None, ge=0, le=100)
    partition: Pattern | None = None

    @model_validator(mode="after")
    def _trigger_is_whole(self) -> SessionCut:
        check_at(self.phase, self.at)
        if self.partition is not None and not self.by_phase:
            raise ValueError("partition needs phase or at: when in its migration the connection breaks")
        return self

    @property
    def by_phase(self) -> bool:
        """A migration starts it, not the command."""
        return self.phase is not None or self.at is not None

    def is_about(self, occasion: Occasion) -> bool:
        """A command, or the phase of a migration."""
        if self.by_phase:
            return phase_matches(occasion, self.partition or "*", self.phase or "copy", self.at)
        return self.cuts(occasion)

    def cuts(self, occasion: Occasion) -> bool:
        """Whether the connection of this command is meant."""
        return super().is_about(occasion)


class EndpointResets(Rule):
    """New connections are accepted and reset at once; those that are there stay.

    Attributes:
        endpoint: Name or pattern of the machines.
    """

    needs: ClassVar[dict[str, frozenset[str]]] = {"endpoint": _MACHINES}

    kind: Literal["endpoint-resets"]
    endpoint: Pattern

    def is_about(self, occasion: Occasion) -> bool:
        """A new connection."""
        plain = not occasion.command and occasion.phase is None
        return plain and named(self.endpoint, occasion.endpoint)


class EndpointDown(LastingRule):
    """The machine is switched off: connections break, new ones get no answer, and there is no RMC."""

    kind: Literal["endpoint-down"]


class EndpointRefuses(LastingRule):
    """New connections are refused; those that are there stay."""

    kind: Literal["endpoint-refuses"]


class EndpointFrozen(LastingRule):
    """Nothing answers any more, on old and new connections; TCP stays up."""

    kind: Literal["endpoint-frozen"]


class AccountLocked(LastingRule):
    """The user of a console is locked, as after too many wrong passwords."""

    needs: ClassVar[dict[str, frozenset[str]]] = {**LastingRule.needs, "endpoint": frozenset({CONSOLE})}

    kind: Literal["account-locked"]


class TrustLost(LastingRule):
    """The keys that a console has exchanged with other consoles are gone; ``mkauthkeys`` brings them back.

    Attributes:
        other: Only those for this console (name or pattern).
    """

    needs: ClassVar[dict[str, frozenset[str]]] = {
        **LastingRule.needs,
        "endpoint": frozenset({CONSOLE}),
        "other": frozenset({CONSOLE}),
    }

    kind: Literal["trust-lost"]
    other: Pattern = "*"


class RmcDown(LastingRule):
    """A partition or Virtual I/O Server has no RMC connection, whatever is repaired in it."""

    needs: ClassVar[dict[str, frozenset[str]]] = {**LastingRule.needs, "endpoint": _HOSTS}

    kind: Literal["rmc-down"]


class MoverOff(LastingRule):
    """A Virtual I/O Server is no mover service partition any more; ``chsyscfg ... msp=1`` makes it one again."""

    needs: ClassVar[dict[str, frozenset[str]]] = {**LastingRule.needs, "endpoint": frozenset({VIOS})}

    kind: Literal["mover-off"]


class DiskFull(LastingRule):
    """No file can grow; what is removed makes room again."""

    needs: ClassVar[dict[str, frozenset[str]]] = {**LastingRule.needs, "endpoint": _HOSTS}

    kind: Literal["disk-full"]


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


class KernelLines(MoveRule):
    """The partition's kernel prints something after the move.

    Attributes:
        text: One or more lines.
        level: As the kernel counts them.
    """

    in_phase: ClassVar[str] = "resume"

    kind: Literal["kernel-lines"]
    text: Text
    level: Literal["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"] = "err"


RULES: dict[str, type[Rule]] = {
    rule.model_fields["kind"].annotation.__args__[0]: rule  # type: ignore[union-attr]
    for rule in (
        CommandFails,
        CommandHangs,
        CommandSlow,
        CommandFloods,
        CommandDies,
        SessionCut,
        EndpointDown,
        EndpointRefuses,
        EndpointResets,
        EndpointFrozen,
        AccountLocked,
        TrustLost,
        RmcDown,
        MoverOff,
        DiskFull,
        ValidationRefused,
        CheckVetoed,
        MigrationBreaks,
        MoverLinkLost,
        KernelLines,
    )
}
"""Every kind by its name."""
