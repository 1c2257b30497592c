"""``ioslevel``, ``lsdev`` and ``lsnports``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm_sim.guest.commands.options import UsageError, not_simulated
from powervm_sim.shell.call import Call
from powervm_sim.vios.commands.kinds import NOT_FOUND, ViosCommand, read_flags
from powervm_sim.vios.view import Device, ViosView

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

_NO_PORTS = 62
_LSDEV_USAGE = """lsdev [-type DeviceType ...] [-virtual] [-state DeviceState] [-field FieldName ...] [-fmt Delimiter]
       lsdev -dev DeviceName [-attr [Attribute]]"""


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
    ports = server.view.ports
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
    """Devices by type, one device, or the attributes of one device."""
    options, rest = read_flags(
        call, _LSDEV_USAGE, flags=("virtual", "attr", "vpd", "slots"), values=("dev", "type", "state", "field", "fmt")
    )
    missing = options.keys() & {"vpd", "slots", "state", "field", "fmt"}
    if missing:
        raise not_simulated(call, f"-{min(missing)}")
    if "dev" in options:
        return await _one(server, call, options, rest)
    if "attr" in options or rest:
        raise UsageError(f"Usage: {_LSDEV_USAGE}")
    chosen = [
        device
        for device in devices(server.view)
        if device.kind == options.get("type", device.kind) and (device.virtual or "virtual" not in options)
    ]
    await call.stdout.write(_table(chosen))
    return 0


async def _one(server: VirtualIOServer, call: Call, options: dict[str, str], rest: list[str]) -> int:
    name = options["dev"]
    device = next((device for device in devices(server.view) if device.name == name), None)
    if device is None:
        raise UsageError(f'Device "{name}" is not found.', NOT_FOUND)
    if "attr" not in options:
        await call.stdout.write(_table([device]))
        return 0
    if name != "vioslpm0":
        raise not_simulated(call, f"-dev {name} -attr")
    attributes = lpm_attributes(server.view)
    if rest:
        found = next((row for row in attributes if row[0] == rest[0]), None)
        if found is None:
            raise UsageError(f'Attribute "{rest[0]}" is not found.', NOT_FOUND)
        await call.stdout.write(f"value\n\n{found[1]}\n")
        return 0
    titles = ("attribute", "value", "description", "user_settable")
    await call.stdout.write(attribute_table([titles, *attributes]))
    return 0


def lpm_attributes(view: ViosView) -> list[tuple[str, str, str, str]]:
    """The attributes of the migration pseudo device: name, value, description, whether a user may set it."""
    concurrent = str(view.concurrent_migrations)
    return [
        ("cfg_msp_lpm_ops", concurrent, "Configured number of concurrent LPM operations for this MSP", "True"),
        ("concurrency_lvl", str(view.concurrency_level), "Concurrency level", "True"),
        ("lpm_msnap_succ", "1", "Create mini-snap for successful migrations", "True"),
        ("max_lpm_vasi", "1", "Maximum number of VASI adapters used for LPM operations", "False"),
        ("max_vasi_ops", "8", "Maximum number of concurrent LPM operations per VASI", "False"),
        ("tcp_port_high", "0", "TCP highest ephemeral port", "True"),
        ("tcp_port_low", "0", "TCP lowest ephemeral port", "True"),
    ]


def attribute_table(rows: list[tuple[str, str, str, str]], *, titled: bool = True) -> str:
    """Columns as wide as their longest cell; with titles an empty line follows them."""
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        " ".join((*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[3])) for row in rows
    ]
    if titled:
        lines.insert(1, "")
    return "".join(f"{line}\n" for line in lines)


def devices(view: ViosView) -> list[Device]:
    """All devices by name: those of the mappings and ports, the pseudo devices and the further ones."""
    listed = [
        *(Device(port.name, "8Gb PCI Express Dual Port FC Adapter") for port in view.ports),
        *(Device(fibre.adapter, "Virtual FC Server Adapter", virtual=True) for fibre in view.fibre),
        *(Device(storage.adapter, "Virtual SCSI Server Adapter", virtual=True) for storage in view.storage),
        *(Device(net.adapter, "Virtual I/O Ethernet Adapter (l-lan)", virtual=True) for net in view.network),
        *(Device(net.shared_adapter, "Shared Ethernet Adapter") for net in view.network if net.shared_adapter),
        *(Device(net.backing_device, "PCIe2 10GbE Adapter") for net in view.network if net.backing_device),
        Device("vasi0", "Virtual Asynchronous Services Interface (VASI)", virtual=True),
        Device("vioslpm0", "VIOS LPM Pseudo Device", kind="pseudo", virtual=True),
        *view.devices,
    ]
    return sorted({device.name: device for device in listed}.values(), key=lambda device: device.name)


def _table(chosen: list[Device]) -> str:
    lines = ["name             status      description"]
    lines += [f"{device.name:<16} {device.status:<11} {device.description}" for device in chosen]
    return "".join(f"{line}\n" for line in lines)


COMMANDS: dict[str, ViosCommand] = {"ioslevel": ioslevel, "lsdev": lsdev, "lsnports": lsnports}
