"""What a profile remembers of a partition's adapters once the partition has other ones than the profile.

Until then a profile stands for what the partition has. A change of a running partition is not written into profiles,
unless the partition keeps its current profile in step.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

from powervm_sim import hsc
from powervm_sim.world.devices import Backing, LogicalPort, OwnedSlot, Vnic
from powervm_sim.world.model import Ethernet, Placement, Profile, Storage, WaitingAdapter
from powervm_sim.world.usage import holder, slot_owner, used_slots


@dataclass(frozen=True)
class ProfileDevices:
    """The adapters of a partition at some time.

    Attributes:
        place: Where they were; they mean nothing once the partition has been moved, even when it comes back.
    """

    place: Placement
    ethernet: tuple[Ethernet, ...]
    vnics: tuple[Vnic, ...]
    storage: tuple[Storage, ...]
    backings: tuple[Backing, ...]
    ports: tuple[LogicalPort, ...]
    slots: tuple[OwnedSlot, ...]
    waiting: tuple[WaitingAdapter, ...]


def keep_in_profiles(placement: Placement) -> None:
    """Before a change: let profiles that stood for the present adapters remember them."""
    partition = placement.partition
    present = _present(placement)
    for profile in partition.profiles.values():
        in_step = partition.sync_profile == 1 and profile.name == partition.current_profile
        if in_step:
            profile.devices = None
        elif profile.devices is None:
            profile.devices = present


def as_in_profile(placement: Placement, profile: Profile) -> Placement:
    """The partition as a profile describes it: for reading only."""
    devices = _devices(placement, profile)
    if devices is None:
        return placement
    partition = copy.copy(placement.partition)
    partition.ethernet, partition.vnics = devices.ethernet, devices.vnics
    return replace(
        placement,
        partition=partition,
        storage=devices.storage,
        backings=devices.backings,
        ports=devices.ports,
        slots=devices.slots,
        waiting=devices.waiting,
    )


def check_devices(placement: Placement, profile: Profile) -> None:
    """Whether a partition that is off can have the adapters of a profile.

    Raises:
        HscError: Another partition has a logical port, a slot or a server adapter of it.
    """
    devices = _devices(placement, profile)
    if devices is None:
        return
    _check_server_adapters(placement, profile, devices.storage)
    for number in [port.number for port in devices.ports] + [backing.number for backing in devices.backings]:
        use = holder(placement.server, number)
        if use is not None and placement not in (use.holder, use.client):
            text = f"The logical port {number:08x} of the profile {profile.name} is assigned to the partition"
            raise hsc.HscError("HSCLAF37", f"{text} {use.holder.name}.")
    for slot in devices.slots:
        adapter = placement.server.devices.adapter_in(slot.drc_index)
        if adapter is not None and adapter.number is not None:
            text = f"The I/O slot with the DRC index {slot.drc_index} of the profile {profile.name} is in SR-IOV mode."
            raise hsc.HscError("HSCLAF3D", text)
        owner = slot_owner(placement.server, slot.drc_index)
        if owner not in (None, placement):
            text = f"The I/O slot with the DRC index {slot.drc_index} of the profile {profile.name} is owned by the"
            raise hsc.HscError("HSCLAF3D", f"{text} partition {owner.name if owner else ''}.")


def apply_devices(placement: Placement, profile: Profile) -> None:
    """Give a partition the adapters of a profile."""
    devices = _devices(placement, profile)
    if devices is None:
        return
    partition = placement.partition
    partition.ethernet, partition.vnics = devices.ethernet, devices.vnics
    placement.backings, placement.ports = devices.backings, devices.ports
    placement.slots, placement.waiting = devices.slots, devices.waiting
    _connect(placement, devices.storage)
    profile.devices = None


def devices_of(placement: Placement, profile: Profile) -> ProfileDevices:
    """The adapters that a profile means, those of the partition when it has none of its own."""
    return _devices(placement, profile) or _present(placement)


def _check_server_adapters(placement: Placement, profile: Profile, storage: tuple[Storage, ...]) -> None:
    """Each client adapter finds its server adapter free, waiting for it or not there."""
    present = {_pair(adapter) for adapter in placement.storage}
    for adapter in storage:
        host = placement.server.placements.get(adapter.host_id)
        if host is None or _pair(adapter) in present:
            continue
        if adapter.remote_slot in used_slots(host) and _waiting_for(host, placement, adapter) is None:
            text = f"The slot {adapter.remote_slot} of {host.name} has no server adapter for the client adapter"
            raise hsc.HscError("HSCLAF33", f"{text} {adapter.slot} of the profile {profile.name}.")


def _connect(placement: Placement, wanted: tuple[Storage, ...]) -> None:
    """Client adapters take the server adapters that wait for them; those of client adapters that go wait again."""
    server, present = placement.server, {_pair(adapter): adapter for adapter in placement.storage}
    kept = {_pair(adapter) for adapter in wanted}
    for pair, adapter in present.items():
        host = server.placements.get(adapter.host_id)
        if pair not in kept and adapter.hosted and host is not None:
            waiting = WaitingAdapter(adapter.kind, adapter.remote_slot, placement.lpar_id, adapter.slot)
            host.waiting += (waiting,)
    connected = []
    for adapter in wanted:
        host = server.placements.get(adapter.host_id)
        if _pair(adapter) in present:
            now = present[_pair(adapter)]
            connected.append(replace(adapter, hosted=now.hosted, fc_port=now.fc_port))
            continue
        found = _waiting_for(host, placement, adapter) if host is not None else None
        if host is not None:
            host.waiting = tuple(one for one in host.waiting if one is not found)
        connected.append(replace(adapter, hosted=found is not None, fc_port=adapter.fc_port if found else ""))
    placement.storage = tuple(connected)


def _waiting_for(host: Placement, client: Placement, adapter: Storage) -> WaitingAdapter | None:
    """The server adapter that waits for a client adapter."""
    for one in host.waiting:
        fits = one.client_id in (None, client.lpar_id) and one.client_slot in (None, adapter.slot)
        if (one.kind, one.slot) == (adapter.kind, adapter.remote_slot) and fits:
            return one
    return None


def _pair(adapter: Storage) -> tuple[str, int, int, int]:
    """Both ends of a client adapter."""
    return adapter.kind, adapter.slot, adapter.host_id, adapter.remote_slot


def _devices(placement: Placement, profile: Profile) -> ProfileDevices | None:
    """None when it stands for the present adapters, or remembers those of another place."""
    devices = profile.devices
    return devices if devices is not None and devices.place is placement else None


def _present(placement: Placement) -> ProfileDevices:
    partition = placement.partition
    return ProfileDevices(
        placement,
        partition.ethernet,
        partition.vnics,
        placement.storage,
        placement.backings,
        placement.ports,
        placement.slots,
        placement.waiting,
    )
