"""What a terminal line does with the characters that are typed: it echoes, edits, and hands out whole lines."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

_LONGEST = 4096
_MOST_LINES = 1000
_ERASE, _KILL, _INTERRUPT, _END = "\x7f\x08", "\x15", "\x03", "\x04"


class LineDiscipline:
    """An `Input` whose lines come from single characters.

    Args:
        echo: Shows a text to whoever types.
        interrupt: Called for Ctrl-C.

    Attributes:
        echoing: Whether what is typed is shown.
    """

    def __init__(self, echo: Callable[[str], None], interrupt: Callable[[], None]) -> None:
        self._echo = echo
        self._interrupt = interrupt
        self._line = ""
        self._lines: deque[str] = deque()
        self._filled = asyncio.Event()
        self._after_return = False
        self.echoing = True

    def typed(self, text: str) -> None:
        """Take some characters."""
        for character in text:
            if character == "\n" and self._after_return:
                self._after_return = False  # CR LF is one key
                continue
            self._after_return = character == "\r"
            self._key(character)

    def begin(self) -> None:
        """Somebody else types from now on: a line feed of his is not the second half of an older key."""
        self._after_return = False

    def drop(self) -> None:
        """Forget what nobody has read."""
        self._line = ""
        self._lines.clear()

    async def readline(self) -> str:
        """The next line with its line feed; an empty text for Ctrl-D."""
        while not self._lines:
            self._filled.clear()
            await self._filled.wait()
        return self._lines.popleft()

    async def read(self) -> str:
        """Everything up to Ctrl-D."""
        parts = []
        while line := await self.readline():
            parts.append(line)
        return "".join(parts)

    def _key(self, character: str) -> None:
        if character in "\r\n":
            self._echo("\r\n")
            self._push(f"{self._line}\n")
            self._line = ""
        elif character in _ERASE:
            self._erase(1)
        elif character == _KILL:
            self._erase(len(self._line))
        elif character == _INTERRUPT:
            self.drop()
            self._echo("^C")
            self._interrupt()
        elif character == _END:
            self._push(self._line)
            self._line = ""
        elif (character.isprintable() or character == "\t") and len(self._line) < _LONGEST:
            self._line += character
            if self.echoing:
                self._echo(character)

    def _push(self, line: str) -> None:
        if len(self._lines) < _MOST_LINES:
            self._lines.append(line)
        self._filled.set()

    def _erase(self, count: int) -> None:
        count = min(count, len(self._line))
        if count:
            self._line = self._line[:-count]
            if self.echoing:
                self._echo("\b \b" * count)
