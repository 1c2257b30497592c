"""Lists of devices: literal lines of real systems come out of a world that is set up like them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from device_lab import DeviceLab
from world_doubles import _console, _server

_ADAPTER = {"card": 17, "id": 2, "ports": [{}, {}, {"up": False, "logical_ports": 4}, {}]}


def _partition(address: int, number: int, **more: Any) -> dict[str, Any]:
    entry = {"serve": f"127.0.30.{address}", "address": f"10.0.1.{address}", "server": "sys-2", "id": number}
    return {**entry, "distribution": "rhel9", "memory": 4096, **more}


def real_system(**partitions: dict[str, Any]) -> DeviceLab:
    """A POWER9 system ``sys-2`` with the Virtual I/O Server ``lpar-4`` of id 100 and two SR-IOV capable adapters."""
    vios = {"serve": "127.0.20.1", "address": "10.0.2.1", "id": 100, "shared_adapters": []}
    server = _server("hmc1", "9009-22A", "78A1B20", "POWER9", {"lpar-4": vios})
    server["sriov"] = [_ADAPTER, {"card": 16, "mode": "dedicated", "ports": [{}]}]
    data = {
        "name": "real",
        "consoles": {"hmc1": _console(1, 11)},
        "servers": {"sys-2": server},
        "partitions": {name.replace("_", "-"): entry for name, entry in partitions.items()},
    }
    return DeviceLab(data=data)


def masked(text: str) -> str:
    """Without location codes and addresses of physical ports, which are the machine's own."""
    text = re.sub(r"U78[-.\w]*?-P1-C\d+", "LOCATION", text)
    return re.sub(r"mac_addr=[0-9a-f]{12}", "mac_addr=MAC", text)


def test_fibre_channel_adapters():
    adapter = {"slot": 301, "kind": "fc", "server": "lpar-4", "remote_slot": 301}
    lab = real_system(lpar_3=_partition(1, 1, storage=[adapter]))
    place = lab.place("lpar-3")
    place.storage = (replace(place.storage[0], wwpns=("c050760000000000", "c050760000000001")),)
    assert lab.run("lshwres -r virtualio --rsubtype fc --level lpar -m sys-2") == (
        "lpar_name=lpar-3,lpar_id=1,slot_num=301,adapter_type=client,state=1,is_required=0,remote_lpar_id=100,"
        'remote_lpar_name=lpar-4,remote_slot_num=301,"wwpns=c050760000000000,c050760000000001"\n'
        "lpar_name=lpar-4,lpar_id=100,slot_num=301,adapter_type=server,state=1,is_required=0,remote_lpar_id=1,"
        "remote_lpar_name=lpar-3,remote_slot_num=301\n"
    )


def test_virtual_ethernet_adapters_of_a_client_and_of_a_bridge():
    lab = real_system(clpar5=_partition(1, 5, ethernet=[{"slot": 2, "vlan": 54}]))
    lab.run(
        "chhwres -r virtualio --rsubtype eth -m sys-2 -o a --id 100 -s 2 -a "
        "'ieee_virtual_eth=1,port_vlan_id=1,\"addl_vlan_ids=10,11\",is_trunk=1,trunk_priority=1,mac_addr=761FA3934802'"
    )
    partition = lab.place("clpar5").partition
    partition.ethernet = (replace(partition.ethernet[0], mac="FE9F6044E802"),)
    assert lab.run("lshwres -r virtualio --rsubtype eth --level lpar -m sys-2") == (
        "lpar_name=clpar5,lpar_id=5,slot_num=2,state=1,is_required=0,is_trunk=0,ieee_virtual_eth=0,port_vlan_id=54,"
        "vswitch=ETHERNET0,addl_vlan_ids=,mac_addr=FE9F6044E802\n"
        "lpar_name=lpar-4,lpar_id=100,slot_num=2,state=1,is_required=0,is_trunk=1,trunk_priority=1,ieee_virtual_eth=1,"
        'port_vlan_id=1,vswitch=ETHERNET0,"addl_vlan_ids=10,11",mac_addr=761FA3934802,allowed_os_mac_addrs=all,'
        "qos_priority=none\n"
    )
    names = "-F lpar_name,port_vlan_id,vswitch,state,trunk_priority"
    assert lab.run(f"lshwres -r virtualio --rsubtype eth --level lpar -m sys-2 {names}") == (
        "clpar5,54,ETHERNET0,1,unavailable\nlpar-4,1,ETHERNET0,1,1\n"
    )


