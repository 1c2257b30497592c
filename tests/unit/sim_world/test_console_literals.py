"""Lists of a console against lines that real consoles have printed."""

from __future__ import annotations

import asyncio
import csv
import re

import pytest
from world_doubles import SmallLab

SYSTEM = (
    "name=sys-R1,type_model=8375-42A,serial_num=XXXXXXX,ipaddr=192.0.2.1,sp_type=fsp,state=Operating,state_detail=,"
    "detailed_state=None,sys_time=10/01/2026 03:43:04,power_off_policy=0,active_lpar_mobility_capable=1,"
    "inactive_lpar_mobility_capable=1,active_lpar_share_idle_procs_capable=1,active_mem_expansion_capable=1,"
    "hardware_active_mem_expansion_capable=1,active_mem_mirroring_hypervisor_capable=1,active_mem_sharing_capable=1,"
    "addr_broadcast_perf_policy_capable=0,aix_capable=1,capi_capable=1,cod_mem_capable=1,cod_proc_capable=1,"
    "dynamic_platform_optimization_capable=1,electronic_err_reporting_capable=1,firmware_power_saver_capable=1,"
    "hardware_power_saver_capable=1,hardware_discovery_capable=1,huge_page_mem_capable=1,"
    "lpar_avail_priority_capable=1,lpar_proc_compat_mode_capable=1,lpar_remote_restart_capable=0,"
    "powervm_lpar_simplified_remote_restart_capable=1,dynamic_simplified_remote_restart_toggle_capable=1,"
    "powervm_lpar_remote_restart_capable=0,lpar_suspend_capable=0,micro_lpar_capable=1,os400_capable=1,"
    "5250_application_capable=1,os400_native_io_capable=1,redundant_err_path_reporting_capable=1,"
    "shared_eth_failover_capable=1,sp_failover_capable=1,vet_activation_capable=1,virtual_fc_capable=1,"
    "virtual_io_server_capable=1,virtual_switch_capable=1,vsn_phase2_capable=1,vsi_on_veth_capable=1,"
    "assign_5250_cpw_percent=0,max_lpars=400,max_power_ctrl_lpars=1,service_lpar_id=none,"
    '"lpar_proc_compat_modes=default,POWER7,POWER8,POWER9,POWER9_base",curr_sys_keylock=manual,'
    "pend_sys_keylock=manual,curr_power_on_side=temp,pend_power_on_side=temp,curr_power_on_speed=norm,"
    "pend_power_on_speed=norm,power_on_type=power on,power_on_option=standby,power_on_lpar_start_policy=userinit,"
    "pend_power_on_option=standby,pend_power_on_lpar_start_policy=userinit,power_on_method=02,power_on_attr=0000,"
    "sp_boot_attr=0000,sp_boot_major_type=08,sp_boot_minor_type=01,sp_version=00090005,mfg_default_config=0,"
    "curr_mfg_default_ipl_source=a,pend_mfg_default_ipl_source=a,curr_mfg_default_boot_mode=norm,"
    "pend_mfg_default_boot_mode=norm,max_vtpm_lpars=60,supported_vtpm_versions=1.2,cluster_serial_num=none,"
    "peer_collective_serial_num=none,lpar_keystore_min_kbytes=4,lpar_keystore_max_kbytes=64,description="
)
PROFILE = (
    "name=default_profile,lpar_name=sys-R1-lp3,lpar_id=1,lpar_env=aixlinux,all_resources=0,min_mem=1536,"
    "desired_mem=3072,max_mem=6144,min_num_huge_pages=0,desired_num_huge_pages=0,max_num_huge_pages=0,mem_mode=ded,"
    "mem_expansion=0.0,hpt_ratio=1:128,ppt_ratio=1:4096,proc_mode=shared,min_proc_units=0.1,desired_proc_units=0.3,"
    "max_proc_units=2.0,min_procs=1,desired_procs=3,max_procs=6,sharing_mode=uncap,uncap_weight=128,"
    "shared_proc_pool_id=0,shared_proc_pool_name=DefaultPool,affinity_group_id=none,io_slots=none,"
    'lpar_io_pool_ids=none,max_virtual_slots=6,"virtual_serial_adapters=0/server/1/any//any/1,1/server/1/any//any/1",'
    "virtual_scsi_adapters=2/client/100/sys-R1-vios1/3/0,virtual_eth_adapters=none,virtual_eth_vsi_profiles=none,"
    "virtual_fc_adapters=none,vnic_adapters=none,vtpm_adapters=none,boot_mode=norm,conn_monitoring=1,auto_start=0,"
    "power_ctrl_lpar_ids=none,work_group_id=none,redundant_err_path_reporting=0,lpar_proc_compat_mode=default,"
    "electronic_err_reporting=null,sriov_eth_logical_ports=none,sriov_roce_logical_ports=none"
)
IN_ORDER = (
    "name lpar_id lpar_env state resource_config os_version logical_serial_num default_profile curr_profile "
    "work_group_id shared_proc_pool_util_auth allow_perf_collection power_ctrl_lpar_ids boot_mode lpar_keylock "
    "auto_start redundant_err_path_reporting rmc_state rmc_ipaddr time_ref lpar_avail_priority "
    "desired_lpar_proc_compat_mode curr_lpar_proc_compat_mode suspend_capable remote_restart_capable"
)
ON_V11 = (
    "affinity_group_id,allow_perf_collection,auto_start,boot_mode,curr_lpar_proc_compat_mode,curr_profile,"
    "curr_secure_boot,default_profile,description,desired_lpar_proc_compat_mode,keystore_kbytes,"
    "keystore_signed_updates,keystore_signed_updates_without_verification,kvm_capable,linux_dynamic_key_secure_boot,"
    "logical_serial_num,lpar_avail_priority,lpar_env,lpar_id,lpar_keylock,lpar_placement,min_affinity_score,"
    "min_affinity_score_action,msp,name,os,os_image_date,os_version,pend_secure_boot,power_ctrl_lpar_ids,"
    "powervm_mgmt_capable,redundant_err_path_reporting,resource_config,rmc_ipaddr,rmc_state,"
    "simplified_remote_restart_capable,state,sync_curr_profile,time_ref,uuid,virtual_serial_num,vtpm_enabled,"
    "vtpm_encryption,vtpm_version,work_group_id"
)


