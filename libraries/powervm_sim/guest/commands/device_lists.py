"""Devices as lists: ``lsdevinfo``, ``lsblk``, ``multipath -ll``, ``lsscsi`` and ``ethtool -i``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.guest.driver_lines import location_code
from powervm_sim.guest.hcn import pci_address
from powervm_sim.guest.interface import Adapter
from powervm_sim.guest.storage import Disk
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_TYPES = {
    "ibmveth": ("IBM,l-lan", "eth", "vdevice"),
    "ibmvnic": ("IBM,vnic", "eth", "vdevice"),
    "ibmvscsi": ("IBM,v-scsi", "host", "vdevice"),
    "ibmvfc": ("IBM,vfc-client", "host", "vdevice"),
    "mlx5_core": ("1014,15b3", "eth", "pci"),
}


async def lsdevinfo(guest: LinuxGuest, call: Call) -> int:
    """``lsdevinfo [-c] [-q NAME=VALUE]``: the adapters with their location codes; ``-c`` as one line each."""
    options, rest = parse(call, "acRF:q:h")
    chosen = dict(options)
    unknown = set(chosen) - {"-c", "-q"}
    if unknown or rest:
        raise not_simulated(call, min(unknown) if unknown else rest[0])
    rows = [row for row in (_device(guest, adapter) for adapter in guest.hardware.adapters) if row]
    if "-q" in chosen:
        name, _, value = chosen["-q"].partition("=")
        rows = [row for row in rows if row.get(name) == value.strip('"')]
    for row in rows:
        fields = [f'{name}="{value}"' if not value.isdigit() else f"{name}={value}" for name, value in row.items()]
        if "-c" in chosen:
            await call.stdout.write(f"device: {' '.join(fields)}\n")
        else:
            await call.stdout.write("device:\n" + "".join(f"        {entry}\n" for entry in fields) + "\n")
    return 0


def _device(guest: LinuxGuest, adapter: Adapter) -> dict[str, str]:
    if adapter.driver not in _TYPES:
        return {}
    kind, prefix, subclass = _TYPES[adapter.driver]
    interface = guest.network.find_unit(adapter)
    if interface is not None:
        name = interface.name
    elif adapter in guest.storage.hosts:
        name = f"host{guest.storage.hosts.index(adapter)}"
    else:
        return {}
    return {
        "name": name,
        "uniquetype": f"adapter/{subclass}/{kind}",
        "class": "adapter",
        "subclass": subclass,
        "type": kind,
        "prefix": prefix,
        "driver": adapter.driver,
        "status": "1",
        "physloc": location_code(adapter, guest.hardware),
    }


async def lsblk(guest: LinuxGuest, call: Call) -> int:
    """``lsblk [-d] [-n] [-J] [-o NAME,MAJ:MIN,RM,SIZE,RO,TYPE,MOUNTPOINTS]``."""
    options, rest = parse(call, "dnJo:plb", ("nodeps", "noheadings", "json", "output=", "paths", "list", "bytes"))
    chosen = {_LSBLK.get(name, name): value for name, value in options}
    if rest:
        raise not_simulated(call, rest[0])
    names = [name.strip().upper() for name in chosen.get("-o", "NAME,MAJ:MIN,RM,SIZE,RO,TYPE,MOUNTPOINTS").split(",")]
    unknown = [name for name in names if name not in _COLUMNS]
    if unknown:
        raise UsageError(f"lsblk: unknown column: {unknown[0]}")
    rows = [row for row in _rows(guest, bytes_="-b" in chosen) if "-d" not in chosen or row["depth"] == "0"]
    if "-J" in chosen:
        flat = [{name.lower(): row[name] for name in names} for row in rows]
        await call.stdout.write(json.dumps({"blockdevices": flat}, indent=3) + "\n")
        return 0
    flat_list = bool(chosen.keys() & {"-l", "-d"})
    lines = [] if "-n" in chosen else [names]
    for row in rows:
        shown = {**row, "NAME": ("" if flat_list else _branch(int(row["depth"]))) + row["NAME"]}
        lines.append([shown[name] for name in names])
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    for line in lines:
        cells = [
            cell.rjust(width) if name in ("MAJ:MIN", "SIZE", "RM", "RO") else cell.ljust(width)
            for name, cell, width in zip(names, line, widths, strict=True)
        ]
        await call.stdout.write(" ".join(cells).rstrip() + "\n")
    return 0


_LSBLK = {"--nodeps": "-d", "--noheadings": "-n", "--json": "-J", "--output": "-o", "--list": "-l", "--bytes": "-b"}
_COLUMNS = ("NAME", "MAJ:MIN", "RM", "SIZE", "RO", "TYPE", "MOUNTPOINTS", "MOUNTPOINT", "KNAME", "WWN", "STATE")


def _branch(depth: int) -> str:
    return "  " * (depth - 1) + "└─" if depth else ""


def _rows(guest: LinuxGuest, *, bytes_: bool) -> list[dict[str, str]]:
    rows = []
    for number, disk in enumerate(guest.storage.disks):
        size = str(disk.size) if bytes_ else f"{disk.size >> 30}G"
        for path in disk.paths:
            rows.append(_row(path.name, path.numbers, size, "disk", 0, disk, works=path.works))
            if disk.mapped:
                rows.append(_row(disk.mapped, f"253:{disk.minor}", size, "mpath", 1, disk))
            if number == 0:
                minor = guest.storage.volume_minor
                name, depth = f"{guest.spec.distribution}-root", 1 + bool(disk.mapped)
                volume = _row(name, f"253:{minor}", size, "lvm", depth, disk)
                rows.append(volume | {"MOUNTPOINTS": "/", "MOUNTPOINT": "/"})
    return rows


def _row(
    name: str, numbers: str, size: str, kind: str, depth: int, disk: Disk, *, works: bool = True
) -> dict[str, str]:
    return {
        "NAME": name,
        "KNAME": name if kind == "disk" else f"dm-{numbers.partition(':')[2]}",
        "MAJ:MIN": numbers,
        "RM": "0",
        "SIZE": size,
        "RO": "0",
        "TYPE": kind,
        "MOUNTPOINTS": "",
        "MOUNTPOINT": "",
        "WWN": f"0x{disk.wwid[1:17]}" if kind == "disk" else "",
        "STATE": "running" if works else "offline",
        "depth": str(depth),
    }


async def multipath(guest: LinuxGuest, call: Call) -> int:
    """``multipath -ll`` and ``-l``: the maps with the states of their paths."""
    words = list(call.arguments)
    if not words or words[0] not in ("-ll", "-l"):
        raise not_simulated(call, " ".join(words) or "without options")
    for disk in guest.storage.disks:
        if disk.mapped and (len(words) < 2 or words[1] in (disk.mapped, disk.wwid)):
            await call.stdout.write(_map(disk))
    return 0


def _map(disk: Disk) -> str:
    alua = disk.kind == "ibmvfc"
    features = "1 queue_if_no_path" if alua else "0"
    alive = any(path.works for path in disk.paths)
    lines = [
        f"{disk.mapped} ({disk.wwid}) dm-{disk.minor} {disk.vendor}",
        f"size={disk.size >> 30}G features='{features}' hwhandler='{'1 alua' if alua else '0'}' wp=rw",
        f"`-+- policy='service-time 0' prio={50 if alive else 0} status={'active' if alive else 'enabled'}",
    ]
    for number, path in enumerate(disk.paths):
        state = "active ready running" if path.works else "failed faulty running"
        bough = "`-" if number == len(disk.paths) - 1 else "|-"
        lines.append(f"  {bough} {path.address} {path.name} {path.numbers:<4} {state}")
    return "\n".join(lines) + "\n"


async def lsscsi(guest: LinuxGuest, call: Call) -> int:
    """``lsscsi``: one line for each path."""
    if call.arguments:
        raise not_simulated(call, call.arguments[0])
    for disk in guest.storage.disks:
        vendor, _, product = disk.vendor.partition(",")
        for path in disk.paths:
            place = f"[{path.address}]"
            await call.stdout.write(f"{place:<12} disk    {vendor:<8} {product:<16} 0001  /dev/{path.name} \n")
    return 0


async def ethtool(guest: LinuxGuest, call: Call) -> int:
    """``ethtool NAME`` (link only) and ``ethtool -i NAME``."""
    words = [word for word in call.arguments if not word.startswith("-")]
    flags = [word for word in call.arguments if word.startswith("-")]
    if len(words) != 1 or flags not in ([], ["-i"], ["--driver"]):
        raise not_simulated(call, " ".join(call.arguments) or "help")
    interface = guest.network.find(words[0])
    if interface is None:
        raise UsageError("Cannot get driver information: No such device" if flags else "No data available", 71)
    if flags:
        drivers = {"ibmveth": "1.06", "ibmvnic": "1.0.1", "mlx5_core": guest.spec.release}
        bus = pci_address(interface.drc_index) if interface.drc_index else f"{interface.unit:08x}"
        values = {
            "driver": "bonding" if interface.kind == "bond" else interface.kind,
            "version": drivers.get(interface.kind, guest.spec.release),
            "firmware-version": "16.35.3006 (IBM0000000020)" if interface.kind == "mlx5_core" else "",
            "bus-info": bus if interface.kind in drivers else "",
        }
        await call.stdout.write("".join(f"{name}: {value}\n" for name, value in values.items()))
        return 0
    speed = "10000Mb/s" if interface.kind == "mlx5_core" else "Unknown!"
    duplex = "Full" if interface.kind == "mlx5_core" else "Unknown! (255)"
    found = "yes" if interface.works else "no"
    await call.stdout.write(
        f"Settings for {interface.name}:\n\tSpeed: {speed}\n\tDuplex: {duplex}\n\tLink detected: {found}\n"
    )
    return 0


COMMANDS: dict[str, GuestCommand] = {
    "lsdevinfo": lsdevinfo,
    "lsblk": lsblk,
    "multipath": multipath,
    "lsscsi": lsscsi,
    "ethtool": ethtool,
}
