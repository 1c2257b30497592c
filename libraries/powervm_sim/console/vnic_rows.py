"""The rows of ``lshwres`` for vNICs and their backing devices, and the texts that name a backing device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from powervm_sim.console.output import Row, Table
from powervm_sim.console.picking import Filters, filtered
from powervm_sim.console.resource_view import View, fixed, of_partitions
from powervm_sim.world.devices import Backing, Vnic
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.usage import active_backing, backing_status

_VNICS = Table(
    "lpar_name lpar_id slot_num desired_mode curr_mode auto_priority_failover port_vlan_id pvid_priority "
    "allowed_vlan_ids mac_addr allowed_os_mac_addrs backing_devices backing_device_states",
    hidden="state is_required is_disabled",
)
_BACKINGS = Table(
    "lpar_name lpar_id type adapter_id physical_port_id logical_port_id capacity desired_capacity max_capacity "
    "desired_max_capacity failover_priority is_active status",
    hidden="client_lpar_name client_lpar_id client_slot_num",
)


def percent(figure: float) -> str:
    """A capacity as it is printed: ``2.0``, ``12.25``."""
    return f"{figure:.2f}".removesuffix("0")


def identifier(number: int) -> str:
    """A logical port id as it is printed: ``27004003``."""
    return f"{number:08x}"


def backing_text(backing: Backing) -> str:
    """A backing device as ``backing_devices`` shows it."""
    fields = (
        "sriov",
        backing.host_name,
        backing.host_id,
        backing.adapter,
        backing.port,
        identifier(backing.number),
        percent(backing.capacity),
        percent(backing.desired_capacity),
        backing.priority,
        percent(backing.max_capacity),
        percent(backing.desired_max_capacity),
    )
    return "/".join(str(field) for field in fields)


def backings_of(placement: Placement, slot: int) -> list[Backing]:
    """The backing devices of one vNIC."""
    return [backing for backing in placement.backings if backing.slot == slot]


def _vnic_rows(placement: Placement) -> Iterator[Row]:
    for vnic in sorted(placement.partition.vnics, key=lambda vnic: vnic.slot):
        yield _vnic(placement, vnic)


def _vnic(placement: Placement, vnic: Vnic) -> Row:
    backings = backings_of(placement, vnic.slot)
    active = active_backing(placement, vnic)
    states = [
        f"sriov/{identifier(one.number)}/{int(one is active)}/{backing_status(placement.server, one)}"
        for one in backings
    ]
    return {
        "lpar_name": placement.name,
        "lpar_id": str(placement.lpar_id),
        "slot_num": str(vnic.slot),
        "desired_mode": "ded",
        "curr_mode": "ded",
        "auto_priority_failover": str(int(vnic.auto_failover)),
        "port_vlan_id": str(vnic.vlan),
        "pvid_priority": str(vnic.vlan_priority),
        "allowed_vlan_ids": vnic.allowed_vlans,
        "mac_addr": vnic.mac,
        "allowed_os_mac_addrs": vnic.allowed_macs,
        "backing_devices": ",".join(backing_text(one) for one in backings) or "none",
        "backing_device_states": ",".join(states) or "none",
        "state": "1" if placement.powered else "0",
        "is_required": str(int(vnic.required)),
        "is_disabled": str(int(vnic.disabled)),
    }


def _backing_rows(server: Server, filters: Filters) -> Iterable[Row]:
    """A filter by partition means the client or the Virtual I/O Server."""
    wanted = filtered(server, filters)
    for place in (place for _, place in sorted(server.placements.items())):
        for vnic in sorted(place.partition.vnics, key=lambda vnic: vnic.slot):
            active = active_backing(place, vnic)
            for backing in backings_of(place, vnic.slot):
                if place in wanted or server.placements.get(backing.host_id) in wanted:
                    yield _backing(place, backing, active=backing is active)


def _backing(client: Placement, backing: Backing, *, active: bool) -> Row:
    return {
        "lpar_name": backing.host_name,
        "lpar_id": str(backing.host_id),
        "type": "sriov",
        "adapter_id": str(backing.adapter),
        "physical_port_id": str(backing.port),
        "logical_port_id": identifier(backing.number),
        "capacity": percent(backing.capacity),
        "desired_capacity": percent(backing.desired_capacity),
        "max_capacity": percent(backing.max_capacity),
        "desired_max_capacity": percent(backing.desired_max_capacity),
        "failover_priority": str(backing.priority),
        "is_active": str(int(active)),
        "status": backing_status(client.server, backing),
        "client_lpar_name": client.name,
        "client_lpar_id": str(client.lpar_id),
        "client_slot_num": str(backing.slot),
    }


_BACKING_FILTERS = {
    "slots": "client_slot_num",
    "vios_names": "lpar_name",
    "vios_ids": "lpar_id",
    "adapter_ids": "adapter_id",
    "phys_port_ids": "physical_port_id",
    "logical_port_ids": "logical_port_id",
}

VNICS: dict[tuple[str, str | None, str | None], View] = {
    ("virtualio", "vnic", "lpar"): View(
        fixed(_VNICS), of_partitions(_vnic_rows), {"slots": "slot_num"}, by_partition=True
    ),
    ("virtualio", "vnicbkdev", None): View(fixed(_BACKINGS), _backing_rows, _BACKING_FILTERS, by_partition=True),
}
"""By ``-r``, ``--rsubtype`` and ``--level``."""
