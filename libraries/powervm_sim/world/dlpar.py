"""Changes of a partition while it runs: what has to be true before, and who is told afterwards.

The world's objects are changed by those who call this; nothing here waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from powervm_sim import hsc
from powervm_sim.guest.interface import Adapter
from powervm_sim.world.devices import LogicalPort, Vnic
from powervm_sim.world.hardware import hardware_of, port_adapter, vnic_adapter
from powervm_sim.world.model import NOT_ACTIVATED, RUNNING, Placement, Server
from powervm_sim.world.usage import active_backing

_LISTED = "The I/O slot dynamic partitioning operation failed.  Here are the I/O slot IDs that failed and the reasons"


def check_ready(placement: Placement) -> None:
    """Whether resources can be added or taken away now: it is off, or it runs and RMC is connected.

    Raises:
        HscError: HSCL05DF in any other state, HSCL2957 without RMC.
    """
    if placement.state not in (RUNNING, NOT_ACTIVATED):
        raise hsc.wrong_state()
    if placement.running and placement.rmc_state != "active":
        raise hsc.no_dlpar(placement.name)


def take_port(placement: Placement, port: LogicalPort, at: str) -> None:
    """Have the operating system give a logical port back; nothing is done when it does not run.

    Args:
        at: The time of day for the lines of drmgr.

    Raises:
        HscError: HSCL2929, it does not let go of the port.
    """
    guest = placement.partition.guest
    if guest is None or not placement.running or not port.migratable:
        return
    status = guest.remove_port(port_adapter(port))
    if status:
        raise hsc.HscError(
            "HSCL2929",
            f"The dynamic removal of I/O resources failed: {_LISTED} for failure:\n\n"
            f"{port.drc_index:08X}\n{at} caDlparCommand:execv to drmgr\nValidating PHB DLPAR capability...yes.\n"
            f"hcnqrydev failed with status {status}.\n\nThe OS return code is 3.",
        )


def give_adapters(placement: Placement, *adapters: Adapter) -> None:
    """Tell the operating system of new adapters; those of a bond join it.

    Raises:
        HscError: HSCL294C, it could not configure one; the adapters are there all the same.
    """
    guest = placement.partition.guest
    if guest is None or not placement.running:
        return
    failed = [status for adapter in adapters if adapter.hcn_id and (status := guest.add_port(adapter))]
    guest.hardware_changed(hardware_of(placement))
    if failed:
        raise hsc.HscError(
            "HSCL294C",
            f"DLPAR ADD Virtual I/O resources failed:\nhcncfgdrc failed with status {failed[0]}.\n\n"
            "The OS return code is 3.",
        )


def tell_change(placement: Placement) -> None:
    """Tell the operating system that its hardware is different now, if it runs."""
    guest = placement.partition.guest
    if guest is not None and placement.running:
        guest.hardware_changed(hardware_of(placement))


@contextmanager
def noticing_failovers(server: Server) -> Iterator[None]:
    """Around a change: partitions whose vNICs are served by another backing device afterwards are told."""
    before = {(place.partition, vnic.slot): _active(place, vnic) for place, vnic in _vnics(server)}
    yield
    for place, vnic in _vnics(server):
        was, now = before.get((place.partition, vnic.slot)), _active(place, vnic)
        guest = place.partition.guest
        if was == now or guest is None or not place.running or (place.partition, vnic.slot) not in before:
            continue
        if was is None or now is None:
            guest.hardware_changed(hardware_of(place))
        else:
            guest.fail_over(vnic_adapter(place, vnic))


def synchronize(placement: Placement) -> None:
    """Write the amounts into the current profile, for a partition that keeps it in step."""
    partition = placement.partition
    profile = partition.profiles.get(partition.current_profile)
    if partition.sync_profile != 1 or profile is None:
        return
    partition.profiles[profile.name] = replace(
        profile,
        memory=partition.memory,
        processors=partition.processors,
        units=partition.units,
        sharing=partition.sharing,
        pool=placement.pool,
    )


def _vnics(server: Server) -> list[tuple[Placement, Vnic]]:
    return [(place, vnic) for place in server.placements.values() for vnic in place.partition.vnics]


def _active(placement: Placement, vnic: Vnic) -> int | None:
    backing = active_backing(placement, vnic)
    return None if backing is None else backing.number
