"""``chhwres -r virtualio`` for virtual Ethernet adapters and virtual switches."""

from __future__ import annotations

from dataclasses import replace

from powervm_sim import hsc
from powervm_sim.console.change import Attributes, Change, no_adapter, number_list
from powervm_sim.world.devices import DEFAULT_SWITCH, VirtualSwitch
from powervm_sim.world.dlpar import give_adapters, tell_change
from powervm_sim.world.hardware import ethernet_adapter
from powervm_sim.world.model import Ethernet, Placement, bridges
from powervm_sim.world.naming import ethernet_mac

_SETTINGS = ("port_vlan_id", "addl_vlan_ids", "ieee_virtual_eth", "is_trunk", "trunk_priority", "is_required")
_NEW = (*_SETTINGS, "vswitch", "mac_addr", "allowed_os_mac_addrs", "qos_priority")
_CHANGES = ("addl_vlan_ids+", "addl_vlan_ids-")
_MOST_VLANS = 20


def change_ethernet(change: Change) -> None:
    """Add, remove or set a virtual Ethernet adapter."""
    {"a": _add, "r": _remove, "s": _set}[change.operation](change)


def change_switch(change: Change) -> None:
    """Add, remove or set a virtual switch."""
    change.options.need("--vswitch")
    name = change.options["--vswitch"]
    switches = change.server.devices.vswitches
    wanted = change.attributes(("switch_mode", "new_name") if change.operation == "s" else ("switch_mode",))
    mode = wanted.one_of("switch_mode", ("VEB", "VEPA"), switches[name].mode if name in switches else "VEB")
    if change.operation == "a":
        if name in switches:
            text = f"The virtual switch {name} exists on the managed system {change.server.name} already."
            raise hsc.HscError("HSCLAF36", text)
        switches[name] = VirtualSwitch(name, mode)
    elif name not in switches:
        raise _no_switch(change, name)
    elif change.operation == "r":
        _remove_switch(change, name)
    else:
        _rename_switch(change, name, VirtualSwitch(wanted.text("new_name", name), mode))
    change.note(None, f"virtual switch {name}: {change.operation}")


def _remove_switch(change: Change, name: str) -> None:
    devices = change.server.devices
    if name == DEFAULT_SWITCH:
        raise hsc.HscError("HSCLAF36", f"The virtual switch {name} is the default one and cannot be removed.")
    for place in change.server.placements.values():
        if any(adapter.vswitch == name for adapter in place.partition.ethernet):
            text = f"The virtual switch {name} is used by the partition {place.name} and cannot be removed."
            raise hsc.HscError("HSCLAF36", text)
    del devices.vswitches[name]
    for network in [network for network in devices.vnetworks.values() if network.vswitch == name]:
        del devices.vnetworks[network.name]


def _rename_switch(change: Change, old: str, switch: VirtualSwitch) -> None:
    devices = change.server.devices
    if switch.name != old and (switch.name in devices.vswitches or not switch.name):
        raise hsc.invalid_value("new_name", switch.name)
    devices.vswitches = {
        (switch.name if name == old else name): (switch if name == old else other)
        for name, other in devices.vswitches.items()
    }
    devices.vnetworks = {
        name: replace(network, vswitch=switch.name) if network.vswitch == old else network
        for name, network in devices.vnetworks.items()
    }
    for place in change.server.placements.values():
        place.partition.ethernet = tuple(
            replace(adapter, vswitch=switch.name) if adapter.vswitch == old else adapter
            for adapter in place.partition.ethernet
        )


def _add(change: Change) -> None:
    placement = change.partition()
    wanted = change.attributes(_NEW, required=("port_vlan_id",))
    vswitch = wanted.text("vswitch", DEFAULT_SWITCH)
    if vswitch not in change.server.devices.vswitches:
        raise _no_switch(change, vswitch)
    wanted.one_of("allowed_os_mac_addrs", ("all",), "all")
    wanted.one_of("qos_priority", ("none",), "none")
    slot = change.new_slot(placement)
    mac = wanted.mac("mac_addr", ethernet_mac(change.world, placement.name, slot)).upper()
    adapter = _with_settings(placement, Ethernet(slot, 1, mac, vswitch), wanted)
    placement.partition.ethernet += (adapter,)
    change.note(placement, f"virtual Ethernet adapter {slot} added")
    give_adapters(placement, ethernet_adapter(adapter))


