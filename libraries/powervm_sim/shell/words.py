"""Reads one word of a script: quotes, backslashes and the expansions that begin with a dollar or a backtick."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from powervm_sim.shell.escapes import ansi_c
from powervm_sim.shell.syntax import (
    Arithmetic,
    Literal,
    Parameter,
    Part,
    Script,
    ShellSyntaxError,
    Substitution,
    Word,
)

METACHARACTERS = " \t\n;&|<>()"
_BEGINNINGS = "\\$`'\"()"
_NAME = re.compile(r"[A-Za-z_]\w*|[0-9]|[@*#?$!-]", re.ASCII)
_BRACED_NAME = re.compile(r"[A-Za-z_]\w*|[0-9]+|[@*#?$!-]", re.ASCII)
_OPERATION = re.compile(r":?[-=+?]|##?|%%?|//?[#%]?|\^\^?|,,?|:")
_SLICES = {":": ":", "/": "/", "//": "/", "/#": "/", "/%": "/"}
"""Operations with two words and what stands between them."""

Nested = Callable[[int], tuple[Script, int]]


class WordReader:
    """Reads words at given positions of a text. Methods return what they read and the position after it."""

    def __init__(self, text: str, nested: Nested) -> None:
        self._text = text
        self._nested = nested

    def word(self, start: int, metacharacters: str = METACHARACTERS, *, parentheses: bool = False) -> tuple[Word, int]:
        """A word of a command. With ``parentheses`` balanced parentheses belong to it, blanks in them too."""
        parts, end = self._parts(start, metacharacters, parentheses=parentheses)
        return Word(tuple(parts), self._text[start:end]), end

    def document(self, body: str, *, literal: bool) -> Word:
        """The body of a here-document."""
        if literal:
            return Word((Literal(body, quoted=True),), body)
        # Positions that `nested` gets are positions in its own text, so the body is read by a reader of its own.
        from powervm_sim.shell.parser import nested_reader  # noqa: PLC0415 - the two need each other

        reader = WordReader(body, nested_reader(body))
        parts, _ = reader._parts(0, "", quoted=True, double="")
        return Word(tuple(parts), body)

    def arithmetic(self, start: int, *, quoted: bool) -> tuple[Word, int] | None:
        """The expression up to ``))``, or None when the parentheses do not match that way."""
        depth, position = 0, start
        while position < len(self._text):
            character = self._text[position]
            if character == "(":
                depth += 1
            elif character == ")":
                if depth == 0:
                    break
                depth -= 1
            position += 1
        if not self._text.startswith("))", position):
            return None
        inner = WordReader(self._text[:position], self._nested)
        parts, _ = inner._parts(start, "", quoted=quoted, double="")
        return Word(tuple(parts), self._text[start:position]), position + 2

    def _parts(
        self, start: int, stop: str, *, quoted: bool = False, double: str = '"', parentheses: bool = False
    ) -> tuple[list[Part], int]:
        """Parts up to an unquoted character of ``stop``. ``quoted`` means inside double quotes or a document."""
        parts: list[Part] = []
        position, depth, text = start, 0, self._text
        readers = self._readers(quoted=quoted, double=double)
        while position < len(text):
            character = text[position]
            if parentheses and character in "()":
                depth += 1 if character == "(" else -1
            if character in stop and depth <= 0:
                break
            read = readers.get(character)
            more, position = read(position) if read else self._plain(position, stop, quoted=quoted)
            parts.extend(more)
        return _joined(parts), position

    def _readers(self, *, quoted: bool, double: str) -> dict[str, Callable[[int], tuple[list[Part], int]]]:
        readers: dict[str, Callable[[int], tuple[list[Part], int]]] = {
            "\\": lambda position: self._backslash(position, quoted=quoted, double=double),
            "$": lambda position: self._dollar(position, quoted=quoted),
            "`": lambda position: self._backtick(position, quoted=quoted),
        }
        if not quoted:
            readers["'"] = self._single
            readers['"'] = self._double
        return readers

    def _plain(self, position: int, stop: str, *, quoted: bool) -> tuple[list[Part], int]:
        found = _end_of_plain(stop).search(self._text, position + 1)
        end = found.start() if found else len(self._text)
        return [Literal(self._text[position:end], quoted)], end

    def _backslash(self, position: int, *, quoted: bool, double: str) -> tuple[list[Part], int]:
        if position + 1 >= len(self._text):
            return [Literal("\\", quoted=True)], position + 1
        character = self._text[position + 1]
        if character == "\n":
            return [], position + 2
        if quoted and character not in "$`\\" + double:
            return [Literal("\\" + character, quoted=True)], position + 2
        return [Literal(character, quoted=True)], position + 2

    def _single(self, position: int) -> tuple[list[Part], int]:
        end = self._text.find("'", position + 1)
        if end < 0:
            raise self._unclosed("'", position)
        return [Literal(self._text[position + 1 : end], quoted=True)], end + 1

    def _double(self, position: int) -> tuple[list[Part], int]:
        parts, end = self._parts(position + 1, '"', quoted=True)
        if end >= len(self._text):
            raise self._unclosed('"', position)
        return parts or [Literal("", quoted=True)], end + 1

    def _backtick(self, position: int, *, quoted: bool) -> tuple[list[Part], int]:
        from powervm_sim.shell.parser import parse  # noqa: PLC0415 - the two need each other

        match = re.compile(r"`((?:[^`\\]|\\.)*)`", re.DOTALL).match(self._text, position)
        if match is None:
            raise self._unclosed("`", position)
        inner = re.sub(r'\\([$`\\"])' if quoted else r"\\([$`\\])", r"\1", match.group(1))
        return [Substitution(parse(inner), quoted)], match.end()

    def _dollar(self, position: int, *, quoted: bool) -> tuple[list[Part], int]:
        text = self._text
        following = text[position + 1 : position + 2]
        if following == "(":
            return self._parenthesis(position, quoted=quoted)
        if following == "{":
            return self._braced(position, quoted=quoted)
        if following == "'" and not quoted:
            return self._ansi(position)
        if following == '"' and not quoted:
            return self._double(position + 1)
        match = _NAME.match(text, position + 1)
        if match is None:
            return [Literal("$", quoted)], position + 1
        return [Parameter(match.group(), quoted, raw=match.group())], match.end()

    def _ansi(self, position: int) -> tuple[list[Part], int]:
        match = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL).match(self._text, position)
        if match is None:
            raise self._unclosed("'", position)
        return [Literal(ansi_c(match.group(1)), quoted=True)], match.end()

    def _parenthesis(self, position: int, *, quoted: bool) -> tuple[list[Part], int]:
        if self._text.startswith("$((", position):
            found = self.arithmetic(position + 3, quoted=True)
            if found is not None:
                return [Arithmetic(found[0], quoted)], found[1]
        body, end = self._nested(position + 2)
        return [Substitution(body, quoted)], end

    def _braced(self, position: int, *, quoted: bool) -> tuple[list[Part], int]:
        text, begin = self._text, position + 2
        length = text.startswith("#", begin) and not re.match(r"#[}:%#/+=?^,-]", text[begin : begin + 2])
        name = _BRACED_NAME.match(text, begin + length)
        if name is None:
            return self._bad(position, quoted=quoted)
        after = name.end()
        if text.startswith("}", after):
            operation = "length" if length else ""
            raw = text[position : after + 1]
            return [Parameter(name.group(), quoted, operation, raw=raw)], after + 1
        operator = _OPERATION.match(text, after)
        if length or operator is None:
            return self._bad(position, quoted=quoted)
        return self._operation(position, name.group(), operator, quoted=quoted)

    def _operation(self, position: int, name: str, operator: re.Match[str], *, quoted: bool) -> tuple[list[Part], int]:
        # In double quotes the word of ${x:-word} is quoted too, the pattern of ${x%pattern} is not.
        inside = quoted and operator.group()[-1] in "-=+?"
        separator = _SLICES.get(operator.group(), "")
        arguments: list[Word] = []
        end = operator.end()
        while True:
            begin = end
            parts, end = self._brace_argument(begin, "}" + separator, quoted=inside)
            arguments.append(Word(tuple(parts), self._text[begin:end]))
            if end >= len(self._text):
                raise self._unclosed("}", position)
            end += 1
            if self._text[end - 1] == "}":
                break
            separator = ""
        raw = self._text[position:end]
        return [Parameter(name, quoted, operator.group(), tuple(arguments), raw)], end

    def _brace_argument(self, begin: int, stop: str, *, quoted: bool) -> tuple[list[Part], int]:
        if not quoted:
            return self._parts(begin, stop)
        parts: list[Part] = []
        while True:  # a double quote inside "${x:-...}" toggles, which leaves the text quoted either way
            more, begin = self._parts(begin, stop + '"', quoted=True)
            parts += more
            if not self._text.startswith('"', begin):
                return parts, begin
            begin += 1

    def _bad(self, position: int, *, quoted: bool) -> tuple[list[Part], int]:
        _, end = self._parts(position + 2, "}")
        if end >= len(self._text):
            raise self._unclosed("}", position)
        return [Parameter("", quoted, "bad", raw=self._text[position : end + 1])], end + 1

    def _unclosed(self, character: str, position: int) -> ShellSyntaxError:
        line = self._text.count("\n", 0, position) + 1
        return ShellSyntaxError(f"unexpected EOF while looking for matching `{character}'", line, incomplete=True)


@lru_cache(maxsize=64)
def _end_of_plain(stop: str) -> re.Pattern[str]:
    """A character that ends a word, or begins something in it."""
    return re.compile(f"[{re.escape(stop + _BEGINNINGS)}]")


def _joined(parts: list[Part]) -> list[Part]:
    """Neighbouring literals of the same kind as one."""
    result: list[Part] = []
    for part in parts:
        last = result[-1] if result else None
        if isinstance(part, Literal) and isinstance(last, Literal) and part.quoted == last.quoted:
            result[-1] = Literal(last.text + part.text, part.quoted)
        else:
            result.append(part)
    return result
