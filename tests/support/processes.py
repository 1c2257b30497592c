"""Looks at the processes of this machine."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path


class CommandLines(threading.Thread):
    """Looks at the command lines of all processes of this machine while a run goes on."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: set[str] = set()
        self.done = threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        while not self.done.wait(0.02):
            self.seen |= command_lines()

    def __enter__(self) -> CommandLines:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.done.set()
        self.join()


def command_lines() -> set[str]:
    """The command lines of all processes now; words are separated by NUL."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            found.add(path.read_bytes().decode("utf-8", "replace"))
    return found
