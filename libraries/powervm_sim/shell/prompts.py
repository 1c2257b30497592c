"""What an interactive session shows before each line: the machine's own prompt until somebody sets ``PS1``."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PIECE = re.compile(r"\\(\[|\]|.)|\$(\?|\w+)", re.DOTALL)
_CONTINUED = "> "


def prompt(variables: Mapping[str, str], own: str, *, host: str, user: str, status: int, more: bool) -> str:
    """The prompt for the next line.

    Args:
        variables: Those of the shell.
        own: The prompt that the machine has by itself.
        status: ``$?``.
        more: The line goes on with one that is not complete (``PS2``).
    """
    text = variables.get("PS2" if more else "PS1")
    if text is None:
        return _CONTINUED if more else own
    folder = variables.get("PWD", "/")
    home = variables.get("HOME", "/")
    shown = "~" + folder[len(home) :] if folder == home or folder.startswith(f"{home}/") else folder
    escapes = {
        "u": user,
        "h": host.partition(".")[0],
        "H": host,
        "w": shown,
        "W": shown.rpartition("/")[2] or shown,
        "$": "#" if user == "root" else "$",
        "s": "bash",
        "n": "\n",
        "r": "\r",
        "e": "\x1b",
        "[": "",
        "]": "",
        "\\": "\\",
    }

    def value(piece: re.Match[str]) -> str:
        escape, name = piece.groups()
        if name:
            return str(status) if name == "?" else variables.get(name, "")
        return escapes.get(escape, f"\\{escape}")

    return _PIECE.sub(value, text)
