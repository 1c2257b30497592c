"""Backslash escapes of ``$'...'``, ``echo -e`` and ``printf``."""

from __future__ import annotations

import re

_SIMPLE = dict(zip("abeEfnrtv\\", "\a\b\x1b\x1b\f\n\r\t\v\\", strict=True))
_ANSI = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.DOTALL)
_ECHO = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|0([0-7]{0,3})|(.))", re.DOTALL)
_PRINTF = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|(.))", re.DOTALL)


def byte(value: int) -> str:
    """One byte as text: ASCII as it is, others as surrogate escapes, so that they leave as that byte."""
    return bytes([value & 0xFF]).decode("utf-8", "surrogateescape")


def ansi_c(text: str) -> str:
    """The text of ``$'...'``."""

    def one(match: re.Match[str]) -> str:
        hexadecimal, short, long, octal, other = match.groups()
        if hexadecimal or octal:
            return byte(int(hexadecimal, 16) if hexadecimal else int(octal, 8))
        if short or long:
            return _character(int(short or long, 16))
        return _SIMPLE.get(other, other if other in "'\"?" else "\\" + other)

    return _whole(_ANSI.sub(one, text)).split("\0", 1)[0]


def echo_escapes(text: str) -> tuple[str, bool]:
    """The text of ``echo -e`` and ``printf %b``; the flag says that ``\\c`` ended the output."""
    text, stopped = _until_stop(text)
    return _whole(_ECHO.sub(_replaced, text)), stopped


def printf_escapes(text: str) -> str:
    """The literal text of a ``printf`` format."""
    return _whole(_PRINTF.sub(_replaced, text).replace('\\"', '"'))


def _until_stop(text: str) -> tuple[str, bool]:
    for match in re.finditer(r"\\(.)", text, re.DOTALL):
        if match.group(1) == "c":
            return text[: match.start()], True
    return text, False


def _replaced(match: re.Match[str]) -> str:
    hexadecimal, octal, other = match.groups()
    if hexadecimal:
        return byte(int(hexadecimal, 16))
    if octal is not None:
        return byte(int(octal or "0", 8))
    return _SIMPLE.get(other, "\\" + other)


def _character(value: int) -> str:
    return chr(value) if value < 0x110000 and not 0xD800 <= value < 0xE000 else "\ufffd"


def _whole(text: str) -> str:
    """Bytes that were written one by one and make a character together become that character."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
