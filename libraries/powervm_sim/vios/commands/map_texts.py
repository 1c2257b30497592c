"""The layouts of ``lsmap``: a block and the named fields of each mapping."""

from __future__ import annotations

from powervm_sim.vios.view import FibreMapping, NetworkMapping, StorageMapping, VnicMapping

Record = dict[str, list[str]]
"""The values of an adapter by field; several when it has several target devices."""

LABELS = {
    "svsa": "SVSA",
    "svea": "SVEA",
    "name": "Name",
    "physloc": "Physloc",
    "clientid": "Client Partition ID",
    "clntid": "ClntID",
    "clntname": "ClntName",
    "clntos": "ClntOS",
    "vtd": "VTD",
    "status": "Status",
    "lun": "LUN",
    "backing": "Backing device",
    "bdphysloc": "Physloc",
    "mirrored": "Mirrored",
    "sea": "SEA",
    "fc": "FC name",
    "fcphysloc": "FC loc code",
    "ports": "Ports logged in",
    "flags": "Flags",
    "vfcclient": "VFC client name",
    "vfcclientdrc": "VFC client DRC",
    "clientdev": "Client device name",
    "clientphysloc": "Client device physloc",
}
"""What stands in front of a field where only some fields were asked for."""


def storage_text(mapping: StorageMapping) -> str:
    """The block of a virtual SCSI adapter."""
    text = (
        f"{'SVSA':<15} {'Physloc':<44} Client Partition ID\n{'-' * 15} {'-' * 44} {'-' * 18}\n"
        f"{mapping.adapter:<15} {mapping.location:<44} 0x{mapping.client_id:08x}\n\n"
    )
    if not mapping.targets:
        return text + row("VTD", "NO VIRTUAL TARGET DEVICE FOUND")
    blocks = (
        row("VTD", target.name)
        + row("Status", target.status)
        + row("LUN", target.lun)
        + row("Backing device", target.backing_device)
        + row("Physloc", target.location)
        + row("Mirrored", "N/A")
        for target in mapping.targets
    )
    return text + "\n".join(blocks)


def fibre_text(mapping: FibreMapping) -> str:
    """The block of a virtual fibre channel adapter."""
    record = {name: values[0] for name, values in fibre_record(mapping).items()}
    port, client = f"FC name:{record['fc']}", f"VFC client name:{record['vfcclient']}"
    return (
        f"{_client_head(record)}\n\nStatus:{record['status']}\n"
        f"{port:<31} FC loc code:{record['fcphysloc']}\n"
        f"Ports logged in:{record['ports']}\n"
        f"Flags:{record['flags']}\n"
        f"{client:<31} VFC client DRC:{record['vfcclientdrc']}\n"
    )


def network_text(mapping: NetworkMapping) -> str:
    """The block of a virtual Ethernet adapter."""
    text = f"SVEA   Physloc\n{'-' * 6} {'-' * 44}\n{mapping.adapter:<6} {mapping.location}\n\n"
    if not mapping.shared_adapter:
        return text + row("SEA", "NO SHARED ETHERNET ADAPTER FOUND")
    return (
        text
        + row("SEA", mapping.shared_adapter)
        + row("Backing device", mapping.backing_device)
        + row("Status", "Available")
        + row("Physloc", mapping.backing_location)
    )


def vnic_text(mapping: VnicMapping) -> str:
    """The block of a vNIC server adapter."""
    record = {name: values[0] for name, values in vnic_record(mapping).items()}
    return (
        f"{_client_head(record)}\n\nBacking device:{record['backing']}\n"
        f"Status:{record['status']}\n"
        f"Physloc:{record['bdphysloc']}\n"
        f"Client device name:{record['clientdev']}\n"
        f"Client device physloc:{record['clientphysloc']}\n"
    )


def _client_head(record: dict[str, str]) -> str:
    return (
        f"{'Name':<13} {'Physloc':<34} {'ClntID':<6} {'ClntName':<14} ClntOS\n"
        f"{'-' * 13} {'-' * 34} {'-' * 6} {'-' * 14} {'-' * 7}\n"
        f"{record['name']:<13} {record['physloc']:<34} {record['clntid']:>6} "
        f"{record['clntname']:<14} {record['clntos']}".rstrip()
    )


def row(name: str, value: str) -> str:
    """A line of a listing with labels."""
    return f"{name:<22}{value}".rstrip() + "\n"


def storage_record(mapping: StorageMapping) -> Record:
    """The fields of a virtual SCSI adapter."""
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


def fibre_record(mapping: FibreMapping) -> Record:
    """The fields of a virtual fibre channel adapter."""
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


def network_record(mapping: NetworkMapping) -> Record:
    """The fields of a virtual Ethernet adapter."""
    bridged = bool(mapping.shared_adapter)
    return {
        "svea": [mapping.adapter],
        "physloc": [mapping.location],
        "sea": [mapping.shared_adapter or "NO SHARED ETHERNET ADAPTER FOUND"],
        "backing": [mapping.backing_device] if bridged else [],
        "status": ["Available"] if bridged else [],
        "bdphysloc": [mapping.backing_location] if bridged else [],
    }


def vnic_record(mapping: VnicMapping) -> Record:
    """The fields of a vNIC server adapter."""
    client = bool(mapping.client_device)
    return {
        "name": [mapping.adapter],
        "physloc": [mapping.location],
        "clntid": [str(mapping.client_id)],
        "clntname": [mapping.client_name],
        "clntos": [mapping.client_os if client else ""],
        "backing": [mapping.backing_device],
        "status": ["Available"],
        "bdphysloc": [mapping.backing_location],
        "clientdev": [mapping.client_device],
        "clientphysloc": [mapping.client_location if client else ""],
    }
