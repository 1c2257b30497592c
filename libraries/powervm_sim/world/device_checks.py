"""What is wrong with the devices of a world file: names and numbers that lead nowhere, and things that do not fit."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator

from powervm_sim.world.device_build import fibre_port_entries, shared_adapter_entries
from powervm_sim.world.device_file import BackingEntry, LogicalPortEntry, NetworkEntry, PhysicalPortEntry, SriovEntry
from powervm_sim.world.file import PartitionEntry, ServerEntry, WorldFile
from powervm_sim.world.yaml_positions import KeyPath

Problem = tuple[KeyPath, str]
_FULL = 100.0


def device_problems(world: WorldFile) -> Iterator[Problem]:
    """All of them; servers and Virtual I/O Servers that do not exist are told elsewhere."""
    for name, server in world.servers.items():
        yield from _of_server(("servers", name), server)
    used = _Used()
    for name, partition in world.partitions.items():
        host = world.servers.get(partition.server)
        if host is not None:
            yield from _OfPartition(("partitions", name), name, partition, host, used).problems()


class _Used:
    """What the partitions before this one hold: percent of each physical port, and who owns each card."""

    def __init__(self) -> None:
        self.capacity: dict[tuple[str, int, int], float] = {}
        self.count: dict[tuple[str, int, int], int] = {}
        self.cards: dict[tuple[str, int], str] = {}
        self.pages: dict[str, int] = {}


def refers(kind: str, name: object, known: Iterable[object]) -> str:
    """What is said of a name or number that leads nowhere."""
    names = [str(one) for one in known]
    near = difflib.get_close_matches(str(name), names, n=1) if not str(name).isdigit() else []
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(names) or 'none'}"
    return f"no {kind} is called {name}; {hint}"


def network_names(server: ServerEntry) -> set[str]:
    """The virtual networks of a server: of the bridged VLANs, and the stated ones."""
    names = {network.full_name for network in server.vnetworks}
    for vios in server.virtual_io_servers.values():
        for shared in shared_adapter_entries(server, vios):
            for vlan in (shared.vlan, *shared.additional_vlans):
                names.add(NetworkEntry(vlan=vlan, vswitch=shared.vswitch).full_name)
    return names


def _of_server(path: KeyPath, server: ServerEntry) -> Iterator[Problem]:
    for index, network in enumerate(server.vnetworks):
        if network.vswitch not in server.vswitches:
            text = refers("virtual switch of this server", network.vswitch, server.vswitches)
            yield (*path, "vnetworks", index, "vswitch"), text
    for name, vios in server.virtual_io_servers.items():
        for index, shared in enumerate(vios.shared_adapters or ()):
            if shared.vswitch not in server.vswitches:
                text = refers("virtual switch of this server", shared.vswitch, server.vswitches)
                yield (*path, "virtual_io_servers", name, "shared_adapters", index, "vswitch"), text
    yield from _repeated(path, "sriov", "id", [adapter.id for adapter in server.sriov])
    yield from _repeated(path, "processor_pools", "id", [pool.id for pool in server.processor_pools])
    for index, pool in enumerate(server.processor_pools):
        if pool.reserved > pool.maximum:
            text = f"is above the maximum of {pool.maximum:g} units of this pool"
            yield (*path, "processor_pools", index, "reserved"), text
    yield from _cards(path, server)


def _cards(path: KeyPath, server: ServerEntry) -> Iterator[Problem]:
    taken: dict[int, str] = {}
    for name, vios in server.virtual_io_servers.items():
        if fibre_port_entries(vios):
            taken[vios.id + 1] = f"the fibre channel ports of {name}"
        if shared_adapter_entries(server, vios):
            taken[vios.id + 6] = f"the network ports of {name}"
    cards = {"sriov": [entry.card for entry in server.sriov], "cards": [entry.card for entry in server.cards]}
    for key, numbers in cards.items():
        for index, card in enumerate(numbers):
            if card in taken:
                yield (*path, key, index, "card"), f"card {card} is taken by {taken[card]}; choose another number"
            taken.setdefault(card, f"{key}.{index}")


def _repeated(path: KeyPath, key: str, field: str, values: list[int | None]) -> Iterator[Problem]:
    for index, value in enumerate(values):
        if value is not None and value in values[:index]:
            yield (*path, key, index, field), f"{value} is there twice; choose another number"


class _OfPartition:
    def __init__(self, path: KeyPath, name: str, entry: PartitionEntry, host: ServerEntry, used: _Used) -> None:
        self._path = path
        self._name = name
        self._entry = entry
        self._host = host
        self._used = used

    def problems(self) -> Iterator[Problem]:
        yield from self._slots()
        yield from self._virtual()
        for index, vnic in enumerate(self._entry.vnics):
            for number, backing in enumerate(vnic.backing):
                yield from self._backing(("vnics", index, "backing", number), backing)
        for index, port in enumerate(self._entry.logical_ports):
            yield from self._logical_port(("logical_ports", index), port)
        yield from self._owned()
        yield from self._pages()
        pools = [0, *(pool.id for pool in self._host.processor_pools)]
        if self._entry.processor_pool not in pools:
            text = refers("processor pool of its server", self._entry.processor_pool, pools)
            yield (*self._path, "processor_pool"), text

    def _slots(self) -> Iterator[Problem]:
        taken: dict[int, str] = {}
        lists: dict[str, list[int | None]] = {
            "ethernet": [adapter.slot for adapter in self._entry.ethernet],
            "storage": [adapter.slot for adapter in self._entry.storage],
            "vnics": [vnic.slot for vnic in self._entry.vnics],
            "logical_ports": [port.backup.slot if port.backup else None for port in self._entry.logical_ports],
        }
        for key, slots in lists.items():
            for index, slot in enumerate(slots):
                if slot is None:
                    continue
                if slot in taken:
                    inner = ("backup", "slot") if key == "logical_ports" else ("slot",)
                    text = f"the slot {slot} is taken by {taken[slot]}; choose another number"
                    yield (*self._path, key, index, *inner), text
                taken.setdefault(slot, f"{key}.{index}")

    def _virtual(self) -> Iterator[Problem]:
        for index, adapter in enumerate(self._entry.ethernet):
            if adapter.vswitch not in self._host.vswitches:
                text = refers("virtual switch of its server", adapter.vswitch, self._host.vswitches)
                yield (*self._path, "ethernet", index, "vswitch"), text
        for index, storage in enumerate(self._entry.storage):
            vios = self._host.virtual_io_servers.get(storage.server)
            if storage.port is None or vios is None:
                continue
            ports = fibre_port_entries(vios) if storage.kind == "fc" else {}
            if storage.port not in ports:
                text = refers(f"fibre channel port of {storage.server}", storage.port, ports)
                yield (*self._path, "storage", index, "port"), text

    def _backing(self, key: KeyPath, entry: BackingEntry) -> Iterator[Problem]:
        if entry.server not in self._host.virtual_io_servers:
            text = refers("Virtual I/O Server of its server", entry.server, self._host.virtual_io_servers)
            yield (*self._path, *key, "server"), text
        yield from self._on_port(key, entry, lambda port: port.type != "roce", "Ethernet")

    def _logical_port(self, key: KeyPath, entry: LogicalPortEntry) -> Iterator[Problem]:
        fits = (lambda port: port.type == "roce") if entry.type == "roce" else (lambda port: port.type != "roce")
        yield from self._on_port(key, entry, fits, "RoCE" if entry.type == "roce" else "Ethernet")
        backup = entry.backup
        if backup is None:
            return
        if entry.type == "roce":
            yield (*self._path, *key, "backup"), "only ports of type eth can be migratable; leave the backup out"
        known = sorted(network_names(self._host))
        if backup.vnetwork is not None and backup.vnetwork not in known:
            text = refers("virtual network of its server", backup.vnetwork, known)
            yield (*self._path, *key, "backup", "vnetwork"), text
        if backup.vnic is not None:
            yield from self._backing((*key, "backup", "vnic"), backup.vnic)

    def _on_port(
        self,
        key: KeyPath,
        entry: BackingEntry | LogicalPortEntry,
        fits: Callable[[PhysicalPortEntry], bool],
        kind: str,
    ) -> Iterator[Problem]:
        adapters = {adapter.id: adapter for adapter in self._host.sriov if adapter.id is not None}
        if entry.adapter not in adapters:
            text = refers("SR-IOV adapter of its server", entry.adapter, adapters)
            yield (*self._path, *key, "adapter"), text
            return
        adapter = adapters[entry.adapter]
        if entry.port >= len(adapter.ports):
            text = refers(f"port of SR-IOV adapter {entry.adapter}", entry.port, range(len(adapter.ports)))
            yield (*self._path, *key, "port"), text
            return
        port = adapter.ports[entry.port]
        if not fits(port):
            yield (*self._path, *key, "port"), f"port {entry.port} is of type {port.type}, which is no {kind} port"
        yield from self._capacity((*self._path, *key, "capacity"), entry, adapter, port)

    def _capacity(
        self, path: KeyPath, entry: BackingEntry | LogicalPortEntry, adapter: SriovEntry, port: PhysicalPortEntry
    ) -> Iterator[Problem]:
        capacity = entry.capacity or port.granularity
        if round(capacity / port.granularity, 6) % 1:
            yield path, f"must be a multiple of the granularity of {port.granularity:g} of its physical port"
        if capacity > entry.max_capacity:
            yield path, f"is above the max_capacity of {entry.max_capacity:g}"
        place = (self._entry.server, entry.adapter, entry.port)
        total = self._used.capacity[place] = self._used.capacity.get(place, 0.0) + capacity
        count = self._used.count[place] = self._used.count.get(place, 0) + 1
        if total > _FULL:
            yield path, f"port {entry.port} of adapter {entry.adapter} would be used to {total:g} percent; lower it"
        everywhere = sum(
            number for (server, number_of, _), number in self._used.count.items() if (server, number_of) == place[:2]
        )
        if count > port.logical_ports or everywhere > adapter.logical_ports:
            text = f"adapter {entry.adapter} has no logical port left for this one; raise logical_ports of the server"
            yield path, text

    def _pages(self) -> Iterator[Problem]:
        server, wanted = self._entry.server, self._entry.huge_pages
        if not self._entry.activated:
            return
        total = self._used.pages[server] = self._used.pages.get(server, 0) + wanted
        if wanted and total > self._host.huge_pages:
            text = f"{server} has {self._host.huge_pages} huge pages and its partitions hold {total}; raise huge_pages"
            yield (*self._path, "huge_pages"), f"{text} of the server"

    def _owned(self) -> Iterator[Problem]:
        known = [card.card for card in self._host.cards]
        known += [adapter.card for adapter in self._host.sriov if adapter.mode == "dedicated"]
        for index, owned in enumerate(self._entry.cards):
            path: KeyPath = (*self._path, "cards", index, "card")
            key = (self._entry.server, owned.card)
            if owned.card not in known:
                yield path, refers("card that partitions of its server can own", owned.card, known)
            elif key in self._used.cards:
                yield path, f"card {owned.card} is owned by {self._used.cards[key]}; choose another one"
            self._used.cards.setdefault(key, self._name)
