"""``lssyscfg -r lpar``: the attributes of a partition."""

from __future__ import annotations

from powervm_sim.console.os_names import os_facts
from powervm_sim.console.output import Row, Table
from powervm_sim.world.model import Placement

_NAMES = (
    "name lpar_id lpar_env state resource_config os_version logical_serial_num default_profile curr_profile "
    "work_group_id shared_proc_pool_util_auth allow_perf_collection power_ctrl_lpar_ids boot_mode lpar_keylock "
    "auto_start redundant_err_path_reporting rmc_state rmc_ipaddr time_ref lpar_avail_priority "
    "desired_lpar_proc_compat_mode curr_lpar_proc_compat_mode suspend_capable remote_restart_capable "
    "simplified_remote_restart_capable remote_restart_status sync_curr_profile affinity_group_id msp "
    "migration_disabled vtpm_enabled powervm_mgmt_capable"
)
_NEW_IN_V11 = (
    "os virtual_serial_num min_affinity_score min_affinity_score_action lpar_placement curr_secure_boot "
    "pend_secure_boot keystore_kbytes keystore_signed_updates keystore_signed_updates_without_verification "
    "linux_dynamic_key_secure_boot kvm_capable vtpm_version vtpm_encryption os_image_date description"
)
_BY_RMC = "rmc_osshutdown_capable dlpar_mem_capable dlpar_proc_capable dlpar_io_capable"
_SECURITY = "curr_secure_boot pend_secure_boot keystore_kbytes vtpm_version"
_HIDDEN = f"uuid {_BY_RMC} description ipl_source hardware_mem_expansion {_SECURITY}"
ONLY_V11 = frozenset(_NEW_IN_V11.split()) - frozenset(_HIDDEN.split())
"""What consoles before version 11 do not know, not even when it is named."""
_USUAL = {
    "work_group_id": "none",
    "shared_proc_pool_util_auth": "0",
    "allow_perf_collection": "0",
    "power_ctrl_lpar_ids": "none",
    "lpar_keylock": "norm",
    "auto_start": "0",
    "redundant_err_path_reporting": "0",
    "time_ref": "0",
    "suspend_capable": "0",
    "remote_restart_capable": "0",
    "simplified_remote_restart_capable": "0",
    "remote_restart_status": "Invalid",
    "affinity_group_id": "none",
    "powervm_mgmt_capable": "0",
    "vtpm_enabled": "0",
    "vtpm_version": "null",
    "vtpm_encryption": "null",
    "virtual_serial_num": "none",
    "min_affinity_score": "none",
    "min_affinity_score_action": "none",
    "lpar_placement": "0",
    "curr_secure_boot": "0",
    "pend_secure_boot": "0",
    "keystore_kbytes": "0",
    "keystore_signed_updates": "0",
    "keystore_signed_updates_without_verification": "0",
    "linux_dynamic_key_secure_boot": "0",
    "kvm_capable": "0",
    "os_image_date": "null",
    "hardware_mem_expansion": "0",
    "description": "",
}


def partition_table(version: int) -> Table:
    """The attributes that a console of this version knows."""
    names = f"{_NAMES} {_NEW_IN_V11}" if version >= 11 else _NAMES
    return Table(names, hidden=_HIDDEN, everything=_everything(names))


def _everything(names: str) -> str:
    """With the attributes that the default line lacks, where a real console has them in the output of a bare ``-F``."""
    more = names.replace(" boot_mode ", " boot_mode ipl_source ").replace(" rmc_ipaddr ", f" rmc_ipaddr {_BY_RMC} ")
    known = more.split()
    return " ".join((*known, *sorted(set(_HIDDEN.split()) - set(known) - {"uuid"}), "uuid"))


def partition_row(placement: Placement) -> Row:
    """One partition as the console of its server shows it."""
    partition, server = placement.partition, placement.server
    connected = placement.rmc_state == "active"
    capable = "1" if connected else "0"
    row = {
        "name": placement.name,
        "lpar_id": str(placement.lpar_id),
        "lpar_env": partition.environment,
        "state": placement.state,
        "resource_config": "1" if partition.configured else "0",
        "os_version": os_version(placement),
        "logical_serial_num": f"{server.serial}{placement.lpar_id:X}",
        "default_profile": partition.default_profile,
        "curr_profile": partition.current_profile,
        "rmc_state": placement.rmc_state,
        "rmc_ipaddr": partition.address if partition.configured else "",
        "lpar_avail_priority": "191" if partition.is_vios else "127",
        "desired_lpar_proc_compat_mode": partition.desired_mode,
        "curr_lpar_proc_compat_mode": partition.current_mode or server.generation.best_mode(server.firmware),
        "sync_curr_profile": str(partition.sync_profile),
        "os": "vios" if partition.is_vios else "linux",
        "uuid": partition.uuid,
        "rmc_osshutdown_capable": capable,
        "dlpar_mem_capable": capable,
        "dlpar_proc_capable": capable,
        "dlpar_io_capable": capable,
    }
    if partition.is_vios:
        row["msp"] = "1" if partition.msp else "0"
    else:
        row["migration_disabled"] = "1" if partition.migration_disabled else "0"
        row["boot_mode"] = partition.boot_mode
    return _USUAL | row | partition.settings


def os_version(placement: Placement) -> str:
    """What the console knows of the operating system: through RMC only."""
    vios = placement.partition.vios
    if placement.rmc_state != "active":
        return "Unknown"
    if vios is not None:
        return f"VIOS {vios.level}"
    family, kernel, _ = os_facts(placement.partition.distribution)
    return f"{family} {kernel}"
