"""What a client types or sends: bounded, line by line, with ends of input in between on a terminal."""

from __future__ import annotations

import asyncio
from collections import deque

from powervm_sim.shell.pipes import MOST, TooMuchData

_CAPACITY = 64 * 1024
_LONGEST_LINE = 1024 * 1024


class Incoming:
    """An `Input` that serving fills. Texts come in pieces; an empty piece is an end of input.

    On a terminal the end that Ctrl-D makes is for whoever reads then; the next reader goes on after it.
    """

    def __init__(self) -> None:
        self._pieces: deque[str] = deque()
        self._size = 0
        self._ended = False
        self._filled = asyncio.Event()
        self._space = asyncio.Event()

    async def feed(self, text: str) -> None:
        """Add what came; waits while nobody takes it."""
        while self._size >= _CAPACITY and not self._ended:
            self._space.clear()
            await self._space.wait()
        self._append(text)

    def end_here(self) -> None:
        """One end of input, as Ctrl-D makes it."""
        self._append("")

    def end(self) -> None:
        """There will be no more."""
        self._ended = True
        self._space.set()
        self._filled.set()

    def drop(self) -> None:
        """Forget what nobody has read yet."""
        self._pieces.clear()
        self._size = 0
        self._space.set()

    async def readline(self) -> str:
        """The next line with its line feed; an empty text at an end."""
        parts: list[str] = []
        length = 0
        while length < _LONGEST_LINE:
            piece = await self._next()
            if not piece:
                if parts and not self._ended:
                    self._pieces.appendleft("")  # this end is for the next reader
                break
            end = piece.find("\n") + 1 or len(piece)
            if end < len(piece):
                self._pieces.appendleft(piece[end:])
                self._size += len(piece) - end
            parts.append(piece[:end])
            length += end
            if piece[end - 1] == "\n":
                break
        return "".join(parts)

    async def read_piece(self) -> str:
        """What has come since the last time, as it came; an empty text at an end."""
        return await self._next()

    async def read(self) -> str:
        """Everything up to an end. Raises TooMuchData for more than one command may keep."""
        text = await self.read_up_to(MOST + 1)
        if len(text) > MOST:
            raise TooMuchData(f"more than {MOST} characters")
        return text

    async def read_up_to(self, most: int) -> str:
        """Everything up to an end; no longer than until there are ``most`` characters (and the piece with the last)."""
        parts: list[str] = []
        length = 0
        while length < most and (piece := await self._next()):
            length += len(piece)
            parts.append(piece)
        return "".join(parts)

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self._size += len(text)
        self._filled.set()

    async def _next(self) -> str:
        while not self._pieces:
            if self._ended:
                return ""
            self._filled.clear()
            await self._filled.wait()
        piece = self._pieces.popleft()
        self._size -= len(piece)
        self._space.set()
        return piece
