"""The rows of ``lshwres`` for virtual slots, serial adapters, virtual switches and networks, and physical slots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from powervm_sim.console.output import Row, Table
from powervm_sim.console.picking import Filters, filtered
from powervm_sim.console.resource_view import View, fixed, of_partitions
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.usage import is_hosted_by, max_virtual_slots, slot_owner

SERIAL_SLOTS = (0, 1)

_FEATURES = {
    "PCIe3 2-Port 16Gb Fibre Channel Adapter": ("EN0A", "0C04"),
    "PCIe3 4-Port 10GbE SR Adapter": ("EN15", "0200"),
    "PCIe3 4-port 10GbE SR-IOV Adapter": ("EN15", "0200"),
    "PCIe3 2-Port 10GbE SFP+ Adapter": ("EN0S", "0200"),
}
"""Feature code and PCI class by description."""

_SLOTS = Table("slot_num lpar_name lpar_id config drc_name")
_SLOT_COUNTS = Table("lpar_name lpar_id curr_max_virtual_slots pend_max_virtual_slots next_avail_virtual_slot")
_SERIAL = Table(
    "lpar_name lpar_id slot_num state is_required connect_status adapter_type supports_hmc remote_lpar_id "
    "remote_lpar_name remote_slot_num"
)
_SWITCHES = Table("vswitch switch_mode allowed_lpar_names allowed_lpar_ids")
_NETWORKS = Table("vnetwork vlan_id vswitch is_tagged")
_PHYSICAL_SLOTS = Table(
    "unit_phys_loc bus_id phys_loc drc_index lpar_name lpar_id slot_io_pool_id description feature_codes pci_class "
    "bus_grouping iop parent_slot_drc_index drc_name",
    hidden="lpar_assignment_capable dynamic_lpar_assignment_capable",
)


def slot_kinds(placement: Placement) -> dict[int, str]:
    """What is in each virtual slot of a partition, in the words of ``config``."""
    partition = placement.partition
    kinds = dict.fromkeys(SERIAL_SLOTS, "serial")
    kinds |= {adapter.slot: "ethernet" for adapter in partition.ethernet}
    kinds |= {vnic.slot: "vnic" for vnic in partition.vnics}
    kinds |= {adapter.slot: adapter.kind for adapter in placement.storage}
    if partition.is_vios:
        kinds |= {adapter.slot: adapter.kind for adapter in placement.waiting}
        for client in placement.server.placements.values():
            for storage in client.storage:
                if is_hosted_by(storage, placement):
                    kinds[storage.remote_slot] = storage.kind
            for backing in client.backings:
                if backing.host_id == placement.lpar_id:
                    kinds[backing.host_slot] = "vnic"
    return dict(sorted(kinds.items()))


def virtual_location(placement: Placement, slot: int) -> str:
    """The location code of a virtual slot, for example ``U9009.22A.78A1B20-V7-C4``."""
    server = placement.server
    return f"U{server.type_model.replace('-', '.')}.{server.serial}-V{placement.lpar_id}-C{slot}"


def _slot_rows(placement: Placement) -> Iterator[Row]:
    for slot, kind in slot_kinds(placement).items():
        yield {
            "slot_num": str(slot),
            "lpar_name": placement.name,
            "lpar_id": str(placement.lpar_id),
            "config": kind,
            "drc_name": virtual_location(placement, slot),
        }


def _slot_counts(placement: Placement) -> Iterator[Row]:
    used, most = slot_kinds(placement), str(max_virtual_slots(placement))
    yield {
        "lpar_name": placement.name,
        "lpar_id": str(placement.lpar_id),
        "curr_max_virtual_slots": most,
        "pend_max_virtual_slots": most,
        "next_avail_virtual_slot": str(next(slot for slot in range(2, 65_536) if slot not in used)),
    }


def _serial_rows(placement: Placement) -> Iterator[Row]:
    for slot in SERIAL_SLOTS:
        yield {
            "lpar_name": placement.name,
            "lpar_id": str(placement.lpar_id),
            "slot_num": str(slot),
            "state": "1" if placement.powered else "0",
            "is_required": "1",
            "connect_status": "unavailable",
            "adapter_type": "server",
            "supports_hmc": "1",
            "remote_lpar_id": "any",
            "remote_lpar_name": "",
            "remote_slot_num": "any",
        }


def _switch_rows(server: Server, _filters: Filters) -> Iterable[Row]:
    for switch in server.devices.vswitches.values():
        yield {
            "vswitch": switch.name,
            "switch_mode": switch.mode,
            "allowed_lpar_names": "all",
            "allowed_lpar_ids": "all",
        }


def _network_rows(server: Server, _filters: Filters) -> Iterable[Row]:
    for network in server.devices.vnetworks.values():
        yield {
            "vnetwork": network.name,
            "vlan_id": str(network.vlan),
            "vswitch": network.vswitch,
            "is_tagged": "1" if network.tagged else "0",
        }


def _physical_slots(server: Server, filters: Filters) -> Iterable[Row]:
    wanted = filtered(server, filters)
    for slot in sorted(server.devices.slots.values(), key=lambda slot: slot.drc_index):
        owner = slot_owner(server, slot.drc_index)
        if owner not in wanted and ("lpar_names" in filters or "lpar_ids" in filters):
            continue
        unit, _, place = slot.location.rpartition("-")
        feature, pci_class = _FEATURES.get(slot.description, ("null", "0200"))
        row = {
            "unit_phys_loc": unit.removesuffix("-P1"),
            "bus_id": str(int(slot.drc_index, 16) & 0xFFFF),
            "phys_loc": place,
            "drc_index": slot.drc_index,
            "lpar_id": str(owner.lpar_id) if owner else "none",
            "slot_io_pool_id": "none",
            "description": slot.description,
            "feature_codes": feature,
            "pci_class": pci_class,
            "bus_grouping": "0",
            "iop": "0",
            "parent_slot_drc_index": "none",
            "drc_name": slot.location,
            "lpar_assignment_capable": "1",
            "dynamic_lpar_assignment_capable": "1",
        }
        yield row | {"lpar_name": owner.name} if owner else row


_PHYSICAL_FILTERS = {"slots": "drc_index", "units": "unit_phys_loc", "buses": "bus_id"}

SWITCHES: dict[tuple[str, str | None, str | None], View] = {
    ("virtualio", "slot", "slot"): View(
        fixed(_SLOTS), of_partitions(_slot_rows), {"slots": "slot_num"}, by_partition=True
    ),
    ("virtualio", "slot", "lpar"): View(fixed(_SLOT_COUNTS), of_partitions(_slot_counts), by_partition=True),
    ("virtualio", "serial", "lpar"): View(
        fixed(_SERIAL), of_partitions(_serial_rows), {"slots": "slot_num"}, by_partition=True
    ),
    ("virtualio", "vswitch", None): View(fixed(_SWITCHES), _switch_rows, {"vswitches": "vswitch"}),
    ("virtualio", "vnetwork", None): View(
        fixed(_NETWORKS), _network_rows, {"vnetworks": "vnetwork", "vswitches": "vswitch", "vlans": "vlan_id"}
    ),
    ("io", "slot", None): View(fixed(_PHYSICAL_SLOTS), _physical_slots, _PHYSICAL_FILTERS, by_partition=True),
}
"""By ``-r``, ``--rsubtype`` and ``--level``."""
