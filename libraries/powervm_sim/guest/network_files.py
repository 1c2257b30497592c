"""The network in ``/sys`` and ``/proc``: its files come and go with interfaces, their content is as of now."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from powervm_sim.guest.bonding import Bond, bonding_file
from powervm_sim.guest.hardware_files import port_properties
from powervm_sim.guest.interface import Adapter
from powervm_sim.guest.network import Interface, Network
from powervm_sim.guest.tree import Tree

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

T = TypeVar("T")

NODES = {"ibmveth": "l-lan", "ibmvscsi": "v-scsi", "ibmvfc": "vfc-client", "ibmvnic": "vnic"}
"""Names of the device tree nodes below ``/vdevice``."""

_ALIASES = {
    "ibmveth": "vio:TnetworkSIBM,l-lan",
    "ibmvnic": "vio:TnetworkSIBM,vnic",
    "ibmvscsi": "vio:TvscsiSIBM,v-scsi",
    "ibmvfc": "vio:TfcpSIBM,vfc-client",
}
_NET = "/sys/class/net"
DEVICE_TREE = "/sys/firmware/devicetree/base"
_COUNTERS = ("bytes", "packets", "errors", "dropped")


def fill(guest: LinuxGuest) -> None:
    """Make everything anew: interfaces, bonds, adapters."""
    tree = guest.tree
    for folder in (_NET, "/sys/devices/vio", "/proc/net/bonding"):
        clear(tree, folder)
    for adapter in guest.hardware.adapters:
        if adapter.driver in NODES:
            _adapter(guest, adapter)
    guest.tree.make_folders(DEVICE_TREE)
    refresh(guest)


def refresh(guest: LinuxGuest) -> None:
    """Let folders of interfaces and bonds be there for what is there now."""
    tree, network = guest.tree, guest.network
    names = {interface.name for interface in network.interfaces}
    for name in tree.list(_NET):
        if name not in names:
            clear(tree, f"{_NET}/{name}", itself=True)
    for interface in network.interfaces:
        if not tree.exists(f"{_NET}/{interface.name}"):
            _interface(guest, interface)
    _ports(guest)
    folder = "/proc/net/bonding"
    for name in tree.list(folder):
        if name not in network.bonds:
            tree.remove(f"{folder}/{name}")
    for name in network.bonds:
        if not tree.exists(f"{folder}/{name}"):
            tree.computed(f"{folder}/{name}", partial(bond_text, guest, name))


def _ports(guest: LinuxGuest) -> None:
    """The device tree has a node for each logical port that is there."""
    tree = guest.tree
    wanted: dict[str, bytes] = {}
    for interface in guest.network.interfaces:
        if interface.drc_index:
            bond = guest.network.bonds.get(interface.master)
            primary = bond is not None and bond.primary == interface.name
            wanted |= port_properties(interface.drc_index, interface.hcn_id, primary=primary)
    nodes = {path.split("/")[0] for path in wanted}
    for name in tree.list(DEVICE_TREE):
        if name.startswith("pci@") and name not in nodes:
            clear(tree, f"{DEVICE_TREE}/{name}", itself=True)
    for path, value in wanted.items():
        tree.computed(f"{DEVICE_TREE}/{path}", partial(bytes, value))


def bond_text(guest: LinuxGuest, name: str) -> str:
    """Content of ``/proc/net/bonding/NAME``."""
    network = guest.network
    bond = network.bonds[name]
    found = [network.find(member) for member in bond.members]
    return bonding_file(bond, [member for member in found if member is not None], guest.spec.release)


def counters(guest: LinuxGuest, interface: Interface) -> dict[str, dict[str, int]]:
    """What went through: a little by itself, and what was counted."""
    quiet = 0 if interface.loopback or interface.master else int(guest.uptime)
    packets = {"rx": 40 + 3 * quiet + interface.received, "tx": 30 + 2 * quiet + interface.sent}
    return {way: {"bytes": count * 98, "packets": count, "errors": 0, "dropped": 0} for way, count in packets.items()}


def _interface(guest: LinuxGuest, interface: Interface) -> None:
    tree, folder = guest.tree, f"{_NET}/{interface.name}"
    for name, text in _TEXTS.items():
        tree.computed(f"{folder}/{name}", partial(_line, text, interface))
    for way in ("rx", "tx"):
        for counter in _COUNTERS:
            tree.computed(f"{folder}/statistics/{way}_{counter}", partial(_counter, guest, interface, way, counter))
    if interface.kind == "bond":
        _bond(guest, interface.name)
    elif interface.unit:
        tree.link(f"{folder}/device", f"/sys/devices/vio/{interface.unit:08x}")


def _counter(guest: LinuxGuest, interface: Interface, way: str, name: str) -> str:
    return f"{counters(guest, interface)[way][name]}\n"


def _line(text: Callable[[T], str], about: T) -> str:
    return f"{text(about)}\n"


def _only_up(interface: Interface, text: str) -> str:
    if not interface.up:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return text


def _bond(guest: LinuxGuest, name: str) -> None:
    folder, network = f"{_NET}/{name}/bonding", guest.network
    for entry, text in _BOND_TEXTS.items():
        guest.tree.computed(f"{folder}/{entry}", partial(_bond_line, network, name, text), mode=0o644)


def _bond_line(network: Network, name: str, text: Callable[[Bond], str]) -> str:
    return _line(text, network.bonds[name])


_TEXTS: Mapping[str, Callable[[Interface], str]] = {
    "operstate": lambda interface: str(interface.state).lower(),
    "address": lambda interface: interface.mac,
    "mtu": lambda interface: str(interface.mtu),
    "ifindex": lambda interface: str(interface.index),
    "carrier": lambda interface: _only_up(interface, str(int(interface.carrier))),
    "speed": lambda interface: _only_up(interface, "10000" if interface.kind in ("mlx5_core", "bond") else "-1"),
    "duplex": lambda interface: _only_up(interface, "full" if interface.kind in ("mlx5_core", "bond") else "unknown"),
    "flags": lambda interface: "0x1003" if interface.up else "0x1002",
    "type": lambda interface: "772" if interface.loopback else "1",
}
"""What the files of an interface say; one table for the hundreds of interfaces of a large lab."""

_BOND_TEXTS: Mapping[str, Callable[[Bond], str]] = {
    "active_slave": lambda bond: bond.active or "",
    "primary": lambda bond: bond.primary or "",
    "slaves": lambda bond: " ".join(bond.members),
    "mii_status": lambda bond: "up" if bond.active else "down",
    "mode": lambda _bond: "active-backup 1",
    "miimon": lambda _bond: "100",
    "fail_over_mac": lambda _bond: "follow 2",
}


def _adapter(guest: LinuxGuest, adapter: Adapter) -> None:
    tree, folder, node = guest.tree, f"/sys/devices/vio/{adapter.unit:08x}", NODES[adapter.driver]
    tree.computed(f"{folder}/name", partial(str, f"{node}\n"))
    tree.computed(f"{folder}/devspec", partial(str, f"/vdevice/{node}@{adapter.unit:08x}\n"))
    tree.computed(f"{folder}/modalias", partial(str, f"{_ALIASES[adapter.driver]}\n"))
    if adapter.driver == "ibmvnic":
        tree.computed(f"{folder}/failover", None, mode=0o200, accept=partial(_fail_over, guest, adapter))
    if adapter.driver in ("ibmveth", "ibmvnic"):
        name = guest.network.of(adapter).name
        tree.make_folders(f"{folder}/net")
        tree.link(f"{folder}/net/{name}", f"{_NET}/{name}")


def _fail_over(guest: LinuxGuest, adapter: Adapter, data: bytes) -> None:
    if data.strip() != b"1":
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    guest.fail_over(adapter)


def clear(tree: Tree, folder: str, *, itself: bool = False) -> None:
    """Empty a folder, which is made when it is not there; with ``itself`` it goes, too."""
    if not tree.exists(folder):
        return tree.make_folders(folder)
    for path, _ in reversed(list(tree.walk(folder))):
        if path == folder and not itself:
            continue
        if tree.is_dir(path) and not tree.is_link(path):
            tree.remove_folder(path)
        else:
            tree.remove(path)
    return None
