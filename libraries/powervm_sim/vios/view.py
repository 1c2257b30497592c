"""What a simulated Virtual I/O Server shows of the world: made anew by the world for each question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VirtualTarget:
    """A virtual target device: a disk that a client sees.

    Attributes:
        lun: For example ``0x8100000000000000``.
        location: Of the backing device; empty for a logical volume.
    """

    name: str
    lun: str
    backing_device: str
    location: str = ""
    status: str = "Available"


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
    """

    adapter: str
    location: str
    shared_adapter: str = ""
    backing_device: str = ""
    backing_location: str = ""


@dataclass(frozen=True)
class FibrePort:
    """A physical fibre channel port.

    Attributes:
        fabric: The switch can do NPIV.
        ports: Virtual ports that it can have, and how many of them are free.
        wwpns: World wide port names that it can have, and how many of them are free.
    """

    name: str
    location: str
    fabric: bool = True
    ports: tuple[int, int] = (64, 64)
    wwpns: tuple[int, int] = (2048, 2048)


@dataclass(frozen=True)
class Device:
    """A device as ``lsdev`` lists it."""

    name: str
    description: str
    status: str = "Available"
    kind: str = "adapter"
    virtual: bool = False


@dataclass(frozen=True)
class ViosView:
    """One Virtual I/O Server on its server.

    Attributes:
        name: Partition and host name.
        level: As ``ioslevel`` shows it, for example ``3.1.4.21``.
        concurrent_migrations: ``cfg_msp_lpm_ops``.
        concurrency_level: ``concurrency_lvl``.
        devices: Further devices; those of the mappings and ports are listed anyway.
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
    devices: tuple[Device, ...] = ()
    concurrent_migrations: int = 8
    concurrency_level: int = 3
