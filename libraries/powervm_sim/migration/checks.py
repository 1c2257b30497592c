"""Validation: everything that the console looks at before it changes anything.

All findings are collected. The checks look at the world as it is at that moment and wait for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from powervm_sim import hsc
from powervm_sim.faults import moves
from powervm_sim.hsc import HscError
from powervm_sim.migration.mapping import place_storage
from powervm_sim.migration.migration import Host, Kind, Migration, Request, State
from powervm_sim.world.model import NOT_ACTIVATED, RUNNING, Partition, Placement, Server
from powervm_sim.world.state import World


def basic_errors(world: World, request: Request) -> list[HscError]:
    """What is looked at first, and makes everything else pointless."""
    if not (request.placement.server.operating and request.target.operating):
        return [hsc.not_operating()]
    errors = [*_systems(request), *_partition_state(request)]
    errors += _slots(world, request)
    return errors


def detailed_errors(world: World, request: Request, stream_id: int) -> list[HscError]:
    """Resources, modes, adapters, connections, and the operating system's own opinion."""
    errors = [*_resources(request), *_modes(request), *_names(request), *_network(request)]
    errors += place_storage(request)[1]
    if request.kind is Kind.ACTIVE:
        errors += _connections(request)
        errors += _movers(request)
        errors += _guest(world, request, stream_id)
    return errors


def mover(server: Server, wish: Host | None) -> Placement | None:
    """The mover service partition that is used on a server."""
    for place in movers(server):
        if wish is None or wish.is_placement(place):
            return place
    return None


def movers(server: Server) -> list[Placement]:
    """The mover service partitions of a server that can be used."""
    return [
        place
        for place in server.virtual_io_servers
        if place.partition.msp and place.running and place.partition.rmc.active
    ]


def running_migrations(world: World, server: Server) -> list[Migration]:
    """Migrations from or to a server that are going on now."""
    return [
        migration
        for migration in world.migrations.values()
        if migration.state is not State.FAILED and server in (migration.source.server, migration.target.server)
    ]


def _systems(request: Request) -> Iterator[HscError]:
    source = request.placement.server
    if request.target is source:
        yield hsc.HscError("HSCLAF03", f"The source and the destination are the same managed system {source.name}.")
    for server in (source, request.target):
        if not server.capable:
            yield hsc.HscError("HSCLAF04", f"The managed system {server.name} does not support partition migration.")
    if source.lmb != request.target.lmb:
        text = f"The logical memory block size of {source.name} is {source.lmb} MB and that of {request.target.name} is"
        yield hsc.HscError("HSCLAF05", f"{text} {request.target.lmb} MB. They must be the same.")


def _partition_state(request: Request) -> Iterator[HscError]:
    placement = request.placement
    if placement.partition.is_vios:
        yield hsc.HscError(
            "HSCLAF06", f"The partition {placement.name} is a Virtual I/O Server and cannot be migrated."
        )
    elif placement.state not in (RUNNING, NOT_ACTIVATED):
        yield hsc.wrong_state()
    elif placement.state == NOT_ACTIVATED and not placement.partition.configured:
        text = f"The partition {placement.name} was never activated: there is no configuration that could be migrated."
        yield hsc.HscError("HSCLAF07", text)
    if placement.partition.migration_disabled:
        yield hsc.HscError(
            "HSCLAF08", f"Migration is disabled for the partition {placement.name} (migration_disabled)."
        )


def _slots(world: World, request: Request) -> Iterator[HscError]:
    for server in (request.placement.server, request.target):
        if len(running_migrations(world, server)) >= server.migration_limit:
            text = f"The managed system {server.name} has as many migrations in progress as it supports"
            yield hsc.HscError("HSCLAF09", f"{text} ({server.migration_limit}). Try the operation again later.")


def _resources(request: Request) -> Iterator[HscError]:
    partition, target = request.partition, request.target
    if request.kind is Kind.INACTIVE:
        return
    if partition.memory.desired > target.free_memory:
        text = f"There is not enough memory on the managed system {target.name}: Obtained:  {target.free_memory}"
        yield hsc.HscError("HSCLAF0A", f"{text}, Required:  {int(partition.memory.desired)}.")
    needed = partition.units.desired if partition.units else partition.processors.desired
    if needed > target.free_units:
        text = f"There are not enough processing units on the managed system {target.name}: Obtained: "
        yield hsc.HscError("HSCLAF0B", f"{text}{target.free_units}, Required: {needed}.")


def _modes(request: Request) -> Iterator[HscError]:
    partition = request.partition
    wanted = {"desired": partition.desired_mode}
    if request.kind is Kind.ACTIVE:
        wanted["current"] = partition.current_mode
    for word, mode in wanted.items():
        if not request.target.generation.supports(mode):
            text = (
                f"The {word} processor compatibility mode {mode} of the partition {partition.name} is not supported by"
            )
            yield hsc.HscError("HSCLAF0C", f"{text} the managed system {request.target.name}.")


def _names(request: Request) -> Iterator[HscError]:
    target = request.target
    for placement in target.placements.values():
        if placement.name == request.partition.name or placement.partition.uuid == request.partition.uuid:
            text = f"A partition with the name or UUID of {request.partition.name} exists on the managed system"
            yield hsc.HscError("HSCLAF0D", f"{text} {target.name}.")
    wanted = request.target_id
    if wanted is not None and wanted in target.placements:
        yield hsc.HscError("HSCLAF0E", f"The partition ID {wanted} is in use on the managed system {target.name}.")


def _network(request: Request) -> Iterator[HscError]:
    if not request.bridge_all_vlans:
        return
    for adapter in request.partition.ethernet:
        if adapter.vlan not in request.target.vlans:
            text = (
                f"The VLAN {adapter.vlan} of the virtual Ethernet adapter {adapter.slot} is not bridged on the managed"
            )
            yield hsc.HscError("HSCLAF0F", f"{text} system {request.target.name}.")


def _connections(request: Request) -> Iterator[HscError]:
    source = request.placement.server
    for placement in (request.placement, *source.virtual_io_servers, *request.target.virtual_io_servers):
        if placement.running and placement.rmc_state != "active" and _needed(placement.partition):
            yield hsc.no_rmc(placement.name)


def _needed(partition: Partition) -> bool:
    return partition.msp or not partition.is_vios


def _movers(request: Request) -> Iterator[HscError]:
    wishes = {request.placement.server: request.source_msp, request.target: request.target_msp}
    for server, wish in wishes.items():
        flagged = [place for place in server.virtual_io_servers if place.partition.msp]
        if wish is None and flagged:
            continue  # one that is flagged and cannot be reached is told by the RMC check
        if mover(server, wish) is None:
            text = f"There is no mover service partition on the managed system {server.name} that can be used"
            yield hsc.HscError("HSCLAF10", f"{text} for this migration.")


def _guest(world: World, request: Request, stream_id: int) -> Iterator[HscError]:
    guest = request.partition.guest
    if guest is None or request.placement.rmc_state != "active":
        return
    vetoed = moves.veto(world, request)
    if vetoed is not None or guest.check_migration(stream_id, request.target.free_id(request.placement.lpar_id)) != 0:
        yield hsc.not_ready()
