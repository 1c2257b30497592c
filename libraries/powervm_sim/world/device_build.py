"""Makes the live devices of servers, Virtual I/O Servers and partitions from the entries of a world file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from powervm_sim.world.device_file import (
    BackingEntry,
    FibrePortEntry,
    LogicalPortEntry,
    NetworkEntry,
    SharedAdapterEntry,
    SriovEntry,
    VnicEntry,
)
from powervm_sim.world.devices import (
    Backing,
    Devices,
    FibrePort,
    LogicalPort,
    OwnedSlot,
    PhysicalPort,
    PhysicalSlot,
    ProcessorPool,
    SharedAdapter,
    SriovAdapter,
    VirtualNetwork,
    VirtualSwitch,
    Vnic,
)
from powervm_sim.world.file import PartitionEntry, ServerEntry, StorageEntry, VirtualIOServerEntry
from powervm_sim.world.locations import drc_index_of_card, location, location_of_card
from powervm_sim.world.model import Ethernet, Placement, Server, Storage
from powervm_sim.world.naming import ethernet_mac, hcn_id, physical_mac, physical_wwpn, port_mac, vnic_mac, wwpn_pair
from powervm_sim.world.state import World
from powervm_sim.world.usage import (
    free_backing_id,
    free_config_id,
    free_logical_port_ids,
    vnic_host_slot,
)

FIRST_SHARED_ADAPTER = 8
"""The number of the first ``ent`` device that is a Shared Ethernet Adapter."""

_DEFAULT_FIBRE_PORTS = {"fcs0": FibrePortEntry(fabric="fabric1"), "fcs1": FibrePortEntry(fabric="fabric1")}
_FIRST_TRUNK_SLOT = 2


def devices_of(world: World, server: Server, entry: ServerEntry) -> Devices:
    """What a server has to offer."""
    return Devices(
        sriov=[_sriov(world, server, adapter) for adapter in entry.sriov],
        vswitches={name: VirtualSwitch(name, switch.mode) for name, switch in entry.vswitches.items()},
        vnetworks={network.full_name: _network(network) for network in _networks(entry)},
        pools={0: ProcessorPool(0, "DefaultPool")}
        | {pool.id: ProcessorPool(pool.id, pool.name, pool.maximum, pool.reserved) for pool in entry.processor_pools},
        slots={slot.drc_index: slot for slot in _slots(server, entry)},
        huge_pages=entry.huge_pages,
    )


def shared_adapter_entries(server: ServerEntry, vios: VirtualIOServerEntry) -> tuple[SharedAdapterEntry, ...]:
    """The Shared Ethernet Adapters of a Virtual I/O Server: the stated ones, or one for each VLAN of its server."""
    if vios.shared_adapters is not None:
        return vios.shared_adapters
    return tuple(SharedAdapterEntry(vlan=vlan) for vlan in sorted(server.vlans))


def fibre_port_entries(vios: VirtualIOServerEntry) -> dict[str, FibrePortEntry]:
    """The fibre channel ports of a Virtual I/O Server: the stated ones, or two if it serves fibre channel."""
    if vios.fc_ports is not None:
        return dict(vios.fc_ports)
    return _DEFAULT_FIBRE_PORTS if "fc" in vios.storage else {}


def trunks(
    world: World, name: str, entries: tuple[SharedAdapterEntry, ...], priority: int
) -> tuple[tuple[Ethernet, ...], tuple[SharedAdapter, ...]]:
    """The trunk adapters of a Virtual I/O Server and what bridges them, without locations."""
    adapters, shared = [], []
    for index, entry in enumerate(entries):
        slot = _FIRST_TRUNK_SLOT + index
        adapters.append(
            Ethernet(
                slot,
                entry.vlan,
                ethernet_mac(world, name, slot),
                entry.vswitch,
                entry.priority or priority,
                entry.additional_vlans,
            )
        )
        shared.append(SharedAdapter(f"ent{FIRST_SHARED_ADAPTER + index}", slot, f"ent{index}", ""))
    return tuple(adapters), tuple(shared)


def settle_vios(world: World, host: Placement, entry: VirtualIOServerEntry) -> None:
    """Give a Virtual I/O Server that has its place the things that its server's location codes name."""
    vios = host.partition.vios
    assert vios is not None
    card = host.lpar_id + 1
    vios.fc_ports = tuple(
        FibrePort(
            name,
            location(host.server, card, index + 1),
            physical_wwpn(world, host.name, name),
            port.fabric,
            port.npiv,
            port.ports,
            port.wwpns,
        )
        for index, (name, port) in enumerate(fibre_port_entries(entry).items())
    )
    vios.shared_adapters = tuple(
        replace(shared, location=location(host.server, 6 + host.lpar_id, index + 1))
        for index, shared in enumerate(vios.shared_adapters)
    )
    cards = [card] * bool(vios.fc_ports) + [6 + host.lpar_id] * bool(vios.shared_adapters)
    host.slots = tuple(OwnedSlot(drc_index_of_card(card)) for card in cards)


def storage_of(world: World, owner: str, server: Server, entry: StorageEntry) -> Storage:
    """A storage adapter with its host."""
    host = next(place for place in server.virtual_io_servers if place.name == entry.server)
    names = wwpn_pair(world, owner, entry.slot) if entry.kind == "fc" else ()
    port = entry.port or first_port(host) if entry.kind == "fc" else ""
    return Storage(entry.kind, entry.slot, host.lpar_id, host.name, entry.remote_slot, names, port)


def first_port(host: Placement) -> str:
    """The fibre channel port that a Virtual I/O Server maps an adapter to when nothing else is asked for."""
    vios = host.partition.vios
    usable = [port.name for port in vios.fc_ports if port.usable] if vios is not None else []
    return usable[0] if usable else ""


