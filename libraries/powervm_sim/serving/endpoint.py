"""One SSH endpoint: a machine, an address and a port."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable, Sequence
from typing import Any

import asyncssh

from powervm_sim.faults.engine import Faults
from powervm_sim.serving.gated import GatedListener
from powervm_sim.serving.login import Login
from powervm_sim.serving.machine import Machine
from powervm_sim.serving.outage import Outage, SilentPort
from powervm_sim.shell.state import Job
from powervm_sim.world.gate import Gate
from powervm_sim.world.history import History

_LOG = logging.getLogger(__name__)
_VERSION = "OpenSSH_8.0 simulated"
"""As real machines answer, with a comment that tells this one apart before anybody logs in."""
_CIPHERS = [
    "aes256-gcm@openssh.com",
    "aes128-gcm@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
]
"""Without ChaCha20, which many sites leave out since CVE-2023-48795 and which costs this server the most by far."""
_LONGEST_TYPED_LINE = 16 * 1024


class Endpoint:
    """Listens for a machine while it is up.

    Args:
        machine: What is served.
        host_keys: The keys that it can show, one of each kind; the first one is its own.
        history: Where logins and commands are recorded.
        faults: What may go wrong with it.
    """

    def __init__(
        self, machine: Machine, host_keys: Sequence[asyncssh.SSHKey], history: History, faults: Faults
    ) -> None:
        self.machine = machine
        self.host_keys = list(host_keys)
        self.address = ""
        self.port = 0
        self._history = history
        gate = machine.gate or Gate()
        self._outage = Outage(faults, machine.name, gate, self._settle, exempt=machine.kind == "control")
        self._listener = GatedListener(gate, machine.sessions, self._reset, self._outage.resets)
        self._silent: SilentPort | None = None
        self._on = machine.up
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._jobs: set[asyncio.Task[Any]] = set()
        self._change: asyncio.Task[None] | None = None
        if machine.watch_power is not None:
            machine.watch_power(self._power)

    @property
    def public_keys(self) -> list[str]:
        """The host keys in OpenSSH form, without a comment."""
        return [" ".join(key.export_public_key().decode().split()[:2]) for key in self.host_keys]

    async def open(self, address: str, port: int) -> None:
        """Take the address and listen if the machine is up.

        Args:
            address: An IP address of this host.
            port: 0 for a free one, which it then keeps.

        Raises:
            OSError: The port is taken or must not be used.
        """
        self.address = address
        listens = self._on and not self._outage.closed
        self.port = port if port or listens else _free_port(address)
        if listens:
            await self._listen()
        self._settle()

    async def close(self) -> None:
        """Stop listening and end all connections."""
        self._on = False
        self._stop_listening()
        self._close_silent_port()

    async def _listen(self) -> None:
        self._acceptor = await asyncssh.listen(
            self.address,
            self.port,
            tunnel=self._listener,
            server_factory=lambda: Login(self.machine, self._history, self._adopt),
            server_host_keys=self.host_keys,
            server_version=_VERSION,
            encryption_algs=_CIPHERS,
            line_history=100,
            max_line_length=_LONGEST_TYPED_LINE,
            login_timeout=120,
            agent_forwarding=False,
            x11_forwarding=False,
        )
        self.port = self._acceptor.get_port()

    def _stop_listening(self) -> None:
        self._accept_no_more()
        self._listener.abort_all()
        for task in tuple(self._jobs):
            task.cancel()

    def _accept_no_more(self) -> None:
        if self._change is not None:
            self._change.cancel()
            self._change = None
        if self._acceptor is not None:
            self._acceptor.close()
            self._acceptor = None

    def _adopt(self, jobs: Iterable[Job]) -> None:
        """Background jobs of a session that has ended: they run until the machine is switched off."""
        for job in jobs:
            self._jobs.add(job.task)
            job.task.add_done_callback(self._jobs.discard)

    def _power(self, on: bool) -> None:
        self._on = on
        if not on:
            self._stop_listening()
        self._settle()

    def _settle(self) -> None:
        """Do what power and faults want by now."""
        if not self.port:
            return  # it is not open yet
        if self._outage.silent:
            self._listener.abort_all()
        listens = self._on and not self._outage.closed
        if not listens:
            self._accept_no_more()
        if self._on and self._outage.silent:
            self._open_silent_port()
        else:
            self._close_silent_port()
        if listens and self._acceptor is None and self._change is None:
            self._change = asyncio.get_running_loop().create_task(self._come_up())

    def _open_silent_port(self) -> None:
        if self._silent is not None:
            return
        try:
            self._silent = SilentPort(self.address, self.port)
        except OSError as error:
            _LOG.error("%s cannot be silent: %s", self.machine.name, error)

    def _close_silent_port(self) -> None:
        if self._silent is not None:
            self._silent.close()
            self._silent = None

    async def _come_up(self) -> None:
        try:
            await self._listen()
        except OSError as error:
            _LOG.error("%s is up again but cannot listen: %s", self.machine.name, error)
        self._change = None

    def _reset(self, client: str) -> None:
        self._history.add("reset", endpoint=self.machine.name, client=client)


def _free_port(address: str) -> int:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])
