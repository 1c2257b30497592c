"""What a Virtual I/O Server shows of the world at one moment."""

from __future__ import annotations

from collections.abc import Iterator

from powervm_sim.console.virtual_rows import served_by
from powervm_sim.migration.movers import load
from powervm_sim.vios import view as shown
from powervm_sim.world.devices import Backing, SharedAdapter, Vnic, port_index
from powervm_sim.world.hardware import host_device
from powervm_sim.world.model import Ethernet, Placement, Server, Storage
from powervm_sim.world.naming import physical_mac
from powervm_sim.world.state import World
from powervm_sim.world.usage import active_backing, backings_served_by, mapped_to, port_of

_LUN = "0x8100000000000000"
_FIRST_BACKING_ID = 16_384
_FIRST_TRUNK = 4
_FIRST_SHARED = 8
_STORAGE_PORT = "500507680B2153C1"


def view_of(world: World, host: Placement) -> shown.ViosView:
    """The view of a Virtual I/O Server where it stands."""
    partition, server = host.partition, host.server
    vios = partition.vios
    assert vios is not None
    storage = tuple(_storage(host, client, adapter) for client, adapter in served_by(host, "scsi"))
    return shown.ViosView(
        name=host.name,
        partition_id=host.lpar_id,
        type_model=server.type_model,
        serial=server.serial,
        level=vios.level,
        storage=storage,
        fibre=tuple(_fibre(host, client, adapter) for client, adapter in served_by(host, "fc")),
        network=tuple(_network(world, host)),
        ports=tuple(_ports(host)),
        vnics=tuple(_vnic(host, client, backing) for client, backing in backings_served_by(host)),
        disks=tuple(_disks(world, host, storage)),
        address=partition.address,
        memory=int(partition.memory.desired),
        processors=int(partition.processors.desired),
        units=partition.units.desired if partition.units else partition.processors.desired,
        moving=load(world, host),
        concurrent_migrations=vios.mover.concurrent,
        concurrency_level=vios.mover.level,
    )


def _virtual_location(server: Server, lpar_id: int, slot: int) -> str:
    return f"U{server.type_model.replace('-', '.')}.{server.serial}-V{lpar_id}-C{slot}"


def _storage(host: Placement, client: Placement, adapter: Storage) -> shown.StorageMapping:
    disk = f"hdisk{adapter.remote_slot}"
    return shown.StorageMapping(
        adapter=host_device(host.server, adapter),
        location=_virtual_location(host.server, host.lpar_id, adapter.remote_slot),
        client_id=client.lpar_id,
        targets=(shown.VirtualTarget(f"{client.name}_rootvg", _LUN, disk, _disk_location(host, adapter.remote_slot)),),
    )


def _disk_location(host: Placement, number: int) -> str:
    vios = host.partition.vios
    if vios is not None and vios.fc_ports:
        return f"{vios.fc_ports[0].location}-W{_STORAGE_PORT}-L{number:X}000000000000"
    return f"U78D{host.server.generation.name[5:]}.001.{host.server.serial}-P1-D{number}"


def _disks(world: World, host: Placement, storage: tuple[shown.StorageMapping, ...]) -> Iterator[shown.Disk]:
    for number in (0, 1):
        place = f"U78D{host.server.generation.name[5:]}.001.{host.server.serial}-P2-D{2 * host.lpar_id + number}"
        name = f"hdisk{number}"
        identifier = f"{world.random(f'pvid/{host.name}/{name}').getrandbits(64):016x}"
        yield shown.Disk(name, place, identifier, "rootvg", "SAS Disk Drive")
    for mapping in storage:
        for target in mapping.targets:
            yield shown.Disk(target.backing_device, target.location)


def _fibre(host: Placement, client: Placement, adapter: Storage) -> shown.FibreMapping:
    vios = host.partition.vios
    port = vios.fc_port(adapter.fc_port) if vios is not None else None
    hosts = sorted(other.slot for other in client.storage)
    return shown.FibreMapping(
        adapter=host_device(host.server, adapter),
        location=_virtual_location(host.server, host.lpar_id, adapter.remote_slot),
        client_id=client.lpar_id,
        client_name=client.name,
        port="" if port is None else port.name,
        port_location="" if port is None else port.location,
        logged_in=client.running and port is not None and port.usable,
        client_device=f"host{hosts.index(adapter.slot)}",
        client_location=_virtual_location(client.server, client.lpar_id, adapter.slot),
    )


def _ports(host: Placement) -> Iterator[shown.FibrePort]:
    vios = host.partition.vios
    for port in vios.fc_ports if vios is not None else ():
        used = len(mapped_to(host, port))
        yield shown.FibrePort(
            port.name,
            port.location,
            fabric=port.usable,
            ports=(port.ports, port.ports - used),
            wwpns=(port.wwpns, port.wwpns - 2 * used),
            wwpn=port.wwpn,
            npiv=port.npiv,
        )


def _network(world: World, host: Placement) -> Iterator[shown.NetworkMapping]:
    vios = host.partition.vios
    shared = {adapter.slot: adapter for adapter in vios.shared_adapters} if vios is not None else {}
    count = len(host.partition.ethernet)
    first = _FIRST_TRUNK if count <= _FIRST_SHARED - _FIRST_TRUNK else _FIRST_SHARED + count
    for index, adapter in enumerate(host.partition.ethernet):
        bridge = shared.get(adapter.slot, SharedAdapter("", adapter.slot, "", ""))
        yield shown.NetworkMapping(
            adapter=f"ent{first + index}",
            location=f"{_virtual_location(host.server, host.lpar_id, adapter.slot)}-T1",
            shared_adapter=bridge.name,
            backing_device=bridge.backing,
            backing_location=bridge.location,
            mac=adapter.mac.lower(),
            backing_mac=physical_mac(world, bridge.location),
            vlan=adapter.vlan,
            additional=adapter.additional,
            vswitch=adapter.vswitch,
            priority=adapter.trunk_priority or 0,
            role=_role(host, adapter),
        )


def _role(host: Placement, adapter: Ethernet) -> str:
    """Of the running Virtual I/O Servers that bridge a VLAN, the one with the best priority does."""
    rivals = (
        other.trunk_priority or 0
        for place in host.server.virtual_io_servers
        if place is not host and place.running
        for other in place.partition.ethernet
        if other.vswitch == adapter.vswitch and set(other.vlans) & set(adapter.vlans)
    )
    return "BACKUP" if any(rival < (adapter.trunk_priority or 0) for rival in rivals) else "PRIMARY"


def _vnic(host: Placement, client: Placement, backing: Backing) -> shown.VnicMapping:
    server = host.server
    port = port_of(server, backing)
    vnic = next((vnic for vnic in client.partition.vnics if vnic.slot == backing.slot), Vnic(backing.slot, "0" * 12))
    number = backing.config_id - _FIRST_BACKING_ID
    first = max(2 * _FIRST_SHARED, _FIRST_SHARED + 2 * len(host.partition.ethernet))
    return shown.VnicMapping(
        adapter=f"vnicserver{number}",
        location=_virtual_location(server, host.lpar_id, backing.host_slot),
        client_id=client.lpar_id,
        client_name=client.name,
        backing_device=f"ent{first + number}",
        backing_location="" if port is None else f"{port.location}-S{port_index(backing.number)}",
        client_device=f"env{backing.slot}" if client.running else "",
        client_location=_virtual_location(server, client.lpar_id, backing.slot),
        mac=vnic.mac,
        active=active_backing(client, vnic) == backing,
        link_up=port is not None and port.up,
        speed=port.speed if port is not None else 0,
    )
