"""An opened lab: its description, and one connection to each machine of it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from powervm.console import ManagementConsole
from powervm.errors import MobilityError
from powervm.lab import Lab
from powervm.partition import LinuxPartition
from powervm.ssh import CommandResult, Connection
from powervm.vios import VirtualIOServer
from powervm.waiting import Deadline

Observer = Callable[[CommandResult], None]


class LabSession:
    """A lab and the connections to its machines; a machine is connected to at its first use.

    Args:
        lab: The description, joined with the running simulated lab if it is one.
        observer: Is called with the result of every command, in the thread that ran it.
    """

    def __init__(self, lab: Lab, *, observer: Observer | None = None) -> None:
        self.lab = lab
        self._observer = observer
        self._connections: dict[str, Connection] = {}
        self._lock = threading.Lock()
        self.refused_exchanges: dict[tuple[str, str], MobilityError] = {}
        self._put_back: list[tuple[str, Callable[[Deadline], None]]] = []

    def replace_lab(self, lab: Lab) -> None:
        """Go on with a changed description of the same lab; what is to be put back stays remembered."""
        self.close()
        self.lab = lab

    def connection(self, name: str) -> Connection:
        """The one connection to the endpoint of that name."""
        with self._lock:
            if name not in self._connections:
                self._connections[name] = Connection(self.lab.endpoint(name), observer=self._observer)
            return self._connections[name]

    def console(self, name: str) -> ManagementConsole:
        """The console of that name."""
        return ManagementConsole(name, self.connection(name), command_limit=self.lab.limits.command)

    def console_of(self, server: str) -> ManagementConsole:
        """The console that manages the server."""
        return self.console(self.lab.servers[server].console)

    def partition(self, name: str) -> LinuxPartition:
        """The partition of that name."""
        return LinuxPartition(name, self.connection(name), command_limit=self.lab.limits.command)

    def virtual_io_server(self, name: str) -> VirtualIOServer:
        """The Virtual I/O Server of that endpoint name."""
        return VirtualIOServer(name, self.connection(name), command_limit=self.lab.limits.command)

    def put_back_later(self, what: str, undo: Callable[[Deadline], None]) -> None:
        """Remember how to undo a change that was made for the test; `put_back` does it."""
        self._put_back.append((what, undo))

    def put_back(self) -> tuple[list[str], list[str]]:
        """Undo what was changed, the last change first; return what was put back, and what could not be.

        One that fails does not keep the others from being tried.
        """
        done, failed = [], []
        while self._put_back:
            what, undo = self._put_back.pop()
            try:
                undo(Deadline(self.lab.limits.command))
                done.append(what)
            except MobilityError as error:
                failed.append(f"{what}: {error}")
        return done, failed

    def close(self) -> None:
        """Close all connections; a later use opens them again."""
        with self._lock:
            connections, self._connections = list(self._connections.values()), {}
        for connection in connections:
            connection.close()

    def __enter__(self) -> LabSession:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
