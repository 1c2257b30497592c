"""From words to fields: braces, tilde, parameters, substitutions, splitting, file name patterns, quote removal."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from powervm_sim.shell import globbing, parameters, patterns
from powervm_sim.shell.arithmetic import ArithmeticFailure, evaluate
from powervm_sim.shell.braces import TooManyWords, expand_braces
from powervm_sim.shell.state import ShellError, State
from powervm_sim.shell.syntax import Arithmetic, Literal, Parameter, Script, Substitution, Word

LONGEST = 1024 * 1024
"""Characters that one word may become."""

_LONGEST_BRACES = 4096
_ORDINARY = re.compile(r"[\w./:,=@%+-]{1,1000}")
"""A word that stands for itself whatever the shell's settings are."""

Substitute = Callable[[Script], Awaitable[str]]
"""Runs the script of a ``$(...)`` and returns what it printed."""


@dataclass(frozen=True)
class Piece:
    """Expanded text.

    Attributes:
        quoted: No pattern characters in it.
        split: To be cut at the characters of IFS.
        breaks: A field ends before it (between the elements of ``"$@"``).
    """

    text: str
    quoted: bool
    split: bool = False
    breaks: bool = False


class Expander:
    """Expands words with a shell's memory."""

    def __init__(self, state: State, substitute: Substitute) -> None:
        self._state = state
        self._substitute = substitute

    async def fields(self, words: Sequence[Word]) -> list[str]:
        """The arguments that words become. Raises ShellError."""
        result: list[str] = []
        for word in words:
            if (plain := word.plain) and _ORDINARY.fullmatch(plain):
                result.append(plain)
                continue
            for single in self._braces(word):
                for field in self._split(await self._pieces(single, tilde=True)):
                    result.extend(await self._globbed(field))
        return result

    async def text(self, word: Word) -> str:
        """The word as one text: not split, no file name patterns. Raises ShellError."""
        return "".join(piece.text for piece in _spaced(await self._pieces(word, tilde=True)))

    async def pattern(self, word: Word) -> str:
        """The word as a pattern: what was quoted stands for itself. Raises ShellError."""
        pieces = _spaced(await self._pieces(word, tilde=False))
        return "".join(patterns.quote(piece.text) if piece.quoted else piece.text for piece in pieces)

    async def regular_expression(self, word: Word) -> str:
        """The word after ``=~``: what was quoted stands for itself. Raises ShellError."""
        pieces = _spaced(await self._pieces(word, tilde=False))
        return "".join(_literal_expression(piece.text) if piece.quoted else piece.text for piece in pieces)

    async def arithmetic(self, word: Word) -> int:
        """The value of an arithmetic expression. Raises ShellError."""
        expression = await self.text(word)
        try:
            return evaluate(expression, self._state.variables)
        except ArithmeticFailure as failure:
            raise ShellError(str(failure), scope="line") from None

    def _braces(self, word: Word) -> list[Word]:
        if not self._state.dialect.braces or len(word.raw) > _LONGEST_BRACES:
            return [word]
        try:
            return expand_braces(word)
        except TooManyWords:
            raise ShellError("brace expansion: too many words: not simulated", scope="line") from None

    async def _pieces(self, word: Word, *, tilde: bool) -> list[Piece]:
        pieces: list[Piece] = []
        for index, part in enumerate(word.parts):
            if isinstance(part, Literal):
                text = self._tilde(part.text) if tilde and index == 0 and not part.quoted else None
                pieces.append(Piece(part.text, part.quoted) if text is None else Piece(text, quoted=True))
            elif isinstance(part, Parameter):
                pieces.extend(await self._parameter(part))
            elif isinstance(part, Substitution):
                text = (await self._substitute(part.body)).replace("\0", "").rstrip("\n")
                pieces.append(Piece(text, part.quoted, split=not part.quoted))
            else:
                pieces.append(await self._arithmetic(part))
        if sum(len(piece.text) for piece in pieces) > LONGEST:
            raise ShellError("a word longer than 1 MiB: not simulated", scope="line")
        return pieces

    def _tilde(self, text: str) -> str | None:
        head, slash, rest = text.partition("/")
        if head == "~":
            return (self._state.get("HOME") or "/") + slash + rest
        if head == "~+":
            return (self._state.get("PWD") or "/") + slash + rest
        home = self._home_of(head[1:]) if head.startswith("~") else None
        return None if home is None else home + slash + rest

    def _home_of(self, user: str) -> str | None:
        """The home folder of a user; the shell knows of its own user and of root."""
        if user == self._state.get("USER"):
            return self._state.get("HOME") or "/"
        return "/root" if user == "root" and not self._state.dialect.restricted else None

    async def _arithmetic(self, part: Arithmetic) -> Piece:
        return Piece(str(await self.arithmetic(part.expression)), part.quoted, split=not part.quoted)

    async def _parameter(self, part: Parameter) -> list[Piece]:
        if part.name in ("@", "*") and not part.operation:
            return self._positional(part)
        if part.operation[-1:] in ("-", "+") and part.operation[:1] in (":", "-", "+"):
            return await self._alternative(part)
        value = await parameters.value_of(part, self._state, self)
        return [Piece(value, part.quoted, split=not part.quoted)]

    def _positional(self, part: Parameter) -> list[Piece]:
        if part.quoted and part.name == "*":
            return [Piece(self._state.get("*") or "", quoted=True)]
        values = self._state.positional
        if not values and part.quoted:
            return [Piece("", quoted=False)]
        return [Piece(value, part.quoted, not part.quoted, breaks=index > 0) for index, value in enumerate(values)]

    async def _alternative(self, part: Parameter) -> list[Piece]:
        """``${x:-word}`` and ``${x:+word}``: the word keeps its own quotes."""
        value = self._state.get(part.name)
        missing = value is None or (part.operation.startswith(":") and not value)
        if missing == part.operation.endswith("-"):
            pieces = await self._pieces(part.arguments[0], tilde=not part.quoted)
            return [Piece(p.text, p.quoted or part.quoted, not (p.quoted or part.quoted), p.breaks) for p in pieces]
        if part.operation.endswith("+"):
            return [Piece("", part.quoted)]
        return [Piece(value or "", part.quoted, split=not part.quoted)]

    def _split(self, pieces: list[Piece]) -> list[list[Piece]]:
        """Fields: cut at IFS where a piece may be split, and at breaks. A quoted empty piece makes a field."""
        splitter = _Splitter(self._state.get("IFS") if self._state.get("IFS") is not None else " \t\n")
        for piece in pieces:
            splitter.add(piece)
        return splitter.finish()

    async def _globbed(self, field: list[Piece]) -> list[str]:
        plain = "".join(piece.text for piece in field)
        files = self._state.files
        if files is None or self._state.options.noglob:
            return [plain]
        if not any(not piece.quoted and patterns.is_pattern(piece.text.replace("\\", "")) for piece in field):
            return [plain]
        pattern = "".join(patterns.quote(p.text) if p.quoted else p.text.replace("\\", "\\\\") for p in field)
        return await globbing.names(pattern, files, self._state.variables) or [plain]


