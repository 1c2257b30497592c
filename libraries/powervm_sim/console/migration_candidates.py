"""The lists of ``lslparmigr`` about one partition and one target: movers, pools, mappings that can be typed back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from powervm_sim import hsc
from powervm_sim.console.output import Row, Table
from powervm_sim.migration.mapping import place_storage, possible_hosts
from powervm_sim.migration.movers import movers, redundant_pairs
from powervm_sim.migration.plan import possible_pools
from powervm_sim.migration.port_mapping import migratable
from powervm_sim.migration.sriov_room import SriovRoom, kind_and_label, rounded_up
from powervm_sim.migration.vnic_mapping import BackingPlan
from powervm_sim.migration.wishes import Request
from powervm_sim.world.devices import Backing, LogicalPort, PhysicalPort
from powervm_sim.world.model import Placement
from powervm_sim.world.state import World

MIGRATABLE_PORTS = Table(
    "lpar_name lpar_id adapter_id logical_port_id phys_port_id capacity backup_device_type backup_device_slot_num"
)

_PAIRS = Table("source_msp_name source_msp_id dest_msp_names dest_msp_ids ipaddr_mappings")
_REDUNDANT = Table("suggested_redundant_msp_mappings")
_POOLS = Table("shared_proc_pool_ids shared_proc_pool_names")
_VIRTUAL = Table(
    "possible_virtual_fc_mappings suggested_virtual_fc_mappings possible_virtual_scsi_mappings "
    "suggested_virtual_scsi_mappings"
)
_PORTS = Table("possible_sriov_mappings suggested_sriov_mappings")
_VNICS = Table("possible_vnic_mappings suggested_vnic_mappings")

Rows = Callable[[Request, World], list[Row]]


def no_shared_memory() -> hsc.HscError:
    """Paging devices were asked for; no system of this world has shared memory."""
    text = "The operation failed because the managed system does not support Active Memory Sharing or partition"
    return hsc.HscError("HSCLA4A0", f"{text} suspend and resume operations.")


def port_rows(placement: Placement) -> Iterator[Row]:
    """The migratable ports of a partition."""
    for port in placement.ports:
        if port.migratable:
            yield {
                "lpar_name": placement.name,
                "lpar_id": str(placement.lpar_id),
                "adapter_id": str(port.adapter),
                "logical_port_id": f"{port.number:08x}",
                "phys_port_id": str(port.port),
                "capacity": str(float(port.capacity)),
                "backup_device_type": port.backup,
                "backup_device_slot_num": str(port.backup_slot),
            }


def _msp_pairs(request: Request, _world: World) -> list[Row]:
    targets = movers(request.target)
    if not targets:
        return []
    return [
        {
            "source_msp_name": source.name,
            "source_msp_id": str(source.lpar_id),
            "dest_msp_names": ",".join(target.name for target in targets),
            "dest_msp_ids": ",".join(str(target.lpar_id) for target in targets),
            "ipaddr_mappings": ",".join(
                f"{source.partition.address}//{target.lpar_id}/{target.name}/{target.partition.address}"
                for target in targets
            ),
        }
        for source in movers(request.source)
    ]


def _redundant_pairs(request: Request, world: World) -> list[Row]:
    pairs = redundant_pairs(world, request)
    entries = [f"1/{_mover(pair.source)}/{_mover(pair.target)}" for pair in pairs]
    return [{"suggested_redundant_msp_mappings": ",".join(entries)}] if len(pairs) > 1 else []


def _mover(placement: Placement) -> str:
    return f"{placement.name}/{placement.lpar_id}/{placement.partition.address}"


def _pools(request: Request, _world: World) -> list[Row]:
    pools = possible_pools(request)
    if not pools:
        return []
    return [
        {
            "shared_proc_pool_ids": ",".join(str(pool.number) for pool in pools),
            "shared_proc_pool_names": ",".join(pool.name for pool in pools),
        }
    ]


def _virtual(request: Request, _world: World) -> list[Row]:
    row: dict[str, list[str]] = {}
    suggested, _ = place_storage(request)
    for adapter in request.placement.storage:
        row.setdefault(f"possible_virtual_{adapter.kind}_mappings", []).extend(
            f"{adapter.slot}/{host.name}/{host.lpar_id}" for host in possible_hosts(request, adapter)
        )
    for placed in suggested:
        entry = f"{placed.slot}/{placed.host_name}/{placed.host_id}"
        row.setdefault(f"suggested_virtual_{placed.kind}_mappings", []).append(entry)
    return _row(row)


def _vnics(request: Request, _world: World) -> list[Row]:
    suggested = [_backing(old, new) for old, new in BackingPlan(request, SriovRoom(request.target)).pairs]
    return _row({"possible_vnic_mappings": _possible_vnics(request), "suggested_vnic_mappings": suggested})


def _possible_vnics(request: Request) -> list[str]:
    hosts = [place for place in request.target.virtual_io_servers if place.running]
    return [
        f"{old.slot}/ded/{host.name}/{host.lpar_id}/{adapter}/{port.number}/{capacity:g}/{old.adapter}/{old.port}"
        for old in request.placement.backings
        for adapter, port, capacity in _fitting(request, old)
        for host in hosts
    ]


def _backing(old: Backing, new: Backing) -> str:
    place = f"{new.host_name}/{new.host_id}/{new.adapter}/{new.port}/{new.capacity:g}"
    return f"{new.slot}/ded/{place}/{old.adapter}/{old.port}"


def _ports(request: Request, _world: World) -> list[Row]:
    room = SriovRoom(request.target)
    possible, suggested = [], []
    for port in migratable(request):
        fitting = list(_fitting(request, port, room))
        texts = [f"{port.number:08x}/{adapter}/{place.number}/{capacity:g}" for adapter, place, capacity in fitting]
        possible += texts
        suggested += texts[:1]
        for adapter, place, capacity in fitting[:1]:
            room.take(adapter, place, capacity)
    return _row({"possible_sriov_mappings": possible, "suggested_sriov_mappings": suggested})


def _fitting(
    request: Request, old: Backing | LogicalPort, room: SriovRoom | None = None
) -> Iterable[tuple[int, PhysicalPort, float]]:
    room = room or SriovRoom(request.target)
    for adapter, port in room.candidates(*kind_and_label(request.source, old)):
        capacity = rounded_up(old.capacity, port.granularity)
        if room.fits(adapter, port, capacity):
            yield adapter, port, capacity


def _row(lists: dict[str, list[str]]) -> list[Row]:
    found = {name: ",".join(entries) for name, entries in lists.items() if entries}
    return [found] if found else []


CANDIDATES: dict[str, tuple[Table, Rows]] = {
    "msp": (_PAIRS, _msp_pairs),
    "mspmappings": (_REDUNDANT, _redundant_pairs),
    "procpool": (_POOLS, _pools),
    "sriov": (_PORTS, _ports),
    "virtualio": (_VIRTUAL, _virtual),
    "vnic": (_VNICS, _vnics),
}
"""The table and the rows of each list."""
