"""``lssyscfg -r lpar``: the attributes of a partition."""

from __future__ import annotations

from powervm_sim.console.output import Row, Table
from powervm_sim.world.model import Placement

_OS_VERSIONS = {"rhel9": "Linux/RedHat 5.14.0", "sles15": "Linux/SuSE 5.14.21"}

_NAMES = (
    "name lpar_id lpar_env state resource_config os_version logical_serial_num default_profile curr_profile "
    "work_group_id shared_proc_pool_util_auth allow_perf_collection power_ctrl_lpar_ids boot_mode lpar_keylock "
    "auto_start redundant_err_path_reporting rmc_state rmc_ipaddr time_ref lpar_avail_priority "
    "desired_lpar_proc_compat_mode curr_lpar_proc_compat_mode simplified_remote_restart_capable "
    "remote_restart_status sync_curr_profile affinity_group_id msp migration_disabled vtpm_enabled"
)
_NEW_IN_V11 = "os virtual_serial_num min_affinity_score min_affinity_score_action lpar_placement"
_HIDDEN = (
    "uuid rmc_osshutdown_capable dlpar_mem_capable dlpar_proc_capable dlpar_io_capable suspend_capable "
    "remote_restart_capable description ipl_source"
)


def partition_table(version: int) -> Table:
    """The attributes that a console of this version knows."""
    return Table(f"{_NAMES} {_NEW_IN_V11 if version >= 11 else ''}", hidden=_HIDDEN)


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
        "work_group_id": "none",
        "shared_proc_pool_util_auth": "0",
        "allow_perf_collection": "0",
        "power_ctrl_lpar_ids": "none",
        "boot_mode": "norm",
        "lpar_keylock": "norm",
        "auto_start": "0",
        "redundant_err_path_reporting": "0",
        "rmc_state": placement.rmc_state,
        "rmc_ipaddr": partition.address if partition.configured else "",
        "time_ref": "0",
        "lpar_avail_priority": "191" if partition.is_vios else "127",
        "desired_lpar_proc_compat_mode": partition.desired_mode,
        "curr_lpar_proc_compat_mode": partition.current_mode or server.generation.best_mode(server.firmware),
        "simplified_remote_restart_capable": "0",
        "remote_restart_status": "Invalid",
        "sync_curr_profile": str(partition.sync_profile),
        "affinity_group_id": "none",
        "vtpm_enabled": "0",
        "os": "vios" if partition.is_vios else "linux",
        "virtual_serial_num": "none",
        "min_affinity_score": "none",
        "min_affinity_score_action": "none",
        "lpar_placement": "0",
        "uuid": partition.uuid,
        "rmc_osshutdown_capable": capable,
        "dlpar_mem_capable": capable,
        "dlpar_proc_capable": capable,
        "dlpar_io_capable": capable,
        "suspend_capable": "0",
        "remote_restart_capable": "0",
        "description": "",
    }
    if partition.is_vios:
        row["msp"] = "1" if partition.msp else "0"
    else:
        row["migration_disabled"] = "1" if partition.migration_disabled else "0"
    return row


def os_version(placement: Placement) -> str:
    """What the console knows of the operating system: through RMC only."""
    vios = placement.partition.vios
    if placement.rmc_state != "active":
        return "Unknown"
    return f"VIOS {vios.level}" if vios is not None else _OS_VERSIONS[placement.partition.distribution]
