"""What a session's commands write, on its way to the client."""

from __future__ import annotations

import asyncio

import asyncssh

from powervm_sim.flow import until_flowing

_FULL = 16 * 1024


class Outgoing:
    """Gathers what is written in one turn of the event loop, for all streams of one channel, in its order.

    A command writes line by line. A packet costs far more than a line, so a packet for every line makes a long answer
    last minutes.
    """

    def __init__(self) -> None:
        self._writer: asyncssh.SSHWriter[str] | None = None
        self._texts: list[str] = []
        self._size = 0

    def add(self, writer: asyncssh.SSHWriter[str], text: str) -> None:
        """Take the text of a stream; it goes out in this turn of the event loop."""
        if writer is not self._writer:
            self.flush()
            self._writer = writer
        if not self._texts:
            asyncio.get_running_loop().call_soon(self.flush)
        self._texts.append(text)
        self._size += len(text)
        if self._size >= _FULL:
            self.flush()

    def flush(self) -> None:
        """Send what is kept; a client that is gone gets nothing."""
        texts, self._texts, self._size = self._texts, [], 0
        if not texts or self._writer is None or self._writer.is_closing():
            return
        self._writer.write("".join(texts))


class ChannelOutput:
    """An `Output` over an SSH channel."""

    def __init__(self, writer: asyncssh.SSHWriter[str], outgoing: Outgoing) -> None:
        self._writer = writer
        self._outgoing = outgoing

    async def write(self, text: str) -> None:
        """Write; waits while the client does not take it. Raises BrokenPipeError when the client is gone."""
        if self._writer.is_closing():
            raise BrokenPipeError("the client has closed the channel")
        self._outgoing.add(self._writer, text)
        try:
            await self._writer.drain()
            await until_flowing(self._writer.channel)
        except asyncssh.Error as error:
            raise BrokenPipeError("the client is gone") from error
