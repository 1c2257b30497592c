"""The rows of ``lshwres -r virtualio``: virtual Ethernet, SCSI and fibre channel adapters."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from powervm_sim.console.output import Row, Table
from powervm_sim.console.resource_view import View, fixed, of_partitions
from powervm_sim.world.model import Ethernet, Placement, Storage, WaitingAdapter

ETHERNET = Table(
    (
        "lpar_name lpar_id slot_num state is_required is_trunk trunk_priority ieee_virtual_eth port_vlan_id vswitch "
        "addl_vlan_ids mac_addr allowed_os_mac_addrs qos_priority"
    ),
    absent={"trunk_priority": "unavailable", "allowed_os_mac_addrs": "all", "qos_priority": "none"},
)
SCSI = Table(
    "lpar_name lpar_id slot_num state is_required adapter_type remote_lpar_id remote_lpar_name remote_slot_num"
)
FC = Table(
    "lpar_name lpar_id slot_num adapter_type state is_required remote_lpar_id remote_lpar_name remote_slot_num wwpns"
)


def ethernet_rows(placement: Placement) -> Iterator[Row]:
    """The virtual Ethernet adapters of a partition."""
    for adapter in placement.partition.ethernet:
        yield _head(placement, adapter.slot, required=adapter.required) | _ethernet(adapter)


def storage_rows(placement: Placement, kind: str) -> Iterator[Row]:
    """The virtual storage adapters of a partition: client adapters, or server adapters of a Virtual I/O Server."""
    for adapter in placement.storage:
        if adapter.kind == kind:
            row = _head(placement, adapter.slot, required=adapter.required) | {
                "adapter_type": "client",
                "remote_lpar_id": str(adapter.host_id),
                "remote_lpar_name": adapter.host_name,
                "remote_slot_num": str(adapter.remote_slot),
            }
            yield row | {"wwpns": ",".join(adapter.wwpns)} if kind == "fc" else row
    for client, adapter in served_by(placement, kind):
        yield _head(placement, adapter.remote_slot) | {
            "adapter_type": "server",
            "remote_lpar_id": str(client.lpar_id),
            "remote_lpar_name": client.name,
            "remote_slot_num": str(adapter.slot),
        }
    for waiting in placement.waiting:
        if waiting.kind == kind:
            yield _head(placement, waiting.slot) | _waiting(placement, waiting)


def _waiting(placement: Placement, adapter: WaitingAdapter) -> Row:
    client = placement.server.placements.get(adapter.client_id or 0)
    return {
        "adapter_type": "server",
        "remote_lpar_id": "any" if adapter.client_id is None else str(adapter.client_id),
        "remote_lpar_name": client.name if client else "",
        "remote_slot_num": "any" if adapter.client_slot is None else str(adapter.client_slot),
    }


def served_by(host: Placement, kind: str) -> list[tuple[Placement, Storage]]:
    """The client adapters that a Virtual I/O Server has server adapters for, by its slot."""
    if not host.partition.is_vios:
        return []
    found = [
        (client, adapter)
        for client in host.server.placements.values()
        for adapter in client.storage
        if adapter.kind == kind and adapter.host_id == host.lpar_id and adapter.hosted
    ]
    return sorted(found, key=lambda pair: pair[1].remote_slot)


def _head(placement: Placement, slot: int, *, required: bool = False) -> dict[str, str]:
    return {
        "lpar_name": placement.name,
        "lpar_id": str(placement.lpar_id),
        "slot_num": str(slot),
        "state": "1" if placement.powered else "0",
        "is_required": str(int(required)),
    }


def _ethernet(adapter: Ethernet) -> Row:
    row = {
        "is_trunk": "0" if adapter.trunk_priority is None else "1",
        "ieee_virtual_eth": str(int(is_tagging(adapter))),
        "port_vlan_id": str(adapter.vlan),
        "vswitch": adapter.vswitch,
        "addl_vlan_ids": ",".join(str(vlan) for vlan in adapter.additional),
        "mac_addr": adapter.mac,
        "vlans": ",".join(str(vlan) for vlan in adapter.vlans),
    }
    if adapter.trunk_priority is not None:
        row |= {
            "trunk_priority": str(adapter.trunk_priority),
            "allowed_os_mac_addrs": "all",
            "qos_priority": "none",
        }
    return row


def is_tagging(adapter: Ethernet) -> bool:
    """Whether it is an IEEE 802.1Q adapter: one with additional VLANs."""
    return bool(adapter.additional)


def _storage(kind: str) -> Callable[[Placement], Iterator[Row]]:
    return lambda placement: storage_rows(placement, kind)


_BY_SLOT = {"slots": "slot_num"}

VIRTUAL: dict[tuple[str, str | None, str | None], View] = {
    ("virtualio", "eth", "lpar"): View(
        fixed(ETHERNET),
        of_partitions(ethernet_rows),
        {**_BY_SLOT, "vswitches": "vswitch", "vlans": "vlans"},
        by_partition=True,
    ),
    ("virtualio", "scsi", "lpar"): View(fixed(SCSI), of_partitions(_storage("scsi")), _BY_SLOT, by_partition=True),
    ("virtualio", "fc", "lpar"): View(fixed(FC), of_partitions(_storage("fc")), _BY_SLOT, by_partition=True),
}
"""By ``-r``, ``--rsubtype`` and ``--level``."""
