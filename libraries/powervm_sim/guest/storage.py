"""The disks of a simulated Linux partition: SCSI hosts, paths to disks, and what device-mapper makes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from powervm_sim.guest.interface import Adapter, Hardware

_DEFAULT = Adapter("ibmvscsi", 0x30000003, host_name="vios1")
_DRIVERS = ("ibmvscsi", "ibmvfc")
_GIGABYTE = 1 << 30


@dataclass
class Path:
    """A way to a disk through one adapter.

    Attributes:
        address: ``host:channel:target:lun``.
        name: For example ``sda``.
        numbers: Major and minor number.
        works: Whether it can be used now.
    """

    adapter: Adapter
    address: str
    name: str
    numbers: str
    works: bool = True


@dataclass
class Disk:
    """A disk of the storage behind the Virtual I/O Servers.

    Attributes:
        mapped: The name of its multipath map; empty for a disk that is used through its one path.
        wwid: As ``multipath`` shows it.
    """

    kind: str
    size: int
    wwid: str
    paths: list[Path]
    mapped: str = ""
    minor: int = 0

    @property
    def vendor(self) -> str:
        """Vendor and product."""
        return "AIX,VDASD" if self.kind == "ibmvscsi" else "IBM,2145"


class Storage:
    """Disks and paths.

    Attributes:
        hosts: The adapters in the order of their SCSI hosts.
        moves: Times that the partition was moved: a Fibre Channel adapter uses its two names in turn.
    """

    def __init__(self, hardware: Hardware, name: str) -> None:
        self.hosts = [adapter for adapter in hardware.adapters if adapter.driver in _DRIVERS] or [_DEFAULT]
        self.moves = 0
        self.disks: list[Disk] = []
        letters = iter("abcdefghijklmnopqrstuvwxyz")
        minor = 0
        for kind, size in (("ibmvscsi", 100), ("ibmvfc", 200)):
            adapters = [(number, adapter) for number, adapter in enumerate(self.hosts) if adapter.driver == kind]
            if not adapters:
                continue
            paths: list[Path] = []
            for number, adapter in adapters:
                address = f"{number}:0:{1 if kind == 'ibmvscsi' else 0}:0"
                count = sum(len(disk.paths) for disk in self.disks) + len(paths)
                paths.append(Path(adapter, address, f"sd{next(letters)}", f"8:{16 * count}"))
            digest = hashlib.sha256(f"{name} {kind}".encode()).hexdigest()
            disk = Disk(kind, size * _GIGABYTE, f"3600507680{digest[:23]}", paths)
            if kind == "ibmvfc" or len(paths) > 1:
                disk.mapped, disk.minor = f"mpath{'ab'[minor]}", minor
                minor += 1
            self.disks.append(disk)
        self.volume_minor = minor

    def moved(self, hardware: Hardware) -> None:
        """The same adapters on another server: their partners have changed."""
        found = {adapter.unit: adapter for adapter in hardware.adapters}
        self.hosts = [found.get(adapter.unit, adapter) for adapter in self.hosts]
        for path in self.paths():
            path.adapter = found.get(path.adapter.unit, path.adapter)

    def paths(self) -> Iterator[Path]:
        """All paths."""
        return (path for disk in self.disks for path in disk.paths)

    def find(self, name: str) -> tuple[Disk, Path] | None:
        """The path called ``sda``, ``0:0:1:0`` or by the unit address of its adapter."""
        for disk in self.disks:
            for path in disk.paths:
                if name in (path.name, path.address, path.numbers, f"{path.adapter.unit:08x}"):
                    return disk, path
        return None

    def port_name(self, adapter: Adapter) -> str:
        """The name that a Fibre Channel adapter is logged in with now."""
        if not adapter.wwpns:
            digest = hashlib.sha256(f"{adapter.unit:x} {self.disks[0].wwid}".encode()).hexdigest()
            return f"0xc050760{digest[:9]}"
        return f"0x{adapter.wwpns[self.moves % len(adapter.wwpns)]}"
