"""The Virtual I/O Servers of a world: what each of them shows, and what migrations leave in their logs."""

from __future__ import annotations

from functools import partial

from powervm_sim.console.virtual_rows import served_by
from powervm_sim.faults.commands import CommandFaults
from powervm_sim.faults.files import Disk
from powervm_sim.faults.machine_kinds import DiskFull
from powervm_sim.faults.rule import VIOS
from powervm_sim.migration.migration import Migration
from powervm_sim.serving.machine import Machine
from powervm_sim.vios.server import VirtualIOServer
from powervm_sim.vios.view import FibreMapping, FibrePort, NetworkMapping, StorageMapping, ViosView, VirtualTarget
from powervm_sim.world.hardware import host_device
from powervm_sim.world.locations import location
from powervm_sim.world.model import Partition, Placement, Storage
from powervm_sim.world.state import World

_LUN = "0x8100000000000000"


class ViosRooms:
    """One `VirtualIOServer` for each Virtual I/O Server partition of a world."""

    def __init__(self, world: World, commands: CommandFaults) -> None:
        self._world = world
        self._commands = commands
        self._servers = {
            partition: self._make(partition) for partition in world.partitions.values() if partition.is_vios
        }
        world.completed.append(self._migrated)

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
        )

    async def command(self, placement: Placement, text: str) -> tuple[str, int]:
        """Run a command there for a management console: whole output and status."""
        return await self._servers[placement.partition].command(text)

    def _make(self, partition: Partition) -> VirtualIOServer:
        settings = self._world.settings
        server = VirtualIOServer(
            lambda: _view(self._world.home(partition)),
            pause=self._world.pace.long,
            snap_seconds=settings.durations.snap,
            short_names=not settings.prefixed,
        )
        server.around = partial(self._commands.around, partition.name, VIOS)
        self._world.faults.bind(DiskFull, partition.name, Disk(server.tree).fill_up)
        return server

    def _migrated(self, migration: Migration) -> None:
        for mover in (migration.source_msp, migration.target_msp):
            if mover is not None:
                server = self._servers[mover.partition]
                server.migration_completed()
                server.trace(f"migmover: stream 0x{migration.stream_id:016x} of {migration.partition.name} completed")


def _view(placement: Placement) -> ViosView:
    vios = placement.partition.vios
    assert vios is not None
    server = placement.server
    return ViosView(
        name=placement.name,
        partition_id=placement.lpar_id,
        type_model=server.type_model,
        serial=server.serial,
        level=vios.level,
        storage=tuple(_storage(placement, client, adapter) for client, adapter in served_by(placement, "scsi")),
        fibre=tuple(_fibre(placement, client, adapter) for client, adapter in served_by(placement, "fc")),
        network=tuple(_network(placement)),
        ports=_ports(placement),
        concurrent_migrations=vios.mover.concurrent,
        concurrency_level=vios.mover.level,
    )


def _virtual_location(placement: Placement, slot: int) -> str:
    model = placement.server.type_model.replace("-", ".")
    return f"U{model}.{placement.server.serial}-V{placement.lpar_id}-C{slot}"


def _storage(host: Placement, client: Placement, adapter: Storage) -> StorageMapping:
    target = VirtualTarget(f"{client.name}_rootvg", _LUN, f"hdisk{adapter.remote_slot}", location(host.server, 2))
    return StorageMapping(
        adapter=host_device(host.server, adapter),
        location=_virtual_location(host, adapter.remote_slot),
        client_id=client.lpar_id,
        targets=(target,),
    )


def _fibre(host: Placement, client: Placement, adapter: Storage) -> FibreMapping:
    return FibreMapping(
        adapter=host_device(host.server, adapter),
        location=_virtual_location(host, adapter.remote_slot),
        client_id=client.lpar_id,
        client_name=client.name,
        port="fcs0",
        port_location=location(host.server, host.lpar_id + 1),
        logged_in=client.running,
        client_device=f"host{adapter.slot}",
        client_location=_virtual_location(client, adapter.slot),
    )


def _network(placement: Placement) -> list[NetworkMapping]:
    return [
        NetworkMapping(
            adapter=f"ent{4 + index}",
            location=f"{_virtual_location(placement, adapter.slot)}-T1",
            shared_adapter=f"ent{8 + index}",
            backing_device="ent0",
            backing_location=location(placement.server, 6 + placement.lpar_id),
        )
        for index, adapter in enumerate(placement.partition.ethernet)
    ]


def _ports(placement: Placement) -> tuple[FibrePort, ...]:
    vios = placement.partition.vios
    if vios is None or "fc" not in vios.storage:
        return ()
    used = len(served_by(placement, "fc"))
    card = placement.lpar_id + 1
    return (
        FibrePort("fcs0", location(placement.server, card), ports=(64, 64 - used), wwpns=(2048, 2048 - 2 * used)),
        FibrePort("fcs1", location(placement.server, card, 2)),
    )
