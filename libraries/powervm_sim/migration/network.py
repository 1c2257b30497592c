"""Virtual switches and VLANs of the target, as validation looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from powervm_sim.hsc import HscError
from powervm_sim.migration.wishes import Request
from powervm_sim.world.model import Ethernet

_VEPA = "VEPA"


def network_errors(request: Request) -> Iterator[HscError]:
    """Switches that are missing, VLANs that nobody bridges, and VSI settings that cannot be kept."""
    yield from _unused_wishes(request)
    for adapter in request.partition.ethernet:
        name = switch_on_target(request, adapter)
        switch = request.target.devices.vswitches.get(name)
        if switch is None:
            text = f"The virtual switch {name} of the virtual Ethernet adapter {adapter.slot} was not found on the"
            yield HscError("HSCLAF47", f"{text} managed system {request.target.name}.")
            continue
        if request.choices.bridge_all_vlans:
            yield from _vlan_errors(request, adapter, name)
        old = request.source.devices.vswitches.get(adapter.vswitch)
        if request.choices.keep_vsi and old is not None and old.mode == _VEPA != switch.mode:
            text = f"The virtual station interface settings of the virtual Ethernet adapter {adapter.slot} cannot be"
            yield HscError("HSCLAF5A", f"{text} kept: the virtual switch {name} is not in VEPA mode.")


def switch_on_target(request: Request, adapter: Ethernet) -> str:
    """What the switch of an adapter is called on the target."""
    return request.switches.get(adapter.vswitch, adapter.vswitch)


def moved_ethernet(request: Request) -> tuple[Ethernet, ...]:
    """The adapters of the partition on the target's switches."""
    return tuple(replace(adapter, vswitch=switch_on_target(request, adapter)) for adapter in request.partition.ethernet)


def _vlan_errors(request: Request, adapter: Ethernet, switch: str) -> Iterator[HscError]:
    bridged = request.target.bridged(switch)
    for vlan in adapter.vlans:
        if vlan not in bridged:
            text = f"The VLAN {vlan} of the virtual Ethernet adapter {adapter.slot} is not bridged on the managed"
            yield HscError("HSCLAF0F", f"{text} system {request.target.name}.")


def _unused_wishes(request: Request) -> Iterator[HscError]:
    used = {adapter.vswitch for adapter in request.partition.ethernet}
    for name in request.switches:
        if name not in used:
            yield HscError("HSCLAF47", f"The migrating partition has no adapter on the virtual switch {name}.")