def test_a_vnic_and_its_backing_device():
    lab = real_system(client_a=_partition(1, 3))
    server = lab.place("client-a").server
    server.devices.sriov[0].number = 1
    for _ in range(2):
        lab.run('chhwres -r sriov --rsubtype logport -m sys-2 -o a --id 100 -a "adapter_id=1,phys_port_id=0"')
    partition = lab.place("client-a").partition
    partition.ethernet = ()
    backing = "mac_addr=eaadf2188302,backing_devices=sriov/lpar-4/100/1/1/2"
    lab.run(f'chhwres -r virtualio --rsubtype vnic -o a -m sys-2 -p client-a -a "port_vlan_id=0,{backing}"')
    names = (
        "lpar_name,lpar_id,slot_num,desired_mode,curr_mode,auto_priority_failover,port_vlan_id,pvid_priority,"
        "allowed_vlan_ids,mac_addr,allowed_os_mac_addrs,backing_devices,backing_device_states"
    )
    command = "lshwres -r virtualio --rsubtype vnic --level lpar -m sys-2 --filter lpar_names=client-a"
    assert lab.run(f"{command} -F {names} --header") == (
        f"{names}\n"
        "client-a,3,2,ded,ded,1,0,0,all,eaadf2188302,all,sriov/lpar-4/100/1/1/27004003/2.0/2.0/50/100.0/100.0,"
        "sriov/27004003/1/Operational\n"
    )
    names = (
        "lpar_name,lpar_id,type,adapter_id,physical_port_id,logical_port_id,capacity,desired_capacity,max_capacity,"
        "desired_max_capacity,failover_priority,is_active,status"
    )
    assert lab.run(f"lshwres -r virtualio --rsubtype vnicbkdev -m sys-2 -F {names}") == (
        "lpar-4,100,sriov,1,1,27004003,2.0,2.0,100.0,100.0,50,1,Operational\n"
    )


def test_adapters_in_both_modes():
    lab = real_system()
    assert masked(lab.run("lshwres -r sriov --rsubtype adapter -m sys-2")) == (
        "adapter_id=2,slot_id=21010021,adapter_max_logical_ports=48,config_state=sriov,functional_state=1,"
        "logical_ports=48,phys_loc=LOCATION,phys_ports=4,sriov_status=running,alternate_config=0,"
        "custom_max_capacity_capable=1,custom_min_capacity_capable=1\n"
        "adapter_id=null,slot_id=21010020,adapter_max_logical_ports=null,config_state=dedicated,functional_state=1,"
        "logical_ports=null,phys_loc=LOCATION,phys_ports=null,sriov_status=null,alternate_config=0,"
        "custom_max_capacity_capable=null,custom_min_capacity_capable=null\n"
    )


def test_a_dark_physical_port():
    lab = real_system()
    lab.run('chhwres -r sriov --rsubtype logport -m sys-2 -o a --id 100 -a "adapter_id=2,phys_port_id=2,capacity=2"')
    command = "lshwres -r sriov --rsubtype physport --level eth -m sys-2 --filter phys_port_ids=2"
    assert masked(lab.run(command)) == (
        "adapter_id=2,phys_port_id=2,phys_port_label=,phys_port_sub_label=,phys_port_loc=LOCATION-T3,"
        "phys_port_type=eth,state=0,config_logical_ports=1,phys_port_max_logical_ports=4,"
        "supported_max_eth_logical_ports=4,max_eth_logical_ports=4,curr_eth_logical_ports=1,max_diag_ports=1,"
        'max_promisc_ports=1,"capabilities=pvid_priority_capable,port_vlan_id_capable,mac_vlan_consistency_capable,'
        'clear_phys_port_stat_capable,clear_logical_port_stat_capable",conn_speed=0,config_conn_speed=auto,'
        "max_recv_packet_size=9000,config_max_recv_packet_size=9000,recv_flow_control=0,config_recv_flow_control=0,"
        "trans_flow_control=0,config_trans_flow_control=0,veb_mode=1,vepa_mode=0,priority_flow_control_active=null,"
        "mac_addr=unavailable,adapter_lldp=1\n"
    )
    assert lab.run("lshwres -r sriov --rsubtype physport --level roce -m sys-2") == "No results were found.\n"


