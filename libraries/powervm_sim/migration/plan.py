"""What a partition will have on the target: hosts, slots, ports, backing devices, a pool. Made anew when needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from powervm_sim.hsc import HscError
from powervm_sim.migration.mapping import keeps_multipath, place_storage
from powervm_sim.migration.port_mapping import place_ports
from powervm_sim.migration.sriov_room import SriovRoom
from powervm_sim.migration.vnic_mapping import BackingPlan
from powervm_sim.migration.wishes import Request
from powervm_sim.world.devices import Backing, LogicalPort, ProcessorPool
from powervm_sim.world.model import Placement, Storage, pool_room

_DEFAULT_POOL = 0


@dataclass(frozen=True)
class Plan:
    """What was found, and why it is not enough.

    Attributes:
        multipath: The layout of the source is kept.
    """

    storage: tuple[Storage, ...]
    backings: tuple[Backing, ...]
    ports: tuple[LogicalPort, ...]
    pool: int
    errors: tuple[HscError, ...]
    multipath: bool


def plan_of(request: Request) -> Plan:
    """The plan for the world as it is now."""
    storage, storage_errors = place_storage(request)
    room = SriovRoom(request.target)
    ports, port_errors = place_ports(request, room)
    backings = BackingPlan(request, room)
    pool, pool_errors = choose_pool(request)
    errors = (*storage_errors, *backings.errors, *port_errors, *pool_errors)
    kept = keeps_multipath(request, storage)
    return Plan(storage, backings.placed, ports, pool, errors, kept)


def shell_for(request: Request) -> Placement:
    """The shell partition that is made on the target; with it everything in the plan is reserved."""
    plan = plan_of(request)
    number = request.target_id or request.target.free_id(request.placement.lpar_id)
    state = request.placement.state
    shell = Placement(request.partition, request.target, number, state, plan.storage, plan.backings, plan.ports)
    shell.pool = plan.pool
    return shell


def host_ids(storage: Iterable[Storage], backings: Iterable[Backing]) -> set[int]:
    """The Virtual I/O Servers that adapters are hosted by."""
    return {adapter.host_id for adapter in storage} | {backing.host_id for backing in backings}


def choose_pool(request: Request) -> tuple[int, list[HscError]]:
    """The shared processor pool: the wanted one, that of the same name if it has room, else the default pool."""
    pools = request.target.devices.pools
    if request.pool is None:
        old = request.source.devices.pools.get(request.placement.pool)
        same = (pool.number for pool in pools.values() if old is not None and pool.name == old.name)
        return next((number for number in same if has_room(request, number)), _DEFAULT_POOL), []
    wanted = next((pool for pool in pools.values() if request.pool in (pool.number, pool.name)), None)
    if wanted is None:
        text = f"The shared processor pool {request.pool} was not found on the managed system {request.target.name}."
        return _DEFAULT_POOL, [HscError("HSCLAF16", text)]
    if request.partition.units is None:
        text = f"The partition {request.partition.name} has dedicated processors and cannot be in the shared processor"
        return _DEFAULT_POOL, [HscError("HSCLAF45", f"{text} pool {wanted.name}.")]
    if not has_room(request, wanted.number):
        text = f"The shared processor pool {wanted.name} of the managed system {request.target.name} has not enough"
        return _DEFAULT_POOL, [HscError("HSCLAF45", f"{text} processing units for the partition.")]
    return wanted.number, []


def possible_pools(request: Request) -> list[ProcessorPool]:
    """The pools of the target that can take the partition, the default pool last."""
    pools = request.target.devices.pools
    fitting = [pool for pool in pools.values() if has_room(request, pool.number)]
    return sorted(fitting, key=lambda pool: (pool.number == _DEFAULT_POOL, pool.number))


def has_room(request: Request, pool: int) -> bool:
    """Whether the partition fits into a pool; one that is off takes nothing yet."""
    units = request.partition.units
    if units is None:
        return pool == _DEFAULT_POOL
    return not request.placement.powered or units.desired <= pool_room(request.target, pool)