def run(command: str, console: str = "near", changes=None) -> str:
    text, status = asyncio.run(SmallLab(changes).type(command, console))
    assert status == 0, text
    return text


def pairs(line: str) -> dict[str, str]:
    return dict(field.split("=", 1) for field in next(csv.reader([line])))


def test_a_system_has_all_attributes_in_their_order_and_the_values_of_a_real_one():
    real, here = pairs(SYSTEM), pairs(run("lssyscfg -r sys -m s1").strip())
    assert list(here) == list(real)
    own = {"name", "type_model", "serial_num", "ipaddr", "sys_time"}
    assert {name: here[name] for name in real if name not in own} == {
        name: value for name, value in real.items() if name not in own
    }


def test_a_profile_has_all_attributes_in_their_order():
    real, here = pairs(PROFILE), pairs(run("lssyscfg -r prof -m s1 --filter lpar_names=lp1").strip())
    assert list(here) == list(real)
    assert {name for name in real if real[name] != here[name]} <= {
        *("lpar_name", "lpar_id", "min_mem", "desired_mem", "max_mem", "desired_proc_units", "max_proc_units"),
        *("desired_procs", "max_procs", "max_virtual_slots"),
        *("virtual_scsi_adapters", "virtual_eth_adapters", "virtual_fc_adapters"),
    }


def test_a_partition_has_its_attributes_in_the_order_of_real_lines():
    names = list(pairs(run("lssyscfg -r lpar -m s1 --filter lpar_names=lp1").strip()))
    assert names[: len(IN_ORDER.split())] == IN_ORDER.split()
    virtual_io_server = pairs(run("lssyscfg -r lpar -m s1 --filter lpar_names=s1-vios1").strip())
    assert "boot_mode" not in virtual_io_server
    assert virtual_io_server["msp"] == "1"


def test_version_11_knows_further_attributes():
    assert run(f"lssyscfg -r lpar -m s3 -F {ON_V11}", "far").count(",") == ON_V11.count(",")
    extra = "advanced_hmc_automation_and_monitoring_capable,max_resource_groups,supported_vtpm_encryptions,vpp"
    assert run(f"lssyscfg -r sys -m s3 -F {extra},sp_type,sp_boot_attr", "far").endswith(",ebmc,unavailable\n")