def test_logical_ports_in_use_and_unconfigured():
    lab = real_system(client=_partition(1, 3), lpar_7=_partition(2, 7))
    add = "chhwres -r sriov --rsubtype logport -m sys-2 -o a -p lpar-7 -a"
    lab.run('chhwres -r virtualio --rsubtype vnic -o a -m sys-2 -p client -a "backing_devices=sriov/lpar-4/100/2/0/2"')
    lab.run(f'{add} "adapter_id=2,phys_port_id=2,logical_port_id=27008004,capacity=2"')
    names = (
        "config_id,lpar_name,lpar_id,lpar_state,adapter_id,logical_port_id,logical_port_type,phys_port_id,"
        "functional_state,capacity,max_capacity"
    )
    command = f"lshwres -r sriov --rsubtype logport -m sys-2 --level eth --filter adapter_ids=2 -F {names} --header"
    assert lab.run(command) == (
        f"{names}\n16384,lpar-4,100,Running,2,27008001,eth,0,1,2.0,100.0\n"
        "0,lpar-7,7,Running,2,27008004,eth,2,1,2.0,100.0\n"
    )
    line = lab.run("lshwres -r sriov --rsubtype logport -m sys-2 --level eth --filter lpar_names=lpar-7")
    assert line.split(",")[6] == "logical_port_id=27008004", "public code counts on this"
    unconfigured = lab.run("lshwres -r sriov --rsubtype logport -m sys-2")
    assert "27008004" not in unconfigured
    assert "27008001" not in unconfigured
    assert masked(unconfigured).splitlines()[2] == (
        "adapter_id=2,logical_port_id=27008005,logical_port_type=unconfigured,drc_name=PHB 4229,"
        "location_code=LOCATION-T1-S5"
    )


def test_a_migratable_port_names_its_backup():
    lab = DeviceLab()
    names = "-F migratable,backup_device_type,backup_device_slot_num,backup_veth_vnetwork,backup_vnic_backing_device"
    command = f"lshwres -r sriov --rsubtype logport --level eth {names} -m"
    assert lab.run(f"{command} p9a --filter lpar_names=lp6") == "1,veth,7,VLAN1-ETHERNET0,none\n"
    assert lab.run(f"{command} p10b --filter lpar_names=lp7") == (
        "1,vnic,7,none,sriov/p10b-vios1/1/2/0/27008001/2.0/2.0/50/100.0/100.0\n"
    )
    assert "migratable" not in lab.run("lshwres -r sriov --rsubtype logport --level eth -m p9a --filter lpar_ids=1")


PROFILES = [
    (
        "p9a lp6 sriov_eth_logical_ports",
        "config_id=0:adapter_id=1:phys_port_id=0:logical_port_id=27004002:diag_mode=0:huge_dma_window_mode=0:"
        "promisc_mode=0:allowed_vlan_ids=all:mac_addr=MAC:allowed_os_mac_addrs=all:port_vlan_id=0:pvid_priority=0:"
        "capacity=4.0:max_capacity=100.0:allowed_priorities=none:migratable=1:backup_device_type=veth:"
        "backup_device_slot_num=7:backup_veth_vnetwork=VLAN1-ETHERNET0:backup_vnic_backing_device=none\n",
    ),
    ("p9a lp8 virtual_eth_adapters", '"""2/1/101/102,103/0/0/ETHERNET0//all/none"",5/0/1//0/0/ETHERNET1//all/none"\n'),
    (
        "p9a lp5 vnic_adapters",
        '"""slot_num=6:mode=ded:auto_priority_failover=1:port_vlan_id=0:pvid_priority=0:allowed_vlan_ids=all:'
        "mac_addr=MAC:allowed_os_mac_addrs=all:is_required=0:backing_devices=sriov/p9a-vios1/1/1/0/2.0/50/100.0,"
        'sriov/p9a-vios2/2/2/0/2.0/60/100.0"""\n',
    ),
    ("p9a lp8 io_slots", "2101001C/none/1\n"),
    ("p9a lp8 virtual_scsi_adapters", "3/client/1/p9a-vios1/48/0\n"),
    ("p9a lp5 shared_proc_pool_name", "SharedPool01\n"),
    ("p10a lp9 proc_mode,sharing_mode,uncap_weight", "ded,keep_idle_procs,null\n"),
    ("p9a p9a-vios1 virtual_eth_adapters", '"2/0/1//1/0/ETHERNET0//all/none,3/0/101//1/0/ETHERNET0//all/none"\n'),
    ("p9a p9a-vios1 virtual_vasi_adapters,electronic_err_reporting", "none,null\n"),
]


@pytest.mark.parametrize(("question", "answer"), PROFILES, ids=[question for question, _ in PROFILES])
def test_profiles_name_every_adapter(question, answer):
    server, name, attributes = question.split()
    text = DeviceLab().run(f"lssyscfg -r prof -m {server} --filter lpar_names={name} -F {attributes}")
    assert re.sub(r"mac_addr=\w{12}", "mac_addr=MAC", text) == answer


