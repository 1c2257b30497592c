"""Hybrid network virtualisation: what ``hcnmgr`` of powerpc-utils does with migratable ports and their bonds.

The management console has it called before and after a migration; each step leaves lines in ``/var/log/hcnmgr``.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from powervm_sim.guest import network_files
from powervm_sim.guest.kernel_log import Level
from powervm_sim.guest.network import Interface

if TYPE_CHECKING:
    from powervm_sim.guest.interface import Adapter
    from powervm_sim.guest.linux import LinuxGuest

LOG = "/var/log/hcnmgr"
BUSY = 16
NO_DEVICE = 19
NO_ID = 22

_REASONS = {
    BUSY: "Device or resource busy: the bond has no other slave",
    NO_DEVICE: "Failed to find device or get device name",
    NO_ID: "Failed to find HCNID",
}


def pci_node(drc_index: int) -> str:
    """The device tree node of a logical port."""
    return f"/proc/device-tree/pci@8000000{drc_index:08x}/ethernet@0"


def pci_address(drc_index: int) -> str:
    """For example ``4005:01:00.0``."""
    return f"{drc_index & 0xFFFF:04x}:01:00.0"


class HybridNetwork:
    """Runs the steps; each returns 0 or the number of its error."""

    def __init__(self, guest: LinuxGuest) -> None:
        self._guest = guest
        self.blind = False
        """The network device of a port that comes does not get its name in time: the port stays out of its bond."""

    def query(self, drc_index: int, hcn_id: int) -> int:
        """``hcnqrydev``: may the port go?"""
        self._open("hcnqrydev", f"DRC_INDEX={drc_index:08x} HCN_ID={hcn_id:08x}")
        interface = self._port(drc_index)
        if interface is None:
            return self._failed("qrydev", NO_DEVICE)
        return self._backed("qrydev", interface) or self._close("hcnqrydev", 0)

    def remove(self, drc_index: int, hcn_id: int) -> int:
        """``hcnrmdev``: take the port out of its bond and away."""
        self._open("hcnrmdev", f"DRC_INDEX={drc_index:08x} HCN_ID={hcn_id:08x}")
        self._text(f"[DEBUG]:rmdev: enter {drc_index:08x} {hcn_id:08x}")
        interface = self._port(drc_index)
        if interface is None:
            return self._failed("rmdev", NO_DEVICE)
        self._found(interface, "primary")
        refused = self._backed("rmdev", interface)
        if refused:
            return refused
        name = f"{interface.master}-{interface.name}"
        self._text(f"[INFO]:rmdev: delete {name} connection")
        self._text(f"Connection '{name}' ({self._uuid(name)}) successfully deleted.")
        self._text("[DEBUG]:rmdev: exit")
        self._text(f"[DEBUG]:log connection and device status to {LOG}")
        self._guest.network.unplug(interface)
        network_files.refresh(self._guest)
        return 0

    def configure(self, adapter: Adapter) -> int:
        """``hcncfgdrc``: a port is there; it joins its bond."""
        guest = self._guest
        self._open("hcncfgdrc", f"DRC_INDEX={adapter.drc_index:08x}")
        if not adapter.hcn_id:
            return self._failed("cfghcn", NO_ID)
        interface = self._port(adapter.drc_index)
        if interface is None:
            interface = guest.network.plug(adapter, guest.hardware.partition_id)
            for text, level in port_lines(adapter, interface.name):
                guest.kernel_log.write(text, level)
        if self.blind:
            network_files.refresh(guest)
            return self._failed("cfghcn", NO_DEVICE)
        mode = "primary" if adapter.primary else "backup"
        self._found(interface, mode)
        bond = f"bond{adapter.hcn_id:08x}"
        if not interface.master:
            self._text(f"[INFO]:cfghcn: add {bond}-{interface.name} connection")
            self._text(f"Connection '{bond}-{interface.name}' ({self._uuid(interface.name)}) successfully added.")
            guest.network.enslave(interface, primary=adapter.primary)
        network_files.refresh(guest)
        return self._close("hcncfgdrc", 0)

    def remove_network(self, hcn_id: int) -> int:
        """``hcnrmhcn``: the bond and all its connections go."""
        self._open("hcnrmhcn", f"HCN_ID={hcn_id:08x}")
        bond = self._guest.network.bond_of(hcn_id)
        if bond is None:
            return self._failed("rmhcn", NO_ID)
        for member in (*bond.members, ""):
            name = f"{bond.name}-{member}" if member else bond.name
            self._text(f"[INFO]:rmhcn: delete {name} connection")
            self._text(f"Connection '{name}' ({self._uuid(name)}) successfully deleted.")
        self._guest.network.remove_bond(bond)
        network_files.refresh(self._guest)
        return self._close("hcnrmhcn", 0)

    def scan(self) -> int:
        """``hcnmgr -s``: every port that the device tree has is in its bond afterwards."""
        self._open("hcnmgr", "scan for HCN IDs")
        for adapter in self._guest.hardware.adapters:
            interface = self._guest.network.find_unit(adapter) if adapter.hcn_id else None
            if interface is not None and not interface.master:
                self._guest.network.enslave(interface, primary=adapter.primary)
        network_files.refresh(self._guest)
        return self._close("hcnmgr", 0)

    def _port(self, drc_index: int) -> Interface | None:
        return next((found for found in self._guest.network.interfaces if found.drc_index == drc_index != 0), None)

    def _backed(self, step: str, interface: Interface) -> int:
        """0 when another member of the bond can take over."""
        network = self._guest.network
        bond = network.bonds.get(interface.master)
        others = [name for name in bond.members if name != interface.name] if bond else []
        return 0 if others else self._failed(step, BUSY)

    def _open(self, command: str, arguments: str) -> None:
        when = datetime.fromtimestamp(self._guest.clock.time()).astimezone()
        system = self._guest.spec.system
        service = "wicked" if system.interface.startswith("eth") else "NetworkManager"
        family = system.os_release[2].partition("=")[2].strip('"') if system.name.startswith("rhel") else "sles"
        self._text(f"======================={when:%m-%d-%Y %H:%M:%S}============================")
        self._text(f"[DEBUG]:{command} enter")
        self._text(f"[INFO]:{command} {arguments}")
        self._report(command, f"[INFO]:{command} {arguments}")
        self._text(f"[INFO]: LPAR is running OS {family} with network service {service}")

    def _found(self, interface: Interface, mode: str) -> None:
        node = pci_node(interface.drc_index) if interface.drc_index else f"/proc/device-tree/vdevice/{interface.unit:x}"
        self._text(f"[DEBUG]:get_dev_hcn: enter {node}")
        self._text(f"[DEBUG]:HCNID {interface.hcn_id:08x} devname {interface.name} mode {mode}")
        index = f"{interface.drc_index or interface.unit:08x}"
        self._text(f"[DEBUG]:found {interface.name} with DRC_INDEX {index} with HCNID {interface.hcn_id:08x}")

    def _failed(self, step: str, number: int) -> int:
        text = f"[ERROR]:{step}:error code {number}, {_REASONS[number]}"
        self._text(text)
        self._report(f"hcn{step}", text, Level.ERR)
        return number

    def _close(self, command: str, status: int) -> int:
        self._text(f"[DEBUG]:{command} exit")
        return status

    def _report(self, command: str, text: str, priority: Level = Level.INFO) -> None:
        self._guest.log(text, command, priority=priority, facility=1, pid=self._guest.processes.next_pid())

    def _text(self, text: str) -> None:
        self._guest.append_log(LOG, f"{text}\n".encode())

    def _uuid(self, name: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._guest.machine_id} {name}"))


def port_lines(adapter: Adapter, name: str) -> list[tuple[str, Level]]:
    """What the kernel prints when a logical port comes: bus, driver, name."""
    address = pci_address(adapter.drc_index)
    return [
        (f"pci_bus {address[:7]}: Unknown NUMA node; performance will be reduced", Level.WARN),
        (f"pci {address}: No hypervisor support for SR-IOV on this device, IOV BARs disabled.", Level.WARN),
        (f"mlx5_core {address}: enabling device (0000 -> 0002)", Level.INFO),
        (f"mlx5_core {address}: firmware version: 16.35.3006", Level.INFO),
        (
            f"mlx5_core {address}: mlx5_load:1234:(pid 912): log_max_qp value in current profile is 18, "
            "changing it to HCA capability limit (17)",
            Level.WARN,
        ),
        (f"mlx5_core {address} {name}: renamed from eth0", Level.INFO),
        (f"mlx5_core {address} {name}: Link up", Level.INFO),
    ]
