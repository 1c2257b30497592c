"""Validation: everything that the console looks at before it changes anything.

All findings are collected. The checks look at the world as it is at that moment and wait for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from powervm_sim import hsc
from powervm_sim.faults import moves
from powervm_sim.hsc import HscError
from powervm_sim.migration.affinity import affinity_errors, affinity_warnings
from powervm_sim.migration.firmware import blocked
from powervm_sim.migration.messages import (
    from_target,
    multipath_changes,
    no_server_adapter,
    objection,
    of_side,
    profile_replaced,
    terminal_open,
)
from powervm_sim.migration.migration import Migration
from powervm_sim.migration.movers import mover_errors
from powervm_sim.migration.network import network_errors
from powervm_sim.migration.ownership import ownership_errors
from powervm_sim.migration.plan import Plan, host_ids, plan_of
from powervm_sim.migration.wishes import Kind, Request
from powervm_sim.world.model import NOT_ACTIVATED, RUNNING, Partition, Placement
from powervm_sim.world.state import World


def basic_errors(world: World, request: Request, *, own: Migration | None = None) -> list[HscError]:
    """What is looked at first, and makes everything else pointless.

    Args:
        world: Where it is looked at.
        request: What is wanted.
        own: The migration of this request, if it has waited for its turn.
    """
    for server in (request.source, request.target):
        if not server.operating:
            return [of_side(request, server, hsc.not_operating())]
    if world.migrations.get(request.partition) is not own:
        return [hsc.wrong_state()]
    return [*_systems(request), *_partition_state(request)]


def detailed_errors(world: World, request: Request, stream_id: int) -> list[HscError]:
    """Resources, modes, adapters, connections, and the operating system's own opinion."""
    plan = plan_of(request)
    far = (*_resources(request), *_modes(request), *_names(request), *network_errors(request))
    errors = [from_target(request, error) for error in (*far, *_storage_errors(request, plan))]
    errors += [no_server_adapter(request, adapter) for adapter in request.placement.storage if not adapter.hosted]
    errors += [*ownership_errors(request), *affinity_errors(request), *_connections(request, plan)]
    if request.kind is Kind.ACTIVE:
        errors += mover_errors(world, request)
        errors += _guest(world, request, stream_id)
    return list({str(error): error for error in errors}.values())


def warnings(request: Request) -> Iterator[HscError]:
    """What the user should know although it is no obstacle."""
    partition = request.partition
    if getattr(partition, "terminal_open", False):
        yield terminal_open()
    if request.profile is None:
        yield profile_replaced()
    if not request.choices.keep_multipath and not plan_of(request).multipath:
        yield from_target(request, multipath_changes())
    yield from affinity_warnings(request)


def _systems(request: Request) -> Iterator[HscError]:
    source = request.source
    if request.target is source:
        yield HscError("HSCLAF03", f"The source and the destination are the same managed system {source.name}.")
    for server in (source, request.target):
        if not server.capable:
            text = f"The managed system {server.name} does not support partition migration."
            yield of_side(request, server, HscError("HSCLAF04", text))
    if source.lmb != request.target.lmb:
        text = f"The logical memory block size of {source.name} is {source.lmb} MB and that of {request.target.name} is"
        yield HscError("HSCLAF05", f"{text} {request.target.lmb} MB. They must be the same.")
    if blocked(source.firmware, request.target.firmware):
        text = f"A migration from the firmware level {source.firmware} of the managed system {source.name} to the level"
        yield HscError("HSCLAF4E", f"{text} {request.target.firmware} of {request.target.name} is not possible.")


def _partition_state(request: Request) -> Iterator[HscError]:
    placement = request.placement
    if placement.partition.is_vios:
        yield HscError("HSCLAF06", f"The partition {placement.name} is a Virtual I/O Server and cannot be migrated.")
    elif placement.state not in (RUNNING, NOT_ACTIVATED):
        yield hsc.wrong_state()
    elif placement.state == NOT_ACTIVATED and not placement.partition.configured:
        text = f"The partition {placement.name} was never activated: there is no configuration that could be migrated."
        yield HscError("HSCLAF07", text)
    if placement.partition.migration_disabled:
        yield HscError("HSCLAF08", f"Migration is disabled for the partition {placement.name} (migration_disabled).")


