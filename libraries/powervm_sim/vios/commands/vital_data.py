"""Vital product data of devices, as ``lsdev -vpd`` and ``lscfg -vpl`` print it."""

from __future__ import annotations

from powervm_sim.vios.view import Device, ViosView

_WIDTH = 28


def vital_data(view: ViosView, device: Device) -> str:
    """A line about the device, then what is known of its hardware."""
    head = f"  {device.name:<16} {device.location}  {device.description}\n"
    facts = _facts(view, device)
    if not facts:
        return head
    return head + "\n" + "".join(f"        {name:.<{_WIDTH}}{value}\n" for name, value in facts) + "\n"


def _facts(view: ViosView, device: Device) -> list[tuple[str, str]]:
    place = ("Hardware Location Code", device.location)
    for port in view.ports:
        if port.name == device.name:
            name = port.wwpn.upper()
            return [("Network Address", name), ("Device Specific.(Z8)", f"2{name[1:]}"), place]
    for net in view.network:
        if device.name == net.adapter:
            return [("Network Address", net.mac.upper()), ("Displayable Message", _kind(device)), place]
        if net.shared_adapter and device.name == net.backing_device:
            return [("Network Address", net.backing_mac.upper()), place]
    for vnic in view.vnics:
        if device.name == vnic.backing_device:
            return [("Network Address", vnic.mac.upper()), place]
    return [place] if device.virtual and device.location else []


def _kind(device: Device) -> str:
    return "Virtual Ethernet Adapter" if device.virtual else device.description