def _remove(change: Change) -> None:
    placement = change.partition()
    adapter = _adapter(placement, change.slot())
    if adapter.hcn_id:
        text = f"The virtual Ethernet adapter {adapter.slot} is the backup of a migratable logical port. Remove the"
        raise hsc.HscError("HSCLAF3F", f"{text} logical port.")
    if placement.running and (adapter.required or bridges(placement, adapter)):
        raise in_use(f"The virtual Ethernet adapter {adapter.slot} of the partition {placement.name} is in use.")
    partition = placement.partition
    partition.ethernet = tuple(other for other in partition.ethernet if other is not adapter)
    change.note(placement, f"virtual Ethernet adapter {adapter.slot} removed")
    tell_change(placement)


def _set(change: Change) -> None:
    placement = change.partition()
    adapter = _adapter(placement, change.slot())
    change.options.need("-a")
    changed = _with_settings(placement, adapter, change.attributes((*_SETTINGS, *_CHANGES)))
    partition = placement.partition
    partition.ethernet = tuple(changed if other is adapter else other for other in partition.ethernet)
    change.note(placement, f"virtual Ethernet adapter {adapter.slot} set")


def in_use(reason: str) -> hsc.HscError:
    """The operating system does not let go of an adapter."""
    return hsc.HscError("HSCL294D", f"Dynamic remove of virtual I/O resources failed:\n{reason}")


def _with_settings(placement: Placement, adapter: Ethernet, wanted: Attributes) -> Ethernet:
    vlans = number_list("addl_vlan_ids", wanted.text("addl_vlan_ids")) if "addl_vlan_ids" in wanted else None
    additional = adapter.additional if vlans is None else vlans
    more = number_list("addl_vlan_ids", wanted.text("addl_vlan_ids+"))
    fewer = number_list("addl_vlan_ids", wanted.text("addl_vlan_ids-"))
    for vlan in fewer:
        if vlan not in additional:
            raise hsc.invalid_value("addl_vlan_ids", str(vlan))
    additional = tuple(dict.fromkeys((*(vlan for vlan in additional if vlan not in fewer), *more)))
    vlan = wanted.whole("port_vlan_id", 1, 4094, adapter.vlan)
    if len(additional) > _MOST_VLANS or vlan in additional:
        raise hsc.invalid_value("addl_vlan_ids", ",".join(str(number) for number in additional))
    if "ieee_virtual_eth" in wanted and not wanted.boolean("ieee_virtual_eth") and additional:
        raise hsc.invalid_value("ieee_virtual_eth", "0")
    return replace(
        adapter,
        vlan=vlan,
        additional=additional,
        trunk_priority=_trunk(placement, adapter, wanted),
        required=wanted.boolean("is_required", default=adapter.required),
    )


def _trunk(placement: Placement, adapter: Ethernet, wanted: Attributes) -> int | None:
    """Only Virtual I/O Servers have trunk adapters."""
    if not wanted.boolean("is_trunk", default=adapter.trunk_priority is not None):
        if "trunk_priority" in wanted:
            raise hsc.invalid_attribute(["trunk_priority"])
        return None
    if not placement.partition.is_vios:
        raise hsc.invalid_value("is_trunk", "1")
    return wanted.whole("trunk_priority", 1, 15, adapter.trunk_priority or 1)


def _adapter(placement: Placement, slot: int) -> Ethernet:
    for adapter in placement.partition.ethernet:
        if adapter.slot == slot:
            return adapter
    raise no_adapter(placement, slot, "virtual Ethernet")


def _no_switch(change: Change, name: str) -> hsc.HscError:
    text = f"The virtual switch {name} was not found on the managed system {change.server.name}."
    return hsc.HscError("HSCLAF36", text)
