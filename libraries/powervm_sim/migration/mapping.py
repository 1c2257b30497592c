"""Which Virtual I/O Server of the target hosts which virtual storage adapter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from powervm_sim import hsc
from powervm_sim.hsc import HscError
from powervm_sim.migration.migration import Host, Request
from powervm_sim.world.model import Placement, Server, Storage

_FIRST_FREE_SLOT = 5


def place_storage(request: Request) -> tuple[tuple[Storage, ...], list[HscError]]:
    """The storage adapters as they will be hosted on the target, and an error for each that cannot be."""
    used = _used_slots(request.target)
    placed: list[Storage] = []
    errors: list[HscError] = []
    for adapter in request.placement.storage:
        wish = request.hosts.get((adapter.kind, adapter.slot))
        host = _host(request, adapter, wish)
        if host is None:
            refuse = hsc.fc_not_hosted if adapter.kind == "fc" else hsc.scsi_not_hosted
            errors.append(refuse(adapter.slot))
            continue
        taken = used.setdefault(host.lpar_id, set())
        slot = _slot(adapter, wish, taken)
        if slot in taken:
            errors.append(
                hsc.HscError("HSCLAF14", f"The virtual slot {slot} of the VIOS partition {host.name} is in use.")
            )
            continue
        taken.add(slot)
        placed.append(replace(adapter, host_id=host.lpar_id, host_name=host.name, remote_slot=slot))
    errors += _unknown_wishes(request)
    return tuple(placed), errors


def possible_hosts(target: Server, kind: str) -> list[Placement]:
    """The Virtual I/O Servers that can host an adapter of this kind."""
    return [place for place in target.virtual_io_servers if place.running and _offers(place, kind)]


def suggested_host(request: Request, adapter: Storage) -> Placement | None:
    """The host that keeps the multipath layout: the same place in the order of Virtual I/O Servers, else the first."""
    hosts = possible_hosts(request.target, adapter.kind)
    if not hosts:
        return None
    order = [place.lpar_id for place in request.placement.server.virtual_io_servers]
    index = order.index(adapter.host_id) if adapter.host_id in order else 0
    same = [place for place in hosts if place is _at(request.target.virtual_io_servers, index)]
    return (same or hosts)[0]


def _host(request: Request, adapter: Storage, wish: Host | None) -> Placement | None:
    if wish is None:
        return suggested_host(request, adapter)
    return next((place for place in possible_hosts(request.target, adapter.kind) if wish.is_placement(place)), None)


def _slot(adapter: Storage, wish: Host | None, taken: set[int]) -> int:
    if wish is not None and wish.slot is not None:
        return wish.slot
    if adapter.remote_slot not in taken:
        return adapter.remote_slot
    return next(slot for slot in range(_FIRST_FREE_SLOT, 65_536) if slot not in taken)


def _unknown_wishes(request: Request) -> Iterator[HscError]:
    known = {(adapter.kind, adapter.slot) for adapter in request.placement.storage}
    for kind, slot in request.hosts:
        if (kind, slot) not in known:
            yield hsc.HscError(
                "HSCLAF15", f"The migrating partition has no virtual {kind} client adapter in slot {slot}."
            )


def _used_slots(server: Server) -> dict[int, set[int]]:
    used: dict[int, set[int]] = {}
    for place in server.placements.values():
        if place.partition.is_vios:
            used.setdefault(place.lpar_id, set()).update(adapter.slot for adapter in place.partition.ethernet)
        for storage in place.storage:
            used.setdefault(storage.host_id, set()).add(storage.remote_slot)
    return used


def _offers(placement: Placement, kind: str) -> bool:
    return placement.partition.vios is not None and kind in placement.partition.vios.storage


def _at(placements: Iterable[Placement], index: int) -> Placement | None:
    return next((place for position, place in enumerate(placements) if position == index), None)
