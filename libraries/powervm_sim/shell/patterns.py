"""Shell patterns (``*``, ``?``, ``[...]``) and what is done with them; a backslash quotes the next character."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from powervm_sim.shell.globs import ANY, Glob

_KEPT = 32
CLASSES = {
    "alnum": "A-Za-z0-9",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": " \\t\\n\\r\\f\\v",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
"""POSIX character classes as the inside of a bracket expression of Python."""

_SPECIAL = re.compile(r"(\\.|[*?\[])", re.DOTALL)
_BRACKET = re.compile(r"\[([!^]?)(\]?(?:\[:\w+:\]|\\.|[^]\\])*)\]", re.DOTALL)


def quote(text: str) -> str:
    """The text as a pattern that matches only itself."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", text)


def is_pattern(text: str) -> bool:
    """Whether it has an active ``*``, ``?`` or ``[``."""
    return any(not match.group().startswith("\\") for match in _SPECIAL.finditer(text))


def unquote(pattern: str) -> str:
    """The text that a pattern without active characters stands for."""
    return re.sub(r"\\(.)", r"\1", pattern, flags=re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches."""
    return forwards(pattern).fullmatch(text)


def prefixes(pattern: str, text: str) -> Iterator[int]:
    """The lengths of all beginnings of the text that match, the shortest first."""
    return forwards(pattern).ends(text)


def suffixes(pattern: str, text: str) -> Iterator[int]:
    """Where all ends of the text that match begin, the shortest first."""
    return (len(text) - length for length in backwards(pattern).ends(reversed(text)))


def replaced(pattern: str, text: str, replacement: str, *, everywhere: bool) -> str:
    """The text with the first (or each) longest piece that matches replaced."""
    glob = forwards(pattern)
    starts = sorted(len(text) - end for end in backwards(pattern).ends(reversed(text), anywhere=True))
    parts: list[str] = []
    done = 0
    for start in starts:
        if start < done:
            continue
        parts += [text[done:start], replacement]
        done = start + (max(glob.ends(text[start:])) if glob.has_star else glob.width)
        if glob.has_star or not everywhere:  # the longest piece with a star leaves nothing that could match
            break
    return "".join(parts) + text[done:]


@lru_cache(maxsize=_KEPT)
def forwards(pattern: str) -> Glob:
    """The pattern, ready to be matched."""
    return Glob(list(_elements(pattern)))


@lru_cache(maxsize=_KEPT)
def backwards(pattern: str) -> Glob:
    """The same for texts from their end to their beginning."""
    return Glob(list(_elements(pattern))[::-1])


def _elements(pattern: str) -> Iterator[str]:
    position = 0
    while position < len(pattern):
        character = pattern[position]
        bracket = _BRACKET.match(pattern, position) if character == "[" else None
        if bracket:
            yield from _class(bracket.group(1), bracket.group(2)) or map(re.escape, bracket.group())
            position = bracket.end()
            continue
        if character == "\\" and position + 1 < len(pattern):
            position += 1
            yield re.escape(pattern[position])
        elif character == "*":
            yield ANY
        else:
            yield "." if character == "?" else re.escape(character)
        position += 1


def bracket_inside(text: str) -> str:
    """The inside of a POSIX bracket expression, as Python writes it."""
    pieces: list[str] = []
    for match in re.finditer(r"\[:(\w+):\]|\\?(.)", text, re.DOTALL):
        name, character = match.groups()
        if name:
            pieces.append(CLASSES.get(name, ""))
        elif character == "-":
            pieces.append("-")
        else:
            pieces.append(re.escape(character) if character in "\\]^[&~|" else character)
    return "".join(pieces)


def _class(negation: str, inside: str) -> list[str]:
    """A bracket expression as a regular expression; nothing when it is none, such as ``[z-a]``."""
    source = f"[{'^' if negation else ''}{bracket_inside(inside)}]"
    try:
        re.compile(source)
    except re.error:
        return []
    return [source]
