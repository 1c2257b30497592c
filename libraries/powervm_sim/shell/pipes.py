"""Streams in memory: bounded pipes between commands, fixed texts, collectors and the empty device."""

from __future__ import annotations

import asyncio
from collections import deque

from powervm_sim.shell.call import Input, Output

CAPACITY = 64 * 1024
"""Characters that a pipe holds before its writer has to wait, as in Linux."""

LONGEST_LINE = 1024 * 1024
"""A longer line is handed out in pieces, so that a text without line feeds cannot fill the memory."""

MOST = 16 * 1024 * 1024
"""Characters that one reader may collect."""

_PER_LINE = 64
"""What a line that is kept costs beside its characters."""


class TooMuchData(Exception):
    """A command would have to keep more text in memory than it may."""


class Pipe:
    """A bounded pipe: both an `Input` and an `Output`.

    The writer waits while the pipe is full. Writing after `close_reading` raises BrokenPipeError, as SIGPIPE would end
    a real writer; reading after `close_writing` ends with an empty text.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._chunks: deque[str] = deque()
        self._size = 0
        self._writing = True
        self._reading = True
        self._readable = asyncio.Event()
        self._writable = asyncio.Event()

    async def write(self, text: str) -> None:
        """Write the text; waits while the pipe is full. Raises BrokenPipeError when nobody reads any more."""
        position = 0
        while True:
            if not self._reading:
                raise BrokenPipeError("the reader has closed the pipe")
            if position >= len(text):
                return
            space = self._capacity - self._size
            if space > 0:
                self._append(text[position : position + space])
                position += space
            else:
                self._writable.clear()
                await self._writable.wait()

    async def readline(self) -> str:
        """The next line with its line feed, at most `LONGEST_LINE` characters; an empty text at the end."""
        pieces: list[str] = []
        length = 0
        while length < LONGEST_LINE and await self._filled():
            chunk = self._chunks.popleft()
            end = chunk.find("\n") + 1 or len(chunk)
            end = min(end, LONGEST_LINE - length)
            if end < len(chunk):
                self._chunks.appendleft(chunk[end:])
            self._release(end)
            pieces.append(chunk[:end])
            length += end
            if chunk[end - 1] == "\n":
                break
        return "".join(pieces)

    async def read(self) -> str:
        """Everything up to the end. Raises TooMuchData above `MOST` characters."""
        collected = Collector()
        while await self._filled():
            chunk = self._chunks.popleft()
            self._release(len(chunk))
            await collected.write(chunk)
        return collected.text

    def close_writing(self) -> None:
        """There will be no more text."""
        self._writing = False
        self._readable.set()

    def close_reading(self) -> None:
        """Nobody will read any more; what is left is dropped and a waiting writer is woken."""
        self._reading = False
        self._chunks.clear()
        self._size = 0
        self._writable.set()

    def _append(self, text: str) -> None:
        self._chunks.append(text)
        self._size += len(text)
        self._readable.set()

    def _release(self, count: int) -> None:
        self._size -= count
        self._writable.set()

    async def _filled(self) -> bool:
        """Wait until there is text (True) or the end (False)."""
        while not self._chunks:
            if not self._writing:
                return False
            self._readable.clear()
            await self._readable.wait()
        return True


class Text:
    """A fixed text as an `Input`."""

    def __init__(self, text: str = "") -> None:
        self._text = text
        self._position = 0

    async def read(self) -> str:
        """What is left."""
        rest, self._position = self._text[self._position :], len(self._text)
        return rest

    async def readline(self) -> str:
        """The next line; an empty text at the end."""
        end = self._text.find("\n", self._position) + 1 or len(self._text)
        end = min(end, self._position + LONGEST_LINE)
        line, self._position = self._text[self._position : end], end
        return line


class Collector:
    """An `Output` that keeps what is written.

    Args:
        most: Above this number of characters TooMuchData is raised.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._parts: list[str] = []
        self._size = 0

    @property
    def text(self) -> str:
        """All that was written so far."""
        return "".join(self._parts)

    async def write(self, text: str) -> None:
        """Keep the text."""
        self._size += len(text)
        if self._size > self._most:
            raise TooMuchData(f"more than {self._most} characters")
        self._parts.append(text)
        await asyncio.sleep(0)


class Null:
    """``/dev/null``: always at its end, takes everything."""

    async def read(self) -> str:
        """Nothing."""
        return ""

    async def readline(self) -> str:
        """Nothing."""
        return ""

    async def write(self, text: str) -> None:  # noqa: ARG002 - the protocol names it
        """Drop the text. Others get their turn, so that an endless writer does not stop the lab."""
        await asyncio.sleep(0)

    async def close(self) -> None:
        """Nothing to do."""


async def gather_input(source: Input, most: int = MOST) -> list[str]:
    """All lines of an input with their line feeds; raises TooMuchData above about ``most`` characters."""
    kept: list[str] = []
    size = 0
    while line := await source.readline():
        size += len(line) + _PER_LINE
        if size > 2 * most:
            raise TooMuchData(f"more than {most} characters")
        kept.append(line)
        if len(kept) % 256 == 0:
            await asyncio.sleep(0)
    return kept


async def copy(source: Input, target: Output) -> None:
    """Copy everything, line by line."""
    while line := await source.readline():
        await target.write(line)
