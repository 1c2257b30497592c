"""What is wrong with a lab file, said so that it can be put right at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from powervm.errors import MobilityError

_SIMILAR = 0.6


@dataclass(frozen=True)
class Problem:
    """One thing in a lab file that is wrong or worth a warning.

    Args:
        file: The file, as the user named it.
        line: Line number from 1, or None when no line is to blame.
        key: Where in the file, for example ``moves.crosshmc.to``; empty for the file as a whole.
        wrong: What is wrong, as a sentence.
        right: What would be right, as a sentence.
    """

    file: str
    line: int | None
    key: str
    wrong: str
    right: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f"{place}: {self.key}:" if self.key else f"{place}:"
        return " ".join(part for part in (where, self.wrong, self.right) if part)


class LabFileError(MobilityError):
    """A lab file cannot be used; the text shows every problem, one per line.

    Attributes:
        problems: The problems in the order of the file.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0))
        lines = [str(problem) for problem in self.problems]
        if len(lines) > 1:
            lines.insert(0, f"The lab file {self.problems[0].file} has {len(lines)} problems:")
        super().__init__("\n".join(lines))


def suggestion(name: str, known: Iterable[str]) -> str:
    """A sentence that helps somebody who wrote ``name`` where only one of ``known`` can stand."""
    names = list(known)
    near = _nearest(name, names)
    if near:
        return f"Did you mean {' or '.join(repr(candidate) for candidate in near[:3])}?"
    return f"Known here: {', '.join(names)}." if names else "None is known here."


def _nearest(name: str, known: Sequence[str]) -> list[str]:
    """The most similar names, several when they are equally so."""
    matcher = difflib.SequenceMatcher(b=name.lower())
    similar: dict[float, list[str]] = {}
    for candidate in known:
        matcher.set_seq1(candidate.lower())
        similar.setdefault(matcher.ratio(), []).append(candidate)
    best = max(similar, default=0.0)
    return similar[best] if best >= _SIMILAR else []
