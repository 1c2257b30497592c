"""An opened lab: its description, and one connection to each machine of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from powervm.console import ManagementConsole
from powervm.errors import MobilityError
from powervm.lab import ConsoleEntry, Lab
from powervm.leases import ConsoleSessions
from powervm.outcome import Repair
from powervm.partition import LinuxPartition
from powervm.ssh import AuthenticationFailed, CommandResult, Connection, Refusals, RunningCommand
from powervm.vios import VirtualIOServer
from powervm.waiting import Deadline

Observer = Callable[[CommandResult], None]


@dataclass(frozen=True)
class PutBack:
    """A repair that was undone, or could not be.

    Attributes:
        left: It was left as it is, since others use what it is about at the same time.
    """

    repair: Repair
    what: str
    error: MobilityError | None
    left: bool = False


@dataclass(frozen=True)
class Started:
    """A migrlpar that was started.

    Attributes:
        command: It, on its channel.
        patience: Seconds within which it begins to move the partition, if it does: its console validates first.
    """

    command: RunningCommand
    patience: float


class Refused:
    """What was refused so far, and is not tried again; one for all sessions of a process.

    Attributes:
        logins: Logins at endpoints.
        exchanges: Passwords that one console was given for another one.
    """

    def __init__(self) -> None:
        self.logins: Refusals[AuthenticationFailed] = Refusals()
        self.exchanges: Refusals[MobilityError] = Refusals()


class LabSession:
    """A lab and the connections to its machines; a machine is connected to at its first use.

    Args:
        lab: The description, joined with the running simulated lab if it is one.
        observer: Is called with the result of every command, in the thread that ran it.
        refused: What was refused before, in other sessions of this process.

    Attributes:
        only_user_of: Whether nobody else on this computer uses a server, or the trust between two consoles.
        started: Migrations that were started and whose end nobody has seen yet, by the partition's name on the
            consoles. One that its console still validates shows itself in no state.
    """

    def __init__(self, lab: Lab, *, observer: Observer | None = None, refused: Refused | None = None) -> None:
        self.lab = lab
        self.refused = refused or Refused()
        self._observer = observer
        self._sessions = ConsoleSessions(lab)
        self._connections: dict[str, Connection] = {}
        self._lock = threading.Lock()
        self.started: dict[str, Started] = {}
        self.only_user_of: Callable[[Sequence[str]], bool] = lambda _: True
        self._put_back: list[tuple[Repair, str, Callable[[Deadline], None], tuple[str, ...]]] = []

    def replace_lab(self, lab: Lab) -> None:
        """Go on with a changed description of the same lab; what is to be put back stays remembered."""
        self.close()
        self.lab = lab
        self._sessions = ConsoleSessions(lab)

    def reserve_sessions(self, *, tell: Callable[[str], None]) -> None:
        """Take the places that the connections to the consoles need; see `powervm.leases.sessions`.

        Without this each place is taken when it is needed first, and nobody hears that it has to be waited for.

        Raises:
            ConsoleFull: All sessions of one are taken.
        """
        with self._lock:
            for console in self.lab.consoles.values():
                if console.access.host:
                    self._sessions.take_first(console.name, tell=tell)

    def add_session(self, console: str, *, tell: Callable[[str], None]) -> None:
        """Take one more place at a console, for a connection that is not one of these.

        Raises:
            ConsoleFull: All sessions are taken.
        """
        with self._lock:
            self._sessions.take(console, tell=tell)

    def connection(self, name: str) -> Connection:
        """The one connection to the endpoint of that name."""
        with self._lock:
            if name not in self._connections:
                endpoint = self.lab.endpoint(name)
                if isinstance(self.lab.entry(name), ConsoleEntry):
                    self._sessions.take_first(name)
                self._connections[name] = Connection(endpoint, observer=self._observer, refusals=self.refused.logins)
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

    def put_back_later(
        self, repair: Repair, what: str, undo: Callable[[Deadline], None], *, shared: Sequence[str] = ()
    ) -> None:
        """Remember how to undo a repair that was made for the test; `put_back` does it.

        Args:
            repair: As it stands in the outcome, with ``put_back`` false.
            what: What undoing it means, for people.
            undo: Does it.
            shared: Names of the server or of the two consoles where others may rely on the repair, too: then it is
                left to them.
        """
        self._put_back.append((repair, what, undo, tuple(shared)))

    def put_back(self, *, unless: str = "") -> list[PutBack]:
        """Undo what was repaired, the last repair first. One that fails does not keep the others from being tried.

        Args:
            unless: Migrations that may still run, for people: then everything is left as it is, since they need it.
        """
        done = []
        while self._put_back:
            repair, what, undo, shared = self._put_back.pop()
            left = bool(shared) and not unless and not self.only_user_of(shared)
            error = MobilityError(f"{unless} may still be under way.") if unless else None
            done.append(PutBack(repair, what, error or (None if left else self._undo(undo)), left))
        return done

    def _undo(self, undo: Callable[[Deadline], None]) -> MobilityError | None:
        try:
            undo(Deadline(self.lab.limits.command))
        except MobilityError as error:
            return error
        return None

    def close(self) -> None:
        """Close all connections; a later use opens them again."""
        with self._lock:
            connections, self._connections = list(self._connections.values()), {}
            started, self.started = list(self.started.values()), {}
        for item in started:
            item.command.close()
        for connection in connections:
            connection.close()
        self._sessions.release()

    def __enter__(self) -> LabSession:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
