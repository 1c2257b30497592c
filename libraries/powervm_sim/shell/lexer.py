"""Cuts a script into tokens: words (with their quotes and expansions resolved into parts), operators, line ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal as OneOf

from powervm_sim.shell.syntax import HereDocument, Script, ShellSyntaxError, Word
from powervm_sim.shell.words import WordReader

OPERATORS = (
    "<<<", "<<-", "&>>", ";;&", "&&", "||", ";;", ";&", "<<", ">>", "<&", ">&", "<>", ">|", "&>", "|&",
    "&", "|", ";", "<", ">", "(", ")",
)  # fmt: skip
"""Longest first."""

_OPERATOR = re.compile("|".join(map(re.escape, OPERATORS)))
_BLANKS = re.compile(r"(?:[ \t]|\\\n)+")
_NUMBER = re.compile(r"\d+(?=[<>])")


@dataclass(frozen=True)
class Token:
    """One token. ``text`` is as written; ``word`` is set for words."""

    kind: OneOf["word", "operator", "number", "newline", "end"]
    text: str
    start: int
    word: Word | None = None


class Lexer:
    """Tokens on demand, one ahead.

    Args:
        nested: Reads the script of a ``$(...)`` that begins at a position; returns it and the position after it.
    """

    def __init__(self, text: str, position: int, nested: Callable[[int], tuple[Script, int]]) -> None:
        self.text = text
        self.position = position
        self._words = WordReader(text, nested)
        self._ahead: Token | None = None
        self._counted = (0, 1)
        self._documents: list[HereDocument] = []
        self.open_document: str | None = None

    def line(self, position: int | None = None) -> int:
        """The number of the line at a position (default: here)."""
        position = self.position if position is None else position
        known, line = self._counted
        if position < known:
            return self.text.count("\n", 0, position) + 1
        self._counted = (position, line + self.text.count("\n", known, position))
        return self._counted[1]

    def peek(self) -> Token:
        """The next token, which stays next."""
        if self._ahead is None:
            self._ahead = self._read()
        return self._ahead

    def next(self) -> Token:
        """The next token."""
        token = self.peek()
        self._ahead = None
        return token

    def await_document(self, document: HereDocument) -> None:
        """The body of this here-document comes after the line."""
        self._documents.append(document)

    def arithmetic(self) -> Word | None:
        """After ``(`` was seen and not taken: the expression of ``((...))``, or None when it is none."""
        start = self.peek().start
        if not self.text.startswith("((", start):
            return None
        found = self._words.arithmetic(start + 2, quoted=False)
        if found is None:
            return None
        word, self.position = found
        self._ahead = None
        return word

    def regular_expression(self) -> Word:
        """The word after ``=~``: parentheses and bars belong to it."""
        self._ahead = None
        self._skip_blanks()
        word, self.position = self._words.word(self.position, metacharacters=" \t\n", parentheses=True)
        return word

    def _skip_blanks(self) -> None:
        while match := _BLANKS.match(self.text, self.position):
            self.position = match.end()

    def _read(self) -> Token:
        self._skip_blanks()
        text, start = self.text, self.position
        if text.startswith("#", start):
            end = text.find("\n", start)
            self.position = start = end if end >= 0 else len(text)
        if start >= len(text):
            self._read_documents()
            return Token("end", "", start)
        if text[start] == "\n":
            self.position += 1
            self._read_documents()
            return Token("newline", "newline", start)
        if match := _NUMBER.match(text, start):
            self.position = match.end()
            return Token("number", match.group(), start)
        if match := _OPERATOR.match(text, start):
            self.position = match.end()
            return Token("operator", match.group(), start)
        word, self.position = self._words.word(start)
        return Token("word", word.raw, start, word)

    def _read_documents(self) -> None:
        """Take the bodies of the here-documents that were announced on the line that has just ended."""
        documents, self._documents = self._documents, []
        for document in documents:
            body = self._body(document)
            document.body = self._words.document(body, literal=document.literal)

    def _body(self, document: HereDocument) -> str:
        lines: list[str] = []
        while self.position < len(self.text):
            end = self.text.find("\n", self.position) + 1 or len(self.text)
            line = self.text[self.position : end]
            self.position = end
            if document.strip:
                line = line.lstrip("\t")
            if line.rstrip("\n") == document.delimiter:
                return "".join(lines)
            lines.append(line)
        self.open_document = document.delimiter
        return "".join(lines)


def unexpected(token: Token, line: int) -> ShellSyntaxError:
    """The error for a token that cannot stand where it stands."""
    if token.kind == "end":
        return ShellSyntaxError("syntax error: unexpected end of file", line + 1, incomplete=True)
    return ShellSyntaxError(f"syntax error near unexpected token `{token.text}'", line, token=token.text)
