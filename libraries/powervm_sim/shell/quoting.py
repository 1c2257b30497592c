"""How a shell writes a value so that it can be read back."""

from __future__ import annotations

import re

_HARMLESS = re.compile(r"[\w%+,./:=@^-]+", re.ASCII)


def quoted(text: str) -> str:
    """The text in single quotes where it needs them, as ``set`` and ``export -p`` print values."""
    if not text or _HARMLESS.fullmatch(text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def escaped(text: str) -> str:
    """The text with backslashes, as ``printf %q`` prints it."""
    if not text:
        return "''"
    if re.search(r"[\x00-\x1f\x7f]", text):
        return "$'" + "".join(_SPECIAL.get(character, character) for character in text) + "'"
    result = re.sub(r"([^\w%+,./:=@^-])", lambda match: _backslashed(match.group()), text, flags=re.ASCII)
    return "\\" + result if result[0] in "~#" else result


def _backslashed(character: str) -> str:
    return character if ord(character) > 0x7F or character in "~#" else "\\" + character


_SPECIAL = {
    **{chr(code): f"\\{code:03o}" for code in [*range(32), 127]},
    **dict(zip("\a\b\f\n\r\t\v", [r"\a", r"\b", r"\f", r"\n", r"\r", r"\t", r"\v"], strict=True)),
    "\x1b": r"\E",
    "'": r"\'",
    "\\": r"\\",
}
