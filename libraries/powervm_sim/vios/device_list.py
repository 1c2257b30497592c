"""The devices of a Virtual I/O Server: they follow from its mappings, ports and disks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from powervm_sim.vios.view import Device, ViosView

FIBRE = "PCIe3 2-Port 16Gb FC Adapter (df1000e21410f103)"
ETHERNET = "PCIe3 4-Port 10GbE SR Adapter"
TYPES = ("adapter", "disk", "ent4ip", "ent4sea", "lv", "optical", "tape", "tape4vtd", "usb_disk")
"""What ``lsdev -type`` takes."""


def devices(view: ViosView, defined: Collection[str] = ()) -> list[Device]:
    """All devices by name.

    Args:
        defined: Names of those that were unconfigured.
    """
    found = {device.name: device for device in (*_physical(view), *_virtual(view), *view.devices)}
    changed = (replace(found[name], status="Defined") if name in defined else found[name] for name in found)
    return sorted(changed, key=lambda device: _key(device.name))


def find(view: ViosView, name: str, defined: Collection[str] = ()) -> Device | None:
    """A device by its name."""
    return next((device for device in devices(view, defined) if device.name == name), None)


def _key(name: str) -> tuple[str, int]:
    letters = name.rstrip("0123456789")
    number = name[len(letters) :]
    return letters, int(number or 0)


def _physical(view: ViosView) -> Iterator[Device]:
    yield Device("sys0", "System Object", kind="")
    for port in view.ports:
        number = port.name.removeprefix("fcs")
        yield Device(port.name, FIBRE, location=port.location, parent="pci0")
        yield Device(
            f"fscsi{number}",
            "FC SCSI I/O Controller Protocol Device",
            kind="",
            location=port.location,
            parent=port.name,
        )
    for net in view.network:
        if net.shared_adapter:
            yield Device(net.backing_device, ETHERNET, location=net.backing_location, parent="pci1")
            yield Device(net.shared_adapter, "Shared Ethernet Adapter")
    for disk in view.disks:
        yield Device(disk.name, disk.description, kind="disk", location=disk.location)


def _virtual(view: ViosView) -> Iterator[Device]:
    pseudo = f"U{view.type_model.replace('-', '.')}.{view.serial}-V{view.partition_id}-C"
    yield Device("vsa0", "LPAR Virtual Serial Adapter", virtual=True, location=f"{pseudo}0", parent="vio0")
    yield Device(
        "vasi0",
        "Virtual Asynchronous Services Interface (VASI)",
        virtual=True,
        location=f"{pseudo}32769",
        parent="vio0",
    )
    yield Device("vioslpm0", "VIOS LPM Pseudo Device", kind="pseudo", virtual=True)
    for fibre in view.fibre:
        yield Device(fibre.adapter, "Virtual FC Server Adapter", virtual=True, location=fibre.location, parent="vio0")
    for storage in view.storage:
        yield Device(
            storage.adapter, "Virtual SCSI Server Adapter", virtual=True, location=storage.location, parent="vio0"
        )
        for target in storage.targets:
            yield Device(
                target.name,
                f"Virtual Target Device - {'Disk' if target.kind == 'disk' else 'Logical Volume'}",
                kind="",
                virtual=True,
                location=f"{storage.location}-L{target.lun.removeprefix('0x').rstrip('0')}",
                parent=storage.adapter,
            )
    for net in view.network:
        yield Device(
            net.adapter, "Virtual I/O Ethernet Adapter (l-lan)", virtual=True, location=net.location, parent="vio0"
        )
    for vnic in view.vnics:
        yield Device(
            vnic.adapter, "Virtual NIC Server Device (vnicserver)", virtual=True, location=vnic.location, parent="vio0"
        )
        yield Device(
            vnic.backing_device,
            "PCIe3 10GbE SR-IOV Adapter Virtual Function (df1028e214103c04)",
            location=vnic.backing_location,
            parent="pci2",
        )
