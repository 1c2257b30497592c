"""``lssyscfg -r sys``: the attributes of a managed system."""

from __future__ import annotations

from datetime import datetime

from powervm_sim.console.output import Row
from powervm_sim.world.model import Server

# Attributes that no part of the simulation changes, with the values of a usual system, between those that it knows.
_CAPABILITIES = (
    "active_lpar_share_idle_procs_capable=1 active_mem_expansion_capable=1 hardware_active_mem_expansion_capable=1 "
    "active_mem_mirroring_hypervisor_capable=1 active_mem_sharing_capable=1 addr_broadcast_perf_policy_capable=0 "
    "aix_capable=1 capi_capable=1 cod_mem_capable=1 cod_proc_capable=1 dynamic_platform_optimization_capable=1 "
    "electronic_err_reporting_capable=1 firmware_power_saver_capable=1 hardware_power_saver_capable=1 "
    "hardware_discovery_capable=1 huge_page_mem_capable=1 lpar_avail_priority_capable=1 "
    "lpar_proc_compat_mode_capable=1 lpar_remote_restart_capable=0 powervm_lpar_simplified_remote_restart_capable=1 "
    "dynamic_simplified_remote_restart_toggle_capable=1 powervm_lpar_remote_restart_capable=0 "
    "lpar_suspend_capable=0 micro_lpar_capable=1 os400_capable=1 5250_application_capable=1 "
    "os400_native_io_capable=1 redundant_err_path_reporting_capable=1 shared_eth_failover_capable=1 "
    "sp_failover_capable=1 vet_activation_capable=1 virtual_fc_capable=1 virtual_io_server_capable=1 "
    "virtual_switch_capable=1 vsn_phase2_capable=1 vsi_on_veth_capable=1 assign_5250_cpw_percent=0"
)
_REST = (
    "curr_sys_keylock=manual pend_sys_keylock=manual curr_power_on_side=temp pend_power_on_side=temp "
    "curr_power_on_speed=norm pend_power_on_speed=norm power_on_type=power_on power_on_option=standby "
    "power_on_lpar_start_policy=userinit pend_power_on_option=standby pend_power_on_lpar_start_policy=userinit "
    "power_on_method=02 power_on_attr=0000"
)
_DETAILED = {
    "Error - Dump in progress": "Dump In Progress",
    "Error - Terminated": "Terminated",
    "Failed Authentication": "Failed Authentication",
    "Incomplete": "Incomplete",
    "On Demand Recovery": "Recovery",
    "Recovery": "Recovery",
    "Service Processor Failover In Progress": "Service Processor Failover",
    "Version Mismatch": "Version Mismatch",
}
"""The states that have a word among the detailed ones; that of all others is ``None``."""
_BOOT = {
    "fsp": "sp_boot_attr=0000 sp_boot_major_type=08 sp_boot_minor_type=01",
    "ebmc": "sp_boot_attr=unavailable sp_boot_major_type=unavailable sp_boot_minor_type=unavailable",
}
_LAST = (
    "sp_version=00090005 mfg_default_config=0 curr_mfg_default_ipl_source=a pend_mfg_default_ipl_source=a "
    "curr_mfg_default_boot_mode=norm pend_mfg_default_boot_mode=norm max_vtpm_lpars=60 supported_vtpm_versions=1.2 "
    "cluster_serial_num=none peer_collective_serial_num=none lpar_keystore_min_kbytes=4 lpar_keystore_max_kbytes=64"
)
_NEW_IN_V11 = (
    "advanced_hmc_automation_and_monitoring_capable=1 aix_update_access_key_exp_date=unavailable max_resource_groups=0 "
    "supported_vtpm_encryptions=none vpp=none"
)


def system_row(server: Server) -> Row:
    """One system as its console shows it."""
    capable = "1" if server.capable else "0"
    row = {
        "name": server.name,
        "type_model": server.type_model,
        "serial_num": server.serial,
        "ipaddr": service_processor_address(server),
        "sp_type": server.generation.service_processor,
        "state": server.state,
        "state_detail": "",
        "detailed_state": _DETAILED.get(server.state, "None"),
        "sys_time": datetime.now().astimezone().strftime("%m/%d/%Y %H:%M:%S"),
        "power_off_policy": "0",
        "active_lpar_mobility_capable": capable,
        "inactive_lpar_mobility_capable": capable,
        **_pairs(_CAPABILITIES),
        "dynamic_platform_optimization_capable": "1" if server.affinity_scores else "0",
        "max_lpars": str(server.generation.max_partitions),
        "max_power_ctrl_lpars": "1",
        "service_lpar_id": "none",
        "lpar_proc_compat_modes": ",".join(("default", *server.generation.offered(server.firmware))),
        **_pairs(_REST),
        **_pairs(_BOOT[server.generation.service_processor]),
        **_pairs(_LAST),
    }
    if server.console.version >= 11:
        row |= _pairs(_NEW_IN_V11)
    return row | {"description": "", "uuid": server.uuid}


def service_processor_address(server: Server) -> str:
    """An address for the service processor: made from the serial number, in the console's private network."""
    number = int.from_bytes(server.serial.encode(), "big") % 65_000 + 256
    return f"10.254.{number >> 8}.{number & 0xFF}"


def _pairs(text: str) -> dict[str, str]:
    """``a=1 b=2``; an underscore in the one value that has a blank is that blank."""
    pairs = dict(word.split("=", 1) for word in text.split())
    if "power_on_type" in pairs:
        pairs["power_on_type"] = "power on"
    return pairs
