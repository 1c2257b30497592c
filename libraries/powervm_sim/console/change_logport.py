"""``chhwres -r sriov --rsubtype logport``: logical ports of partitions, plain and migratable."""

from __future__ import annotations

from dataclasses import replace

from powervm_sim import hsc
from powervm_sim.console.change import Attributes, Change
from powervm_sim.console.login import not_simulated
from powervm_sim.console.port_choice import (
    backing_wish,
    check_capacity,
    free_logical_port,
    make_backing,
    physical_port,
    wrong_kind,
)
from powervm_sim.console.vnic_rows import identifier
from powervm_sim.guest.interface import Adapter
from powervm_sim.world.devices import Backing, LogicalPort, PhysicalPort, VirtualNetwork, Vnic
from powervm_sim.world.dlpar import check_ready, give_adapters, take_port, tell_change
from powervm_sim.world.hardware import ethernet_adapter, port_adapter, vnic_adapter
from powervm_sim.world.model import Ethernet, Placement
from powervm_sim.world.naming import ethernet_mac, hcn_id, port_mac, vnic_mac
from powervm_sim.world.profile_devices import keep_in_profiles
from powervm_sim.world.usage import PortUse, free_config_id, holder

_SETTINGS = (
    "port_vlan_id",
    "pvid_priority",
    "allowed_vlan_ids",
    "allowed_os_mac_addrs",
    "promisc_mode",
    "is_required",
)
_BACKUP = (
    "migratable",
    "backup_device_type",
    "backup_device_slot_num",
    "backup_veth_vnetwork",
    "backup_vnic_backing_device",
)
_NEW = (
    "adapter_id",
    "phys_port_id",
    "logical_port_id",
    "logical_port_type",
    "capacity",
    "max_capacity",
    "mac_addr",
    *_SETTINGS,
    *_BACKUP,
)
_FULL = 100.0


def change_logical_port(change: Change) -> None:
    """Add, remove or set a logical port."""
    {"a": _add, "r": _remove, "s": _set}[change.operation](change)


def _add(change: Change) -> None:
    placement = change.partition()
    wanted = change.attributes(_NEW, required=["adapter_id"])
    migratable = wanted.boolean("migratable")
    if "logical_port_id" in wanted:
        use = holder(change.server, wanted.logical_port())
        if use is not None:
            _move(change, placement, use)
            return
    port, physical = _new_port(change, placement, wanted)
    if migratable:
        _add_migratable(change, placement, wanted, port, physical)
        return
    if any(name in wanted for name in _BACKUP[1:]):
        raise hsc.invalid_attribute([name for name in _BACKUP[1:] if name in wanted])
    placement.ports += (port,)
    change.note(placement, f"logical port {identifier(port.number)} added")
    give_adapters(placement, port_adapter(port, change.server))


def _new_port(change: Change, placement: Placement, wanted: Attributes) -> tuple[LogicalPort, PhysicalPort]:
    adapter = wanted.whole("adapter_id", 1, 65_535)
    if "phys_port_id" not in wanted:
        raise hsc.usage(["phys_port_id"])
    physical = physical_port(change.server, adapter, wanted.whole("phys_port_id", 0, 65_535))
    kind = wanted.one_of("logical_port_type", ("eth", "roce"), "roce" if physical.kind == "roce" else "eth")
    if (kind == "roce") != (physical.kind == "roce"):
        raise wrong_kind(adapter, physical, "RoCE" if kind == "roce" else "Ethernet")
    number = free_config_id(placement)
    capacity = wanted.figure("capacity", physical.granularity)
    check_capacity(change.server, adapter, physical, capacity, number)
    most = wanted.figure("max_capacity", _FULL)
    if not capacity <= most <= _FULL:
        raise hsc.invalid_value("max_capacity", wanted.text("max_capacity"))
    port = LogicalPort(
        config_id=number,
        adapter=adapter,
        port=physical.number,
        number=_number(change, wanted, adapter, physical),
        mac=wanted.mac("mac_addr", port_mac(change.world, placement.name, number)),
        capacity=capacity,
        max_capacity=most,
        kind=kind,
    )
    return _with_settings(port, wanted), physical


def _number(change: Change, wanted: Attributes, adapter: int, physical: PhysicalPort) -> int:
    """The wanted logical port id, or a free one."""
    free = free_logical_port(change.server, adapter, physical)
    if "logical_port_id" not in wanted:
        return free
    number = wanted.logical_port()
    found = change.server.devices.adapter(adapter)
    if found is None or number not in found.logical_port_ids():
        raise _unknown(change, number)
    return number


def _move(change: Change, placement: Placement, use: PortUse) -> None:
    """A port that is in use goes to this partition without a word; twice to the same one is refused."""
    if use.holder is placement:
        text = f"HSCL1288 logical port {identifier(use.number)} is already assigned to the partition."
        raise hsc.Refusal(f"HSCL127D: {text}")
    port = use.port
    if isinstance(port, Backing):
        text = f"The logical port {identifier(use.number)} is a vNIC backing device of {use.holder.name}."
        raise hsc.HscError("HSCLAF3F", text)
    check_ready(use.holder)
    keep_in_profiles(use.holder)
    take_port(use.holder, port, change.time_of_day)
    use.holder.ports = tuple(other for other in use.holder.ports if other is not port)
    tell_change(use.holder)
    number = free_config_id(placement)
    moved = replace(port, config_id=number, backup="", backup_slot=0, hcn_id=0)
    placement.ports += (moved,)
    change.note(placement, f"logical port {identifier(port.number)} moved from {use.holder.name}")
    give_adapters(placement, port_adapter(moved, change.server))


