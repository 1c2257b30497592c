"""Session channels, with a terminal also for clients that do not say what kind of terminal they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import asyncssh

from powervm_sim.serving.machine import Machine
from powervm_sim.serving.packets import log_no_packets
from powervm_sim.serving.session import Process

_SFTP_VERSION = 3
_KIND = "xterm"


class _NamedTerminal(Process):
    """A terminal whatever its type, as a real pty is.

    A client without TERM (cron, a build server) asks for one of type "", which asyncssh gives none of what a terminal
    does (line editing, CR LF); to a "dumb" one it echoes a line twice that comes in one piece.
    """

    def pty_requested(
        self, term_type: str, term_size: tuple[int, int, int, int], term_modes: Mapping[int, int]
    ) -> bool:
        setattr(self.own_channel, "get_terminal_type", lambda: _KIND)  # noqa: B010 - it is a method
        return super().pty_requested(term_type, term_size, term_modes)

    def subsystem_requested(self, subsystem: str) -> bool:
        """SFTP where the machine has it; asyncssh would give a shell to everything else."""
        return subsystem == "sftp" and super().subsystem_requested(subsystem)

    own_channel: asyncssh.SSHServerChannel[str]


def open_channel(
    connection: asyncssh.SSHServerConnection, machine: Machine, serve: Callable[[Process], Awaitable[None]]
) -> tuple[asyncssh.SSHServerChannel[str], asyncssh.SSHServerSession[str]]:
    """A channel and its session, in the form that asyncssh asks a server for.

    Args:
        serve: Does everything from the request to the exit status, for what is not SFTP or scp.
    """
    channel = connection.create_server_channel("utf-8", "surrogateescape")
    log_no_packets(channel)
    sftp: Any = machine.sftp  # asyncssh declares a wider kind of channel than it hands over
    session = _NamedTerminal(serve, sftp, _SFTP_VERSION, sftp is not None)
    session.own_channel = channel
    _take_any_bytes(channel)
    return channel, session


def _take_any_bytes(channel: asyncssh.SSHServerChannel[str]) -> None:
    """Let a command have bytes that are no UTF-8, as every text of the lab may; asyncssh refuses such a command."""
    start: Any = vars(type(channel))["_start_session"]

    def exec_request(packet: Any) -> bool:
        command = packet.get_string().decode("utf-8", "surrogateescape")
        packet.check_end()
        return bool(start(channel, command=command))

    vars(channel)["_process_exec_request"] = exec_request
