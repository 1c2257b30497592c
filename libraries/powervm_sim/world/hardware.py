"""What firmware tells an operating system about its server: made from the live objects."""

from __future__ import annotations

from powervm_sim.guest.interface import Adapter, ConsoleContact, Hardware
from powervm_sim.world.consoles import Console
from powervm_sim.world.devices import LogicalPort, Vnic, port_index
from powervm_sim.world.locations import location
from powervm_sim.world.model import Ethernet, Placement, Server, Storage
from powervm_sim.world.usage import active_backing

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
            *(ethernet_adapter(adapter) for adapter in partition.ethernet),
            *(vnic_adapter(placement, vnic) for vnic in partition.vnics),
            *(port_adapter(port, server) for port in placement.ports),
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


def port_adapter(port: LogicalPort, server: Server | None = None) -> Adapter:
    """A logical port as the operating system sees it; with its location code when its server is known."""
    physical = None if server is None else server.devices.port(port.adapter, port.port)
    return Adapter(
        "mlx5_core",
        0,
        mac=_colons(port.mac),
        host_location=f"{physical.location}-S{port_index(port.number)}" if physical is not None else "",
        drc_index=port.drc_index,
        hcn_id=port.hcn_id,
        primary=port.migratable,
    )


def ethernet_adapter(adapter: Ethernet) -> Adapter:
    """A virtual Ethernet adapter as the operating system sees it."""
    return Adapter("ibmveth", _UNIT + adapter.slot, mac=_colons(adapter.mac), hcn_id=adapter.hcn_id)


def vnic_adapter(placement: Placement, vnic: Vnic) -> Adapter:
    """A vNIC as the operating system sees it."""
    link = active_backing(placement, vnic) is not None
    return Adapter("ibmvnic", _UNIT + vnic.slot, mac=_colons(vnic.mac), hcn_id=vnic.hcn_id, link=link)


def _colons(mac: str) -> str:
    return ":".join(mac[index : index + 2] for index in range(0, 12, 2)).lower()


def _storage(server: Server, adapter: Storage) -> Adapter:
    return Adapter(
        _DRIVERS[adapter.kind][0],
        _UNIT + adapter.slot,
        host_name=adapter.host_name,
        host_id=adapter.host_id,
        host_device=host_device(server, adapter),
        host_location=_host_location(server, adapter),
        wwpns=adapter.wwpns,
    )


def _host_location(server: Server, adapter: Storage) -> str:
    """That of the physical port below a storage adapter; of the host's first one when it is not mapped."""
    host = server.placements.get(adapter.host_id)
    vios = host.partition.vios if host is not None else None
    port = vios.fc_port(adapter.fc_port) if vios is not None else None
    return location(server, adapter.host_id + 1) if port is None else port.location


def _contact(console: Console) -> ConsoleContact:
    return ConsoleContact(console.name, console.address, f"{console.type_model}*{console.serial}")
