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
from powervm_sim.world.usage import holder, slot_owner


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
        HscError: Another partition has a logical port or a slot of it.
    """
    devices = _devices(placement, profile)
    if devices is None:
        return
    for number in [port.number for port in devices.ports] + [backing.number for backing in devices.backings]:
        use = holder(placement.server, number)
        if use is not None and placement not in (use.holder, use.client):
            text = f"The logical port {number:08x} of the profile {profile.name} is assigned to the partition"
            raise hsc.HscError("HSCLAF37", f"{text} {use.holder.name}.")
    for slot in devices.slots:
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
    placement.storage, placement.backings, placement.ports = devices.storage, devices.backings, devices.ports
    placement.slots, placement.waiting = devices.slots, devices.waiting
    profile.devices = None


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
