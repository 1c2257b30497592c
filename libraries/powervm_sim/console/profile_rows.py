"""``lssyscfg -r prof``: the attributes of a partition profile."""

from __future__ import annotations

from powervm_sim.console.output import Row, Table, joined
from powervm_sim.console.profile_elements import (
    ethernet_elements,
    port_elements,
    slot_elements,
    storage_elements,
    vnic_elements,
)
from powervm_sim.world.model import Amount, Placement, Profile
from powervm_sim.world.profile_devices import as_in_profile
from powervm_sim.world.usage import max_virtual_slots

PROFILES = Table(
    "name lpar_name lpar_id lpar_env all_resources min_mem desired_mem max_mem min_num_huge_pages "
    "desired_num_huge_pages max_num_huge_pages mem_mode mem_expansion hpt_ratio ppt_ratio proc_mode min_proc_units "
    "desired_proc_units max_proc_units min_procs desired_procs max_procs sharing_mode uncap_weight "
    "shared_proc_pool_id shared_proc_pool_name affinity_group_id io_slots lpar_io_pool_ids max_virtual_slots "
    "virtual_serial_adapters virtual_scsi_adapters virtual_eth_adapters virtual_eth_vsi_profiles virtual_fc_adapters "
    "vnic_adapters vtpm_adapters boot_mode conn_monitoring auto_start power_ctrl_lpar_ids work_group_id "
    "redundant_err_path_reporting virtual_vasi_adapters lpar_proc_compat_mode electronic_err_reporting "
    "sriov_eth_logical_ports sriov_roce_logical_ports"
)
_CONSTANT_AFTER_MEMORY = {
    "mem_mode": "ded",
    "mem_expansion": "0.0",
    "hpt_ratio": "1:128",
    "ppt_ratio": "1:4096",
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
    placement = as_in_profile(placement, profile)
    partition = placement.partition
    pages = str(profile.huge_pages)
    row = {
        "name": profile.name,
        "lpar_name": placement.name,
        "lpar_id": str(placement.lpar_id),
        "lpar_env": partition.environment,
        "all_resources": "0",
        **_three("mem", profile.memory),
        "min_num_huge_pages": "0",
        "desired_num_huge_pages": pages,
        "max_num_huge_pages": pages,
        **_CONSTANT_AFTER_MEMORY,
        "proc_mode": "shared" if profile.units else "ded",
        **(_three("proc_units", profile.units) if profile.units else {}),
        **_three("procs", profile.processors),
        **_sharing(placement, profile),
        "affinity_group_id": "none",
        "io_slots": joined(slot_elements(placement)),
        "lpar_io_pool_ids": "none",
        "max_virtual_slots": str(max_virtual_slots(placement)),
        "virtual_serial_adapters": joined(["0/server/1/any//any/1", "1/server/1/any//any/1"]),
        "virtual_scsi_adapters": joined(storage_elements(placement, "scsi")),
        "virtual_eth_adapters": joined(ethernet_elements(placement)),
        "virtual_eth_vsi_profiles": "none",
        "virtual_fc_adapters": joined(storage_elements(placement, "fc")),
        "vnic_adapters": joined(vnic_elements(placement)),
        "vtpm_adapters": "none",
        **_LAST,
        "lpar_proc_compat_mode": profile.compat_mode,
        "sriov_eth_logical_ports": joined(port_elements(placement, "eth")),
        "sriov_roce_logical_ports": joined(port_elements(placement, "roce")),
    }
    row["virtual_vasi_adapters" if partition.is_vios else "electronic_err_reporting"] = (
        "none" if partition.is_vios else "null"
    )
    return row | {name: text for name, text in profile.settings.items() if name in row}


def _sharing(placement: Placement, profile: Profile) -> Row:
    if profile.units is None:
        return {"sharing_mode": profile.sharing.mode}
    pool = placement.server.devices.pools.get(profile.pool, placement.server.devices.pools[0])
    return {
        "sharing_mode": profile.sharing.mode,
        "uncap_weight": str(profile.sharing.weight if profile.sharing.mode == "uncap" else 0),
        "shared_proc_pool_id": str(pool.number),
        "shared_proc_pool_name": pool.name,
    }


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
