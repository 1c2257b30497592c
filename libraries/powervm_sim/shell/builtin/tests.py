"""``test`` and ``[``."""

from __future__ import annotations

from collections.abc import Sequence

from powervm_sim.shell.builtin.base import Builtin, Invocation
from powervm_sim.shell.conditions import FILE_OPERATORS, INTEGER_OPERATORS, binary, unary
from powervm_sim.shell.conditions_parser import UNARY
from powervm_sim.shell.state import ShellError, State

_BINARY = frozenset({"=", "==", "!=", "<", ">"}) | INTEGER_OPERATORS | FILE_OPERATORS


class _WrongTest(Exception):
    """The words are no test."""


async def _test(invocation: Invocation) -> int:
    words = list(invocation.arguments)
    if invocation.name == "[" and words[-1:] != ["]"]:
        return await invocation.complain("missing `]'", 2)
    if invocation.name == "[":
        words.pop()
    try:
        return int(not await _holds(words, invocation.state))
    except (_WrongTest, ShellError) as error:
        return await invocation.complain(str(error), 2)


async def _holds(words: Sequence[str], state: State) -> bool:
    """By the number of words, as POSIX defines it; longer ones by precedence."""
    if not words:
        return False
    if len(words) == 1:
        return bool(words[0])
    if len(words) == 3 and words[1] in _BINARY:
        return await binary(words[1], words[0], words[2], state)
    if words[0] == "!" and len(words) <= 4:
        return not await _holds(words[1:], state)
    if len(words) == 2:
        if words[0] not in UNARY:
            raise _WrongTest(f"{words[0]}: unary operator expected")
        return await unary(words[0], words[1], state)
    reader = _Reader(words, state)
    result = await reader.any()
    if reader.position < len(words):
        kind = "binary operator expected" if len(words) == 3 else "too many arguments"
        raise _WrongTest(f"{words[1]}: {kind}" if len(words) == 3 else kind)
    return result


class _Reader:
    """Recursive descent over ``-o``, ``-a``, ``!``, parentheses."""

    def __init__(self, words: Sequence[str], state: State) -> None:
        self._words = words
        self._state = state
        self.position = 0

    def _peek(self, offset: int = 0) -> str | None:
        index = self.position + offset
        return self._words[index] if index < len(self._words) else None

    def _take(self) -> str:
        word = self._peek()
        if word is None:
            raise _WrongTest("argument expected")
        self.position += 1
        return word

    async def any(self) -> bool:
        result = await self._all()
        while self._peek() == "-o":
            self.position += 1
            result = await self._all() or result
        return result

    async def _all(self) -> bool:
        result = await self._not()
        while self._peek() == "-a":
            self.position += 1
            result = await self._not() and result
        return result

    async def _not(self) -> bool:
        negated = False
        while self._peek() == "!" and self._peek(1) not in _BINARY:
            self.position += 1
            negated = not negated
        return await self._primary() != negated

    async def _primary(self) -> bool:
        if self._peek(1) in _BINARY and self._peek(2) is not None:
            left, operator, right = self._take(), self._take(), self._take()
            return await binary(operator, left, right, self._state)
        word = self._take()
        if word == "(":
            result = await self.any()
            if self._take() != ")":
                raise _WrongTest("`)' expected")
            return result
        if word in UNARY and self._peek() is not None and self._peek() not in ("-a", "-o", ")"):
            return await unary(word, self._take(), self._state)
        return bool(word)


UTILITIES: dict[str, Builtin] = {"test": _test, "[": _test}
