"""Kinds of faults that happen to commands."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from powervm_sim.faults.rule import (
    CONSOLE,
    PARTITION,
    VIOS,
    CommandRule,
    Occasion,
    Pattern,
    Phase,
    Seconds,
    Text,
    check_at,
    phase_matches,
)

_MACHINES = frozenset({CONSOLE, VIOS, PARTITION})


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