class _Splitter:
    """Cuts pieces into fields at the characters of IFS."""

    def __init__(self, separators: str | None) -> None:
        separators = separators or ""
        self._all = separators
        self._blank = "".join(character for character in separators if character in " \t\n")
        self._fields: list[list[Piece]] = []
        self._current: list[Piece] = []
        self._pending = False

    def add(self, piece: Piece) -> None:
        if piece.breaks:
            self._end(force=bool(self._current))
        if piece.split and self._all:
            self._add_split(piece)
        elif piece.text or piece.quoted:
            self._current.append(piece)

    def finish(self) -> list[list[Piece]]:
        self._end(force=False)
        return self._fields

    def _end(self, *, force: bool) -> None:
        if self._current or force:
            self._fields.append(self._current)
            self._current = []

    def _add_split(self, piece: Piece) -> None:
        text, position = piece.text, 0
        begin = 0
        while position < len(text):
            if text[position] not in self._all:
                position += 1
                continue
            if position > begin:
                self._current.append(Piece(text[begin:position], piece.quoted))
            begin = position = self._separator(text, position)
        if begin < len(text):
            self._current.append(Piece(text[begin:], piece.quoted))

    def _separator(self, text: str, position: int) -> int:
        """End the field at a separator: blanks, at most one other character, blanks. Returns where text goes on."""
        end = self._blanks(text, position)
        visible = end < len(text) and text[end] in self._all
        self._end(force=visible)
        return self._blanks(text, end + 1) if visible else end

    def _blanks(self, text: str, position: int) -> int:
        while position < len(text) and text[position] in self._blank:
            position += 1
        return position


def _spaced(pieces: list[Piece]) -> list[Piece]:
    """Where the elements of ``$@`` cannot become fields, blanks stand between them."""
    result: list[Piece] = []
    for piece in pieces:
        if piece.breaks:
            result.append(Piece(" ", quoted=True))
        result.append(piece)
    return result


def _literal_expression(text: str) -> str:
    return "".join("\\" + character if character in r".[]{}()*+?^$|\\" else character for character in text)
