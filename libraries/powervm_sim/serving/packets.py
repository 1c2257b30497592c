"""What the lab's servers leave out of the stream of SSH packets."""

from __future__ import annotations

from typing import Any

import asyncssh
from asyncssh.constants import MSG_IGNORE
from asyncssh.packet import String

_EMPTY = (String(b""),)


def send_no_padding(connection: asyncssh.SSHServerConnection) -> None:
    """Let a connection send no empty "ignore" packets.

    asyncssh puts one before each packet, which protects ciphers in CBC mode. The lab offers none of these, sshd does
    not do so either, and they are half of all packets that both sides encrypt, send and read.
    """
    inner: Any = connection
    send = inner.send_packet

    def send_packet(kind: int, *parts: bytes, **options: Any) -> None:
        if kind != MSG_IGNORE or parts != _EMPTY:
            send(kind, *parts, **options)

    inner.send_packet = send_packet


def log_no_packets(handler: Any) -> None:
    """Let a connection or channel word no log lines for packets, which asyncssh does even when nobody wants them."""
    handler.log_sent_packet = handler.log_received_packet = _nothing


def _nothing(*_parts: object) -> None:
    pass
