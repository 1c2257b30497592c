"""A lab, as the library works with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from powervm.errors import MobilityError
from powervm.lab.entries import (
    ConsoleEntry,
    Entry,
    Evacuation,
    Limits,
    Logs,
    Move,
    PartitionEntry,
    PeerEntry,
    Repair,
    Route,
    ServerEntry,
    Simulated,
    ViosEntry,
    WorkloadEntry,
)
from powervm.lab.problems import Problem, suggestion
from powervm.lab.ready import Ready, ReadyError, read_ready
from powervm.secret import Password
from powervm.ssh import Endpoint, HostKeys

Item = TypeVar("Item")
AnyEntry = TypeVar("AnyEntry", bound=Entry)

SIMULATED = "simulated"
"""The comment at the end of the version line of every SSH server of a simulated lab."""


@dataclass(frozen=True, kw_only=True)
class Lab:
    """The machines that Live Partition Mobility is tested on, and the moves that suites ask for.

    Machines are found by their endpoint names. A Virtual I/O Server's is its own name, or ``server/name`` when two
    servers have one of that name; the second form always works.

    Attributes:
        name: For logs and reports.
        file: The lab file, as it was given.
        warnings: What the reader of the lab file found worth a warning.
        simulated: How the simulated lab is had; None when the machines are real.
        pools: Names of equivalent moves, by the name of the pool.
        lease_wait: Seconds that a suite waits for what another run on this computer has.
        workload: The load in the partition, or None.
        stage_logs: Every migration collects logs before and after by itself.
        kernel_rules: A tester's own rules for kernel logs, as `powervm.kernel_log.load_rules` takes them.
        iterations: How many times a move is done there and back, or None.
        duration: Seconds after which no further round is begun, or None.
        greets_as_simulated: Its consoles say that they are simulated; see `SIMULATED`.
    """

    name: str
    file: Path
    warnings: tuple[Problem, ...]
    simulated: Simulated | None
    host_keys: HostKeys
    consoles: Mapping[str, ConsoleEntry]
    servers: Mapping[str, ServerEntry]
    partitions: Mapping[str, PartitionEntry]
    peers: Mapping[str, PeerEntry]
    moves: Mapping[str, Move]
    evacuations: Mapping[str, Evacuation]
    pools: Mapping[str, tuple[str, ...]]
    lease_wait: float
    limits: Limits
    repair: frozenset[Repair]
    workload: WorkloadEntry | None
    iterations: int | None
    duration: float | None
    logs: Logs
    stage_logs: bool
    kernel_rules: tuple[dict[str, Any], ...]
    greets_as_simulated: bool = False

    @property
    def kind(self) -> Literal["simulated", "hardware"]:
        """``simulated`` or ``hardware``: said with every result, so that nobody takes one for the other."""
        return "simulated" if self.simulated or self.greets_as_simulated else "hardware"

    def endpoint_names(self) -> tuple[str, ...]:
        """The names of all machines: consoles, Virtual I/O Servers, partitions, peers."""
        return tuple(entry.name for entry in self._entries())

    def endpoint(self, name: str) -> Endpoint:
        """How to connect to a machine.

        Raises:
            MobilityError: There is none of that name, or the lab does not say where it is or how to log in.
        """
        entry = self.entry(name)
        access = entry.access
        if access.host is None:
            raise MobilityError(
                f"{self.file.name}: no address of the {entry.TITLE} {entry.name} is known.",
                remedy="The simulated lab is not running yet: use the lab first."
                if self.simulated
                else "Add its host.",
            )
        if not access.has_credentials:
            raise MobilityError(
                f"{self.file.name}: there is nothing to log in to {entry.name} with.",
                remedy="Give it a password, a key_file or 'agent: true'.",
            )
        return Endpoint(
            name=entry.name,
            host=access.host,
            port=access.port,
            login=access.login(entry.DEFAULT_USER),
            host_keys=replace(self.host_keys, pinned=access.host_keys),
            connect_timeout=self.limits.connect,
        )

    def entry(self, name: str) -> Entry:
        """The machine of that endpoint name.

        Raises:
            MobilityError: There is none, or two Virtual I/O Servers share the name.
        """
        by_name = {entry.name: entry for entry in self._entries()}
        by_name.update({f"{vios.server}/{key}": vios for key, vios in self._virtual_io_servers()})
        shared = [vios.name for key, vios in self._virtual_io_servers() if key == name]
        if name not in by_name and shared:
            raise MobilityError(
                f"{self.file.name}: '{name}' is the name of {len(shared)} Virtual I/O Servers.",
                remedy=f"Write {' or '.join(shared)}.",
            )
        return self._find("endpoint", name, by_name)

    def server(self, name: str) -> ServerEntry:
        """The managed system of that name, in the lab file or on its console.

        Raises:
            MobilityError: There is none.
        """
        on_console = {server.system: server for server in self.servers.values()}
        return (
            on_console[name] if name in on_console.keys() - self.servers else self._find("server", name, self.servers)
        )

    def partition(self, name: str) -> PartitionEntry:
        """The partition of that name in the lab file.

        Raises:
            MobilityError: There is none.
        """
        return self._find("partition", name, self.partitions)

    def move(self, name: str) -> Move:
        """The move of that name.

        Raises:
            MobilityError: There is none.
        """
        return self._find("move", name, self.moves)

    def evacuation(self, name: str) -> Evacuation:
        """The evacuation of that name.

        Raises:
            MobilityError: There is none.
        """
        return self._find("evacuation", name, self.evacuations)

    def console_of(self, server: str) -> ConsoleEntry:
        """The console that manages a server."""
        return self.consoles[self.server(server).console]

    def virtual_io_server_endpoints(self, server: str) -> tuple[str, ...]:
        """Endpoint names of those Virtual I/O Servers of a server that can be logged in to."""
        entries = self.server(server).virtual_io_servers.values()
        return tuple(entry.name for entry in entries if entry.access.host and entry.access.has_credentials)

    def crosses_consoles(self, move: Move) -> bool:
        """True when two consoles take part in a move."""
        return self.console_of(move.source).name != self.console_of(move.target).name

    def route(self, from_console: str, to_console: str) -> Route:
        """How one console reaches another one.

        Raises:
            MobilityError: The lab file has no such console or no such route.
        """
        here, there = (self._find("console", name, self.consoles) for name in (from_console, to_console))
        if there.name not in here.routes:
            raise MobilityError(
                f"{self.file.name}: {here.name} has no route to {there.name}.",
                remedy=f"Add 'routes: {{{there.name}: ADDRESS}}' to {here.name}.",
            )
        address, user = here.routes[there.name]
        return Route(address, user or there.user)

    def join(self, ready: Mapping[str, object]) -> Lab:
        """The same lab, with the addresses, credentials and host keys of a running simulated lab.

        Args:
            ready: The ready document, as the simulated lab prints it.

        Raises:
            ReadyError: It is no ready document, lacks a machine of this lab, or this lab is not simulated.
        """
        if self.simulated is None:
            raise ReadyError(f"{self.file.name} describes real machines.", remedy="Add a section 'simulated:' to it.")
        running = read_ready(ready)
        return replace(
            self,
            host_keys=replace(self.host_keys, file=Path(running.known_hosts)),
            consoles=_joined(running, self.consoles),
            partitions=_joined(running, self.partitions),
            peers=_joined(running, self.peers),
            servers={
                name: replace(server, virtual_io_servers=_joined(running, server.virtual_io_servers, f"{name}/"))
                for name, server in self.servers.items()
            },
        )

    def with_password(self, endpoint: str, password: Password) -> Lab:
        """The same lab, where one machine is logged in to with this password and nothing else.

        Raises:
            MobilityError: There is no machine of that name.
        """
        old = self.entry(endpoint)
        access = replace(old.access, password=password, key_file=None, passphrase=None, agent=False)
        new = replace(old, access=access)
        return replace(
            self,
            consoles=_exchanged(self.consoles, old, new),
            partitions=_exchanged(self.partitions, old, new),
            peers=_exchanged(self.peers, old, new),
            servers={
                name: replace(server, virtual_io_servers=_exchanged(server.virtual_io_servers, old, new))
                for name, server in self.servers.items()
            },
        )

    def _entries(self) -> Iterator[Entry]:
        yield from self.consoles.values()
        yield from (vios for _, vios in self._virtual_io_servers())
        yield from self.partitions.values()
        yield from self.peers.values()

    def _virtual_io_servers(self) -> Iterator[tuple[str, ViosEntry]]:
        for server in self.servers.values():
            yield from server.virtual_io_servers.items()

    def _find(self, kind: str, name: str, known: Mapping[str, Item]) -> Item:
        if name not in known:
            raise MobilityError(f"{self.file.name}: no {kind} is called '{name}'.", remedy=suggestion(name, known))
        return known[name]


def _joined(running: Ready, entries: Mapping[str, AnyEntry], prefix: str = "") -> dict[str, AnyEntry]:
    return {
        key: replace(entry, access=running.endpoint(entry, f"{prefix}{key}", key).access(entry.access))
        for key, entry in entries.items()
    }


def _exchanged(entries: Mapping[str, AnyEntry], old: Entry, new: Entry) -> dict[str, AnyEntry]:
    return {key: (new if entry is old else entry) for key, entry in entries.items()}  # type: ignore[misc]
