"""Which Virtual I/O Server of the target hosts which virtual storage adapter."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from powervm_sim import hsc
from powervm_sim.hsc import HscError
from powervm_sim.migration.messages import Explained, Reason
from powervm_sim.migration.wishes import Host, Kind, Request
from powervm_sim.world.devices import FibrePort
from powervm_sim.world.model import Placement, Server, Storage
from powervm_sim.world.usage import mapped_to, used_slots

_FIRST_FREE_SLOT = 5
_LACKS_RESOURCE = 69
_NO_ADAPTER = 83


def place_storage(request: Request) -> tuple[tuple[Storage, ...], list[HscError]]:
    """The storage adapters as they will be hosted on the target, and an error for each that cannot be."""
    placing = _Placing(request)
    for adapter in request.placement.storage:
        placing.place(adapter)
    return tuple(placing.placed), [*placing.errors, *_unknown_wishes(request)]


def possible_hosts(request: Request, adapter: Storage) -> list[Placement]:
    """The Virtual I/O Servers of the target that can host an adapter."""
    placing = _Placing(request)
    return [host for host in _servers(request.target) if placing.reason(host, adapter, None) is None]


def keeps_multipath(request: Request, placed: Iterable[Storage]) -> bool:
    """Whether clients of one server stay together, and clients of different servers apart, for each kind."""
    pairs = [
        (old.kind, old.host_id, new.host_id)
        for new in placed
        for old in request.placement.storage
        if (old.kind, old.slot) == (new.kind, new.slot)
    ]
    return all(
        (old == other_old) == (new == other_new)
        for kind, old, new in pairs
        for other_kind, other_old, other_new in pairs
        if kind == other_kind
    )


def same_place(request: Request, host_id: int) -> Placement | None:
    """The Virtual I/O Server of the target that stands where one of the source stands in their order."""
    order = [place.lpar_id for place in request.source.virtual_io_servers]
    index = order.index(host_id) if host_id in order else 0
    return next((place for position, place in enumerate(request.target.virtual_io_servers) if position == index), None)


def host_wished(target: Server, wish: Host) -> Placement:
    """The Virtual I/O Server that was named. Raises HscError: there is none of that name or id."""
    found = next((place for place in target.virtual_io_servers if wish.is_placement(place)), None)
    if found is not None:
        return found
    raise hsc.partition_unknown(wish.name) if wish.name is not None else hsc.partition_id_unknown(str(wish.number))


@dataclass
class _Placing:
    """What was placed so far, and thus is not free for the next adapter."""

    request: Request
    placed: list[Storage] = field(default_factory=list)
    errors: list[HscError] = field(default_factory=list)
    _slots: dict[int, set[int]] = field(default_factory=dict)
    _homes: dict[tuple[str, int], int] = field(default_factory=dict)

    def place(self, adapter: Storage) -> None:
        """Find a host, a slot and a port for one adapter, or an error."""
        wish = self.request.hosts.get((adapter.kind, adapter.slot))
        try:
            host = self._host(adapter, wish)
            self.placed.append(self._hosted(adapter, host, wish))
        except HscError as error:
            self.errors.append(error)
            return
        self._homes.setdefault((adapter.kind, adapter.host_id), host.lpar_id)

    def reason(self, host: Placement, adapter: Storage, port: str | None) -> Reason | None:
        """Why a Virtual I/O Server cannot host an adapter, or None."""
        vios = host.partition.vios
        active = self.request.kind is Kind.ACTIVE
        if vios is not None and adapter.kind == "scsi":
            if "scsi" in vios.storage:
                return None
            words = ("There are no disks that match those of the client", "rc = 69 MIG_LACK_RESOURCE")
            return Reason(host, "scsi", adapter.slot, active, _LACKS_RESOURCE, words)
        names = f"Client Target WWPNs: {' '.join(_storage_ports(self._fabric(adapter)))}"
        ports = _ports(host, port)
        if not any(entry.usable for entry in ports):
            lines = (names, "There are no FC adapters", "Returning from npiv_dest_adapter rc=83")
            return Reason(host, "fc", adapter.slot, active, _NO_ADAPTER, lines)
        if self._fc_port(host, adapter, port) is not None:
            return None
        return Reason(host, "fc", adapter.slot, active, _LACKS_RESOURCE, (names, *self._misfits(adapter, host, ports)))

    def _misfits(self, adapter: Storage, host: Placement, ports: Iterable[FibrePort]) -> Iterator[str]:
        for entry in ports:
            if entry.usable and not self._zoned(adapter, entry):
                number = entry.name.removeprefix("fcs")
                yield f"fscsi{number} is not zoned to the same target ports as the source for this client"
            elif entry.usable and not self._room(host, entry):
                yield f"{entry.name} has no free virtual ports"
        yield "rc = 69 MIG_LACK_RESOURCE"

    def _host(self, adapter: Storage, wish: Host | None) -> Placement:
        port = wish.port if wish is not None else None
        hosts = self._in_order(adapter) if wish is None else [host_wished(self.request.target, wish)]
        hosts = [host for host in hosts if host.running]
        reasons = []
        for host in hosts:
            if port is not None and not _ports(host, port):
                text = f"The VIOS partition {host.name} has no fibre channel port {port}."
                raise HscError("HSCLAF4F", text)
            reason = self.reason(host, adapter, port)
            if reason is None:
                return host
            reasons.append(reason)
        refuse = hsc.fc_not_hosted if adapter.kind == "fc" else hsc.scsi_not_hosted
        raise Explained(refuse(adapter.slot), sorted(reasons, key=lambda reason: reason.host.lpar_id))

    def _in_order(self, adapter: Storage) -> list[Placement]:
        """All hosts, best first: where its neighbours of the same server are, the same place, one of its own."""
        home = self._homes.get((adapter.kind, adapter.host_id))
        others = {host for (kind, _), host in self._homes.items() if kind == adapter.kind}
        same = same_place(self.request, adapter.host_id)

        def rank(host: Placement) -> tuple[bool, bool, bool, int]:
            return (
                home is not None and host.lpar_id != home,
                home is None and host.lpar_id in others,
                host is not same,
                host.lpar_id,
            )

        return sorted(_servers(self.request.target), key=rank)

    def _hosted(self, adapter: Storage, host: Placement, wish: Host | None) -> Storage:
        taken = self._slots.setdefault(host.lpar_id, used_slots(host))
        slot = _slot(adapter, wish, taken)
        if slot in taken:
            raise HscError("HSCLAF14", f"The virtual slot {slot} of the VIOS partition {host.name} is in use.")
        taken.add(slot)
        port = self._fc_port(host, adapter, wish.port if wish is not None else None)
        name = port.name if port is not None else ""
        return replace(adapter, host_id=host.lpar_id, host_name=host.name, remote_slot=slot, fc_port=name)

    def _fc_port(self, host: Placement, adapter: Storage, wanted: str | None) -> FibrePort | None:
        """The physical port for an adapter: the wanted one, that of the same name, or the first that fits."""
        if adapter.kind != "fc":
            return None
        fitting = [
            port
            for port in _ports(host, wanted)
            if port.usable and self._zoned(adapter, port) and self._room(host, port)
        ]
        return min(fitting, key=lambda port: port.name != adapter.fc_port, default=None)

    def _zoned(self, adapter: Storage, port: FibrePort) -> bool:
        return self._fabric(adapter) in ("", port.fabric)

    def _room(self, host: Placement, port: FibrePort) -> bool:
        planned = sum((entry.host_id, entry.fc_port) == (host.lpar_id, port.name) for entry in self.placed)
        count = len(mapped_to(host, port)) + planned + 1
        return count <= port.ports and 2 * count <= port.wwpns

    def _fabric(self, adapter: Storage) -> str:
        """The storage network that the adapter's disks are in."""
        host = self.request.source.placements.get(adapter.host_id)
        vios = host.partition.vios if host is not None else None
        port = vios.fc_port(adapter.fc_port) if vios is not None else None
        return port.fabric if port is not None else ""


def _slot(adapter: Storage, wish: Host | None, taken: set[int]) -> int:
    if wish is not None and wish.slot is not None:
        return wish.slot
    if adapter.remote_slot not in taken:
        return adapter.remote_slot
    return next(slot for slot in range(_FIRST_FREE_SLOT, 65_536) if slot not in taken)


def _servers(target: Server) -> list[Placement]:
    return [place for place in target.virtual_io_servers if place.running]


def _ports(host: Placement, wanted: str | None) -> list[FibrePort]:
    vios = host.partition.vios
    if vios is None or "fc" not in vios.storage:
        return []
    return [port for port in vios.fc_ports if wanted in (None, port.name)]


def _storage_ports(fabric: str) -> list[str]:
    """The names of the storage ports in a network: made up from its name."""
    number = zlib.crc32(fabric.encode())
    return [f"50050763{number ^ index:08x}" for index in range(3)]


def _unknown_wishes(request: Request) -> Iterator[HscError]:
    known = {(adapter.kind, adapter.slot) for adapter in request.placement.storage}
    for kind, slot in request.hosts:
        if (kind, slot) not in known:
            text = f"The migrating partition has no virtual {kind} client adapter in slot {slot}."
            yield HscError("HSCLAF15", text)
