"""The input data of ``migrlpar -i``: what the user wants to be different from the console's own choice."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.console.login import not_simulated
from powervm_sim.migration.migration import Host

_SIMULATED = (
    "virtual_fc_mappings",
    "virtual_scsi_mappings",
    "dest_lpar_id",
    "source_msp_name",
    "source_msp_id",
    "dest_msp_name",
    "dest_msp_id",
    "source_msp_ipaddr",
    "dest_msp_ipaddr",
    "shared_proc_pool_id",
    "shared_proc_pool_name",
)
_KNOWN = (
    "vnic_mappings",
    "source_msps",
    "dest_msps",
    "redundant_msps",
    "primary_paging_vios_id",
    "primary_paging_vios_name",
    "redundant_paging_vios_id",
    "redundant_paging_vios_name",
    "multiple_virtual_fc_mappings",
    "multiple_virtual_scsi_mappings",
    "multiple_vnic_mappings",
    "multiple_dest_lpar_ids",
    "multiple_shared_proc_pools",
    "multiple_priorities",
)


def check_attributes(data: dict[str, str]) -> None:
    """Raises Refusal for attributes that do not exist, and for those that are not simulated."""
    for name in data:
        if name in _KNOWN:
            raise not_simulated(f"migrlpar -i {name}")
        if name not in _SIMULATED:
            raise hsc.invalid_attribute([name])
    pool = data.get("shared_proc_pool_id", "0"), data.get("shared_proc_pool_name", "DefaultPool")
    if pool != ("0", "DefaultPool"):
        raise hsc.HscError(
            "HSCLAF16", f"The shared processor pool {'/'.join(pool)} was not found on the target system."
        )


def number_of(data: dict[str, str], name: str) -> int | None:
    """A whole number of the data. Raises Refusal when it is none."""
    text = data.get(name)
    if text is None:
        return None
    if not text.isdigit() or not 1 <= int(text) <= 999:
        raise hsc.invalid_value(name, text)
    return int(text)


def mover_of(data: dict[str, str], side: str) -> Host | None:
    """The mover service partition of one side (``source``, ``dest``), by name or by id."""
    name, number = data.get(f"{side}_msp_name"), number_of(data, f"{side}_msp_id")
    return Host(name, None if name is not None else number) if name is not None or number is not None else None


def hosts_of(data: dict[str, str]) -> dict[tuple[str, int], Host]:
    """The wanted hosts of virtual storage adapters. Raises Refusal for entries that cannot be taken apart."""
    hosts: dict[tuple[str, int], Host] = {}
    for kind in ("fc", "scsi"):
        name = f"virtual_{kind}_mappings"
        for entry in filter(None, data.get(name, "").split(",")):
            slot, host = _mapping(name, entry)
            hosts[kind, slot] = host
    return hosts


def _mapping(name: str, entry: str) -> tuple[int, Host]:
    """``slot/vios-name/vios-id[/vios-slot[/port]]``; the Virtual I/O Server by name or by id, not both."""
    parts = entry.split("/")
    most = 5 if name == "virtual_fc_mappings" else 4
    if not 3 <= len(parts) <= most:
        raise hsc.invalid_value(name, entry)
    slot, vios_name, vios_id = parts[:3]
    remote_slot = parts[3] if len(parts) > 3 else ""
    numbers = [slot, *(text for text in (vios_id, remote_slot) if text)]
    if not all(text.isdigit() for text in numbers) or bool(vios_name) == bool(vios_id):
        raise hsc.invalid_value(name, entry)
    host = Host(vios_name or None, int(vios_id) if vios_id else None, int(remote_slot) if remote_slot else None)
    return int(slot), host
