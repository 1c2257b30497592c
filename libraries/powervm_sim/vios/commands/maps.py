"""``lsmap``: which client adapter is served by what.

Layouts are those of published ``lsmap`` output. With ``-fmt`` every adapter is one line; its fields stand in the order
of the listing, or in that of ``-field``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from powervm_sim.guest.commands.options import UsageError
from powervm_sim.shell.call import Call
from powervm_sim.vios.commands import map_texts
from powervm_sim.vios.commands.kinds import NO_DEVICE_THERE, NOT_FOUND, ViosCommand, read_flags
from powervm_sim.vios.commands.map_texts import LABELS, Record, row
from powervm_sim.vios.view import StorageMapping, ViosView

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

_USAGE = """lsmap {-vadapter ServerVirtualAdapter | -plc PhysicalLocationCode | -all | -cpid ClientID}
             [-type BackingDeviceType ... | -net | -npiv | -vnic] [-fmt delimiter] [-field FieldName ...]"""
_TYPES = ("disk", "lv", "optical", "tape", "file", "file_disk", "file_opt", "cl_disk", "usb_disk")
_ONE_OF = ("all", "vadapter", "plc", "cpid")

_KINDS: dict[str, tuple[Callable[[ViosView], Sequence[Any]], Callable[[Any], str], Callable[[Any], Record]]] = {
    "": (lambda view: view.storage, map_texts.storage_text, map_texts.storage_record),
    "npiv": (lambda view: view.fibre, map_texts.fibre_text, map_texts.fibre_record),
    "net": (lambda view: view.network, map_texts.network_text, map_texts.network_record),
    "vnic": (lambda view: view.vnics, map_texts.vnic_text, map_texts.vnic_record),
}
"""For each kind of mapping where it is in the view, its block, and its fields."""


async def lsmap(server: VirtualIOServer, call: Call) -> int:
    """List the mappings of virtual SCSI, or with an option of fibre channel, Ethernet or vNIC adapters."""
    options, rest = read_flags(
        call,
        _USAGE,
        flags=("all", "net", "npiv", "vnic"),
        values=("vadapter", "plc", "cpid", "fmt"),
        lists=("field", "type"),
    )
    kinds = [name for name in ("net", "npiv", "vnic") if name in options]
    chosen = [name for name in _ONE_OF if name in options]
    # The vNICs of a client are asked for as -all -vnic -cpid N.
    one = len(chosen) == 1 or chosen == ["all", "cpid"]
    if rest or not one or len(kinds) > 1 or ("type" in options and kinds):
        raise UsageError(f"Usage: {_USAGE}")
    await call.stdout.write(_listing(server.view, options, kinds[0] if kinds else ""))
    return 0


def _listing(view: ViosView, options: dict[str, str], kind: str) -> str:
    find, text, record = _KINDS[kind]
    found = _of_types(_chosen(find(view), options), options)
    records = [record(mapping) for mapping in found]
    fields = options["field"].lower().split() if "field" in options else []
    if "field" in options:
        _check_fields(fields, kind)
    if "fmt" in options:
        return "".join(options["fmt"].join(_cells(entry, fields or list(entry))) + "\n" for entry in records)
    if fields:
        return "\n".join("".join(_labelled(entry, fields)) for entry in records)
    return "\n".join(text(mapping) for mapping in found)


def _chosen(mappings: Sequence[Any], options: dict[str, str]) -> list[Any]:
    found = list(mappings)
    if "cpid" in options:
        if not options["cpid"].isdigit():
            raise UsageError(f"Invalid client partition ID {options['cpid']}\n\nUsage: {_USAGE}")
        found = [mapping for mapping in found if str(getattr(mapping, "client_id", "")) == options["cpid"]]
    if "vadapter" in options:
        found = [mapping for mapping in found if mapping.adapter == options["vadapter"]]
        if not found:
            raise UsageError(f'Device "{options["vadapter"]}" is not found.', NOT_FOUND)
    if "plc" in options:
        found = [mapping for mapping in found if mapping.location == options["plc"]]
        if not found:
            raise UsageError(f'There is no device at the physical location "{options["plc"]}".', NO_DEVICE_THERE)
    return found


def _of_types(mappings: list[Any], options: dict[str, str]) -> list[Any]:
    """Those that have target devices of the wanted types, with these only."""
    if "type" not in options:
        return mappings
    types = options["type"].split()
    unknown = [name for name in types if name not in _TYPES]
    if unknown or not types:
        raise UsageError(f"Invalid device type {' '.join(unknown)}\n\nUsage: {_USAGE}")
    found: list[StorageMapping] = []
    for mapping in mappings:
        targets = tuple(target for target in mapping.targets if target.kind in types)
        if targets:
            found.append(replace(mapping, targets=targets))
    return found


_FIELDS = {
    "": ("svsa", "physloc", "clientid", "vtd", "status", "lun", "backing", "bdphysloc", "mirrored"),
    "npiv": (
        "name", "physloc", "clntid", "clntname", "clntos", "status", "fc", "fcphysloc", "ports", "flags", "vfcclient",
        "vfcclientdrc",
    ),
    "net": ("svea", "physloc", "sea", "backing", "status", "bdphysloc"),
    "vnic": (
        "name", "physloc", "clntid", "clntname", "clntos", "backing", "status", "bdphysloc", "clientdev",
        "clientphysloc",
    ),
}  # fmt: skip


def _check_fields(fields: Sequence[str], kind: str) -> None:
    unknown = [name for name in fields if name not in _FIELDS[kind]]
    if unknown:
        raise UsageError(f"Invalid field name {unknown[0]}\n\nUsage: {_USAGE}")
    if not fields:
        raise UsageError(f"Option flag -field requires a value.\n\nUsage: {_USAGE}")


def _rounds(record: Record, names: Sequence[str]) -> list[tuple[str, str]]:
    """Field and value; the fields of target devices are repeated, device by device."""
    rounds = max(len(record[name]) for name in names)
    return [(name, record[name][number]) for number in range(rounds) for name in names if number < len(record[name])]


def _cells(record: Record, names: Sequence[str]) -> list[str]:
    return [value for _, value in _rounds(record, names)]


def _labelled(record: Record, names: Sequence[str]) -> list[str]:
    return [row(LABELS[name], value) for name, value in _rounds(record, names)]


COMMANDS: dict[str, ViosCommand] = {"lsmap": lsmap}