def test_the_profile_of_a_client_with_one_disk_adapter():
    disk = {"slot": 2, "kind": "scsi", "server": "lpar-4", "remote_slot": 3}
    entry = _partition(1, 1, memory=3072, units=0.3, processors=3, max_virtual_slots=6, ethernet=[], storage=[disk])
    lab = real_system(lp3=entry)
    profile = lab.place("lp3").partition.profiles["default_profile"]
    profile.units = replace(profile.units, maximum=2.0)
    assert lab.run("lssyscfg -r prof -m sys-2 --filter lpar_names=lp3") == (
        "name=default_profile,lpar_name=lp3,lpar_id=1,lpar_env=aixlinux,all_resources=0,min_mem=1536,desired_mem=3072,"
        "max_mem=6144,min_num_huge_pages=0,desired_num_huge_pages=0,max_num_huge_pages=0,mem_mode=ded,"
        "mem_expansion=0.0,hpt_ratio=1:128,ppt_ratio=1:4096,proc_mode=shared,min_proc_units=0.1,desired_proc_units=0.3,"
        "max_proc_units=2.0,min_procs=1,desired_procs=3,max_procs=6,sharing_mode=uncap,uncap_weight=128,"
        "shared_proc_pool_id=0,shared_proc_pool_name=DefaultPool,affinity_group_id=none,io_slots=none,"
        'lpar_io_pool_ids=none,max_virtual_slots=6,"virtual_serial_adapters=0/server/1/any//any/1,'
        '1/server/1/any//any/1",virtual_scsi_adapters=2/client/100/lpar-4/3/0,virtual_eth_adapters=none,'
        "virtual_eth_vsi_profiles=none,virtual_fc_adapters=none,vnic_adapters=none,vtpm_adapters=none,boot_mode=norm,"
        "conn_monitoring=1,auto_start=0,power_ctrl_lpar_ids=none,work_group_id=none,redundant_err_path_reporting=0,"
        "lpar_proc_compat_mode=default,electronic_err_reporting=null,sriov_eth_logical_ports=none,"
        "sriov_roce_logical_ports=none\n"
    )


LISTS = [
    ("virtualio --rsubtype vswitch", "vswitch,switch_mode", "ETHERNET0,VEB\nETHERNET1,VEPA\n"),
    ("virtualio --rsubtype vnetwork --filter vlans=101", "vnetwork,vlan_id,is_tagged", "VLAN101-ETHERNET0,101,0\n"),
    (
        "virtualio --rsubtype slot --level slot --filter lpar_names=lp6",
        "slot_num,config,drc_name",
        "0,serial,U9009.22A.78A1B20-V10-C0\n1,serial,U9009.22A.78A1B20-V10-C1\n2,ethernet,U9009.22A.78A1B20-V10-C2\n"
        "3,scsi,U9009.22A.78A1B20-V10-C3\n4,scsi,U9009.22A.78A1B20-V10-C4\n7,ethernet,U9009.22A.78A1B20-V10-C7\n",
    ),
    ("virtualio --rsubtype slot --level lpar --filter lpar_ids=10", "lpar_name,next_avail_virtual_slot", "lp6,5\n"),
    (
        "virtualio --rsubtype serial --level lpar --filter lpar_ids=10",
        "slot_num,adapter_type,remote_lpar_id",
        "0,server,any\n1,server,any\n",
    ),
    ("virtualio --rsubtype eth --level lpar --filter vlans=103", "lpar_name,addl_vlan_ids", 'lp8,"102,103"\n'),
    ("virtualio --rsubtype eth --level lpar --filter vswitches=ETHERNET1", "lpar_name:slot_num", "lp8:5\n"),
    (
        "procpool",
        "name,shared_proc_pool_id,max_pool_proc_units,curr_reserved_pool_proc_units",
        "DefaultPool,0,null,null\nSharedPool01,1,8.0,1.0\n",
    ),
    ("virtualio --rsubtype vnic --filter lpar_names=lp5,slots=6", "slot_num", "6\n"),
    ("virtualio --rsubtype scsi --filter lpar_names=lp8", "slot_num", "3\n"),
    ("io --rsubtype slot --filter buses=22", "drc_index,lpar_name,lpar_id,pci_class", "21010016,null,none,0200\n"),
    ("procpool --filter shared_proc_pool_ids=1", "lpar_names", "lp5\n"),
    ("io --rsubtype slot --filter lpar_names=lp8", "drc_index,lpar_id", "2101001C,11\n"),
    ("virtualio --rsubtype vnicbkdev --filter vios_names=p9a-vios2", "client_lpar_name,failover_priority", "lp5,60\n"),
    ("sriov --rsubtype adapter", "phys_loc:adapter_id", None),
]


