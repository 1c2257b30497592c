"""What a simulated Virtual I/O Server shows of the world: made anew by the world for each question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VirtualTarget:
    """A virtual target device: a disk that a client sees.

    Attributes:
        lun: For example ``0x8100000000000000``.
        location: Of the backing device; empty for a logical volume.
        kind: As in ``lsmap -type``: ``disk``, ``lv`` and so on.
    """

    name: str
    lun: str
    backing_device: str
    location: str = ""
    status: str = "Available"
    kind: str = "disk"


@dataclass(frozen=True)
class StorageMapping:
    """A virtual SCSI server adapter.

    Attributes:
        adapter: For example ``vhost0``.
        location: For example ``U9009.22A.78A1B20-V1-C21``.
        client_id: Partition id of the client; 0 when any client may connect.
    """

    adapter: str
    location: str
    client_id: int
    targets: tuple[VirtualTarget, ...] = ()


@dataclass(frozen=True)
class FibreMapping:
    """A virtual fibre channel server adapter (NPIV).

    Attributes:
        adapter: For example ``vfchost0``.
        port: The physical port that it is mapped to, for example ``fcs0``; empty when it is not mapped.
        client_device: What the client calls its adapter, for example ``host1`` on Linux.
        client_location: For example ``U9009.22A.78A1B20-V7-C4``.
    """

    adapter: str
    location: str
    client_id: int
    client_name: str
    client_os: str = "Linux"
    port: str = ""
    port_location: str = ""
    logged_in: bool = False
    client_device: str = ""
    client_location: str = ""


@dataclass(frozen=True)
class NetworkMapping:
    """A virtual Ethernet adapter of the server, with the Shared Ethernet Adapter that bridges it.

    Attributes:
        shared_adapter: For example ``ent5``; empty when there is none.
        backing_device: The physical adapter or link aggregation below it.
        mac: Twelve digits; of the virtual adapter.
        additional: The VLANs that go through it with their tags.
        priority: Of the trunk adapter, 1 is the best.
        role: ``PRIMARY`` bridges, ``BACKUP`` waits.
    """

    adapter: str
    location: str
    shared_adapter: str = ""
    backing_device: str = ""
    backing_location: str = ""
    mac: str = "000000000000"
    backing_mac: str = "000000000000"
    vlan: int = 1
    additional: tuple[int, ...] = ()
    vswitch: str = "ETHERNET0"
    priority: int = 1
    role: str = "PRIMARY"


@dataclass(frozen=True)
class VnicMapping:
    """A vNIC server adapter and the logical port that it lends to its client.

    Attributes:
        adapter: For example ``vnicserver0``.
        client_device: What the client calls its adapter, for example ``env3`` on Linux; empty while it is not there.
        backing_device: The logical port as this system sees it, for example ``ent6``.
        backing_location: For example ``U78CD.001.FZHG310-P1-C1-T1-S1``.
        active: It carries the traffic of the client now.
        link_up: The physical port has a link.
        speed: Megabits per second.
    """

    adapter: str
    location: str
    client_id: int
    client_name: str
    backing_device: str
    backing_location: str
    client_os: str = "Linux"
    client_device: str = ""
    client_location: str = ""
    mac: str = "000000000000"
    active: bool = True
    link_up: bool = True
    speed: int = 10_000


@dataclass(frozen=True)
class FibrePort:
    """A physical fibre channel port.

    Attributes:
        fabric: The switch can do NPIV.
        ports: Virtual ports that it can have, and how many of them are free.
        wwpns: World wide port names that it can have, and how many of them are free.
        wwpn: Its own.
        npiv: The adapter can do NPIV.
    """

    name: str
    location: str
    fabric: bool = True
    ports: tuple[int, int] = (64, 64)
    wwpns: tuple[int, int] = (2048, 2048)
    wwpn: str = ""
    npiv: bool = True


@dataclass(frozen=True)
class Disk:
    """A physical disk.

    Attributes:
        identifier: ``PVID`` of ``lspv``: sixteen digits, or ``none``.
        group: Its volume group, or ``None``.
    """

    name: str
    location: str
    identifier: str = "none"
    group: str = "None"
    description: str = "MPIO IBM 2145 FC Disk"


@dataclass(frozen=True)
class Device:
    """A device as ``lsdev`` lists it.

    Attributes:
        kind: As in ``lsdev -type``; empty for what no type lists.
    """

    name: str
    description: str
    status: str = "Available"
    kind: str = "adapter"
    virtual: bool = False
    location: str = ""
    parent: str = ""


@dataclass(frozen=True)
class ViosView:
    """One Virtual I/O Server on its server.

    Attributes:
        name: Partition and host name.
        level: As ``ioslevel`` shows it, for example ``3.1.4.21``.
        devices: Further devices; those of the mappings and ports are listed anyway.
        disks: Physical disks.
        address: Its IP address; empty when it has none.
        memory: Megabytes.
        moving: Migrations that it moves at this moment.
        concurrent_migrations: ``cfg_msp_lpm_ops``.
        concurrency_level: ``concurrency_lvl``.
    """

    name: str
    partition_id: int
    type_model: str
    serial: str
    level: str
    storage: tuple[StorageMapping, ...] = ()
    fibre: tuple[FibreMapping, ...] = ()
    network: tuple[NetworkMapping, ...] = ()
    ports: tuple[FibrePort, ...] = ()
    vnics: tuple[VnicMapping, ...] = ()
    devices: tuple[Device, ...] = ()
    disks: tuple[Disk, ...] = ()
    address: str = ""
    memory: int = 8192
    processors: int = 1
    units: float = 1.0
    moving: int = 0
    concurrent_migrations: int = 8
    concurrency_level: int = 3

    @property
    def machine_id(self) -> str:
        """What ``uname -m`` shows: made of the serial number."""
        return f"00{self.serial[-5:]:0>6}4C00"

    @property
    def interface(self) -> str:
        """The network interface that has the address: on the first Shared Ethernet Adapter, else on a port."""
        shared = next((net.shared_adapter for net in self.network if net.shared_adapter), "ent0")
        return f"en{shared.removeprefix('ent')}"
