"""Figures of a row of numbers that make no assumption about how they are spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

__all__ = ["blocks", "median", "percentile", "rising", "slope"]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the numbers lies, by linear interpolation; the numbers need not be sorted.

    Args:
        values: At least one.
        share: From 0 to 1.
    """
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def blocks(values: Sequence[float], most: int) -> list[float]:
    """At most so many medians of neighbouring numbers, in their order: the same trend with less noise."""
    count = min(most, len(values))
    edges = [round(place * len(values) / count) for place in range(count + 1)] if count else []
    return [median(values[begin:end]) for begin, end in pairwise(edges)]


def slope(values: Sequence[float]) -> float:
    """Theil-Sen estimate of the growth from one number to the next: the median over all pairs.

    Up to 29 percent of the numbers may be anything without it following them.
    """
    pairs = [
        (values[later] - values[earlier]) / (later - earlier)
        for earlier in range(len(values))
        for later in range(earlier + 1, len(values))
    ]
    return median(pairs) if pairs else 0.0


def rising(values: Sequence[float]) -> float:
    """The probability that a row without any trend looks as much like a rising one as this: Mann-Kendall, one-sided.

    Ties are accounted for; 1.0 for fewer than four numbers, or when all are the same.
    """
    count = len(values)
    if count < 4:
        return 1.0
    score = sum(
        (values[later] > values[earlier]) - (values[later] < values[earlier])
        for earlier in range(count)
        for later in range(earlier + 1, count)
    )
    ties: dict[float, int] = {}
    for value in values:
        ties[value] = ties.get(value, 0) + 1
    variance = count * (count - 1) * (2 * count + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties.values())
    if variance <= 0:
        return 1.0
    deviation = math.sqrt(variance / 18)
    score -= (score > 0) - (score < 0)
    return 0.5 * math.erfc(score / deviation / math.sqrt(2))
