"""The verdict on a stretch of a kernel log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from powervm.kernel_log.lines import ERR, WARN, Event, Line, group_events
from powervm.kernel_log.rules import Rule, RuleClass, Rules

_SHOWN_LINES = 5


@dataclass(frozen=True)
class Judged:
    """An event and what it means.

    Attributes:
        rule: What decided; None when no rule is about it and its level decided.
        reason: Why it means that.
        before: The lines in front of it, for context.
    """

    event: Event
    means: RuleClass
    rule: Rule | None
    reason: str
    before: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What a stretch of a kernel log came to.

    Attributes:
        judged: Every event that has a class, in order; plain lines of levels notice to debug have none.
        lines: How many lines were looked at.
        lost: Why lines may be missing; empty when none can be.
    """

    judged: tuple[Judged, ...]
    lines: int
    lost: str = ""
    _counts: dict[RuleClass, int] = field(default_factory=dict, repr=False)

    @property
    def clean(self) -> bool:
        """No error, and no line can be missing."""
        return not self.of(RuleClass.ERROR) and not self.lost

    def of(self, means: RuleClass) -> list[Judged]:
        """The events of a class."""
        return [item for item in self.judged if item.means is means]

    @property
    def counts(self) -> dict[str, int]:
        """Events by class."""
        found = Counter(item.means.value for item in self.judged)
        return {means.value: found[means.value] for means in RuleClass}

    def sentence(self) -> str:
        """The first thing that is wrong, or that nothing is."""
        errors = self.of(RuleClass.ERROR)
        if errors:
            first = errors[0]
            more = f" ({len(errors)} in all)" if len(errors) > 1 else ""
            return f"the kernel logged an error{more}: {first.event.first.text} [{first.reason}]"
        if self.lost:
            return f"lines of the kernel log may be lost: {self.lost}"
        return f"the kernel log is clean ({self.lines} lines)."


def judge(
    lines: Sequence[Line], rules: Rules, *, kernel: str = "", firmware: str = "", today: date, lost: str = ""
) -> Verdict:
    """Judge lines: a rule decides first, then the level (err and above is an error, warn is noteworthy).

    Args:
        lines: All lines of the stretch, in order.
        rules: What is known.
        kernel: Release of the kernel, for rules that are about some only.
        firmware: Level of the platform firmware, likewise.
        today: For rules that expire.
        lost: Why lines may be missing.
    """
    events = group_events(lines)
    judged = []
    position = 0
    for index, event in enumerate(events):
        found = _judge(event, events[index + 1 :], rules, kernel=kernel, firmware=firmware, today=today)
        if found is not None:
            means, rule, reason = found
            before = tuple(lines[max(0, position - _SHOWN_LINES) : position])
            judged.append(Judged(event, means, rule, reason, before))
        position += len(event.lines)
    return Verdict(tuple(judged), len(lines), lost)


def _judge(
    event: Event, later: Sequence[Event], rules: Rules, *, kernel: str, firmware: str, today: date
) -> tuple[RuleClass, Rule | None, str] | None:
    rule = rules.find(event, kernel=kernel, firmware=firmware, today=today)
    if rule is not None:
        if rule.recovered(event, later):
            return rule.means, rule, rule.reason
        return RuleClass.ERROR, rule, f"{rule.reason}; it did not recover"
    if event.level <= ERR:
        return RuleClass.ERROR, None, "an error that no rule is about"
    if event.level == WARN:
        return RuleClass.NOTEWORTHY, None, "a warning that no rule is about"
    return None