@pytest.mark.parametrize(("resource", "names", "lines"), LISTS, ids=[resource for resource, _, _ in LISTS])
def test_lists_follow_from_the_world(resource, names, lines):
    text = DeviceLab().run(f"lshwres -r {resource} -m p9a -F {names}")
    if lines is None:
        lines = "".join(f"U78D9.001.78A1B20-P1-C{card}:{number}\n" for card, number in ((4, 1), (5, 2), (6, "null")))
    assert text == lines


def test_what_is_reserved_for_a_pool_and_set_aside_as_huge_pages_is_not_free():
    lab = DeviceLab({"servers.p9a.huge_pages": 2, "partitions.lp1.huge_pages": 1})
    plain = DeviceLab({"servers.p9a.processor_pools": [], "partitions.lp5.processor_pool": 0})
    units, memory = "-r proc -m p9a --level sys -F curr_avail_sys_proc_units", "-r mem -m p9a --level sys"
    assert float(plain.run(f"lshwres {units}")) - float(lab.run(f"lshwres {units}")) == 1.0
    free = f"lshwres {memory} -F curr_avail_sys_mem"
    assert int(plain.run(free)) - int(lab.run(free)) == 2 * 16384
    pages = "configurable_num_sys_huge_pages,curr_avail_num_sys_huge_pages"
    assert lab.run(f"lshwres {memory} -F {pages}") == "2,1\n"


REFUSED = [
    ("virtualio --rsubtype eth", "--level."),
    ("virtualio", "--rsubtype."),
    ("sriov --rsubtype logport --level lpar", "--level."),
    ("sriov --rsubtype adapter -F no_such", "The invalid attribute is no_such."),
    ("sriov --rsubtype physport --level roce -F no_such", "The invalid attribute is no_such."),
    ("sriov --rsubtype adapter --filter lpar_names=lp1", "--filter."),
    ("virtualio --rsubtype vnic --level lpar --filter lpar_names=nobody", "HSCL8012 The partition named nobody"),
    ("virtualio --rsubtype optical", "lshwres -r virtualio --rsubtype optical: not simulated"),
]


@pytest.mark.parametrize(("resource", "text"), REFUSED, ids=[resource for resource, _ in REFUSED])
def test_what_cannot_be_listed_is_refused(resource, text):
    assert text in DeviceLab().refused(f"lshwres -r {resource} -m p9a")


def test_processors_of_a_partition_that_is_off():
    units = {"units": 1.0, "processors": 1}
    lab = real_system(aix61_8=_partition(1, 8, activated=False, **units))
    place = lab.place("aix61-8")
    place.partition.units = replace(place.partition.units, minimum=0.2, maximum=2.0)
    assert lab.run("lshwres -r proc -m sys-2 --level lpar --filter lpar_ids=8") == (
        "lpar_name=aix61-8,lpar_id=8,curr_shared_proc_pool_id=0,curr_shared_proc_pool_name=DefaultPool,"
        "curr_proc_mode=shared,curr_min_proc_units=0.2,curr_proc_units=1.0,curr_max_proc_units=2.0,curr_min_procs=1,"
        "curr_procs=1,curr_max_procs=2,curr_sharing_mode=uncap,curr_uncap_weight=128,pend_shared_proc_pool_id=0,"
        "pend_shared_proc_pool_name=DefaultPool,pend_proc_mode=shared,pend_min_proc_units=0.2,pend_proc_units=1.0,"
        "pend_max_proc_units=2.0,pend_min_procs=1,pend_procs=1,pend_max_procs=2,pend_sharing_mode=uncap,"
        "pend_uncap_weight=128,run_proc_units=0.0,run_procs=0,run_uncap_weight=0\n"
    )


def test_a_partition_sees_its_adapters():
    lab = DeviceLab()
    adapters = {adapter.driver: adapter for adapter in lab.os_of("lp7").hardware.adapters}
    port, vnic = adapters["mlx5_core"], adapters["ibmvnic"]
    assert (port.drc_index, port.unit, port.primary) == (0x20004001, 0, True)
    assert (vnic.unit, vnic.primary) == (0x30000007, False)
    assert port.hcn_id == vnic.hcn_id != 0
    assert adapters["ibmveth"].hcn_id == 0
