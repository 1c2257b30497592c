"""POSIX regular expressions (basic and extended, with GNU's additions) on top of Python's ``re``.

Python's matcher backtracks, and an expression such as ``(a+)+$`` can keep it busy for ages. Expressions with nested
repetitions or repeated choices, and those with many repetitions on long lines, therefore go to `automaton`, whose time
is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from powervm_sim.shell.automaton import Automaton, TooBig
from powervm_sim.shell.posix_syntax import ExpressionError, Node, Reader, python_source, walk

__all__ = ["Expression", "ExpressionError", "Found"]

_MANY_REPETITIONS = 3
_LONG_LINE = 500


@dataclass(frozen=True)
class Found:
    """One match: spans of the whole and of the groups, (-1, -1) for a group that took no part."""

    text: str
    spans: Sequence[tuple[int, int]]

    @property
    def start(self) -> int:
        """Where the match begins."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.spans[0][1]

    def group(self, number: int = 0) -> str:
        """The text of a group, empty when it took no part."""
        start, end = self.spans[number]
        return self.text[start:end] if start >= 0 else ""


class Expression:
    """A compiled expression.

    Args:
        extended: ERE (``grep -E``, ``awk``) instead of BRE (``grep``, ``sed``).
        escapes: ``\\n`` and ``\\t`` mean line feed and tab, as in sed and awk.

    Raises:
        ExpressionError: The expression is wrong; the text is the C library's.
    """

    def __init__(self, source: str, *, extended: bool, ignore_case: bool = False, escapes: bool = False) -> None:
        self._node, self.groups = _parsed(source, extended, escapes)
        self._flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
        nested, self._repetitions, self._references = _measured(self._node)
        if nested and self._references:
            raise ExpressionError("Regular expression too big")
        self._automaton: Automaton | None = self._bounded() if nested else None
        self._always = nested
        try:
            self._pattern = re.compile(python_source(self._node), self._flags)
        except (re.error, OverflowError, RecursionError):
            raise ExpressionError("Invalid regular expression") from None

    def search(self, text: str, position: int = 0) -> Found | None:
        """The first match from a position on."""
        if self._always or (self._repetitions >= _MANY_REPETITIONS and len(text) > _LONG_LINE and not self._references):
            if self._automaton is None:
                self._automaton = self._bounded()
            spans = self._automaton.search(text, position)
            return None if spans is None else Found(text, spans)
        match = self._pattern.search(text, position)
        return None if match is None else Found(text, match.regs)

    def matches(self, text: str, position: int = 0) -> Iterator[Found]:
        """All matches, none touching the one before with an empty text (as ``s///g`` and ``grep -o`` see them)."""
        last = -1
        while position <= len(text) and (match := self.search(text, position)) is not None:
            if match.end > match.start or match.start != last:
                yield match
            last = match.end
            position = match.end if match.end > match.start else match.end + 1

    def _bounded(self) -> Automaton:
        try:
            return Automaton(self._node, self.groups, self._flags)
        except TooBig:
            raise ExpressionError("Regular expression too big") from None


@lru_cache(maxsize=256)
def _parsed(source: str, extended: bool, escapes: bool) -> tuple[Node, int]:
    reader = Reader(source, extended=extended, escapes=escapes)
    try:
        return reader.read(), reader.groups
    except RecursionError:
        raise ExpressionError("Regular expression too big") from None


def _measured(node: Node) -> tuple[bool, int, bool]:
    """Whether there is a repetition or a choice in a repetition, the number of repetitions, and any back references."""
    repetitions = [part for part in walk(node) if part.kind == "repeat" and part.maximum != 1]
    nested = any(inner.kind in ("repeat", "choice") for outer in repetitions for inner in walk(outer.parts[0]))
    return nested, len(repetitions), any(part.kind == "reference" for part in walk(node))
