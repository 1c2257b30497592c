"""One live line on the terminal while something takes long, and nothing of it where nobody looks."""

from __future__ import annotations

import sys
from typing import TextIO

from robot.api.console import NoneConsole, QuietConsole
from robot.output import LOGGER

from powervm.progress import Progress

_SAVE, _RESTORE, _UP, _DOWN, _CLEAR = "\x1b7", "\x1b8", "\x1b[1A", "\x1b[1B", "\r\x1b[2K"
_MAKE_ROOM = "\x1bD" + _UP  # scrolls when needed, so that there is a line below, and keeps the column


def console_is_quiet() -> bool:
    """Whether Robot Framework was started with ``--console quiet`` or ``none``.

    It has no public way to ask for the console in use; should the private one change, the console counts as not quiet.
    """
    wrapped = getattr(LOGGER, "_console", None)
    return isinstance(getattr(wrapped, "listener", wrapped), (QuietConsole, NoneConsole))


class LiveLine:
    """Shows progress in the line below the cursor, and leaves the terminal as it was.

    Args:
        label: Stands in front of every line, for example ``Lab: simulated``.
        stream: Where to; by default the terminal that Robot Framework was started from.
        quiet: Show nothing, terminal or not.
    """

    def __init__(self, label: str, *, stream: TextIO | None = None, quiet: bool | None = None) -> None:
        self._label = label
        self._stream = stream or sys.__stdout__
        hidden = console_is_quiet() if quiet is None else quiet
        self._shown = not hidden and self._stream is not None and self._stream.isatty()
        self._begun = False

    def show(self, progress: Progress) -> None:
        """Replace the line."""
        self.write(f"[{self._label}] {describe(progress)}")

    def write(self, text: str) -> None:
        """Replace the line with a text."""
        if not self._shown or self._stream is None:
            return
        start = "" if self._begun else _MAKE_ROOM + _SAVE
        self._begun = True
        self._stream.write(f"{start}{_RESTORE}{_DOWN}{_CLEAR}{text[:_WIDTH]}{_RESTORE}")
        self._stream.flush()

    def close(self) -> None:
        """Take the line away."""
        if self._begun and self._stream is not None:
            self._stream.write(f"{_RESTORE}{_DOWN}{_CLEAR}{_RESTORE}")
            self._stream.flush()
            self._begun = False


_WIDTH = 110


def describe(progress: Progress) -> str:
    """Phase, percent, bytes and elapsed time in one line."""
    copied = ""
    if progress.transmitted or progress.remaining:
        total = progress.transmitted + progress.remaining
        copied = f"  {progress.fraction:4.0%}  {_gigabytes(progress.transmitted)} of {_gigabytes(total)} GB"
    return f"{progress.title}  {progress.phase}{copied}  {progress.elapsed:.0f} s"


def _gigabytes(count: int) -> str:
    return f"{count / 2**30:.1f}"
