"""Reads POSIX regular expressions into a tree and writes the tree as Python's ``re`` wants it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from powervm_sim.shell.patterns import bracket_inside

_BRACKET = re.compile(r"\[(\^?)(\]?(?:\[:\w+:\]|\[\.[^]]+\.\]|\[=[^]]+=\]|[^]])*)\]", re.DOTALL)
_INTERVAL = re.compile(r"(\d*)(?:(,)(\d*))?", re.ASCII)
_MOST_REPEATS = 1000
_ASSERTIONS = {
    "^": r"\A",
    "$": r"\Z",
    "<": r"\b(?=\w)",
    ">": r"\b(?<=\w)",
    "b": r"\b",
    "B": r"\B",
    "`": r"\A",
    "'": r"\Z",
}
_OPERATORS = frozenset("(){}|+?")
_SETS = {"w": r"\w", "W": r"\W", "s": r"\s", "S": r"\S"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}


class ExpressionError(Exception):
    """The expression is wrong; the text is the C library's."""


@dataclass(frozen=True)
class Node:
    """A part of an expression.

    Attributes:
        kind: ``set`` (one character, ``source`` is Python's), ``assertion``, ``group``, ``repeat``, ``sequence``,
            ``choice`` or ``reference``.
        number: Of a group or a reference.
        minimum: Of a repeat; ``maximum`` None has no end.
    """

    kind: str
    parts: tuple[Node, ...] = ()
    source: str = ""
    number: int = 0
    minimum: int = 0
    maximum: int | None = None


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for part in node.parts:
        yield from walk(part)


def python_source(node: Node) -> str:
    """The tree as a regular expression of Python."""
    if node.kind in ("set", "assertion"):
        return node.source
    if node.kind == "reference":
        return f"(?:\\{node.number})"
    if node.kind == "group":
        return f"({python_source(node.parts[0])})"
    if node.kind == "repeat":
        return f"(?:{python_source(node.parts[0])}){_quantifier(node)}"
    if node.kind == "sequence":
        return "".join(python_source(part) for part in node.parts)
    # POSIX takes the longest alternative, Python the first: plain texts can simply be ordered.
    parts = list(node.parts)
    if all(_is_text(part) for part in parts):
        parts.sort(key=lambda part: -len(part.parts))
    return "(?:" + "|".join(python_source(part) for part in parts) + ")"


def _quantifier(node: Node) -> str:
    short = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((node.minimum, node.maximum))
    return short or f"{{{node.minimum},{'' if node.maximum is None else node.maximum}}}"


def _is_text(node: Node) -> bool:
    return node.kind == "sequence" and all(part.kind == "set" for part in node.parts)


