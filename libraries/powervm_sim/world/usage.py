"""Who uses which part of a server's devices: worked out from its placements each time, so that it cannot be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from powervm_sim.world.devices import Backing, FibrePort, LogicalPort, PhysicalPort, Vnic
from powervm_sim.world.model import SHUTTING_DOWN, Placement, Server, Storage

OPERATIONAL = "Operational"
_FULL = 100.0
_FIRST_BACKING_ID = 16_384
_FIRST_CONSOLE_SLOT = 32_897


@dataclass(frozen=True)
class PortUse:
    """A logical port that is in use.

    Attributes:
        holder: The partition that holds it: of a backing device the Virtual I/O Server.
        client: The partition that has the vNIC; None when the port is no backing device.
    """

    holder: Placement
    client: Placement | None
    port: LogicalPort | Backing

    @property
    def number(self) -> int:
        """Its logical port id."""
        return self.port.number


def logical_ports(server: Server) -> list[PortUse]:
    """All logical ports of a server that are in use, by id."""
    return sorted(_logical_ports(server), key=lambda use: use.number)


def _logical_ports(server: Server) -> Iterator[PortUse]:
    for place in server.placements.values():
        for port in place.ports:
            yield PortUse(place, None, port)
        for backing in place.backings:
            yield PortUse(server.placements.get(backing.host_id, place), place, backing)


def holder(server: Server, number: int) -> PortUse | None:
    """Who uses a logical port id."""
    return next((use for use in _logical_ports(server) if use.number == number), None)


def ports_on(server: Server, adapter: int, port: int) -> list[PortUse]:
    """The logical ports in use on one physical port."""
    return [use for use in logical_ports(server) if (use.port.adapter, use.port.port) == (adapter, port)]


def used_capacity(server: Server, adapter: int, port: int) -> float:
    """Percent of a physical port that logical ports hold."""
    return round(sum(use.port.capacity for use in ports_on(server, adapter, port)), 2)


def free_capacity(server: Server, adapter: int, port: int) -> float:
    """Percent of a physical port that nobody holds."""
    return round(_FULL - used_capacity(server, adapter, port), 2)


def room_for(server: Server, adapter: int, port: int, capacity: float) -> bool:
    """Whether one more logical port of this capacity can be made on a physical port."""
    found = server.devices.port(adapter, port)
    return (
        found is not None
        and capacity <= free_capacity(server, adapter, port)
        and len(ports_on(server, adapter, port)) < found.maximum
        and bool(free_logical_port_ids(server, adapter))
    )


def free_logical_port_ids(server: Server, adapter: int) -> list[int]:
    """The logical port ids of an adapter that nobody uses, in order."""
    found = server.devices.adapter(adapter)
    if found is None:
        return []
    used = {use.number for use in _logical_ports(server)}
    return [number for number in found.logical_port_ids() if number not in used]


def free_backing_id(host: Placement) -> int:
    """The next configuration id of a backing device on a Virtual I/O Server."""
    used = {backing.config_id for _, backing in backings_served_by(host)}
    return next(number for number in range(_FIRST_BACKING_ID, 1 << 20) if number not in used)


def free_config_id(placement: Placement) -> int:
    """The next configuration id of a logical port of a partition."""
    used = {port.config_id for port in placement.ports}
    return next(number for number in range(1 << 14) if number not in used)


def backings_served_by(host: Placement) -> list[tuple[Placement, Backing]]:
    """The backing devices that a Virtual I/O Server holds, with their clients."""
    found = [
        (place, backing)
        for place in host.server.placements.values()
        for backing in place.backings
        if backing.host_id == host.lpar_id
    ]
    return sorted(found, key=lambda pair: pair[1].host_slot)


def backing_status(server: Server, backing: Backing) -> str:
    """The word of ``status`` in ``lshwres -r virtualio --rsubtype vnicbkdev``."""
    host = server.placements.get(backing.host_id)
    port = server.devices.port(backing.adapter, backing.port)
    if host is None or not (host.running or host.state == SHUTTING_DOWN):
        return "Powered Off"
    if port is None:
        return "Not Operational"
    if backing.fault:
        return backing.fault
    return OPERATIONAL if port.up else "Link Down"


def active_backing(placement: Placement, vnic: Vnic) -> Backing | None:
    """The backing device that carries the traffic of a vNIC now; None when none can."""
    if vnic.disabled:
        return None
    working = [
        backing
        for backing in placement.backings
        if backing.slot == vnic.slot and backing_status(placement.server, backing) == OPERATIONAL
    ]
    if not vnic.auto_failover:
        for backing in working:
            if backing.chosen:
                return backing
    return min(working, key=lambda backing: backing.priority, default=None)


def mapped_to(host: Placement, port: FibrePort) -> list[tuple[Placement, Storage]]:
    """The virtual fibre channel adapters that are mapped to a physical port of a Virtual I/O Server."""
    return [
        (place, adapter)
        for place in host.server.placements.values()
        for adapter in place.storage
        if adapter.kind == "fc" and adapter.host_id == host.lpar_id and adapter.fc_port == port.name
    ]


def used_slots(placement: Placement) -> set[int]:
    """The virtual slots of a partition that have an adapter, also the server adapters of a Virtual I/O Server."""
    partition = placement.partition
    used = {adapter.slot for adapter in partition.ethernet} | {vnic.slot for vnic in partition.vnics}
    used |= {adapter.slot for adapter in placement.storage} | {adapter.slot for adapter in placement.waiting}
    for client in placement.server.placements.values():
        used |= {storage.remote_slot for storage in client.storage if is_hosted_by(storage, placement)}
        used |= {backing.host_slot for backing in client.backings if backing.host_id == placement.lpar_id}
    return used


def max_virtual_slots(placement: Placement) -> int:
    """How many virtual slots a partition has: never fewer than it uses, those that the console chose not counted."""
    own = [slot for slot in used_slots(placement) if slot < _FIRST_CONSOLE_SLOT]
    return max(placement.partition.max_virtual_slots, *(slot + 1 for slot in own), 2)


def is_hosted_by(storage: Storage, host: Placement) -> bool:
    """Whether a Virtual I/O Server has the server adapter of a client adapter."""
    return storage.host_id == host.lpar_id and storage.hosted


def free_slot(placement: Placement, first: int = 2) -> int:
    """The lowest virtual slot of a partition without an adapter."""
    used = used_slots(placement)
    return next(slot for slot in range(first, 65_536) if slot not in used)


def vnic_host_slot(host: Placement, also_used: frozenset[int] = frozenset()) -> int:
    """A free slot for a vNIC server adapter on a Virtual I/O Server: those that the console chooses begin at 32897."""
    used = used_slots(host) | also_used
    return next(slot for slot in range(_FIRST_CONSOLE_SLOT, 65_536) if slot not in used)


def port_of(server: Server, use: LogicalPort | Backing) -> PhysicalPort | None:
    """The physical port that a logical port is on."""
    return server.devices.port(use.adapter, use.port)


def slot_owner(server: Server, drc_index: str) -> Placement | None:
    """The partition that owns a physical slot."""
    for place in server.placements.values():
        if any(slot.drc_index == drc_index for slot in place.slots):
            return place
    return None


def pool_named(server: Server, name: str) -> int:
    """The id of the shared processor pool of this name; -1 when there is none."""
    return next((pool.number for pool in server.devices.pools.values() if pool.name == name), -1)