def _add_migratable(
    change: Change, placement: Placement, wanted: Attributes, port: LogicalPort, physical: PhysicalPort
) -> None:
    if port.kind != "eth":
        raise wrong_kind(port.adapter, physical, "migratable")
    kind = wanted.text("backup_device_type")
    if kind not in ("veth", "vnic"):
        raise hsc.invalid_value("backup_device_type", kind)
    slot = change.new_slot(
        placement, wanted.whole("backup_device_slot_num", 2, 65_535) if "backup_device_slot_num" in wanted else None
    )
    hcn = hcn_id(change.world, placement.name, slot)
    port = replace(port, backup=kind, backup_slot=slot, hcn_id=hcn)
    backup = (
        _add_veth(change, placement, wanted, port) if kind == "veth" else _add_vnic(change, placement, wanted, port)
    )
    change.note(placement, f"migratable logical port {identifier(port.number)} added")
    give_adapters(placement, backup, port_adapter(port, change.server))


def _add_veth(change: Change, placement: Placement, wanted: Attributes, port: LogicalPort) -> Adapter:
    if "backup_vnic_backing_device" in wanted:
        raise hsc.invalid_attribute(["backup_vnic_backing_device"])
    network = _network(change, wanted.text("backup_veth_vnetwork"))
    mac = ethernet_mac(change.world, placement.name, port.backup_slot)
    adapter = Ethernet(port.backup_slot, network.vlan, mac, network.vswitch, hcn_id=port.hcn_id)
    placement.partition.ethernet += (adapter,)
    placement.ports += (port,)
    return ethernet_adapter(adapter)


def _network(change: Change, name: str) -> VirtualNetwork:
    network = change.server.devices.vnetworks.get(name)
    if network is None:
        text = f"The virtual network {name} was not found on the managed system {change.server.name}."
        raise hsc.HscError("HSCLAF35", text)
    return network


def _add_vnic(change: Change, placement: Placement, wanted: Attributes, port: LogicalPort) -> Adapter:
    if "backup_veth_vnetwork" in wanted:
        raise hsc.invalid_attribute(["backup_veth_vnetwork"])
    name = "backup_vnic_backing_device"
    wish = backing_wish(change.server, name, wanted.text(name))
    # The port is there first, so that the backing device is checked against what is left.
    placement.ports += (port,)
    try:
        make_backing(placement, port.backup_slot, wish)
    except hsc.Refusal:
        placement.ports = placement.ports[:-1]
        raise
    vnic = Vnic(port.backup_slot, vnic_mac(change.world, placement.name, port.backup_slot), hcn_id=port.hcn_id)
    placement.partition.vnics += (vnic,)
    return vnic_adapter(placement, vnic)


def _remove(change: Change) -> None:
    placement = change.partition()
    port = _own(change, placement, change.attributes(("adapter_id", "logical_port_id"), required=["logical_port_id"]))
    if port.required and placement.running:
        text = f"The logical port {identifier(port.number)} is required by the partition {placement.name}."
        raise hsc.HscError("HSCLAF3F", text)
    take_port(placement, port, change.time_of_day)
    partition = placement.partition
    placement.ports = tuple(other for other in placement.ports if other is not port)
    if port.migratable:
        # The backup goes with its port.
        partition.ethernet = tuple(one for one in partition.ethernet if one.hcn_id != port.hcn_id)
        partition.vnics = tuple(one for one in partition.vnics if one.hcn_id != port.hcn_id)
        if port.backup == "vnic":
            placement.backings = tuple(one for one in placement.backings if one.slot != port.backup_slot)
    change.note(placement, f"logical port {identifier(port.number)} removed")
    tell_change(placement)


def _set(change: Change) -> None:
    placement = change.partition()
    wanted = change.attributes(("adapter_id", "logical_port_id", *_SETTINGS, *_NEW), required=["logical_port_id"])
    others = [name for name in _NEW if name in wanted and name not in (*_SETTINGS, "adapter_id", "logical_port_id")]
    if others:
        raise not_simulated(f"chhwres -r sriov --rsubtype logport -o s -a {others[0]}")
    port = _own(change, placement, wanted)
    changed = _with_settings(port, wanted)
    placement.ports = tuple(changed if other is port else other for other in placement.ports)
    change.note(placement, f"logical port {identifier(port.number)} set")


def _own(change: Change, placement: Placement, wanted: Attributes) -> LogicalPort:
    """The port of the partition that is meant. Raises HscError when it has no such port."""
    number = wanted.logical_port()
    if "adapter_id" in wanted:
        adapter = wanted.whole("adapter_id", 1, 65_535)
        found = change.server.devices.adapter(adapter)
        if found is None or number not in found.logical_port_ids():
            raise _unknown(change, number)
    for port in placement.ports:
        if port.number == number:
            return port
    text = f"The logical port {identifier(number)} is not assigned to the partition {placement.name}."
    raise hsc.HscError("HSCLAF37", text)


def _unknown(change: Change, number: int) -> hsc.HscError:
    text = f"The logical port {identifier(number)} was not found on this adapter of the managed system"
    return hsc.HscError("HSCLAF37", f"{text} {change.server.name}.")


def _with_settings(port: LogicalPort, wanted: Attributes) -> LogicalPort:
    return replace(
        port,
        vlan=wanted.whole("port_vlan_id", 0, 4094, port.vlan),
        vlan_priority=wanted.whole("pvid_priority", 0, 7, port.vlan_priority),
        allowed_vlans=wanted.text("allowed_vlan_ids", port.allowed_vlans) or "none",
        allowed_macs=wanted.text("allowed_os_mac_addrs", port.allowed_macs) or "none",
        promiscuous=wanted.boolean("promisc_mode", default=port.promiscuous),
        required=wanted.boolean("is_required", default=port.required),
    )