def _resources(request: Request) -> Iterator[HscError]:
    partition, target = request.partition, request.target
    if len(target.placements) >= target.generation.max_partitions:
        yield HscError("HSCLAF5C", f"The managed system {target.name} has no room for another partition.")
    if request.kind is Kind.INACTIVE:
        return
    if partition.memory.desired > target.free_memory:
        text = f"There is not enough memory on the managed system {target.name}: Obtained:  {target.free_memory}"
        yield HscError("HSCLAF0A", f"{text}, Required:  {int(partition.memory.desired)}.")
    needed = partition.units.desired if partition.units else partition.processors.desired
    if needed > target.free_units:
        text = f"There are not enough processing units on the managed system {target.name}: Obtained: "
        yield HscError("HSCLAF0B", f"{text}{target.free_units}, Required: {needed}.")


def _modes(request: Request) -> Iterator[HscError]:
    partition, target = request.partition, request.target
    wanted = {"desired": partition.desired_mode}
    if request.kind is Kind.ACTIVE:
        wanted["current"] = partition.current_mode
    for word, mode in wanted.items():
        if mode not in ("default", *target.generation.offered(target.firmware)):
            text = f"The {word} processor compatibility mode {mode} of the partition {partition.name} is not supported"
            yield HscError("HSCLAF0C", f"{text} by the managed system {target.name}.")


def _names(request: Request) -> Iterator[HscError]:
    target, partition = request.target, request.partition
    for placement in target.placements.values():
        same_uuid = placement.partition.uuid == partition.uuid and request.choices.keep_uuid
        if placement.name == partition.name or same_uuid:
            text = f"A partition with the name or UUID of {partition.name} exists on the managed system"
            yield HscError("HSCLAF0D", f"{text} {target.name}.")
    wanted = request.target_id
    if wanted is not None and wanted > target.generation.max_partitions:
        text = f"The partition ID {wanted} is higher than the managed system {target.name} allows"
        yield HscError("HSCLAF0E", f"{text} ({target.generation.max_partitions}).")
    if wanted is not None and wanted in target.placements:
        yield HscError("HSCLAF0E", f"The partition ID {wanted} is in use on the managed system {target.name}.")


def _storage_errors(request: Request, plan: Plan) -> Iterator[HscError]:
    yield from plan.errors
    if request.choices.keep_multipath and not plan.multipath:
        yield multipath_changes()


def _connections(request: Request, plan: Plan) -> Iterator[HscError]:
    source = request.source
    hosts = host_ids(request.placement.storage, request.placement.backings)
    yield from _source_hosts(request, [place for place in source.virtual_io_servers if place.lpar_id in hosts])
    if request.kind is Kind.ACTIVE:
        yield from _unreachable(place for place in (request.placement, *source.virtual_io_servers) if _needed(place))
    used = host_ids(plan.storage, plan.backings)
    theirs = [
        place
        for place in request.target.virtual_io_servers
        if place.lpar_id in used or (request.kind is Kind.ACTIVE and _needed(place))
    ]
    yield from (from_target(request, error) for error in _unreachable(theirs))


def _source_hosts(request: Request, hosts: Iterable[Placement]) -> Iterator[HscError]:
    """The servers of the partition's storage have to answer, unless the user or the system's setting says otherwise."""
    if request.kind is Kind.INACTIVE and request.choices.current_data:
        return
    for host in hosts:
        if host.running:
            yield from _unreachable([host])
        elif not request.source.mobility.inactive_source_storage:
            text = (
                f"The VIOS partition {host.name} that hosts virtual adapters of the partition {request.partition.name}"
            )
            yield HscError("HSCLAF41", f"{text} is not running.")


def _unreachable(places: Iterable[Placement]) -> Iterator[HscError]:
    for place in places:
        if place.running and place.rmc_state != "active":
            yield hsc.no_rmc(place.name)


def _needed(placement: Placement) -> bool:
    partition: Partition = placement.partition
    return partition.msp or not partition.is_vios


def _guest(world: World, request: Request, stream_id: int) -> Iterator[HscError]:
    guest = request.partition.guest
    if guest is None or request.placement.rmc_state != "active":
        return
    status = moves.ask_guest(world, request, stream_id)
    if status:
        yield hsc.not_ready()
        if guest.objection:
            target_id = request.target.free_id(request.placement.lpar_id)
            command = f"drmgr -m -c pmig -p check -s 0x{stream_id:016x} -t {target_id} -n -d 1 5"
            yield objection(request.partition.name, command, status, guest.objection)
