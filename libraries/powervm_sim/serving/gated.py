"""A listener whose connections can be frozen: nothing is read or written while a gate is closed, TCP stays up."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable
from typing import Any, cast

from powervm_sim.flow import FLOWING, GATHERING
from powervm_sim.world.gate import Gate

_MOST_AT_ONCE = 64 * 1024
_RESET = struct.pack("ii", 1, 0)
_PATIENCE = 2.0
_TURNS = 8
"""Turns of the event loop that a command needs which waits for nothing. (A time would be over when there is much to do,
which is when it matters.)
"""


class GatedTransport(asyncio.Transport):
    """Passes everything on to a real transport, but keeps what is written while the gate is closed.

    What can pile up is bounded by the windows of the SSH channels, since no acknowledgement comes in meanwhile.
    What is written in one turn of the event loop goes out together, and so does the answer of a short command
    (see `powervm_sim.flow.Gathering`): it is many small SSH packets, and to send is dearer than to make one.
    """

    def __init__(self, transport: asyncio.Transport, gate: Gate) -> None:
        super().__init__()
        self.real = transport
        self._gate = gate
        self._kept: list[bytes] = []
        self._size = 0
        self._turns = 0
        self._loop = asyncio.get_running_loop()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._closing = False
        self._paused = False
        gate.watch(self._turned)
        if not gate.is_open:
            transport.pause_reading()

    def forget(self) -> None:
        """The connection is gone."""
        self.flowing.set()
        self._gate.forget(self._turned)

    def write(self, data: Any) -> None:
        """Write in this turn of the event loop, or when the gate is open again."""
        if not self._kept and self._gate.is_open:
            self._loop.call_soon(self._send)
        self._kept.append(bytes(data))
        self._size += len(data)
        if self._size > _MOST_AT_ONCE:
            self._flush()

    def gather(self) -> None:
        """An answer begins: see `powervm_sim.flow.Gathering`."""
        self._turns = _TURNS

    def complete(self) -> None:
        """The answer has ended."""
        self._turns = 0
        self._flush()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """The same for several pieces."""
        self.write(b"".join(list_of_data))

    def close(self) -> None:
        """Close, after what was kept has gone out."""
        self._closing = True
        self.complete()
        if self._gate.is_open:
            self.real.close()

    def abort(self) -> None:
        """Close at once; the reason for it, written just before, goes out if it can."""
        self._closing = True
        self.complete()
        self.real.abort()

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self._closing or self.real.is_closing()

    def pause_reading(self) -> None:
        """Read nothing."""
        self._paused = True
        self.real.pause_reading()

    def resume_reading(self) -> None:
        """Read again, unless the gate is closed."""
        self._paused = False
        if self._gate.is_open:
            self.real.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Facts of the real transport, and whether the client keeps up (`powervm_sim.flow`)."""
        if name == FLOWING:
            return self.flowing
        if name == GATHERING:
            return self
        return self.real.get_extra_info(name, default)

    def _send(self) -> None:
        if self._turns and self._kept:
            self._turns -= 1
            self._loop.call_soon(self._send)
        else:
            self._flush()

    def _flush(self) -> None:
        if self._kept and self._gate.is_open:
            kept, self._kept, self._size = self._kept, [], 0
            self.real.write(b"".join(kept))

    def _turned(self, is_open: bool) -> None:
        if self.real.is_closing():
            return
        if not is_open:
            self.real.pause_reading()
            return
        self._flush()
        if self._closing:
            self.real.close()
        elif not self._paused:
            self.real.resume_reading()


class _GatedProtocol(asyncio.Protocol):
    """Stands between the event loop and an SSH connection."""

    def __init__(self, listener: GatedListener, factory: Callable[[str, int], asyncio.Protocol]) -> None:
        self._listener = listener
        self._factory = factory
        self._transport: GatedTransport | None = None
        self._refused: asyncio.Transport | None = None
        self._connection = asyncio.Protocol()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)
        if not self._listener.admit(transport):
            # The reset comes after the client's first words: OpenSSH is silent when it cannot write them.
            self._refused = transport
            asyncio.get_running_loop().call_later(_PATIENCE, transport.abort)
            return
        self._transport = GatedTransport(transport, self._listener.gate)
        self._connection = self._factory("", 0)
        self._connection.connection_made(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._transport.forget()
            self._listener.left(self._transport)
        self._connection.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused is not None:
            self._refused.abort()
            return
        self._connection.data_received(data)

    def eof_received(self) -> bool | None:
        return self._connection.eof_received()

    def pause_writing(self) -> None:
        if self._transport is not None:
            self._transport.flowing.clear()

    def resume_writing(self) -> None:
        if self._transport is not None:
            self._transport.flowing.set()


class GatedListener:
    """What asyncssh takes as the way to listen (it calls it a tunnel).

    Args:
        gate: Frozen while it is closed.
        sessions: Connections at once; the next one is reset. None for no limit.
        refused: Called with the peer's address for each connection that was reset.
        unwanted: Whether the next connection is reset whatever there is room for.
    """

    def __init__(
        self,
        gate: Gate,
        sessions: int | None,
        refused: Callable[[str], None],
        unwanted: Callable[[], bool] = lambda: False,
    ) -> None:
        self.gate = gate
        self._sessions = sessions
        self._refused = refused
        self._unwanted = unwanted
        self._transports: set[asyncio.Transport] = set()

    async def create_server(
        self, factory: Callable[[str, int], asyncio.Protocol], host: str, port: int
    ) -> asyncio.AbstractServer:
        """Listen; part of what asyncssh expects."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: _GatedProtocol(self, factory), host, port, backlog=512)

    def admit(self, transport: asyncio.Transport) -> bool:
        """Count a new connection; False when there are too many, and closing it will be a reset."""
        room = self._sessions is None or len(self._transports) < self._sessions
        if room and not self._unwanted():
            self._transports.add(transport)
            return True
        self._refused(str(transport.get_extra_info("peername")[0]))
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        return False

    def left(self, gated: GatedTransport) -> None:
        """A connection has ended."""
        self._transports.discard(gated.real)

    def abort_all(self) -> None:
        """End every connection at once, as a machine does that loses its power."""
        for transport in tuple(self._transports):
            transport.abort()