class Reader:
    """Reads one expression; ``groups`` counts its groups afterwards."""

    def __init__(self, source: str, *, extended: bool, escapes: bool) -> None:
        self._source = source
        self._extended = extended
        self._escapes = escapes
        self._position = 0
        self._open = 0
        self._closed: set[int] = set()
        self.groups = 0

    def read(self) -> Node:
        """The whole expression. Raises ExpressionError."""
        node = self._choice()
        if self._position < len(self._source):
            raise ExpressionError("Unmatched ) or \\)")
        return node

    def _operator(self) -> str:
        """The operator here, without the backslash of a basic expression; empty when there is none."""
        text = self._source[self._position : self._position + 2]
        if not self._extended and text[:1] != "\\":
            return ""
        operator = text[:1] if self._extended else text[1:]
        return operator if operator in _OPERATORS else ""

    def _take_operator(self) -> None:
        self._position += 1 if self._extended else 2

    def _choice(self) -> Node:
        branches = [self._sequence()]
        while self._operator() == "|":
            self._take_operator()
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else Node("choice", tuple(branches))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._position < len(self._source):
            operator = self._operator()
            if operator == "|" or (operator == ")" and (self._open or not self._extended)):
                break
            atom = self._atom(first=not parts)
            while (limits := self._repeat(atom, first=not parts)) is not None:
                atom = Node("repeat", (atom,), minimum=limits[0], maximum=limits[1])
            parts.append(atom)
        return Node("sequence", tuple(parts))

    def _repeat(self, atom: Node, *, first: bool) -> tuple[int, int | None] | None:
        """The limits of a repetition that follows an atom."""
        if self._source.startswith("*", self._position):
            if atom.kind == "assertion" and not self._extended and first:
                return None  # in a basic expression the star of ^* is a star
            self._position += 1
            return 0, None
        operator = self._operator()
        if operator in ("+", "?"):
            self._take_operator()
            return (1, None) if operator == "+" else (0, 1)
        if operator == "{":
            return self._interval()
        return None

    def _interval(self) -> tuple[int, int | None] | None:
        start = self._position + (1 if self._extended else 2)
        closing = "}" if self._extended else "\\}"
        match = _INTERVAL.match(self._source, start)
        end = match.end() if match else start
        if match is None or end == start or not self._source.startswith(closing, end):
            if self._extended:
                return None
            raise ExpressionError("Invalid content of \\{\\}" if closing in self._source[start:] else "Unmatched \\{")
        low, comma, high = match.groups()
        minimum = int(low or 0)
        maximum = (int(high) if high else None) if comma else minimum
        if max(minimum, maximum or 0) > _MOST_REPEATS:
            raise ExpressionError("Regular expression too big")
        if maximum is not None and maximum < minimum:
            raise ExpressionError("Invalid content of \\{\\}")
        self._position = end + len(closing)
        return minimum, maximum

    def _atom(self, *, first: bool) -> Node:
        character = self._source[self._position]
        if self._operator() == "(":
            return self._group()
        if character == "[":
            return self._bracket()
        if character == "\\":
            return self._escape()
        self._position += 1
        if character == ".":
            return Node("set", source=".")
        if character == "^" and (self._extended or first):
            return Node("assertion", source=_ASSERTIONS["^"])
        if character == "$" and (self._extended or self._at_end()):
            return Node("assertion", source=_ASSERTIONS["$"])
        return Node("set", source=re.escape(character))

    def _at_end(self) -> bool:
        return self._position >= len(self._source) or self._operator() in (")", "|")

    def _group(self) -> Node:
        self._take_operator()
        self.groups += 1
        number = self.groups
        self._open += 1
        inner = self._choice()
        if self._operator() != ")":
            raise ExpressionError("Unmatched ( or \\(")
        self._take_operator()
        self._open -= 1
        self._closed.add(number)
        return Node("group", (inner,), number=number)

    def _bracket(self) -> Node:
        match = _BRACKET.match(self._source, self._position)
        if match is None:
            raise ExpressionError("Unmatched [, [^, [:, [., or [=")
        self._position = match.end()
        negation, inside = match.groups()
        if re.search(r"\[[.=]", inside):
            raise ExpressionError("Invalid collation character")
        if self._escapes:
            inside = re.sub(r"\\([nt])", lambda found: _ESCAPES[found.group(1)], inside)
        if unknown := [name for name in re.findall(r"\[:(\w+):\]", inside) if not bracket_inside(f"[:{name}:]")]:
            raise ExpressionError(f"Invalid character class name: {unknown[0]}")
        try:
            source = f"[{negation}{bracket_inside(inside.replace(chr(92), chr(92) * 2))}]"
            re.compile(source)
        except re.error:
            raise ExpressionError("Invalid range end") from None
        return Node("set", source=source)

    def _escape(self) -> Node:
        if self._position + 1 >= len(self._source):
            raise ExpressionError("Trailing backslash")
        character = self._source[self._position + 1]
        self._position += 2
        if character in "123456789":
            if int(character) not in self._closed:
                raise ExpressionError("Invalid back reference")
            return Node("reference", number=int(character))
        if character in _ASSERTIONS and character not in "^$":
            return Node("assertion", source=_ASSERTIONS[character])
        if character in _SETS:
            return Node("set", source=_SETS[character])
        if self._escapes and character in _ESCAPES:
            return Node("set", source=re.escape(_ESCAPES[character]))
        return Node("set", source=re.escape(character))
