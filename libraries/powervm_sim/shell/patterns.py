"""Shell patterns (``*``, ``?``, ``[...]``) as regular expressions; a backslash quotes the next character."""

from __future__ import annotations

import re
from functools import lru_cache

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


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression, to be used with ``fullmatch``."""
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        bracket = _BRACKET.match(pattern, position) if character == "[" else None
        if bracket:
            parts.append(_class(bracket.group(1), bracket.group(2)))
            position = bracket.end()
            continue
        if character == "\\" and position + 1 < len(pattern):
            position += 1
            parts.append(re.escape(pattern[position]))
        elif character == "*":
            if parts[-1:] != [".*"]:
                parts.append(".*")
        else:
            parts.append("." if character == "?" else re.escape(character))
        position += 1
    try:
        return re.compile("".join(parts), re.DOTALL)
    except re.error:
        return re.compile(re.escape(unquote(pattern)), re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches."""
    return compiled(pattern).fullmatch(text) is not None


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


def _class(negation: str, inside: str) -> str:
    return f"[{'^' if negation else ''}{bracket_inside(inside)}]"
