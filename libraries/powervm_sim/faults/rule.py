"""What every fault rule has in common: where, when, how often, how long; and whether it is meant by what happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

CONSOLE = "console"
VIOS = "vios"
PARTITION = "partition"

Phase = Literal["validation", "set-up", "copy", "suspend", "resume", "clean-up", "end"]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Pattern = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=4000)]


@dataclass(frozen=True)
class Occasion:
    """Something that happens right now, and that a rule may be about.

    Attributes:
        endpoint: Where it happens.
        command: The words of a command that is about to run.
        partition: Whose migration.
        migration: Its number; a rule looks at each phase of each migration once.
        percent: Of the copy: how much of the memory was sent.
    """

    endpoint: str | None = None
    command: Sequence[str] = ()
    partition: str | None = None
    migration: int | None = None
    phase: str | None = None
    percent: float = 0.0

    def facts(self) -> dict[str, Any]:
        """What the history shall say of it."""
        facts: dict[str, Any] = {"endpoint": self.endpoint, "partition": self.partition, "phase": self.phase}
        if self.command:
            facts["command"] = self.command[0]
        if self.phase == "copy":
            facts["percent"] = round(self.percent, 1)
        return {name: value for name, value in facts.items() if value is not None}


class Rule(BaseModel):
    """One rule. All seconds are those of the lab: its speed divides them.

    Attributes:
        kind: What goes wrong.
        id: What the rule is called; a number is given when it is not stated.
        after: So many occasions pass unharmed first.
        times: So often it happens at most; every time when it is not stated.
        delay: The rule sleeps for so many seconds first.
        duration: The rule is over (what it did is undone) so many seconds later.
        probability: Of each occasion that it happens.
        seed: The same numbers decide for the same seed; without one they follow from the world's seed and the id.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    needs: ClassVar[dict[str, frozenset[str]]] = {}
    """Keys that name machines, and which kinds of machines they may name."""

    kind: str
    id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][\w.-]{0,30}$")
    after: int = Field(default=0, ge=0)
    times: int | None = Field(default=None, ge=1)
    delay: Seconds = 0.0
    duration: Seconds | None = None
    probability: float = Field(default=1.0, gt=0, le=1)
    seed: int | None = None

    @field_validator("id")
    @classmethod
    def _not_like_a_number(cls, name: str | None) -> str | None:
        if name is not None and name[0] == "f" and name[1:].isdigit():
            raise ValueError("ids such as f1 are given to rules that have none; choose another one")
        return name

    def stated(self) -> dict[str, Any]:
        """The stated keys, the kind first."""
        return {"kind": self.kind, **self.model_dump(exclude_unset=True, exclude={"kind"})}

    def is_about(self, occasion: Occasion) -> bool:
        """Whether it could happen now, by place and phase alone."""
        raise NotImplementedError


class CommandRule(Rule):
    """Something happens to commands.

    Attributes:
        endpoint: Name or pattern (``*``, ``?``) of the machines.
        command: Name of the command; with a blank in it a pattern for the whole command with its arguments.
    """

    needs: ClassVar[dict[str, frozenset[str]]] = {"endpoint": frozenset({CONSOLE, VIOS, PARTITION})}

    endpoint: Pattern
    command: Pattern = "*"

    def is_about(self, occasion: Occasion) -> bool:
        """A command on the right endpoint."""
        return bool(occasion.command) and named(self.endpoint, occasion.endpoint) and self.means(occasion.command)

    def means(self, words: Sequence[str]) -> bool:
        """Whether these are the words of such a command."""
        return command_matches(self.command, words)


class MoveRule(Rule):
    """Something happens to a partition's migration.

    Attributes:
        partition: Name or pattern of the partitions.
    """

    needs: ClassVar[dict[str, frozenset[str]]] = {"partition": frozenset({PARTITION})}
    in_phase: ClassVar[str] = ""

    partition: Pattern = "*"

    def is_about(self, occasion: Occasion) -> bool:
        """The right partition in the right phase."""
        return occasion.phase == self.in_phase and named(self.partition, occasion.partition)


class LastingRule(Rule):
    """A machine is in a bad state for some time: from now on, or from a trigger on.

    Attributes:
        endpoint: Name or pattern of the machines that it happens to.
        partition: Trigger: the migration of this partition ...
        phase: ... has come to this phase ...
        at: ... or so many percent of its memory were sent.
        command: Trigger: such a command starts anywhere; see `CommandRule`.
    """

    needs: ClassVar[dict[str, frozenset[str]]] = {
        "endpoint": frozenset({CONSOLE, VIOS, PARTITION}),
        "partition": frozenset({PARTITION}),
    }

    endpoint: Pattern
    partition: Pattern | None = None
    phase: Phase | None = None
    at: float | None = Field(default=None, ge=0, le=100)
    command: Pattern | None = None

    @model_validator(mode="after")
    def _trigger_is_whole(self) -> LastingRule:
        check_at(self.phase, self.at)
        if self.partition is not None and not self.by_phase:
            raise ValueError("partition needs phase or at: whose migration starts the fault, and when")
        if self.by_phase and self.command is not None:
            raise ValueError("either command or phase can start the fault, not both")
        if not self.triggered and (self.after or self.times):
            raise ValueError("after and times need something that happens: state phase, at or command")
        return self

    @property
    def by_phase(self) -> bool:
        """A migration starts it."""
        return self.phase is not None or self.at is not None

    @property
    def triggered(self) -> bool:
        """It waits for something; else it begins by itself."""
        return self.by_phase or self.command is not None

    def is_about(self, occasion: Occasion) -> bool:
        """Whether this starts the fault."""
        if self.command is not None:
            return bool(occasion.command) and command_matches(self.command, occasion.command)
        return self.by_phase and phase_matches(occasion, self.whose, self.phase or "copy", self.at)

    @property
    def whose(self) -> str:
        """Which partitions' migrations can start it."""
        return self.partition or "*"


def check_at(phase: str | None, at: float | None) -> None:
    """Raises ValueError when a percentage is stated for a phase that has none."""
    if at is not None and phase not in (None, "copy"):
        raise ValueError(f"at is a percentage of the copy; the phase {phase} has none")


def phase_matches(occasion: Occasion, partition: str, phase: str, at: float | None) -> bool:
    """Whether the migration of such a partition is in this phase, and far enough."""
    if occasion.phase != phase or not named(partition, occasion.partition):
        return False
    return occasion.percent >= (at or 0)


def named(pattern: str, name: str | None) -> bool:
    """Whether a name fits a pattern with ``*`` and ``?``."""
    return name is not None and fnmatchcase(name, pattern)


def command_matches(pattern: str, words: Sequence[str]) -> bool:
    """Whether a command fits: by its name without folders, or as a whole when the pattern has a blank."""
    name, *arguments = words
    name = name.rpartition("/")[2]
    if name == "ioscli" and arguments and not pattern.startswith("ioscli"):
        name, *arguments = arguments
    return fnmatchcase(" ".join((name, *arguments)) if " " in pattern else name, pattern)
