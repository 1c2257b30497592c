"""Cuts an awk program into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from powervm_sim.shell.filters.base import ToolError

_KEYWORDS = frozenset(
    {"BEGIN", "END", "if", "else", "while", "for", "do", "break", "continue", "next", "exit", "delete", "in", "print"}
    | {"printf", "getline", "function", "func", "return", "nextfile", "switch"}
)
NOT_SIMULATED = frozenset({"getline", "function", "func", "return", "nextfile", "switch"})
FUNCTIONS = frozenset(
    {"length", "substr", "index", "split", "sub", "gsub", "match", "toupper", "tolower", "sprintf", "int", "sqrt"}
    | {"exp", "log", "sin", "cos", "atan2", "rand", "srand", "strftime", "systime"}
    | {"gensub", "system", "close", "fflush"}
)
FUNCTIONS_NOT_SIMULATED = frozenset({"system", "close", "fflush", "gensub"})
_TOKEN = re.compile(
    r"(?P<space>(?:[ \t\r]|\\\r?\n)+)|(?P<comment>#[^\n]*)|(?P<newline>\n)"
    r"|(?P<number>0[xX][0-9A-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r'|(?P<string>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>\+\+|--|\*\*=|\*\*|[-+*/%^]=|==|<=|>=|!=|!~|&&|\|\||>>|[-+*/%^!<>|?:~$=,;(){}\[\]])",
    re.ASCII | re.DOTALL,
)
_EXPRESSION_ENDS = frozenset({"name", "number", "string", "regex"})
_STRING_ESCAPE = re.compile(r"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "/": "/", '"': '"', "\\": "\\"}


@dataclass(frozen=True)
class Token:
    """A token; ``text`` of strings and regular expressions is without their marks."""

    kind: str
    text: str
    spaced: bool
    line: int


def tokens(source: str) -> list[Token]:
    """The tokens of a program. Raises ToolError."""
    found: list[Token] = []
    position, line, spaced = 0, 1, False
    while position < len(source):
        last = found[-1] if found else None
        divides = last is not None and (last.kind in _EXPRESSION_ENDS or last.text in (")", "]", "++", "--", "$"))
        if source[position] == "/" and not divides:
            text, position = _regex(source, position, line)
            found.append(Token("regex", text, spaced, line))
            spaced = False
            continue
        match = _TOKEN.match(source, position)
        if match is None:
            raise wrong(f"syntax error near `{source[position : position + 10]}'", line)
        kind, text = str(match.lastgroup), match.group()
        position = match.end()
        if kind in ("space", "comment"):
            spaced = True
        else:
            if kind == "string":
                text = unescape(text[1:-1])
            if kind == "name" and text in _KEYWORDS:
                kind = "keyword"
            found.append(Token(kind, text, spaced, line))
            spaced = False
        line += source.count("\n", match.start(), match.end())
    found.append(Token("end", "end of file", spaced, line))
    return found


def unescape(text: str) -> str:
    """The text that a string constant (or the value of ``-v``) stands for."""
    return _STRING_ESCAPE.sub(_unescaped, text)


def wrong(reason: str, line: int) -> ToolError:
    """An error in the program."""
    return ToolError(f"cmd. line:{line}: {reason}")


def _regex(source: str, position: int, line: int) -> tuple[str, int]:
    match = re.compile(r"/((?:[^/\\\n\[]|\\.|\[\^?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\])*)/").match(source, position)
    if match is None:
        match = re.compile(r"/((?:[^/\\\n]|\\.)*)/").match(source, position)
    if match is None:
        raise wrong("unterminated regexp", line)
    return match.group(1).replace("\\/", "/"), match.end()


def _unescaped(match: re.Match[str]) -> str:
    text = match.group(1)
    if text[0] in "01234567":
        return chr(int(text, 8) & 0xFF)
    return _LETTERS.get(text, "\\" + text if text in ".[]()*+?^$|{}&wWsSyB<>1" else text)
