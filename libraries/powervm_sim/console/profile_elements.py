"""The elements of the adapter lists in ``lssyscfg -r prof``: one text for each adapter."""

from __future__ import annotations

from collections.abc import Iterator

from powervm_sim.console.sriov_rows import backup_fields
from powervm_sim.console.virtual_rows import is_tagging, served_by
from powervm_sim.console.vnic_rows import backings_of, identifier, percent
from powervm_sim.world.devices import Backing, LogicalPort, Vnic
from powervm_sim.world.model import Ethernet, Placement


def ethernet_elements(placement: Placement) -> Iterator[str]:
    """``slot/is-IEEE/port-vlan/additional-vlans/trunk-priority/is-required/switch/MAC/allowed-MACs/QoS-priority``."""
    for adapter in placement.partition.ethernet:
        yield _ethernet(adapter)


def _ethernet(adapter: Ethernet) -> str:
    vlans = ",".join(str(vlan) for vlan in adapter.additional)
    head = f"{adapter.slot}/{int(is_tagging(adapter))}/{adapter.vlan}/{vlans}/{adapter.trunk_priority or 0}"
    return f"{head}/{int(adapter.required)}/{adapter.vswitch}//all/none"


def storage_elements(placement: Placement, kind: str) -> Iterator[str]:
    """``slot/client-or-server/remote-id/remote-name/remote-slot[/wwpns]/is-required``."""
    for adapter in placement.storage:
        if adapter.kind == kind:
            names = (",".join(adapter.wwpns),) if kind == "fc" else ()
            remote = (adapter.host_id, adapter.host_name, adapter.remote_slot)
            yield _joined(adapter.slot, "client", *remote, *names, int(adapter.required))
    none = ("",) if kind == "fc" else ()
    for client, adapter in served_by(placement, kind):
        yield _joined(adapter.remote_slot, "server", client.lpar_id, client.name, adapter.slot, *none, 0)
    for waiting in placement.waiting:
        if waiting.kind == kind:
            found = placement.server.placements.get(waiting.client_id or 0)
            who = "any" if waiting.client_id is None else waiting.client_id
            where = "any" if waiting.client_slot is None else waiting.client_slot
            yield _joined(waiting.slot, "server", who, found.name if found else "", where, *none, 0)


def slot_elements(placement: Placement) -> Iterator[str]:
    """``drc-index/slot-io-pool/is-required``."""
    for slot in placement.slots:
        yield _joined(slot.drc_index, "none", int(slot.required))


def port_elements(placement: Placement, kind: str) -> Iterator[str]:
    """The logical ports of one kind, ``name=value`` with colons between; migratable ones tell of their backup."""
    for port in placement.ports:
        if port.kind == kind:
            fields = _port(port) | ({"migratable": "1", **backup_fields(placement, port)} if port.migratable else {})
            yield ":".join(f"{name}={value}" for name, value in fields.items())


def _port(port: LogicalPort) -> dict[str, str]:
    return {
        "config_id": str(port.config_id),
        "adapter_id": str(port.adapter),
        "phys_port_id": str(port.port),
        "logical_port_id": identifier(port.number),
        "diag_mode": "0",
        "huge_dma_window_mode": "0",
        "promisc_mode": str(int(port.promiscuous)),
        "allowed_vlan_ids": port.allowed_vlans,
        "mac_addr": port.mac,
        "allowed_os_mac_addrs": port.allowed_macs,
        "port_vlan_id": str(port.vlan),
        "pvid_priority": str(port.vlan_priority),
        "capacity": percent(port.capacity),
        "max_capacity": percent(port.max_capacity),
        "allowed_priorities": "none",
    }


def vnic_elements(placement: Placement) -> Iterator[str]:
    """The vNICs, ``name=value`` with colons between; those that are backups stand with their ports."""
    for vnic in placement.partition.vnics:
        if not vnic.hcn_id:
            yield ":".join(f"{name}={value}" for name, value in _vnic(placement, vnic).items())


def _vnic(placement: Placement, vnic: Vnic) -> dict[str, str]:
    return {
        "slot_num": str(vnic.slot),
        "mode": "ded",
        "auto_priority_failover": str(int(vnic.auto_failover)),
        "port_vlan_id": str(vnic.vlan),
        "pvid_priority": str(vnic.vlan_priority),
        "allowed_vlan_ids": vnic.allowed_vlans,
        "mac_addr": vnic.mac,
        "allowed_os_mac_addrs": vnic.allowed_macs,
        "is_required": str(int(vnic.required)),
        "backing_devices": ",".join(_backing(one) for one in backings_of(placement, vnic.slot)),
    }


def _backing(backing: Backing) -> str:
    """A backing device as it was asked for: without a logical port id."""
    host = ("sriov", backing.host_name, backing.host_id, backing.adapter, backing.port)
    return _joined(*host, percent(backing.desired_capacity), backing.priority, percent(backing.desired_max_capacity))


def _joined(*fields: object) -> str:
    return "/".join(str(field) for field in fields)
