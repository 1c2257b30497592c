"""``lsmap``: which client adapter is served by what.

Layouts are those of published ``lsmap`` output. With ``-fmt`` every adapter is one line; its fields stand in the order
of the listing, or in that of ``-field``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from powervm_sim.guest.commands.options import UsageError, not_simulated
from powervm_sim.shell.call import Call
from powervm_sim.vios.commands.kinds import NOT_FOUND, ViosCommand, read_flags
from powervm_sim.vios.view import FibreMapping, NetworkMapping, StorageMapping

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

_USAGE = """lsmap {-vadapter ServerVirtualAdapter | -all | -cpid ClientID} [-net | -npiv | -vnic]
             [-fmt delimiter] [-field FieldName ...]"""

Record = dict[str, list[str]]
"""The values of an adapter by field; several when it has several target devices."""


async def lsmap(server: VirtualIOServer, call: Call) -> int:
    """List the mappings of virtual SCSI, or with ``-npiv`` or ``-net`` of fibre channel or Ethernet adapters."""
    values = ("vadapter", "cpid", "fmt", "field")
    options, fields = read_flags(call, _USAGE, flags=("all", "net", "npiv", "vnic"), values=values)
    if len(options.keys() & {"all", "vadapter", "cpid"}) != 1 or len(options.keys() & {"net", "npiv", "vnic"}) > 1:
        raise UsageError(f"Usage: {_USAGE}")
    if "vnic" in options:
        raise not_simulated(call, "-vnic")
    if "field" in options:
        # All field names follow as words of their own.
        fields.insert(0, options["field"])
    if fields and "field" not in options:
        raise UsageError(f"Usage: {_USAGE}")
    if fields and "fmt" not in options:
        raise not_simulated(call, "-field without -fmt")
    await call.stdout.write(_listing(server, options, fields))
    return 0


def _listing(server: VirtualIOServer, options: dict[str, str], fields: Sequence[str]) -> str:
    view = server.view
    if "npiv" in options:
        fibre = _chosen(view.fibre, options)
        return (
            _lines(map(_fibre_record, fibre), options, fields) if "fmt" in options else _blocks(map(fibre_text, fibre))
        )
    if "net" in options:
        network = _chosen(view.network, options)
        if "fmt" in options:
            return _lines(map(_network_record, network), options, fields)
        return _blocks(map(network_text, network))
    storage = _chosen(view.storage, options)
    return (
        _lines(map(_storage_record, storage), options, fields)
        if "fmt" in options
        else _blocks(map(storage_text, storage))
    )


_Mapping = TypeVar("_Mapping", StorageMapping, FibreMapping, NetworkMapping)


def _chosen(mappings: Sequence[_Mapping], options: dict[str, str]) -> list[_Mapping]:
    if "cpid" in options:
        return [mapping for mapping in mappings if str(getattr(mapping, "client_id", "")) == options["cpid"]]
    if "vadapter" not in options:
        return list(mappings)
    found = [mapping for mapping in mappings if mapping.adapter == options["vadapter"]]
    if not found:
        raise UsageError(f'Device "{options["vadapter"]}" is not found.', NOT_FOUND)
    return found


def _blocks(texts: Iterable[str]) -> str:
    return "\n".join(texts)


def storage_text(mapping: StorageMapping) -> str:
    """The block of a virtual SCSI adapter."""
    text = (
        f"{'SVSA':<15} {'Physloc':<44} Client Partition ID\n{'-' * 15} {'-' * 44} {'-' * 18}\n"
        f"{mapping.adapter:<15} {mapping.location:<44} 0x{mapping.client_id:08x}\n\n"
    )
    if not mapping.targets:
        return text + _row("VTD", "NO VIRTUAL TARGET DEVICE FOUND")
    blocks = (
        _row("VTD", target.name)
        + _row("Status", target.status)
        + _row("LUN", target.lun)
        + _row("Backing device", target.backing_device)
        + _row("Physloc", target.location)
        + _row("Mirrored", "N/A")
        for target in mapping.targets
    )
    return text + "\n".join(blocks)


def fibre_text(mapping: FibreMapping) -> str:
    """The block of a virtual fibre channel adapter."""
    record = {name: values[0] for name, values in _fibre_record(mapping).items()}
    port, client = f"FC name:{record['fc']}", f"VFC client name:{record['vfcclient']}"
    return (
        f"{'Name':<13} {'Physloc':<34} {'ClntID':<6} {'ClntName':<14} ClntOS\n"
        f"{'-' * 13} {'-' * 34} {'-' * 6} {'-' * 14} {'-' * 7}\n"
        f"{mapping.adapter:<13} {mapping.location:<34} {mapping.client_id:>6} "
        f"{record['clntname']:<14} {record['clntos']}".rstrip()
        + f"\n\nStatus:{record['status']}\n"
        f"{port:<31} FC loc code:{record['fcphysloc']}\n"
        f"Ports logged in:{record['ports']}\n"
        f"Flags:{record['flags']}\n"
        f"{client:<31} VFC client DRC:{record['vfcclientdrc']}\n"
    )


def network_text(mapping: NetworkMapping) -> str:
    """The block of a virtual Ethernet adapter."""
    text = f"SVEA   Physloc\n{'-' * 6} {'-' * 44}\n{mapping.adapter:<6} {mapping.location}\n\n"
    if not mapping.shared_adapter:
        return text + _row("SEA", "NO SHARED ETHERNET ADAPTER FOUND")
    return (
        text
        + _row("SEA", mapping.shared_adapter)
        + _row("Backing device", mapping.backing_device)
        + _row("Status", "Available")
        + _row("Physloc", mapping.backing_location)
    )


def _row(name: str, value: str) -> str:
    return f"{name:<22}{value}".rstrip() + "\n"


def _storage_record(mapping: StorageMapping) -> Record:
    targets = mapping.targets
    return {
        "svsa": [mapping.adapter],
        "physloc": [mapping.location],
        "clientid": [f"0x{mapping.client_id:08x}"],
        "vtd": [target.name for target in targets] or ["NO VIRTUAL TARGET DEVICE FOUND"],
        "status": [target.status for target in targets],
        "lun": [target.lun for target in targets],
        "backing": [target.backing_device for target in targets],
        "bdphysloc": [target.location for target in targets],
        "mirrored": ["N/A" for _ in targets],
    }


def _fibre_record(mapping: FibreMapping) -> Record:
    if mapping.logged_in:
        status, ports, flags = "LOGGED_IN", "1", "a<LOGGED_IN,STRIP_MERGE>"
    elif mapping.port:
        status, ports, flags = "NOT_LOGGED_IN", "0", "4<NOT_LOGGED>"
    else:
        status, ports, flags = "NOT_LOGGED_IN", "0", "1<NOT_MAPPED,NOT_CONNECTED>"
    client = mapping.logged_in
    return {
        "name": [mapping.adapter],
        "physloc": [mapping.location],
        "clntid": [str(mapping.client_id)],
        "clntname": [mapping.client_name if client else ""],
        "clntos": [mapping.client_os if client else ""],
        "status": [status],
        "fc": [mapping.port],
        "fcphysloc": [mapping.port_location],
        "ports": [ports],
        "flags": [flags],
        "vfcclient": [mapping.client_device if client else ""],
        "vfcclientdrc": [mapping.client_location if client else ""],
    }


def _network_record(mapping: NetworkMapping) -> Record:
    bridged = bool(mapping.shared_adapter)
    return {
        "svea": [mapping.adapter],
        "physloc": [mapping.location],
        "sea": [mapping.shared_adapter or "NO SHARED ETHERNET ADAPTER FOUND"],
        "backing": [mapping.backing_device] if bridged else [],
        "status": ["Available"] if bridged else [],
        "bdphysloc": [mapping.backing_location] if bridged else [],
    }


def _lines(records: Iterable[Record], options: dict[str, str], fields: Sequence[str]) -> str:
    """One line for each adapter; the fields of target devices are repeated, device by device."""
    return "".join(options["fmt"].join(_cells(record, fields)) + "\n" for record in records)


def _cells(record: Record, fields: Sequence[str]) -> list[str]:
    names = [name.lower() for name in fields] or list(record)
    unknown = [name for name in names if name not in record]
    if unknown:
        raise UsageError(f"Invalid field name {unknown[0]}\n\nUsage: {_USAGE}")
    rounds = max(len(record[name]) for name in names)
    return [record[name][number] for number in range(rounds) for name in names if number < len(record[name])]


COMMANDS: dict[str, ViosCommand] = {"lsmap": lsmap}
