"""What an operating system does when adapters come and go while it runs (dynamic partitioning)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm_sim.guest import network_files
from powervm_sim.guest.driver_lines import login_lines, network_login_lines
from powervm_sim.guest.hcn import port_lines

if TYPE_CHECKING:
    from powervm_sim.guest.interface import Adapter
    from powervm_sim.guest.linux import LinuxGuest

_NETWORK = ("ibmveth", "ibmvnic", "mlx5_core")


def follow(guest: LinuxGuest, before: tuple[Adapter, ...]) -> None:
    """Let interfaces and disks be those of the present adapters.

    Args:
        before: The adapters until now.
    """
    now = {_key(adapter): adapter for adapter in guest.hardware.adapters}
    old = {_key(adapter): adapter for adapter in before}
    for adapter in before:
        if _key(adapter) not in now:
            _gone(guest, adapter)
    for key, adapter in now.items():
        if key not in old:
            _come(guest, adapter)
        elif old[key].link != adapter.link:
            guest.network.set_carrier(guest.network.of(adapter), adapter.link)
    network_files.refresh(guest)


def _come(guest: LinuxGuest, adapter: Adapter) -> None:
    """Ports of a bond may be there already: hcnmgr has seen to them."""
    if adapter.driver not in _NETWORK:
        lines = login_lines(adapter, guest.hardware)
    elif guest.network.find_unit(adapter) is not None:
        return
    else:
        interface = guest.network.plug(adapter, guest.hardware.partition_id)
        lines = port_lines(adapter, interface.name) if adapter.driver == "mlx5_core" else []
        lines += network_login_lines(adapter) if adapter.driver == "ibmvnic" else []
    for text, level in lines:
        guest.kernel_log.write(text, level)


def _gone(guest: LinuxGuest, adapter: Adapter) -> None:
    if adapter.driver not in _NETWORK:
        for disk in guest.storage.disks:
            disk.paths = [path for path in disk.paths if path.adapter.unit != adapter.unit]
        return
    interface = guest.network.find_unit(adapter)
    if interface is not None:
        guest.network.unplug(interface)
    bond = guest.network.bond_of(adapter.hcn_id) if adapter.hcn_id else None
    if bond is not None and not bond.members:
        guest.network.remove_bond(bond)


def _key(adapter: Adapter) -> tuple[str, int, int]:
    return adapter.driver, adapter.unit, adapter.drc_index
