"""The state of a world: its one home. Consoles and migrations look it up here and change it here."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from powervm_sim import hsc
from powervm_sim.faults.engine import Faults
from powervm_sim.world.consoles import Console
from powervm_sim.world.file import BlackoutEntry, DurationsEntry, LatencyEntry, TransferEntry
from powervm_sim.world.history import History
from powervm_sim.world.model import Partition, Placement, Server
from powervm_sim.world.pace import Pace

if TYPE_CHECKING:
    from powervm_sim.migration.migration import Migration


@dataclass(frozen=True)
class Settings:
    """The figures of the world file that are not about one machine."""

    latency: LatencyEntry
    durations: DurationsEntry
    transfer: TransferEntry
    blackout: BlackoutEntry
    prefixed: bool


@dataclass(eq=False)
class World:
    """Everything there is.

    Attributes:
        trust: ``(console, user, other console, other user)``: the first may command the second without a password.
        migrations: Those that run, and failed ones that wait for a recovery.
        completed: Called with every migration that has reached its target.
        failed: Called with every migration that broke off by itself.
        faults: What goes wrong.
    """

    name: str
    seed: int
    pace: Pace
    settings: Settings
    history: History
    consoles: dict[str, Console] = field(default_factory=dict)
    servers: dict[str, Server] = field(default_factory=dict)
    partitions: dict[str, Partition] = field(default_factory=dict)
    trust: set[tuple[str, str, str, str]] = field(default_factory=set)
    migrations: dict[Partition, Migration] = field(default_factory=dict)
    completed: list[Callable[[Migration], None]] = field(default_factory=list)
    failed: list[Callable[[Migration], None]] = field(default_factory=list)
    faults: Faults = field(init=False)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        self.faults = Faults(self.random, self.pace, self.history, self.start)

    def random(self, purpose: str) -> random.Random:
        """Random numbers for one purpose: the same for the same seed and purpose, whatever else happens."""
        return random.Random(f"{self.seed}/{purpose}")  # noqa: S311 - a simulation, not cryptography

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Let something happen in the world that no client's connection can end."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self) -> None:
        """End everything that is going on."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def placements(self) -> Iterator[Placement]:
        """Every partition on every server; one that migrates twice."""
        for server in self.servers.values():
            yield from tuple(server.placements.values())

    def home(self, partition: Partition) -> Placement:
        """Where the partition truly is: where its operating system runs (or would)."""
        migration = self.migrations.get(partition)
        if migration is not None:
            return migration.home
        return next(place for place in self.placements() if place.partition is partition)

    def servers_of(self, console: Console) -> list[Server]:
        """The systems that a console manages."""
        return [server for server in self.servers.values() if server.console is console]

    def server_on(self, console: Console, name: str) -> Server:
        """A system by its name or as ``tttt-mmm*sssssss``. Raises HscError (HSCL8018)."""
        for server in self.servers_of(console):
            if name in (server.name, server.type_model_serial):
                return server
        raise hsc.system_unknown(name)

    def operating_server(self, console: Console, name: str) -> Server:
        """The same for commands that need a system in state Operating. Raises HscError (HSCL8018, HSCL0238)."""
        server = self.server_on(console, name)
        if not server.operating:
            raise hsc.not_operating()
        return server

    def console_at(self, address: str) -> Console | None:
        """The console that ``--ip`` means, or None when no console has that address or is reachable there."""
        found = (console for console in self.consoles.values() if console.answers_to(address))
        return next((console for console in found if not console.down), None)

    def trusts(self, console: Console, user: str, other: Console, other_user: str) -> bool:
        """Whether the keys were exchanged."""
        return (console.name, user, other.name, other_user) in self.trust


def find_placement(server: Server, *, name: str | None = None, number: str | None = None) -> Placement:
    """A partition of a server by its name or id. Raises HscError (HSCL8012, HSCL8011)."""
    if name is not None:
        return placement_named(server, name)
    assert number is not None
    found = server.placements.get(int(number)) if number.isdecimal() and len(number) < 10 else None
    if found is None:
        raise hsc.partition_id_unknown(number)
    return found


def placement_named(server: Server, name: str) -> Placement:
    """A partition of a server by its name. Raises HscError (HSCL8012)."""
    for placement in server.placements.values():
        if placement.name == name:
            return placement
    raise hsc.partition_unknown(name)
