"""Faults of what a partition finds on the target: another pool, backing device or address than it should have."""

from __future__ import annotations

from dataclasses import replace

from powervm_sim.faults.engine import FaultImpossible
from powervm_sim.faults.move_kinds import AdapterLeft, AddressChanged, BackingChanged, PoolChanged
from powervm_sim.faults.rule import Occasion, named
from powervm_sim.guest.linux import LinuxGuest
from powervm_sim.world.devices import Backing, ProcessorPool
from powervm_sim.world.hardware import ethernet_adapter
from powervm_sim.world.model import Placement, Storage, WaitingAdapter
from powervm_sim.world.state import World
from powervm_sim.world.usage import active_backing, free_slot

_BROKEN = "Not Operational"


def change_arrival(world: World, source: Placement, placement: Placement, occasion: Occasion) -> None:
    """A partition of the source is about to run on the server of the other placement."""
    world.faults.attempt(PoolChanged, occasion, lambda rule: _change_pool(placement, rule.pool))
    world.faults.attempt(BackingChanged, occasion, lambda rule: _change_backing(placement, rule))
    world.faults.attempt(AddressChanged, occasion, lambda rule: _change_address(placement, rule))
    world.faults.attempt(AdapterLeft, occasion, lambda _: _leave_adapter(source))


def _change_pool(placement: Placement, number: int) -> None:
    pools = placement.server.devices.pools
    if number not in pools:
        pools[number] = ProcessorPool(number, f"SharedPool{number:02}", maximum=0.0)
    placement.pool = number


def _change_address(placement: Placement, rule: AddressChanged) -> None:
    partition = placement.partition
    adapter = next((each for each in partition.ethernet if each.slot == rule.slot), None)
    if adapter is None:
        raise FaultImpossible(f"{placement.name} has no virtual Ethernet adapter in slot {rule.slot}")
    changed = replace(adapter, mac=rule.mac.upper())
    partition.ethernet = tuple(changed if each is adapter else each for each in partition.ethernet)
    guest = partition.guest
    if isinstance(guest, LinuxGuest) and guest.running:
        interface = guest.network.find_unit(ethernet_adapter(adapter))
        if interface is not None:
            interface.mac = ethernet_adapter(changed).mac


def _change_backing(placement: Placement, rule: BackingChanged) -> None:
    vnic = next((vnic for vnic in placement.partition.vnics if vnic.slot == rule.slot), None)
    if vnic is not None:
        broken = active_backing(placement, vnic)
        if broken is None:
            raise FaultImpossible(f"the vNIC in slot {rule.slot} of {placement.name} has no active backing device")
        placement.backings = tuple(_broken(each, broken, rule) for each in placement.backings)
        return
    if all(adapter.slot != rule.slot for adapter in placement.storage):
        raise FaultImpossible(f"{placement.name} has no vNIC and no storage adapter in slot {rule.slot}")
    placement.storage = tuple(
        _elsewhere(placement, adapter, rule) if adapter.slot == rule.slot else adapter for adapter in placement.storage
    )


def _leave_adapter(source: Placement) -> None:
    hosts = {host.lpar_id: host for host in source.server.virtual_io_servers}
    adapter = next((each for each in source.storage if each.host_id in hosts), None)
    if adapter is None:
        raise FaultImpossible(f"{source.name} has no virtual storage adapter on {source.server.name}")
    host = hosts[adapter.host_id]
    left = WaitingAdapter(adapter.kind, free_slot(host, adapter.remote_slot), source.lpar_id, adapter.slot)
    host.waiting += (left,)


def _broken(each: Backing, broken: Backing, rule: BackingChanged) -> Backing:
    return replace(each, fault=rule.status or _BROKEN) if each is broken else each


def _elsewhere(placement: Placement, adapter: Storage, rule: BackingChanged) -> Storage:
    """The adapter with another port below it, or on another Virtual I/O Server of the same system."""
    hosts = placement.server.virtual_io_servers
    if rule.vios is not None:
        host = next((place for place in hosts if named(rule.vios, place.name)), None)
    else:
        host = next((place for place in hosts if place.lpar_id == adapter.host_id), None)
    if host is None:
        raise FaultImpossible(f"{placement.server.name} has no Virtual I/O Server {rule.vios or adapter.host_name}")
    if host.lpar_id != adapter.host_id:
        adapter = replace(adapter, host_id=host.lpar_id, host_name=host.name, remote_slot=free_slot(host, 5))
    return adapter if rule.port is None else replace(adapter, fc_port=rule.port)
