"""What grows or leaks over the iterations of a loop: pure functions from rows of numbers to findings.

Two rules:

*Leaks* are about what has to be the same after every round trip, such as the number of adapters. When the last values
of a row (up to three) all differ from the first one, and all in the same direction, something was left behind or lost.

*Drift* is about what always varies, such as the time until RMC is back. A row of at least ten numbers drifts when three
things are true together: a Mann-Kendall test says that chance alone would look like this once in a thousand rows; the
growth by the Theil-Sen slope over the whole row is more than a share of its median and more than a floor; and each
third of the row has a higher median than the one before it. The first number of a longer row is left out: caches are
cold then. Outliers, noise of any shape and single steps do not raise it; long rows are reduced to a hundred medians.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from powervm.loop.statistics import blocks, median, rising, slope
from powervm.outcome import Finding, Severity

LEAK, DRIFT = "leak", "drift"

_LAST = 3
_FEWEST = 10
_BLOCKS = 100
_CHANCE = 0.001


@dataclass(frozen=True)
class Rule:
    """How one row is judged.

    Attributes:
        what: For people.
        unit: Of its numbers.
        exact: It has to stay as it is (*leak*), else it may vary (*drift*).
        worse: ``up`` or ``down``: which drift matters.
        share: Of the median: less growth is none.
        floor: In its unit: less growth is none.
    """

    what: str
    unit: str
    exact: bool = False
    worse: Literal["up", "down"] = "up"
    share: float = 0.2
    floor: float = 0.0


RULES: Mapping[str, Rule] = {
    "partition_memory": Rule("memory of the partition on its console", "MB", exact=True),
    "memory_total": Rule("memory inside the partition", "kB", worse="down", share=0.02, floor=65536.0),
    "memory_available": Rule("available memory inside the partition", "kB", worse="down", share=0.05, floor=65536.0),
    "client_adapters": Rule("virtual adapters of the partition", "adapters", exact=True),
    "source_adapters": Rule("adapters for the partition in Virtual I/O Servers of the source", "adapters", exact=True),
    "target_adapters": Rule("adapters for the partition in Virtual I/O Servers of the target", "adapters", exact=True),
    "source_all_adapters": Rule("adapters of all Virtual I/O Servers of the source", "adapters", share=0.0, floor=2.0),
    "target_all_adapters": Rule("adapters of all Virtual I/O Servers of the target", "adapters", share=0.0, floor=2.0),
    "rmc_there": Rule("return of RMC after the way there", "s", floor=5.0),
    "rmc_back": Rule("return of RMC after the way back", "s", floor=5.0),
    "blackout_there": Rule("blackout on the way there", "s", floor=0.2),
    "blackout_back": Rule("blackout on the way back", "s", floor=0.2),
    "migration_there": Rule("migration on the way there", "s", floor=5.0),
    "migration_back": Rule("migration on the way back", "s", floor=5.0),
}
"""The rows that are watched."""


def judge_rows(subject: str, rows: Mapping[str, Sequence[float]]) -> list[Finding]:
    """A finding for each row that there are numbers of: a leak is an error, a drift a warning.

    Args:
        subject: The partition.
        rows: By the names of `RULES`, in the order of the iterations.
    """
    found = []
    for name, rule in RULES.items():
        values = rows.get(name, ())
        if len(values) < 2:
            continue
        text = leak_text(rule, values) if rule.exact else drift_text(rule, values)
        if not rule.exact and len(values) < _FEWEST:
            few = f"{rule.what}: {len(values)} values are too few to tell."
            found.append(_finding(Severity.OK, rule, subject, few))
        elif not text:
            found.append(_finding(Severity.OK, rule, subject, f"{rule.what}: no {'leak' if rule.exact else 'drift'}."))
        elif rule.exact:
            found.append(_finding(Severity.ERROR, rule, subject, text, "Look for what a migration left behind."))
        else:
            found.append(_finding(Severity.WARNING, rule, subject, text, "Compare the first and the last iterations."))
    return found


def leak_text(rule: Rule, values: Sequence[float]) -> str:
    """What is wrong with a row that has to stay as it is; an empty text when nothing is."""
    first = values[0]
    last = values[max(1, len(values) - _LAST) :]
    if not (last and (all(value > first for value in last) or all(value < first for value in last))):
        return ""
    since = next(place for place in range(len(values)) if all(value != first for value in values[place:]))
    return (
        f"{rule.what}: {_amount(first, rule)} at first and {_amount(values[-1], rule)} at last, "
        f"since round trip {since} of {len(values) - 1}."
    )


def drift_text(rule: Rule, values: Sequence[float]) -> str:
    """What is wrong with a row that may vary; an empty text when nothing is."""
    if len(values) < _FEWEST:
        return ""
    row = values[1:] if len(values) > _FEWEST else values
    sign = 1.0 if rule.worse == "up" else -1.0
    points = [sign * value for value in blocks(row, _BLOCKS)]
    growth = slope(points) * (len(points) - 1)
    needed = max(rule.floor, rule.share * abs(median(points)))
    if growth <= needed or rising(points) >= _CHANCE or not _step_by_step(points):
        return ""
    word = "grew" if sign > 0 else "shrank"
    before, after = _thirds(row)[0], _thirds(row)[-1]
    return (
        f"{rule.what} {word} from {_amount(before, rule)} to {_amount(after, rule)} "
        f"(medians of the first and the last third of {len(values)} values)."
    )


def _step_by_step(points: Sequence[float]) -> bool:
    """Each third lies above the one before it: one step alone, or a rise and fall, is no drift."""
    low, middle, high = _thirds(points)
    return low < middle < high


def _thirds(values: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = blocks(values, 3)
    return low, middle, high


def _amount(value: float, rule: Rule) -> str:
    return f"{value:.6g} {rule.unit}"


def _finding(severity: Severity, rule: Rule, subject: str, text: str, remedy: str = "") -> Finding:
    check = LEAK if rule.exact else DRIFT
    return Finding(severity=severity, check=check, subject=subject, text=text, remedy=remedy)
