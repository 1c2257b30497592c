"""What firmware tells an operating system about its server: made from the live objects."""

from __future__ import annotations

from powervm_sim.guest.interface import Adapter, ConsoleContact, Hardware
from powervm_sim.world.devices import LogicalPort, Vnic
from powervm_sim.world.locations import location
from powervm_sim.world.model import Console, Ethernet, Placement, Server, Storage

_UNIT = 0x3000_0000
_DRIVERS = {"scsi": ("ibmvscsi", "vhost"), "fc": ("ibmvfc", "vfchost")}


def hardware_of(placement: Placement) -> Hardware:
    """The hardware as the partition sees it on the server of this placement."""
    partition, server = placement.partition, placement.server
    units = partition.units
    return Hardware(
        type_model=server.type_model,
        serial=server.serial,
        processor=server.generation.name,
        compatibility_mode=partition.current_mode,
        firmware=server.firmware,
        partition_id=placement.lpar_id,
        partition_name=partition.name,
        memory=int(partition.memory.desired),
        minimum_memory=int(partition.memory.minimum),
        maximum_memory=int(partition.memory.maximum),
        processors=int(partition.processors.desired),
        minimum_processors=int(partition.processors.minimum),
        maximum_processors=int(partition.processors.maximum),
        units=units.desired if units else None,
        minimum_units=units.minimum if units else None,
        maximum_units=units.maximum if units else None,
        capped=partition.sharing.mode == "cap",
        weight=partition.sharing.weight,
        pool_id=placement.pool,
        server_processors=server.processors,
        consoles=(_contact(server.console),),
        adapters=(
            *(_network(adapter) for adapter in partition.ethernet),
            *(_vnic(adapter) for adapter in partition.vnics),
            *(port_adapter(port) for port in placement.ports),
            *(_storage(server, adapter) for adapter in placement.storage),
        ),
    )


def host_device(server: Server, storage: Storage) -> str:
    """The server adapter's device name on its Virtual I/O Server, for example ``vfchost0``: counted by slot."""
    slots = sorted(
        other.remote_slot
        for place in server.placements.values()
        for other in place.storage
        if other.host_id == storage.host_id and other.kind == storage.kind
    )
    return f"{_DRIVERS[storage.kind][1]}{slots.index(storage.remote_slot)}"


def port_adapter(port: LogicalPort) -> Adapter:
    """A logical port as the operating system sees it."""
    return Adapter(
        "mlx5_core", 0, mac=_colons(port.mac), drc_index=port.drc_index, hcn_id=port.hcn_id, primary=port.migratable
    )


def _network(adapter: Ethernet) -> Adapter:
    return Adapter("ibmveth", _UNIT + adapter.slot, mac=_colons(adapter.mac), hcn_id=adapter.hcn_id)


def _vnic(adapter: Vnic) -> Adapter:
    return Adapter("ibmvnic", _UNIT + adapter.slot, mac=_colons(adapter.mac), hcn_id=adapter.hcn_id)


def _colons(mac: str) -> str:
    return ":".join(mac[index : index + 2] for index in range(0, 12, 2)).lower()


def _storage(server: Server, adapter: Storage) -> Adapter:
    return Adapter(
        _DRIVERS[adapter.kind][0],
        _UNIT + adapter.slot,
        host_name=adapter.host_name,
        host_id=adapter.host_id,
        host_device=host_device(server, adapter),
        host_location=location(server, adapter.host_id + 1),
        wwpns=adapter.wwpns,
    )


def _contact(console: Console) -> ConsoleContact:
    return ConsoleContact(console.name, console.address, f"{console.type_model}*{console.serial}")
