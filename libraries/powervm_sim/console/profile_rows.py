"""``lssyscfg -r prof``: the attributes of a partition profile."""

from __future__ import annotations

from powervm_sim.console.output import Row, joined
from powervm_sim.console.virtual_rows import served_by
from powervm_sim.world.model import Amount, Ethernet, Placement, Profile, Storage

_CONSTANT_AFTER_MEMORY = {
    "min_num_huge_pages": "0",
    "desired_num_huge_pages": "0",
    "max_num_huge_pages": "0",
    "mem_mode": "ded",
    "mem_expansion": "0.0",
    "hpt_ratio": "1:128",
    "ppt_ratio": "1:4096",
}
_UNCAPPED = {
    "sharing_mode": "uncap",
    "uncap_weight": "128",
    "shared_proc_pool_id": "0",
    "shared_proc_pool_name": "DefaultPool",
}
_LAST = {
    "boot_mode": "norm",
    "conn_monitoring": "1",
    "auto_start": "0",
    "power_ctrl_lpar_ids": "none",
    "work_group_id": "none",
    "redundant_err_path_reporting": "0",
}


def profile_row(placement: Placement, profile: Profile) -> Row:
    """One profile of a partition."""
    partition = placement.partition
    storage = placement.storage if not partition.is_vios else ()
    row = {
        "name": profile.name,
        "lpar_name": placement.name,
        "lpar_id": str(placement.lpar_id),
        "lpar_env": partition.environment,
        "all_resources": "0",
        **_three("mem", profile.memory),
        **_CONSTANT_AFTER_MEMORY,
        "proc_mode": "shared" if profile.units else "ded",
        **(_three("proc_units", profile.units) if profile.units else {}),
        **_three("procs", profile.processors),
        **(_UNCAPPED if profile.units else {"sharing_mode": "keep_idle_procs"}),
        "affinity_group_id": "none",
        "io_slots": "none",
        "lpar_io_pool_ids": "none",
        "max_virtual_slots": "200",
        "virtual_serial_adapters": joined(["0/server/1/any//any/1", "1/server/1/any//any/1"]),
        "virtual_scsi_adapters": joined([*_clients(storage, "scsi"), *_servers(placement, "scsi")]),
        "virtual_eth_adapters": joined(_ethernet(adapter) for adapter in partition.ethernet),
        "virtual_eth_vsi_profiles": "none",
        "virtual_fc_adapters": joined([*_clients(storage, "fc"), *_servers(placement, "fc")]),
        "vnic_adapters": "none",
        "vtpm_adapters": "none",
        **_LAST,
        "lpar_proc_compat_mode": profile.compat_mode,
        "electronic_err_reporting": "null",
        "sriov_eth_logical_ports": "none",
        "sriov_roce_logical_ports": "none",
    }
    return row | {name: text for name, text in profile.settings.items() if name in row}


def _three(resource: str, amount: Amount) -> Row:
    return {
        f"min_{resource}": number(amount.minimum),
        f"desired_{resource}": number(amount.desired),
        f"max_{resource}": number(amount.maximum),
    }


def number(figure: float) -> str:
    """A figure as the console prints it: whole for megabytes and processors, one or two decimals for units."""
    if isinstance(figure, int):
        return str(figure)
    return f"{figure:.2f}".removesuffix("0")


def _clients(storage: tuple[Storage, ...], kind: str) -> list[str]:
    entries = []
    for adapter in storage:
        if adapter.kind == kind:
            entry = f"{adapter.slot}/client/{adapter.host_id}/{adapter.host_name}/{adapter.remote_slot}"
            entries.append(f"{entry}/{','.join(adapter.wwpns)}/0" if kind == "fc" else f"{entry}/0")
    return entries


def _servers(placement: Placement, kind: str) -> list[str]:
    entries = []
    for client, adapter in served_by(placement, kind):
        entry = f"{adapter.remote_slot}/server/{client.lpar_id}/{client.name}/{adapter.slot}"
        entries.append(f"{entry}//0" if kind == "fc" else f"{entry}/0")
    return entries


def _ethernet(adapter: Ethernet) -> str:
    trunk = adapter.trunk_priority or 0
    return f"{adapter.slot}/0/{adapter.vlan}//{trunk}/0/{adapter.vswitch}//all/none"
