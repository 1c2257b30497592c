"""Shell patterns matched in time that grows with the text only, whatever the pattern: for texts that anyone may send.

A regular expression tries all ways to divide a text among several ``*``. Here the set of all places in the pattern
that can be reached is carried along the text, one bit for each place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from powervm_sim.shell.state import ShellError

ANY = ""
"""The element ``*``."""

_LONGEST = 4096
_MOST_MASKS = 4096


class Glob:
    """One pattern.

    Attributes:
        width: Characters that it matches at least; all that it matches without a ``*``.

    Args:
        elements: `ANY`, or regular expressions that match one character each.

    Raises:
        ShellError: It is too long.
    """

    def __init__(self, elements: Sequence[str]) -> None:
        self._stars = 0
        self._by_class: dict[str, int] = {}
        if len(elements) > _LONGEST:
            raise ShellError(f"a pattern longer than {_LONGEST} characters: not simulated", scope="line")
        count = 0
        for element in elements:
            if element == ANY:
                self._stars |= 1 << count
            else:
                self._by_class[element] = self._by_class.get(element, 0) | 1 << count
                count += 1
        self.width = count
        self._end = 1 << count
        self._masks: dict[str, int] = {}
        self._matchers = [(_character(source), mask) for source, mask in self._by_class.items()]

    @property
    def has_star(self) -> bool:
        """Whether it matches texts of several lengths."""
        return self._stars != 0

    def fullmatch(self, text: Iterable[str]) -> bool:
        """Whether the whole text matches."""
        places = 1
        for character in text:
            places = self._step(places, character)
            if not places:
                return False
        return places & self._end != 0

    def ends(self, text: Iterable[str], *, anywhere: bool = False) -> Iterator[int]:
        """How many characters of the text's beginning match: all possible numbers, the smallest first.

        Args:
            anywhere: The match may also begin later in the text; the number is where it ends.
        """
        places = 1
        if places & self._end:
            yield 0
        for number, character in enumerate(text, start=1):
            places = self._step(places, character) | anywhere
            if not places:
                return
            if places & self._end:
                yield number

    def _step(self, places: int, character: str) -> int:
        mask = self._masks.get(character)
        if mask is None:
            mask = 0
            for matcher, bits in self._matchers:
                if matcher.fullmatch(character):
                    mask = mask | bits if mask else bits
            if len(self._masks) >= _MOST_MASKS:
                self._masks.clear()
            self._masks[character] = mask
        return (places & mask) << 1 | places & self._stars


@lru_cache(maxsize=512)
def _character(source: str) -> re.Pattern[str]:
    return re.compile(source, re.DOTALL)
