"""The Virtual I/O Servers of a world: what each of them shows and changes, and what migrations leave in their logs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from powervm_sim.console.virtual_rows import served_by
from powervm_sim.faults.commands import CommandFaults
from powervm_sim.faults.files import Disk
from powervm_sim.faults.machine_kinds import DiskFull
from powervm_sim.faults.rule import VIOS
from powervm_sim.migration.migration import Migration
from powervm_sim.serving.machine import Machine
from powervm_sim.serving.vios_view import view_of
from powervm_sim.vios.attributes import OPERATIONS
from powervm_sim.vios.server import VirtualIOServer
from powervm_sim.world.hardware import host_device
from powervm_sim.world.history import Event
from powervm_sim.world.model import Partition, Placement
from powervm_sim.world.state import World

_LAST_PHASES = frozenset({"end", "rolled-back"})


class ViosRooms:
    """One `VirtualIOServer` for each Virtual I/O Server partition of a world."""

    def __init__(self, world: World, commands: CommandFaults) -> None:
        self._world = world
        self._commands = commands
        self._servers = {
            partition: self._make(partition) for partition in world.partitions.values() if partition.is_vios
        }
        self._moving: dict[int, Migration] = {}
        world.history.watchers.append(self._happened)

    def machine(self, partition: Partition) -> Machine:
        """The endpoint of one of them."""
        server = self._servers[partition]
        return Machine(
            name=partition.name,
            kind="vios",
            served=partition.served_address,
            account=partition.account,
            open_shell=server.shell,
            prompt=lambda _user: server.prompt,
            sftp=server.sftp,
            up=not partition.down,
            farewell="",
            watch_power=None if partition.down else partition.power_watchers.append,
        )

    async def command(self, placement: Placement, text: str) -> tuple[str, int]:
        """Run a command there for a management console: whole output and status."""
        return await self._servers[placement.partition].command(text)

    def _make(self, partition: Partition) -> VirtualIOServer:
        settings = self._world.settings
        server = VirtualIOServer(
            lambda: view_of(self._world, self._world.home(partition)),
            name=lambda: self._world.home(partition).name,
            pause=self._world.pace.long,
            snap_seconds=settings.durations.snap,
            short_names=not settings.prefixed,
            map_port=lambda adapter, port: self._map_port(self._world.home(partition), adapter, port),
            set_mover=lambda name, value: _set_mover(partition, name, value),
        )
        server.around = partial(self._commands.around, partition.name, VIOS)
        self._world.faults.bind(DiskFull, partition.name, Disk(server.tree).fill_up)
        return server

    def _map_port(self, host: Placement, device: str, port: str) -> None:
        """Map a virtual fibre channel adapter to another physical port, or to none."""
        for client, adapter in served_by(host, "fc"):
            if host_device(host.server, adapter) == device:
                client.storage = tuple(
                    replace(other, fc_port=port) if other is adapter else other for other in client.storage
                )

    def _happened(self, event: Event) -> None:
        """The movers of a migration log its phases."""
        if event.kind != "phase":
            return
        number, phase = int(event.facts["migration"]), str(event.facts["phase"])
        for migration in self._world.migrations.values():
            if migration.number == number:
                self._moving[number] = migration
        found = self._moving.get(number)
        if found is None:
            return
        for pair in found.movers:
            for mover, role in ((pair.source, "source"), (pair.target, "target")):
                self._servers[mover.partition].migration_phase(phase, found.partition.name, found.stream_id, role)
        if phase in _LAST_PHASES:
            del self._moving[number]


def _set_mover(partition: Partition, name: str, value: int) -> None:
    assert partition.vios is not None
    if name == OPERATIONS:
        partition.vios.mover.concurrent = value
    else:
        partition.vios.mover.level = value