def test_the_uuid_of_a_system_is_in_lower_case_and_that_of_a_partition_in_upper_case():
    assert re.fullmatch(r"[0-9a-f-]{36}\n", run("lssyscfg -r sys -m s1 -F uuid"))
    assert re.fullmatch(r"[0-9A-F-]{36}\n", run("lssyscfg -r lpar -m s1 --filter lpar_names=lp1 -F uuid"))


def test_partitions_that_are_off_are_inactive_whether_or_not_they_were_activated():
    command = "lssyscfg -r lpar -m s1 --filter lpar_names=off -F resource_config,rmc_state,rmc_ipaddr"
    assert run(command) == "1,inactive,10.0.1.2\n"
    assert run(command, changes={"partitions.off.configured": False}) == "0,inactive,\n"


VPD = re.compile(
    r'"vpd=\*FC \?{8}\n\*VC 20\.0\n\*N2 \w{3} \w{3} \d\d [\d:]{8} \S+ \d{4}\n\*FC \?{8}\n'
    r"\*DS Hardware Management Console\n\*TM 7063-CR2\n\*SE 78F0A10\n\*MN IBM\n\*PN Unknown\n\*SZ \d+\n"
    r"\*OS Embedded Operating Systems\n\*NA 10\.0\.0\.1\n\*FC \?{8}\n\*DS Platform Firmware\n\*RM V10R3 1060\.0\n"
    r'"\n'
)


def test_the_console_describes_itself():
    assert VPD.fullmatch(run("lshmc -v"))
    assert run("lshmc -n -F hostname,ipaddr,networkmask") == "near,10.0.0.1,255.255.0.0\n"
    assert run("lshmc -n").startswith("hostname=near,domain=,gateway=")
    assert run("lshmc -r -F ssh") == "enable\n"


@pytest.mark.parametrize("kind", ["-b", "-l", "-L", "-h", "-e"])
def test_every_kind_of_description_has_attributes(kind):
    assert "=" in run(f"lshmc {kind}")


def test_an_rmc_connection_looks_as_on_a_real_console():
    real = (
        "<#0> Partition:<2*8233-E8B*069991R, , 10.8.251.102>\n"
        "       Active:<1>, OS:<AIX, 6.1, 6100-07-06-1241>, DCaps:<0x2c5f>, CmdCaps:<0x4000001b, 0x1b>, "
        "PinnedMem:<1981>\n"
    )
    shape = re.compile(
        r"(<#\d+> Partition:<\d+\*\w{4}-\w{3}\*\w{7}, \S*, [\d.]+>\n"
        r"       Active:<[01]>, OS:<\w+(/\w+)?, [^>]+>, DCaps:<0x[0-9a-f]+>, CmdCaps:<0x4000001b, 0x1b>, "
        r"PinnedMem:<\d+>\n)+"
    )
    assert shape.fullmatch(real)
    assert shape.fullmatch(run("lspartition -dlpar"))


def test_affinity_scores_and_their_refusals():
    assert run("lsmemopt -m s1 -o currscore -r lpar --filter lpar_names=off") == (
        "lpar_name=off,lpar_id=8,curr_lpar_score=none\n"
    )
    text, status = asyncio.run(SmallLab().type("lsmemopt -m s2 -r resgroup -o currscore --gid all"))
    assert (text, status) == ("HSCLCA00 The managed system does not support multiple resource groups.\n", 1)
    old = SmallLab({"servers.s1.affinity_scores": False})
    assert asyncio.run(old.type("lsmemopt -m s1 -o currscore -r lpar"))[0].startswith("HSCLA012 ")


def test_connections_take_any_separator():
    assert re.fullmatch(r"(10\.254\.\d+\.\d+:Connected\n){3}", run("lssysconn -r all -F ipaddr:state"))
    lost = {"servers.s1.state": "No Connection"}
    assert run("lssysconn -r all -F state", changes=lost) == "No Connection\nConnected\nConnected\n"


def test_utilisation_has_no_samples():
    text, status = asyncio.run(SmallLab().type("lslparutil -r lpar -m s1 -n 1"))
    assert (text[:9], status) == ("HSCL8016 ", 1)
