"""The commands of a page: what stands behind ``$`` in its ``console`` blocks, and what is printed below it."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_ELLIPSIS = "..."


@dataclass
class PageCommand:
    """One command.

    Attributes:
        lines: Several when lines with ``>`` follow.
        shown: What the page says that it prints; a line ``...`` stands for any lines, ``...`` in a line for any text.
    """

    lines: list[str]
    shown: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """As bash reads it."""
        return "\n".join(self.lines)

    def printed_as_shown(self, output: str) -> bool:
        """Whether the page tells the truth."""
        pattern = ""
        for line in self.shown:
            if line == _ELLIPSIS:
                pattern += r"(?:.*\n)*?"
            else:
                pattern += ".*".join(map(re.escape, line.split(_ELLIPSIS))) + "\n"
        return re.fullmatch(pattern, output) is not None


def commands_of(page: Path) -> list[PageCommand]:
    """All commands of a page in their order."""
    found: list[PageCommand] = []
    for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(PageCommand([line[2:]]))
            elif line.startswith("> "):
                found[-1].lines.append(line[2:])
            else:
                found[-1].shown.append(line)
    return found


def as_script(commands: list[PageCommand], folder: Path) -> str:
    """A bash script that runs them one after another and keeps the output and status of each in a file."""
    parts = ["set -u"]
    for number, command in enumerate(commands):
        where = shlex.quote(str(folder / str(number)))
        parts += [f"exec >{where}.out 2>&1", command.text, f"echo $? >{where}.status"]
    return "\n".join(parts) + "\n"
