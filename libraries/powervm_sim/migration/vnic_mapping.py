"""Where the backing devices of vNICs are made on the target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from powervm_sim.hsc import HscError
from powervm_sim.migration.mapping import host_wished, same_place
from powervm_sim.migration.sriov_room import SriovRoom, kind_and_label, rounded_up
from powervm_sim.migration.wishes import BackingWish, Request
from powervm_sim.world.devices import Backing, PhysicalPort
from powervm_sim.world.model import Placement
from powervm_sim.world.usage import free_backing_id, vnic_host_slot


class BackingPlan:
    """Finds a host, a physical port and an id for every backing device.

    Attributes:
        pairs: The backing devices of the source that found a place, and what they become on the target.
        errors: What the user's options do not allow to be left out.
    """

    def __init__(self, request: Request, room: SriovRoom) -> None:
        self._request = request
        self._room = room
        self.pairs: list[tuple[Backing, Backing]] = []
        self.errors: list[HscError] = list(self._unknown())
        for vnic in request.partition.vnics:
            self._place_vnic(vnic.slot)

    @property
    def placed(self) -> tuple[Backing, ...]:
        """The backing devices on the target."""
        return tuple(new for _, new in self.pairs)

    def _unknown(self) -> Iterator[HscError]:
        known = {vnic.slot for vnic in self._request.partition.vnics}
        for slot in self._request.vnics:
            if slot not in known:
                yield HscError("HSCLAF50", f"The migrating partition has no vNIC client adapter in slot {slot}.")

    def _place_vnic(self, slot: int) -> None:
        wanted = [backing for backing in self._request.placement.backings if backing.slot == slot]
        wishes = list(self._request.vnics.get(slot, ()))
        try:
            matched = _match(wanted, wishes)
        except HscError as error:
            self.errors.append(error)
            return
        before = len(self.placed)
        for backing, wish in matched:
            try:
                self._place(backing, wish)
            except HscError as error:
                self.errors.append(error)
                return
        self._judge(slot, len(wanted), len(self.placed) - before)

    def _judge(self, slot: int, wanted: int, got: int) -> None:
        choices, target = self._request.choices, self._request.target.name
        if wanted and not got and choices.all_vnics:
            text = f"The vNIC client adapter {slot} cannot be set up on the managed system {target}: there is no"
            end = "Virtual I/O Server and SR-IOV physical port with enough free capacity for a backing device."
            self.errors.append(HscError("HSCLAF48", f"{text} {end}"))
        elif 0 < got < wanted and choices.redundant_backing:
            text = f"Only {got} of the {wanted} backing devices of the vNIC client adapter {slot} can be set up on the"
            self.errors.append(HscError("HSCLAF49", f"{text} managed system {target}."))

    def _place(self, backing: Backing, wish: BackingWish | None) -> None:
        if wish is None:
            found = self._own_choice(backing)
            if found is not None:
                self._take(backing, *found)
            return
        if wish.most is not None:
            backing = replace(backing, max_capacity=wish.most, desired_max_capacity=wish.most)
        self._take(backing, *self._wished(backing, wish))

    def _own_choice(self, backing: Backing) -> tuple[Placement, int, PhysicalPort, float] | None:
        """The best place: a server in the same place, a physical port that no other device of this vNIC is on."""
        hosts = [place for place in self._request.target.virtual_io_servers if place.running]
        same = same_place(self._request, backing.host_id)
        hosts.sort(key=lambda host: host is not same)
        neighbours = {(other.adapter, other.port) for other in self.placed if other.slot == backing.slot}
        ports = self._room.candidates(*kind_and_label(self._request.source, backing))
        ports.sort(key=lambda entry: (entry[0], entry[1].number) in neighbours)
        for adapter, port in ports:
            capacity = rounded_up(backing.capacity, port.granularity)
            if hosts and self._room.fits(adapter, port, capacity):
                return hosts[0], adapter, port, capacity
        return None

    def _wished(self, backing: Backing, wish: BackingWish) -> tuple[Placement, int, PhysicalPort, float]:
        target = self._request.target
        named = wish.host.name is not None or wish.host.number is not None
        own = self._own_choice(backing)
        host = host_wished(target, wish.host) if named else own[0] if own else None
        if host is None or not host.running:
            raise HscError("HSCLAF51", f"The backing device {wish_text(wish)} has no Virtual I/O Server that runs.")
        adapter = wish.adapter if wish.adapter is not None else own[1] if own else None
        port = self._port(adapter, wish.port, own)
        if adapter is None or port is None:
            text = f"The managed system {target.name} has no SR-IOV adapter and physical port for the backing device"
            raise HscError("HSCLAF51", f"{text} {wish_text(wish)}.")
        capacity = wish.capacity if wish.capacity is not None else rounded_up(backing.capacity, port.granularity)
        misfit = self._room.misfit(adapter, port, capacity)
        if misfit is not None:
            raise misfit
        return host, adapter, port, capacity

    def _port(
        self, adapter: int | None, wanted: int | None, own: tuple[Placement, int, PhysicalPort, float] | None
    ) -> PhysicalPort | None:
        found = self._request.target.devices.adapter(adapter) if adapter is not None else None
        if found is None:
            return None
        if wanted is not None:
            return found.port(wanted)
        if own is not None and own[1] == adapter:
            return own[2]
        return found.ports[0] if found.ports else None

    def _take(self, backing: Backing, host: Placement, adapter: int, port: PhysicalPort, capacity: float) -> None:
        mine = [other for other in self.placed if other.host_id == host.lpar_id]
        also_used = frozenset(other.host_slot for other in mine)
        new = replace(
            backing,
            host_id=host.lpar_id,
            host_name=host.name,
            host_slot=vnic_host_slot(host, also_used),
            adapter=adapter,
            port=port.number,
            number=self._room.take(adapter, port, capacity),
            config_id=free_backing_id(host) + len(mine),
            capacity=capacity,
            desired_capacity=capacity,
            fault="",
        )
        self.pairs.append((backing, new))


def _match(wanted: Sequence[Backing], wishes: list[BackingWish]) -> list[tuple[Backing, BackingWish | None]]:
    """Each backing device of the source with its wish: by the old adapter and port if stated, else in order."""
    left = list(wishes)
    matched: list[tuple[Backing, BackingWish | None]] = []
    for backing in wanted:
        exact = [wish for wish in left if wish.old_adapter is not None and _stands_for(wish, backing)]
        wish = next(iter(exact or [wish for wish in left if wish.old_adapter is None]), None)
        if wish is not None:
            left.remove(wish)
        matched.append((backing, wish))
    if left:
        raise HscError("HSCLAF52", f"The vNIC has no backing device that {wish_text(left[0])} could stand for.")
    return matched


def _stands_for(wish: BackingWish, backing: Backing) -> bool:
    return wish.old_adapter == backing.adapter and wish.old_port in (None, backing.port)


def wish_text(wish: BackingWish) -> str:
    """A wish as it is typed after ``slot/ded/``."""
    fields = (
        *(wish.host.name, wish.host.number, wish.adapter, wish.port),
        *(wish.capacity, wish.old_adapter, wish.old_port),
    )
    return "/".join("" if part is None else f"{part:g}" if isinstance(part, float) else str(part) for part in fields)
