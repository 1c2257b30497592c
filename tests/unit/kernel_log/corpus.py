"""The labelled corpus, and how well the rules do on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from powervm.kernel_log import LEVELS, Line, RuleClass, Verdict, judge, load_rules

TODAY = date(2026, 1, 1)


def cases() -> list[dict[str, Any]]:
    """All labelled stretches."""
    loaded: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("corpus.yaml").read_text(encoding="utf-8"))
    return loaded


def lines_of(case: dict[str, Any]) -> list[Line]:
    """The lines of a stretch, a tenth of a second apart."""
    return [Line(100 + number / 10, LEVELS.index(level), text) for number, (level, text) in enumerate(case["lines"])]


def verdict_of(case: dict[str, Any]) -> Verdict:
    """The verdict with the built-in rules alone."""
    return judge(lines_of(case), load_rules(), kernel="5.14.0-503", firmware="FW1060.10", today=TODAY)


def found(verdict: Verdict, means: RuleClass) -> list[str]:
    """The first lines of the events of a class."""
    return [item.event.first.text for item in verdict.of(means)]


@dataclass(frozen=True)
class Score:
    """How well errors are told from everything else.

    Attributes:
        precision: Share of the events called errors that are errors.
        recall: Share of the errors that are called so.
    """

    precision: float
    recall: float


def score() -> Score:
    """Over the whole corpus."""
    right = called = wanted = 0
    for case in cases():
        errors = found(verdict_of(case), RuleClass.ERROR)
        right += len(set(errors) & set(case["errors"]))
        called += len(errors)
        wanted += len(case["errors"])
    return Score(right / called, right / wanted)