def add_devices(world: World, placement: Placement, entry: PartitionEntry) -> None:
    """Give a partition that has its place its vNICs, logical ports and physical slots."""
    placement.pool = entry.processor_pool
    placement.slots = tuple(
        OwnedSlot(drc_index_of_card(owned.card), owned.required)
        for owned in sorted(entry.cards, key=lambda owned: owned.card)
    )
    for vnic in entry.vnics:
        _add_vnic(world, placement, vnic)
    for port in entry.logical_ports:
        _add_port(world, placement, port)


def _add_vnic(world: World, placement: Placement, entry: VnicEntry) -> None:
    mac = vnic_mac(world, placement.name, entry.slot)
    vnic = Vnic(entry.slot, mac, entry.vlan, auto_failover=entry.auto_failover)
    placement.partition.vnics += (vnic,)
    for backing in entry.backing:
        _add_backing(placement, entry.slot, backing)


def _add_backing(placement: Placement, slot: int, entry: BackingEntry) -> None:
    server = placement.server
    host = next(place for place in server.virtual_io_servers if place.name == entry.server)
    capacity = _capacity(server, entry)
    backing = Backing(
        slot=slot,
        host_id=host.lpar_id,
        host_name=host.name,
        host_slot=vnic_host_slot(host),
        adapter=entry.adapter,
        port=entry.port,
        number=free_logical_port_ids(server, entry.adapter)[0],
        config_id=free_backing_id(host),
        capacity=capacity,
        desired_capacity=capacity,
        max_capacity=entry.max_capacity,
        desired_max_capacity=entry.max_capacity,
        priority=entry.priority,
        chosen=all(other.slot != slot for other in placement.backings),
    )
    placement.backings += (backing,)


def _add_port(world: World, placement: Placement, entry: LogicalPortEntry) -> None:
    name, partition, backup = placement.name, placement.partition, entry.backup
    number = free_config_id(placement)
    port = LogicalPort(
        config_id=number,
        adapter=entry.adapter,
        port=entry.port,
        number=free_logical_port_ids(placement.server, entry.adapter)[0],
        mac=port_mac(world, name, number),
        capacity=_capacity(placement.server, entry),
        max_capacity=entry.max_capacity,
        kind=entry.type,
        vlan=entry.vlan,
    )
    if backup is None:
        placement.ports += (port,)
        return
    hcn = hcn_id(world, name, backup.slot)
    kind = "veth" if backup.vnic is None else "vnic"
    placement.ports += (replace(port, backup=kind, backup_slot=backup.slot, hcn_id=hcn),)
    if backup.vnetwork is not None:
        network = placement.server.devices.vnetworks[backup.vnetwork]
        partition.ethernet += (ethernet_on(world, name, backup.slot, network, hcn),)
    elif backup.vnic is not None:
        partition.vnics += (Vnic(backup.slot, vnic_mac(world, name, backup.slot), hcn_id=hcn),)
        _add_backing(placement, backup.slot, backup.vnic)


def ethernet_on(world: World, owner: str, slot: int, network: VirtualNetwork, hcn: int) -> Ethernet:
    """The virtual Ethernet adapter that stands in for a migratable port on a virtual network."""
    return Ethernet(slot, network.vlan, ethernet_mac(world, owner, slot), network.vswitch, hcn_id=hcn)


def _capacity(server: Server, entry: BackingEntry | LogicalPortEntry) -> float:
    port = server.devices.port(entry.adapter, entry.port)
    assert port is not None
    return entry.capacity or port.granularity


def _sriov(world: World, server: Server, entry: SriovEntry) -> SriovAdapter:
    ports = tuple(
        PhysicalPort(
            number=number,
            label=port.label,
            kind=port.type,
            location=location(server, entry.card, number + 1),
            mac=physical_mac(world, location(server, entry.card, number + 1)),
            up=port.up,
            maximum=port.logical_ports,
            granularity=port.granularity,
            speed=port.speed,
        )
        for number, port in enumerate(entry.ports)
    )
    place = location_of_card(server, entry.card)
    return SriovAdapter(drc_index_of_card(entry.card), entry.id, place, entry.logical_ports, ports)


def _networks(entry: ServerEntry) -> Iterator[NetworkEntry]:
    """Those of the bridged VLANs, then the stated ones."""
    for vios in entry.virtual_io_servers.values():
        for shared in shared_adapter_entries(entry, vios):
            yield NetworkEntry(vlan=shared.vlan, vswitch=shared.vswitch)
            for vlan in shared.additional_vlans:
                yield NetworkEntry(vlan=vlan, vswitch=shared.vswitch, tagged=True)
    yield from entry.vnetworks


def _network(entry: NetworkEntry) -> VirtualNetwork:
    return VirtualNetwork(entry.full_name, entry.vlan, entry.vswitch, entry.tagged)


def _slots(server: Server, entry: ServerEntry) -> Iterator[PhysicalSlot]:
    for vios in entry.virtual_io_servers.values():
        if fibre_port_entries(vios):
            yield _slot(server, vios.id + 1, "PCIe3 2-Port 16Gb Fibre Channel Adapter")
        if shared_adapter_entries(entry, vios):
            yield _slot(server, 6 + vios.id, "PCIe3 4-Port 10GbE SR Adapter")
    for adapter in entry.sriov:
        yield _slot(server, adapter.card, "PCIe3 4-port 10GbE SR-IOV Adapter")
    for card in entry.cards:
        yield _slot(server, card.card, card.description)


def _slot(server: Server, card: int, description: str) -> PhysicalSlot:
    return PhysicalSlot(drc_index_of_card(card), location_of_card(server, card), description)
