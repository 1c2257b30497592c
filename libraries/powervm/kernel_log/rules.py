"""Rules that say what a line of a kernel log means: data, in ``rules.yaml`` and in lab files."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from powervm.errors import MobilityError
from powervm.kernel_log.lines import LEVELS, Event


class RuleClass(str, Enum):
    """What a line means.

    ``expected``: belongs to a good migration. ``noteworthy``: shown as a warning. ``known-issue``: a defect that
    somebody knows of, shown as a warning until its rule expires. ``error``: fails the check.
    """

    EXPECTED = "expected"
    NOTEWORTHY = "noteworthy"
    KNOWN_ISSUE = "known-issue"
    ERROR = "error"


Expression = Annotated[str, Field(min_length=1, max_length=500)]
_RANGE = re.compile(r"\s*(>=|<=|==|<|>)\s*([\w.\-]+)\s*")


class Rule(BaseModel):
    """One rule.

    Attributes:
        id: A short name, unique.
        means: See `RuleClass`; ``class`` in the file.
        pattern: Regular expression that is searched in the first line of an event.
        levels: The rule is about these levels only; about all by default.
        recovery: Regular expression for a later line; without such a line the event is an error all the same. Named
            groups of ``pattern`` stand in it as ``{name}``.
        reason: Why it means that.
        source: Where that is known from.
        kernels: For these kernels only, for example ``>=5.14, <6.4``.
        firmware: For these levels of platform firmware only, for example ``<1060.20``.
        expires: After this day the rule must not be used any more; needed for a known issue.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, populate_by_name=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")
    means: RuleClass = Field(alias="class")
    pattern: Expression
    levels: tuple[str, ...] | None = None
    recovery: Expression | None = None
    reason: str
    source: str
    kernels: str | None = None
    firmware: str | None = None
    expires: date | None = None

    @field_validator("pattern")
    @classmethod
    def _is_expression(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"it is no regular expression: {error}") from None
        return value

    @field_validator("levels")
    @classmethod
    def _are_levels(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        unknown = [name for name in value or () if name not in LEVELS]
        if unknown:
            raise ValueError(f"{', '.join(unknown)} is no level; levels are {', '.join(LEVELS)}")
        return value

    @field_validator("kernels", "firmware")
    @classmethod
    def _is_range(cls, value: str | None) -> str | None:
        if value is not None and not all(_RANGE.fullmatch(part) for part in value.split(",")):
            raise ValueError("a range looks like '>=5.14, <6.4'")
        return value

    @model_validator(mode="after")
    def _known_issue_expires(self) -> Rule:
        if self.means is RuleClass.KNOWN_ISSUE and self.expires is None:
            raise ValueError("a known issue needs 'expires': the day when somebody has to look at it again")
        return self

    @functools.cached_property
    def expression(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self.pattern)

    def is_about(self, event: Event, *, kernel: str, firmware: str, today: date) -> bool:
        """Whether the rule is about this event on this system on this day."""
        if self.levels is not None and LEVELS[event.first.level] not in self.levels:
            return False
        if self.expires is not None and today > self.expires:
            return False
        if not (_within(kernel, self.kernels) and _within(firmware, self.firmware)):
            return False
        return self.expression.search(event.first.text) is not None

    def recovered(self, event: Event, later: Iterable[Event]) -> bool:
        """Whether what the rule wants to see afterwards is there; true when it wants nothing."""
        if self.recovery is None:
            return True
        match = self.expression.search(event.first.text)
        groups = {name: re.escape(value or "") for name, value in (match.groupdict() if match else {}).items()}
        wanted = re.compile(re.sub(r"\{([a-z]\w*)\}", lambda name: groups.get(name[1], ""), self.recovery))
        return any(wanted.search(line.text) for other in later for line in other.lines)


def _within(version: str, wanted: str | None) -> bool:
    """Whether a version is in a range; an unknown version is in none."""
    if wanted is None:
        return True
    numbers = _numbers(version)
    return bool(numbers) and all(_holds(numbers, part) for part in wanted.split(","))


def _holds(numbers: tuple[int, ...], part: str) -> bool:
    match = _RANGE.fullmatch(part)
    assert match is not None
    limit = _numbers(match[2])
    own = numbers[: len(limit)]
    return {
        ">=": own >= limit,
        "<=": own <= limit,
        "==": own == limit,
        "<": own < limit,
        ">": own > limit,
    }[match[1]]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(word) for word in re.findall(r"\d+", version))


@dataclass(frozen=True)
class Rules:
    """All rules, a tester's own first; the first one that is about an event decides."""

    rules: tuple[Rule, ...]

    def find(self, event: Event, *, kernel: str, firmware: str, today: date) -> Rule | None:
        """The rule that decides, if there is one."""
        return next(
            (rule for rule in self.rules if rule.is_about(event, kernel=kernel, firmware=firmware, today=today)), None
        )


class RuleError(MobilityError):
    """A rule for the kernel log cannot be used."""


def load_rules(own: Sequence[dict[str, Any]] = ()) -> Rules:
    """The built-in rules, with a tester's own in front of them.

    Raises:
        RuleError: A rule of one's own is wrong; the message names it and the key.
    """
    return Rules((*(_own_rule(number, data) for number, data in enumerate(own, 1)), *built_in_rules()))


def _own_rule(number: int, data: dict[str, Any]) -> Rule:
    filled = {"reason": "a rule of this lab file", "source": "this lab file", **data}
    try:
        return Rule.model_validate(filled)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    key = ".".join(str(part) for part in first["loc"]) or "the rule"
    raise RuleError(
        f"Rule {number} for the kernel log ({data.get('id', 'without an id')}), {key}: {first['msg']}.",
        remedy="docs/stage-logs.md shows a rule with all its keys.",
    )


@functools.cache
def built_in_rules() -> tuple[Rule, ...]:
    """The rules of ``rules.yaml``, in its order."""
    loaded = yaml.safe_load(Path(__file__).with_name("rules.yaml").read_text(encoding="utf-8"))
    return tuple(TypeAdapter(list[Rule]).validate_python(loaded))
