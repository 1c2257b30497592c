"""Reads sed scripts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from powervm_sim.shell.filters.base import ToolError
from powervm_sim.shell.posix import Expression, ExpressionError

_SIMPLE = frozenset("=dDgGhHxnNpPzF")
_REFUSED = frozenset("erwRWlvM")


@dataclass(frozen=True)
class Address:
    """One address. ``kind`` is ``line``, ``last``, ``match``, ``step``, ``plus`` or ``multiple``.

    A match without expression means the last one that was used.
    """

    kind: str
    number: int = 0
    step: int = 0
    expression: Expression | None = None


@dataclass(frozen=True)
class Substitute:
    """``s``: pieces of the replacement are texts, group numbers and ``(letter,)`` for ``\\U`` and its like."""

    expression: Expression | None
    replacement: tuple[str | int | tuple[str], ...]
    every: bool
    show: bool
    nth: int


@dataclass
class Step:
    """One command. ``target`` is where a branch or the end of a block goes on."""

    name: str
    first: Address | None = None
    second: Address | None = None
    negated: bool = False
    text: str = ""
    number: int = 0
    substitute: Substitute | None = None
    table: dict[str, str] = field(default_factory=dict)
    target: int = 0
    inside: bool = False
    until: int = 0


class ScriptReader:
    """Reads one script into steps."""

    def __init__(self, text: str, *, extended: bool) -> None:
        self._text = text
        self._position = 0
        self._extended = extended
        self._steps: list[Step] = []
        self._blocks: list[int] = []
        self._labels: dict[str, int] = {}

    def read(self) -> list[Step]:
        """The steps. Raises ToolError as sed words it."""
        while True:
            self._skip(" \t\n;")
            if self._position >= len(self._text):
                break
            if self._peek() == "#":
                self._rest_of_line()
            else:
                self._command()
        if self._blocks:
            self._fail("unmatched `{'", at=0)
        for step in self._steps:
            if step.name in "btT":
                self._resolve(step)
        return self._steps

    def _resolve(self, step: Step) -> None:
        if step.text and step.text not in self._labels:
            raise ToolError(f"-e expression #1, char {len(self._text)}: can't find label for jump to `{step.text}'")
        step.target = self._labels.get(step.text, len(self._steps))

    def _fail(self, reason: str, at: int | None = None) -> NoReturn:
        raise ToolError(f"-e expression #1, char {self._position if at is None else at}: {reason}")

    def _peek(self) -> str:
        return self._text[self._position : self._position + 1]

    def _take(self) -> str:
        character = self._peek()
        self._position += 1
        return character

    def _skip(self, characters: str) -> None:
        while self._peek() and self._peek() in characters:
            self._position += 1

    def _rest_of_line(self) -> str:
        end = self._text.find("\n", self._position)
        end = len(self._text) if end < 0 else end
        text, self._position = self._text[self._position : end], end
        return text

    def _digits(self) -> int | None:
        start = self._position
        while self._peek().isdigit() and self._peek().isascii():
            self._position += 1
        return int(self._text[start : self._position][:18]) if self._position > start else None

    def _command(self) -> None:
        first = self._address()
        second = None
        self._skip(" \t")
        if first and self._peek() == ",":
            self._take()
            self._skip(" \t")
            second = self._address(second=True)
            if second is None:
                self._fail("unexpected `,'", at=self._position)
        self._skip(" \t")
        step = Step("", first, second)
        while self._peek() == "!":
            self._take()
            step.negated = True
            self._skip(" \t")
        step.name = self._take()
        if not step.name:
            self._fail("missing command", at=len(self._text))
        self._arguments(step)

    def _address(self, *, second: bool = False) -> Address | None:
        character = self._peek()
        if character == "$":
            self._take()
            return Address("last")
        if character in ("+", "~") and second:
            self._take()
            return Address("plus" if character == "+" else "multiple", self._digits() or 0)
        if character == "/" or character == "\\":
            if self._take() == "\\":
                character = self._take()
            return self._match_address(character)
        number = self._digits()
        if number is None:
            return None
        if self._peek() == "~" and not second:
            self._take()
            return Address("step", number, self._digits() or 0)
        return Address("line", number)

    def _match_address(self, delimiter: str) -> Address:
        source = self._delimited(delimiter, "unterminated address regex")
        ignore = False
        while self._peek() and self._peek() in "IM":
            if self._take() == "M":
                self._fail("M: not simulated")
            ignore = True
        return Address("match", expression=self._expression(source, ignore_case=ignore))

    def _expression(self, source: str, *, ignore_case: bool) -> Expression | None:
        if not source:
            return None
        try:
            return Expression(source, extended=self._extended, ignore_case=ignore_case, escapes=True)
        except ExpressionError as error:
            self._fail(str(error))

    def _delimited(self, delimiter: str, failure: str, *, expression: bool = True) -> str:
        """Text up to the delimiter, which is taken. A quoted delimiter loses its backslash."""
        kept: list[str] = []
        bracket = False
        while (character := self._take()) != delimiter or bracket:
            if not character:
                self._fail(failure, at=len(self._text))
            if character == "\\" and not bracket:
                following = self._take()
                kept.append(following if following == delimiter and delimiter != "\n" else "\\" + following)
                continue
            if expression and character == "[" and not bracket:
                bracket = True
                kept.append(character + self._bracket_start())
                continue
            bracket = bracket and character != "]"
            if bracket and character == "[" and self._peek() in (":", "."):
                end = self._text.find(self._peek() + "]", self._position + 1)
                if end > 0:
                    kept.append(character + self._text[self._position : end + 2])
                    self._position = end + 2
                    continue
            kept.append(character)
        return "".join(kept)

    def _bracket_start(self) -> str:
        """The characters after ``[`` that do not end it: ``^`` and a first ``]``."""
        start = self._position
        if self._peek() == "^":
            self._take()
        if self._peek() == "]":
            self._take()
        return self._text[start : self._position]

    def _arguments(self, step: Step) -> None:
        name = step.name
        if name == "}":
            if not self._blocks:
                self._fail("unexpected `}'")
            self._steps[self._blocks.pop()].target = len(self._steps)
        elif name == "{":
            self._blocks.append(len(self._steps))
        elif name in _REFUSED:
            self._fail(f"{name}: not simulated")
        elif name in _READERS:
            _READERS[name](self, step)
        elif name not in _SIMPLE:
            self._fail(f"unknown command: `{name}'")
        if name not in "}:":
            self._steps.append(step)
        if name not in "{aic":
            self._end()

    def _status(self, step: Step) -> None:
        self._skip(" \t")
        step.number = self._digits() or 0

    def _label(self, step: Step) -> None:
        self._skip(" \t")
        start = self._position
        while self._peek() not in ("", "\n", ";", "}") or (step.name == ":" and self._peek() == "}"):
            self._take()
        step.text = self._text[start : self._position].strip()
        if step.name == ":":
            if not step.text:
                self._fail('":" lacks a label')
            self._labels[step.text] = len(self._steps)

    def _end(self) -> None:
        self._skip(" \t")
        if self._peek() in ("", "\n", ";", "#"):
            return
        if self._peek() != "}":
            self._fail("extra characters after command", at=self._position + 1)

    def _lines(self, step: Step) -> None:
        """The text of ``a``, ``i``, ``c``: on the same line, or on the next ones, joined by backslashes."""
        self._skip(" \t")
        if self._peek() == "\\":
            self._take()
            self._skip(" \t")
            if self._peek() == "\n":
                self._take()
        elif not self._peek():
            self._fail("expected \\ after `a', `c' or `i'")
        kept: list[str] = []
        while self._peek() and self._peek() != "\n":
            character = self._take()
            kept.append(self._take() if character == "\\" else character)
        step.text = "".join(kept) + "\n"

    def _substitute(self, step: Step) -> None:
        delimiter = self._take()
        if not delimiter or delimiter in "\n\\":
            self._fail("unterminated `s' command", at=len(self._text))
        source = self._delimited(delimiter, "unterminated `s' command")
        replacement = self._delimited(delimiter, "unterminated `s' command", expression=False)
        every = show = ignore = False
        nth = 1
        while self._peek() and self._peek() not in "\n;}# \t":
            number = self._digits()
            if number is not None:
                nth = number
                continue
            flag = self._take()
            if flag in "mMew":
                self._fail(f"{flag}: not simulated")
            if flag not in "gpiI":
                self._fail("unknown option to `s'")
            every, show, ignore = every or flag == "g", show or flag == "p", ignore or flag in "iI"
        if nth == 0:
            self._fail("number option to `s' command may not be zero")
        expression = self._expression(source, ignore_case=ignore)
        pieces = self._pieces(replacement, 9 if expression is None else expression.groups)
        step.substitute = Substitute(expression, pieces, every, show, nth)

    def _pieces(self, text: str, groups: int) -> tuple[str | int | tuple[str], ...]:
        pieces: list[str | int | tuple[str]] = []
        position = 0
        while position < len(text):
            character = text[position]
            following = text[position + 1 : position + 2]
            if character == "&":
                pieces.append(0)
            elif character == "\\" and following:
                pieces.append(self._escaped(following, groups))
                position += 1
            else:
                pieces.append(character)
            position += 1
        return tuple(pieces)

    def _escaped(self, character: str, groups: int) -> str | int | tuple[str]:
        if character in "0123456789":
            if int(character) > groups:
                self._fail(f"invalid reference \\{character} on `s' command's RHS")
            return int(character)
        if character in "ULulE":
            return (character,)
        return {"n": "\n", "t": "\t", "r": "\r"}.get(character, character)

    def _table(self, step: Step) -> None:
        delimiter = self._take()
        failure = "unterminated `y' command"
        sets = [self._delimited(delimiter, failure, expression=False) for _ in range(2)]
        first, second = ([self._single(piece) for piece in self._pieces(text, -1)] for text in sets)
        if len(first) != len(second):
            self._fail("strings for `y' command are different lengths")
        step.table = dict(zip(first, second, strict=True))

    @staticmethod
    def _single(piece: str | int | tuple[str]) -> str:
        return piece if isinstance(piece, str) else "&" if piece == 0 else str(piece)


_READERS: dict[str, Callable[[ScriptReader, Step], None]] = {
    **dict.fromkeys("btT:", ScriptReader._label),  # noqa: SLF001 - the class's own table
    **dict.fromkeys("aic", ScriptReader._lines),  # noqa: SLF001
    **dict.fromkeys("qQ", ScriptReader._status),  # noqa: SLF001
    "s": ScriptReader._substitute,  # noqa: SLF001
    "y": ScriptReader._table,  # noqa: SLF001
}
"""Commands with arguments of their own."""
