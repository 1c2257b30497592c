"""``ioslevel``, ``lsdev`` and ``lsnports``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.options import UsageError
from powervm_sim.shell.call import Call
from powervm_sim.vios.attributes import attributes_of
from powervm_sim.vios.commands.kinds import NO_DEVICE_THERE, NOT_FOUND, ViosCommand, read_flags
from powervm_sim.vios.commands.vital_data import vital_data
from powervm_sim.vios.device_list import TYPES, devices
from powervm_sim.vios.view import Device

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

_NO_PORTS = 62
_USAGE = """lsdev [-type DeviceType ...] [-virtual] [-field FieldName ...] [-fmt Delimiter] [-state State]
       lsdev {-dev DeviceName | -plc PhysicalLocationCode} [-child] [-field FieldName ...] [-fmt Delimiter]
       lsdev {-dev DeviceName | -plc PhysicalLocationCode}
             {-parent | -attr [Attribute] | -range Attribute | -slot | -vpd}
       lsdev -vpd
       lsdev -slots"""
_COLUMNS = {"name": 16, "status": 11, "description": 0, "physloc": 45, "parent": 16}
_ASPECTS = ("attr", "range", "vpd", "parent", "child", "slot")


async def ioslevel(server: VirtualIOServer, call: Call) -> int:
    """The level, in one line."""
    if call.arguments:
        raise UsageError("Usage: ioslevel")
    await call.stdout.write(f"{server.view.level}\n")
    return 0


async def lsnports(server: VirtualIOServer, call: Call) -> int:
    """The fibre channel ports that can do NPIV; status 62 when there are none."""
    options, rest = read_flags(call, "lsnports [-fmt delimiter]", values=("fmt",))
    if rest:
        raise UsageError("Usage: lsnports [-fmt delimiter]")
    ports = [port for port in server.view.ports if port.npiv]
    if not ports:
        raise UsageError("There are no NPIV capable ports in the system.", _NO_PORTS)
    if "fmt" not in options:
        await call.stdout.write("name             physloc                        fabric tports aports swwpns  awwpns\n")
    for port in ports:
        numbers = (int(port.fabric), *port.ports, *port.wwpns)
        if "fmt" in options:
            line = options["fmt"].join((port.name, port.location, *map(str, numbers)))
        else:
            line = f"{port.name:<16} {port.location:<30} {numbers[0]:>6} {numbers[1]:>6} {numbers[2]:>6} "
            line += f"{numbers[3]:>6} {numbers[4]:>7}"
        await call.stdout.write(f"{line}\n")
    return 0


async def lsdev(server: VirtualIOServer, call: Call) -> int:
    """Devices by type and state, or one aspect of one device."""
    values = ("dev", "plc", "state", "fmt", "range")
    flags = ("virtual", "vpd", "slots", "parent", "child", "slot")
    options, words = read_flags(call, _USAGE, flags=flags, values=values, lists=("field", "attr", "type"))
    if words:
        raise UsageError(f"Usage: {_USAGE}")
    await call.stdout.write(_listing(server, options))
    return 0


def _listing(server: VirtualIOServer, options: dict[str, str]) -> str:
    listed = devices(server.view, server.defined)
    if "slots" in options:
        _alone(options, "slots")
        return _slots(listed)
    aspects = [name for name in _ASPECTS if name in options]
    if "dev" in options or "plc" in options:
        if len(aspects) > 1 or options.keys() & {"type", "virtual", "state"}:
            raise UsageError(f"Usage: {_USAGE}")
        return _one(server, _chosen(listed, options), options, aspects[0] if aspects else "")
    if aspects == ["vpd"]:
        _alone(options, "vpd")
        return "".join(vital_data(server.view, device) for device in listed)
    if aspects:
        raise UsageError(f"Usage: {_USAGE}")
    return _table(_filtered(listed, options), options)


def _alone(options: dict[str, str], name: str) -> None:
    if len(options) > 1:
        raise UsageError(f"The {name} flag cannot be combined with others.\n\nUsage: {_USAGE}")


def _chosen(listed: list[Device], options: dict[str, str]) -> Device:
    if "plc" in options:
        found = next((device for device in listed if device.location == options["plc"]), None)
        if found is None:
            raise UsageError(f'There is no device at the physical location "{options["plc"]}".', NO_DEVICE_THERE)
        return found
    found = next((device for device in listed if device.name == options["dev"]), None)
    if found is None:
        raise UsageError(f'Device "{options["dev"]}" is not found.', NOT_FOUND)
    return found


def _filtered(listed: list[Device], options: dict[str, str]) -> list[Device]:
    types = options.get("type", "").split()
    unknown = [name for name in types if name not in TYPES]
    if unknown or ("type" in options and not types):
        raise UsageError(f"Invalid device type {' '.join(unknown)}\n\nUsage: {_USAGE}")
    state = options.get("state", "").lower()
    if "state" in options and state not in ("available", "defined"):
        raise UsageError(f"Invalid state {options['state']}\n\nUsage: {_USAGE}")
    return [
        device
        for device in listed
        if (not types or _is_of(device, types))
        and (device.virtual or "virtual" not in options)
        and (not state or device.status.lower() == state)
    ]


def _is_of(device: Device, types: Sequence[str]) -> bool:
    shared = "ent4sea" in types and device.description.startswith(("PCIe", "Virtual I/O Ethernet"))
    address = "ent4ip" in types and device.name.startswith("ent")
    return device.kind in types or ((shared or address) and device.name.startswith("ent"))


def _one(server: VirtualIOServer, device: Device, options: dict[str, str], aspect: str) -> str:
    if aspect in ("attr", "range"):
        return _attributes(server, device, options)
    if aspect == "vpd":
        return vital_data(server.view, device)
    if aspect == "parent":
        return f"parent\n\n{device.parent}\n"
    listed = devices(server.view, server.defined)
    if aspect == "child":
        return _table([other for other in listed if other.parent == device.name], options)
    return _slots([device]) if aspect == "slot" else _table([device], options)


def _attributes(server: VirtualIOServer, device: Device, options: dict[str, str]) -> str:
    attributes = attributes_of(server.view, device, server.changed)
    name = options.get("range", options.get("attr", ""))
    if name:
        found = next((attribute for attribute in attributes if attribute.name == name), None)
        if found is None:
            raise UsageError(f'Attribute "{name}" is not found.', NOT_FOUND)
        if "range" in options:
            return "".join(f"{line}\n" for line in found.range)
        return f"value\n\n{found.value}\n"
    titles = ("attribute", "value", "description", "user_settable")
    return attribute_table([titles, *(attribute.row for attribute in attributes)])


def attribute_table(rows: Sequence[tuple[str, str, str, str]], *, titled: bool = True) -> str:
    """Columns as wide as their longest cell; with titles an empty line follows them."""
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines = [
        " ".join((*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[3])) for row in rows
    ]
    if titled:
        lines.insert(1, "")
    return "".join(f"{line}\n" for line in lines)


def _table(chosen: Sequence[Device], options: dict[str, str]) -> str:
    fields = [name.lower() for name in options.get("field", "name status description").split()]
    unknown = [name for name in fields if name not in _COLUMNS]
    if unknown or not fields:
        raise UsageError(f"Invalid field name {' '.join(unknown)}\n\nUsage: {_USAGE}")
    rows = [[_cell(device, name) for name in fields] for device in chosen]
    if "fmt" in options:
        return "".join(options["fmt"].join(row) + "\n" for row in rows)
    lines = (
        " ".join(f"{cell:<{_COLUMNS[name]}}" for cell, name in zip(row, fields, strict=True)).rstrip()
        for row in [fields, *rows]
    )
    return "".join(f"{line}\n" for line in lines)


def _cell(device: Device, field: str) -> str:
    return {
        "name": device.name,
        "status": device.status,
        "description": device.description,
        "physloc": device.location,
        "parent": device.parent,
    }[field]


def _slots(listed: Sequence[Device]) -> str:
    """The slots of virtual devices and cards with what is in them."""
    slots: dict[str, tuple[str, list[str]]] = {}
    for device in listed:
        if not device.location or device.kind != "adapter":
            continue
        slot = device.location if device.virtual else device.location.rsplit("-T", 1)[0]
        slot = slot.removesuffix("-T1")
        kind = "Virtual I/O Slot" if device.virtual else "PCI-E capable, Rev 3 slot with 8x lanes"
        slots.setdefault(slot, (kind, []))[1].append(device.name)
    rows = [("# Slot", "Description", "Device(s)"), *((slot, kind, " ".join(n)) for slot, (kind, n) in slots.items())]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "".join(f"{slot:<{widths[0]}}  {kind:<{widths[1]}}  {names}\n" for slot, kind, names in rows)


COMMANDS: dict[str, ViosCommand] = {"ioslevel": ioslevel, "lsdev": lsdev, "lsnports": lsnports}
