"""What the drivers of virtual adapters print when they lose and find their server, with levels.

Texts are those of ``drivers/scsi/ibmvscsi`` and ``drivers/net/ethernet/ibm`` in the kernel sources.
"""

from __future__ import annotations

from powervm_sim.guest.interface import Adapter, Hardware
from powervm_sim.guest.kernel_log import Level

Line = tuple[str, Level]


def reconnect_lines(adapter: Adapter) -> list[Line]:
    """What a driver prints at once on the target. A plain virtual Ethernet adapter has nothing to reconnect."""
    name = f"{adapter.driver} {adapter.unit:08x}"
    if adapter.driver == "ibmvfc":
        return [(f"{name}: Partition migrated, Re-enabling adapter", Level.INFO)]
    if adapter.driver == "ibmvscsi":
        return [(f"{name}: Re-enabling adapter!", Level.INFO)]
    if adapter.driver == "ibmvnic":
        return [
            (f"{name}: Migrated, re-enabling adapter", Level.INFO),
            (f"{name}: Partner initialized", Level.INFO),
        ]
    return []


def network_login_lines(adapter: Adapter) -> list[Line]:
    """What the driver of a vNIC prints when its server has answered, at boot and after a reset."""
    name = f"{adapter.driver} {adapter.unit:08x}"
    return [
        (f"{name}: Partner protocol version is 256", Level.INFO),
        (f"{name}: Partner initialization complete", Level.INFO),
    ]


def login_lines(adapter: Adapter, hardware: Hardware) -> list[Line]:
    """What a storage driver prints when it has logged in to its server, at boot and after a move."""
    name = f"{adapter.driver} {adapter.unit:08x}"
    lines: list[str] = []
    if adapter.driver == "ibmvscsi":
        lines = [
            f"{name}: partner initialization complete",
            f"{name}: host srp version: 16.a, host partition {adapter.host_name} ({adapter.host_id}), "
            "OS 3, max io 262144",
            f"{name}: Client reserve enabled",
            f"{name}: sent SRP login",
            f"{name}: SRP_LOGIN succeeded",
        ]
    elif adapter.driver == "ibmvfc":
        drc = f"{place_code(hardware)}-C{adapter.unit & 0xFFFF}"
        lines = [
            f"{name}: Partner initialization complete",
            f"{name}: Host partition: {adapter.host_name}, device: {adapter.host_device} "
            f"{adapter.host_location} {drc} max sectors 2048",
        ]
    return [(line, Level.INFO) for line in lines]


def place_code(hardware: Hardware) -> str:
    """How location codes of virtual adapters begin: machine, serial number and partition id."""
    return f"U{hardware.type_model.replace('-', '.')}.{hardware.serial}-V{hardware.partition_id}"


def location_code(adapter: Adapter, hardware: Hardware) -> str:
    """The location code of an adapter: a slot of the partition, or a port of a card of the server."""
    if adapter.drc_index:
        return adapter.host_location or f"U78D2.001.{hardware.serial}-P1-C4-T1-S{adapter.drc_index & 0xFF}"
    return f"{place_code(hardware)}-C{adapter.unit & 0xFFFF}-T1"
