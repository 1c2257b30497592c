"""``chhwres``: what each form changes, what the partition is told, and what is refused and then changes nothing."""

from __future__ import annotations

import asyncio

import pytest
from device_lab import DeviceLab

PORTS = "lshwres -r sriov --rsubtype logport --level eth -m p9a -F lpar_name,logical_port_id,capacity"
VNIC = "lshwres -r virtualio --rsubtype vnic --level lpar -m p9a --filter lpar_names=lp1 -F"
ETH = "lshwres -r virtualio --rsubtype eth --level lpar -m p9a --filter lpar_names=lp1 -F"
FC = "lshwres -r virtualio --rsubtype fc --level lpar -m p9a --filter slots=90 -F lpar_name,remote_lpar_name"
ADD_PORT = "chhwres -r sriov -m p9a --rsubtype logport -o a -p lp1 -a"
ADD_VNIC = "chhwres -r virtualio --rsubtype vnic -o a -m p9a -p lp1 -a"


# --- logical ports -------------------------------------------------------------------------------------------------


def test_a_migratable_port_with_a_virtual_ethernet_backup():
    lab = DeviceLab()
    text = lab.run(
        f'{ADD_PORT} "adapter_id=1,phys_port_id=0,logical_port_type=eth,mac_addr=020303030301,migratable=1,'
        'backup_device_type=veth,backup_veth_vnetwork=VLAN1-ETHERNET0"'
    )
    assert text == "", "a change that works is silent"
    assert "lp1,27004003,1.0" in lab.run(PORTS).splitlines()
    assert lab.run(f"{ETH} slot_num,port_vlan_id") == "2,1\n5,1\n"
    backup, port = lab.os_of("lp1").calls[-3:-1]
    assert port.startswith("add 20004003 ")
    assert backup.split()[2] == port.split()[2] != "0", "both belong to the same bond"
    macs = {adapter.drc_index: adapter.mac for adapter in lab.os_of("lp1").hardware.adapters}
    assert macs[0x20004003] == "02:03:03:03:03:01"


def test_a_migratable_port_with_a_vnic_backup_takes_its_backing_device_along_when_it_goes():
    lab = DeviceLab()
    lab.run(
        f'{ADD_PORT} "adapter_id=1,phys_port_id=0,logical_port_type=eth,mac_addr=020303030301,migratable=1,'
        'backup_device_type=vnic,backup_vnic_backing_device=sriov/p9a-vios1/1/2/0/2/50/10"'
    )
    assert lab.run(f"{VNIC} slot_num,backing_devices") == "5,sriov/p9a-vios1/1/2/0/27008003/2.0/2.0/50/10.0/10.0\n"
    lab.run('chhwres -r sriov -m p9a --rsubtype logport -o r -p lp1 -a "adapter_id=1,logical_port_id=27004003"')
    assert lab.os_of("lp1").calls[-2].startswith("remove 20004003 ")
    assert lab.run(f"{VNIC} slot_num") == "No results were found.\n"
    assert "27004003" not in lab.run(PORTS)
    assert "27008003" not in lab.run(PORTS)


def test_a_port_of_another_partition_is_moved_without_a_word():
    lab = DeviceLab()
    assert lab.run(f'{ADD_PORT} "adapter_id=1,logical_port_id=27004002"') == ""
    assert "lp1,27004002,4.0" in lab.run(PORTS).splitlines()
    assert "lp6," not in lab.run(PORTS)
    assert lab.os_of("lp6").calls[-2].startswith("remove 20004002 ")


def test_a_port_of_the_same_partition_is_refused():
    lab = DeviceLab()
    command = 'chhwres -r sriov -m p9a --rsubtype logport -o a -p lp6 -a "adapter_id=1,logical_port_id=27004002"'
    assert lab.refused(command) == ("HSCL127D: HSCL1288 logical port 27004002 is already assigned to the partition.\n")


CAPACITIES = [
    ("1,phys_port_id=1,capacity=0.5", "HSCL1295 capacity 0.5 is outside the valid range 1.0 to 100.0.\n"),
    (
        "1,phys_port_id=1,capacity=7.5",
        "HSCL1294 The capacity specified for the logical port with configuration ID 0 is 7.5. This is not a multiple "
        "of the capacity granularity of the specified protocol of this physical port which is 1.0.\n",
    ),
    ("1,phys_port_id=0,capacity=95", "HSCL1293 total capacity would exceed 100.0; current capacity is 6.0.\n"),
]


@pytest.mark.parametrize(("attributes", "text"), CAPACITIES, ids=[text.split()[0] for _, text in CAPACITIES])
def test_capacities_are_checked(attributes, text):
    assert DeviceLab().refused(f'{ADD_PORT} "adapter_id={attributes}"') == text


def test_a_full_physical_port():
    lab = DeviceLab()
    lab.run(f'{ADD_PORT} "adapter_id=1,phys_port_id=1,capacity=100"')
    text = lab.refused(f'{ADD_PORT} "adapter_id=1,phys_port_id=1,capacity=1"')
    assert text == "HSCL1293 total capacity would exceed 100.0; current capacity is 100.0.\n"
    vnic = lab.refused(f'{ADD_VNIC} "backing_devices=sriov/p9a-vios1/1/1/1/2"')
    assert vnic == "HSCL1293 total capacity would exceed 100.0; current capacity is 100.0.\n"
    assert lab.run(f"{VNIC} slot_num") == "No results were found.\n"


def test_a_physical_port_with_as_many_logical_ports_as_it_can_have():
    lab = DeviceLab()
    for _ in range(4):
        lab.run(f'{ADD_PORT} "adapter_id=1,phys_port_id=2"')
    assert lab.refused(f'{ADD_PORT} "adapter_id=1,phys_port_id=2"').startswith("HSCLAF32 ")


BAD_PORTS = [
    ("adapter_id=9,phys_port_id=0", "HSCLAF30 The managed system p9a has no adapter with the ID 9"),
    ("adapter_id=1,phys_port_id=9", "HSCLAF31 The SR-IOV adapter 1 has no physical port with the ID 9."),
    ("adapter_id=1", "phys_port_id."),
    ("phys_port_id=1", "adapter_id."),
    ("adapter_id=1,phys_port_id=1,migratable=true", "The value true of the attribute migratable is invalid."),
    ("adapter_id=1,phys_port_id=1,migratable=1", "The value  of the attribute backup_device_type is invalid."),
    (
        "adapter_id=1,phys_port_id=1,migratable=1,backup_device_type=veth,backup_veth_vnetwork=VLAN7-ETHERNET0",
        "HSCLAF35 The virtual network VLAN7-ETHERNET0 was not found on the managed system p9a.",
    ),
    ("adapter_id=2,phys_port_id=1,logical_port_type=eth", "HSCLAF3F The physical port 1 of the SR-IOV adapter 2"),
    ("adapter_id=1,phys_port_id=1,mac_addr=02:03", "The value 02:03 of the attribute mac_addr is invalid."),
    ("adapter_id=1,phys_port_id=1,speed=1", "The invalid attribute is speed."),
    ("adapter_id=1,logical_port_id=27004001", "HSCLAF3F The logical port 27004001 is a vNIC backing device"),
]


@pytest.mark.parametrize(("attributes", "text"), BAD_PORTS, ids=[text for text, _ in BAD_PORTS])
def test_ports_that_cannot_be_are_refused_and_nothing_changes(attributes, text):
    lab = DeviceLab()
    before, calls = lab.run(PORTS), list(lab.os_of("lp1").calls)
    assert text in lab.refused(f'{ADD_PORT} "{attributes}"')
    assert lab.run(PORTS) == before
    assert lab.os_of("lp1").calls == calls


def test_a_system_that_does_not_let_go_of_a_port_keeps_it():
    lab = DeviceLab()
    lab.os_of("lp6").status = 16
    text = lab.refused('chhwres -r sriov -m p9a --rsubtype logport -o r -p lp6 -a "logical_port_id=27004002"')
    assert text.startswith(
        "HSCL2929 The dynamic removal of I/O resources failed: The I/O slot dynamic partitioning operation failed.  "
        "Here are the I/O slot IDs that failed and the reasons for failure:\n"
    )
    assert "caDlparCommand:execv to drmgr\nValidating PHB DLPAR capability...yes.\n" in text
    assert text.endswith("The OS return code is 3.\n")
    assert "lp6,27004002,4.0" in lab.run(PORTS)


def test_a_port_that_the_system_cannot_configure_is_there_all_the_same():
    lab = DeviceLab()
    lab.os_of("lp1").status = 19
    text = lab.refused(
        f'{ADD_PORT} "adapter_id=1,phys_port_id=0,migratable=1,backup_device_type=veth,'
        'backup_veth_vnetwork=VLAN1-ETHERNET0"'
    )
    assert text.startswith("HSCL294C DLPAR ADD Virtual I/O resources failed:\n")
    assert "lp1,27004003,1.0" in lab.run(PORTS)


def test_settings_of_a_port():
    lab = DeviceLab()
    lab.run('chhwres -r sriov -m p9a --rsubtype logport -o s -p lp6 -a "logical_port_id=27004002,port_vlan_id=7"')
    names = "port_vlan_id --filter logical_port_ids=27004002"
    assert lab.run(f"lshwres -r sriov --rsubtype logport --level eth -m p9a -F {names}") == "7\n"


# --- vNICs ---------------------------------------------------------------------------------------------------------


def test_a_vnic_from_its_first_backing_device_to_its_end():
    lab = DeviceLab()
    lab.run(f'{ADD_VNIC} "port_vlan_id=0,backing_devices=sriov/p9a-vios1/1/1/1/2"')
    assert lab.run(f"{VNIC} slot_num,backing_devices") == "5,sriov/p9a-vios1/1/1/1/27004003/2.0/2.0/50/100.0/100.0\n"
    assert [adapter.unit for adapter in lab.os_of("lp1").hardware.adapters if adapter.driver == "ibmvnic"] == [
        0x30000005
    ]
    lab.run(
        "chhwres -r virtualio --rsubtype vnic -o s -m p9a -s 5 --id 7 "
        '-a "auto_priority_failover=1,backing_devices+=sriov/p9a-vios2/2/1/0/2/40"'
    )
    assert lab.run(f"{VNIC} backing_device_states") == ('"sriov/27004003/0/Operational,sriov/27004004/1/Operational"\n')
    assert lab.os_of("lp1").calls[-1] == "failover 30000005", "40 is better than 50"
    lab.run(
        "chhwres -r virtualio --rsubtype vnicbkdev -o s -m p9a -s 5 --id 7 --logport 27004004 -a failover_priority=60"
    )
    assert lab.run(f"{VNIC} backing_device_states").startswith('"sriov/27004003/1/')
    lab.run("chhwres -r virtualio --rsubtype vnicbkdev -o act -m p9a -s 5 --id 7 --logport 27004004")
    assert lab.run(f"{VNIC} auto_priority_failover,backing_device_states") == (
        '0,"sriov/27004003/0/Operational,sriov/27004004/1/Operational"\n'
    )
    lab.run('chhwres -r virtualio --rsubtype vnic -o s -m p9a -s 5 -p lp1 -a "backing_devices-=sriov/27004003"')
    assert "27004003" not in lab.run(PORTS)
    lab.run("chhwres -r virtualio --rsubtype vnic -o r -m p9a -p lp1 -s 5")
    assert lab.run(f"{VNIC} slot_num") == "No results were found.\n"
    assert "27004004" not in lab.run(PORTS)


def test_the_backing_device_of_a_virtual_io_server_that_goes_down_is_replaced():
    lab = DeviceLab()
    states = "lshwres -r virtualio --rsubtype vnic --level lpar -m p9a -F backing_device_states"

    async def shut_down() -> None:
        lab.power.shut_down(lab.place("p9a-vios1"), orderly=False, restart=False)
        await lab.clock.advance(1)

    asyncio.run(shut_down())
    assert lab.run(states) == '"sriov/27004001/0/Powered Off,sriov/27008001/1/Operational"\n'
    assert lab.os_of("lp5").calls[-1] == "failover 30000006"


def test_a_dark_port_serves_nobody():
    lab = DeviceLab()
    lab.place("lp5").server.devices.port(1, 0).up = False
    states = lab.run("lshwres -r virtualio --rsubtype vnic --level lpar -m p9a -F backing_device_states")
    assert states == '"sriov/27004001/0/Link Down,sriov/27008001/1/Operational"\n'


BAD_VNICS = [
    ("-o a -p lp1", "sriov/p9a-vios1/1/9/0/2", "HSCLAF30 "),
    ("-o a -p lp1", "sriov/nobody//1/0/2", "HSCL8012 "),
    ("-o a -p lp1", "sriov/p9a-vios1/2/1/0/2", "The value p9a-vios1/2 of the attribute backing_devices is invalid."),
    ("-o a -p lp1", "sriov/lp2/8/1/0/2", "The value lp2/8 of the attribute backing_devices is invalid."),
    ("-o a -p lp1", "sriov/p9a-vios1/1", "The value sriov/p9a-vios1/1 of the attribute backing_devices is invalid."),
    ("-o a -p lp1", "sriov/p9a-vios1/1/2/0/3", "HSCL1294 "),
    ("-o a -p lp1", "sriov/p9a-vios1/1/2/1/2", "HSCLAF3F "),
    ("-o a -s 2 -p lp1", "sriov/p9a-vios1/1/1/0/2", "HSCLAF33 The virtual slot 2 of the partition lp1 is in use."),
]


@pytest.mark.parametrize(("options", "backing", "text"), BAD_VNICS, ids=[backing for _, backing, _ in BAD_VNICS])
def test_vnics_that_cannot_be_are_refused_and_nothing_changes(options, backing, text):
    lab = DeviceLab()
    before = lab.run(PORTS)
    refusal = lab.refused(f"chhwres -r virtualio --rsubtype vnic -m p9a {options} -a backing_devices={backing}")
    assert text in refusal
    assert lab.run(PORTS) == before


def test_the_last_backing_device_stays():
    lab = DeviceLab()
    gone = "backing_devices-=sriov/27004001,sriov/27008001"
    text = lab.refused(f"chhwres -r virtualio --rsubtype vnic -o s -m p9a -p lp5 -s 6 -a '\"{gone}\"'")
    assert text.startswith("HSCLAF3B The last backing device of the vNIC 6 cannot be removed.")
    assert "27004001" in lab.run(PORTS)


def test_a_disabled_vnic_has_no_link_until_it_is_enabled():
    lab = DeviceLab()
    command = "chhwres -m p9a -r virtualio --rsubtype vnic -p lp5 -s 6 -o"
    names = "lshwres -m p9a -r virtualio --rsubtype vnic --filter lpar_names=lp5 -F slot_num:is_disabled"

    def link() -> bool:
        return next(one.link for one in lab.os_of("lp5").hardware.adapters if one.driver == "ibmvnic")

    assert (lab.run(names), link()) == ("6:0\n", True)
    lab.run(f"{command} d")
    assert (lab.run(names), link()) == ("6:1\n", False)
    lab.run(f"{command} e")
    assert (lab.run(names), link()) == ("6:0\n", True)


def test_a_backing_device_is_removed_by_the_text_that_added_it():
    lab = DeviceLab()
    command = "chhwres -r virtualio --rsubtype vnic -o s -m p9a -s 6 --id 9 -a"
    lab.run(f"{command} auto_priority_failover=1,backing_devices+=sriov/p9a-vios2/2/1/1/2/70")
    assert lab.run(PORTS).count("p9a-vios2") == 2
    lab.run(f"{command} backing_devices-=sriov/p9a-vios2/2/1/1/2/70")
    assert lab.run(PORTS).count("p9a-vios2") == 1


def test_a_slot_is_emptied_without_the_kind_of_its_adapter():
    lab = DeviceLab()
    lab.run("chhwres -r virtualio -m p9a -o r -p lp5 -s 6")
    lab.run("chhwres -r virtualio -m p9a -o r -p lp5 -s 3")
    assert lab.run("lshwres -r virtualio --rsubtype slot --level slot -m p9a -Fslot_num --filter lpar_ids=9") == (
        "0\n1\n2\n4\n"
    )


def test_the_size_of_memory_blocks_waits_for_the_next_start():
    lab = DeviceLab()
    lab.run("chhwres -m p9a -r mem -o s -a pend_mem_region_size=128")
    assert lab.run("lshwres -r mem -m p9a --level sys -F mem_region_size,pend_mem_region_size") == "256,128\n"


# --- memory and processors -----------------------------------------------------------------------------------------


def test_memory_goes_from_the_system_to_the_partition_and_back():
    lab = DeviceLab()
    free = "lshwres -r mem -m p9a --level sys -F curr_avail_sys_mem"
    mine = "lshwres -r mem -m p9a --level lpar --filter lpar_names=lp1 -F curr_mem,run_mem"
    before = int(lab.run(free))
    lab.run("chhwres -r mem -m p9a -o a -p lp1 -q 1024")
    assert (lab.run(mine), int(lab.run(free))) == ("9216,9216\n", before - 1024)
    assert lab.os_of("lp1").hardware.memory == 9216
    lab.run("chhwres -r mem -m p9a -o r -p lp1 -q 2048")
    assert (lab.run(mine), int(lab.run(free))) == ("7168,7168\n", before + 1024)
    lab.run("chhwres -r mem -m p9a -o m -p lp1 -t lp2 -q 256")
    assert (lab.run(mine), int(lab.run(free))) == ("6912,6912\n", before + 1024)
    assert lab.os_of("lp2").hardware.memory == 8448
    lab.run("chhwres -r mem -m p9a -o s -p lp1 -q 8192")
    assert lab.run(mine) == "8192,8192\n"
    assert lab.run("lssyscfg -r prof -m p9a --filter lpar_names=lp1 -F desired_mem") == "8192\n"


def test_processors_and_units():
    lab = DeviceLab()
    mine = "lshwres -r proc -m p9a --level lpar --filter lpar_names=lp1 -F curr_procs,curr_proc_units"
    lab.run("chhwres -r proc -m p9a -o a -p lp1 --procs 1 --procunits 0.2")
    assert lab.run(mine) == "3,0.7\n"
    assert lab.run("lshwres -r proc -m p9a --level sys -F curr_avail_sys_proc_units") == "14.8\n"
    lab.run("chhwres -r proc -m p9a -o r -p lp1 --procunits 0.3")
    lab.run("chhwres -r proc -m p9a -o s -p lp1 -a 'sharing_mode=cap,shared_proc_pool_name=SharedPool01'")
    names = "curr_proc_units,curr_sharing_mode,curr_uncap_weight,curr_shared_proc_pool_id"
    assert lab.run(f"lshwres -r proc -m p9a --level lpar --filter lpar_names=lp1 -F {names}") == "0.4,cap,0,1\n"
    assert (lab.os_of("lp1").hardware.capped, lab.os_of("lp1").hardware.pool_id) == (True, 1)
    lab.run("chhwres -r proc -m p10a -o a -p lp9 --procs 1")
    assert lab.run("lshwres -r proc -m p10a --level lpar --filter lpar_names=lp9 -F run_procs") == "2\n"


def test_the_current_profile_follows_when_it_is_kept_in_step():
    lab = DeviceLab()
    lab.run("chsyscfg -r lpar -m p9a -i name=lp1,sync_curr_profile=1")
    lab.run("chhwres -r mem -m p9a -o a -p lp1 -q 1024")
    assert lab.run("lssyscfg -r prof -m p9a --filter lpar_names=lp1 -F desired_mem") == "9216\n"


def test_processor_pools():
    lab = DeviceLab()
    lab.run("chhwres -r procpool -m p9a -o s --poolid 1 -a max_pool_proc_units=10,reserved_pool_proc_units=2")
    lab.run("chhwres -r procpool -m p9a -o s --poolid 2 -a max_pool_proc_units=3,new_name=second")
    assert lab.run("lshwres -r procpool -m p9a -F name,max_pool_proc_units") == (
        "DefaultPool,null\nSharedPool01,10.0\nsecond,3.0\n"
    )
    lab.run("chhwres -r procpool -m p9a -o s -p lp1 -a shared_proc_pool_name=second")
    assert lab.run("lshwres -r procpool -m p9a --filter pool_names=second -F lpar_names") == "lp1\n"
    text = lab.refused("chhwres -r procpool -m p9a -o s --poolname second -a max_pool_proc_units=0.3")
    assert text.startswith("HSCLAF3E ")


AMOUNTS = [
    (
        "mem -o a -q 100",
        "HSCLAF38 The quantity of 100 MB is not a multiple of the logical memory block size of 256 MB.",
    ),
    ("mem -o a -q 102400", "HSCLAF39 The partition lp1 cannot have 110592 MB of memory"),
    ("mem -o r -q 8192", "HSCLAF39 The partition lp1 cannot have 0 MB of memory"),
    ("mem -o a", "-q."),
    ("proc -o a", "--procs."),
    ("proc -o a --procunits 5", "HSCLAF39 The partition lp1 cannot have 5.5 processing units"),
    (
        "proc -o r --procs 1 --procunits 0",
        "",
    ),
    ("proc -o a --procunits x", "The value x of the attribute --procunits is invalid."),
    ("proc -o s -a sharing_mode=uncapped", "The value uncapped of the attribute sharing_mode is invalid."),
]


@pytest.mark.parametrize(("change", "text"), AMOUNTS, ids=[change for change, _ in AMOUNTS])
def test_amounts_out_of_bounds_are_refused(change, text):
    out, status = DeviceLab().try_run(f"chhwres -r {change} -m p9a -p lp1")
    assert (text in out, status) == (True, 1 if text else 0)


def test_what_the_system_has_not_got_is_refused():
    lab = DeviceLab({"servers.p9a.memory": 65536, "servers.p9a.processors": 6, "partitions.lp1.memory": 24576})
    assert lab.run("lshwres -r mem -m p9a --level sys -F curr_avail_sys_mem") == "6144\n"
    text = lab.refused("chhwres -r mem -m p9a -o a -p lp2 -q 8192")
    assert text.startswith("HSCL03EC There is not enough memory: Obtained:  6144, Required:  8192.")
    lab.run("chhwres -r proc -m p9a -o a -p p9a-vios1 --procs 1 --procunits 0.5")
    text = lab.refused("chhwres -r proc -m p9a -o a -p p9a-vios2 --procs 1 --procunits 1")
    assert text == "HSCL03FA There are not enough processing units available: Obtained: 0.5, Required: 1.0\n"


# --- virtual Ethernet, storage, switches, slots --------------------------------------------------------------------


def test_a_virtual_ethernet_adapter_and_its_vlans():
    lab = DeviceLab()
    lab.run("chhwres -r virtualio --rsubtype eth -m p9a -o a -p lp1 -s 20 -a 'port_vlan_id=5,\"addl_vlan_ids=6,7\"'")
    lab.run("chhwres -r virtualio --rsubtype eth -m p9a -o s -p lp1 -s 20 -a addl_vlan_ids+=346")
    lab.run("chhwres -r virtualio --rsubtype eth -m p9a -o s -p lp1 -s 20 -a addl_vlan_ids-=6")
    assert lab.run(f"{ETH} slot_num,port_vlan_id,addl_vlan_ids,ieee_virtual_eth") == '2,1,,0\n20,5,"7,346",1\n'
    assert [adapter.unit for adapter in lab.os_of("lp1").hardware.adapters if adapter.driver == "ibmveth"] == [
        0x30000002,
        0x30000014,
    ]
    lab.run("chhwres -r virtualio --rsubtype eth -m p9a -o r -p lp1 -s 20")
    assert lab.run(f"{ETH} slot_num") == "2\n"


def test_client_and_server_adapter_find_each_other_in_either_order():
    client = "chhwres -r virtualio --rsubtype fc -m p9a -o a -p lp1 -s 12 -a"
    client += " adapter_type=client,remote_lpar_id=1,remote_slot_num=90"
    server = "chhwres -r virtualio --rsubtype fc -m p9a -o a -p p9a-vios1 -s 90 -a"
    server += " adapter_type=server,remote_lpar_name=lp1,remote_slot_num=12"
    for commands in ((client, server), (server, client)):
        lab = DeviceLab()
        lab.run(commands[0])
        lab.run(commands[1])
        assert lab.run(FC) == "p9a-vios1,lp1\n"
        assert [adapter.hosted for adapter in lab.place("lp1").storage] == [True, True, True]
    lab.run("chhwres -r virtualio --rsubtype fc -m p9a -o r -p lp1 -s 12")
    assert lab.run(FC) == "p9a-vios1,lp1\n", "the server adapter stays until it is removed, too"
    lab.run("chhwres -r virtualio --rsubtype fc -m p9a -o r -p p9a-vios1 -s 90")
    assert lab.run(FC) == "No results were found.\n"


def test_adapters_in_use_stay():
    lab = DeviceLab()
    lab.run("chhwres -r virtualio --rsubtype fc -m p9a -o r -p lp1 -s 3")
    for command in (
        "fc -o r -p lp1 -s 4",
        "fc -o r -p p9a-vios2 -s 31",
        "eth -o r -p p9a-vios1 -s 2",
    ):
        text = lab.refused(f"chhwres -r virtualio --rsubtype {command} -m p9a")
        assert text.startswith("HSCL294D Dynamic remove of virtual I/O resources failed")
    text = lab.refused("chhwres -r io --rsubtype slot -m p9a -o r -p p9a-vios1 -l 21010012")
    assert text.startswith("HSCL2929 ")
    assert text.endswith("The OS return code is 3.\n")


def test_virtual_switches():
    lab = DeviceLab()
    switch = "chhwres -r virtualio --rsubtype vswitch -m p9a"
    lab.run(f"{switch} -o a --vswitch NEW -a switch_mode=VEPA")
    lab.run(f"{switch} -o s --vswitch NEW -a new_name=BLUE,switch_mode=VEB")
    lab.run(f"{switch} -o s --vswitch ETHERNET1 -a new_name=RED")
    names = "lshwres -r virtualio --rsubtype vswitch -m p9a -F vswitch,switch_mode"
    assert lab.run(names) == "ETHERNET0,VEB\nRED,VEPA\nBLUE,VEB\n"
    assert lab.refused(f"{switch} -o r --vswitch RED").startswith("HSCLAF36 The virtual switch RED is used by")
    lab.run(f"{switch} -o r --vswitch BLUE")
    assert lab.refused(f"{switch} -o r --vswitch BLUE").startswith("HSCLAF36 The virtual switch BLUE was not found")


def test_an_adapter_changes_its_mode_when_nobody_uses_it():
    lab = DeviceLab()
    adapter = "chhwres -r sriov -m p9a --rsubtype adapter"
    lab.run(f"{adapter} -o a -a slot_id=21010016")
    modes = "lshwres -r sriov --rsubtype adapter -m p9a -F adapter_id,config_state"
    assert lab.run(modes) == "1,sriov\n2,sriov\n3,sriov\n"
    lab.run(f"{adapter} -o r -a slot_id=21010016")
    assert lab.run(modes) == "1,sriov\n2,sriov\nnull,dedicated\n"
    assert lab.refused(f"{adapter} -o r -a slot_id=21010014").startswith("HSCLAF3C ")
    lab.run("chhwres -r io --rsubtype slot -m p9a -o a -p lp1 -l 21010016")
    assert lab.refused(f"{adapter} -o a -a slot_id=21010016").startswith("HSCLAF3C ")


def test_labels_of_physical_ports():
    lab = DeviceLab()
    lab.run('chhwres -r sriov -m p9a --rsubtype physport -o s -a "adapter_id=1,phys_port_id=3,phys_port_label=lab"')
    label = "lshwres -r sriov --rsubtype physport --level eth -m p9a --filter phys_port_ids=3 -F phys_port_label"
    assert lab.run(label) == "lab\n"


# --- who can be changed --------------------------------------------------------------------------------------------

CHANGES = [
    "mem -o a -q 256",
    "proc -o a --procs 1",
    'virtualio --rsubtype eth -o a -a "port_vlan_id=1"',
    "virtualio --rsubtype vnic -o a -a backing_devices=sriov/p9a-vios1/1/1/0/2",
    'sriov --rsubtype logport -o a -a "adapter_id=1,phys_port_id=0"',
    "io --rsubtype slot -o a -l 21010016",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_running_partition_needs_rmc(change):
    lab = DeviceLab()
    lab.os_of("lp1").rmc_ready = False
    text = lab.refused(f"chhwres -r {change} -m p9a -p lp1")
    assert text.startswith(
        "HSCL2957 Either there is currently no RMC connection between the management console and the partition lp1 or"
    )


@pytest.mark.parametrize("change", CHANGES)
def test_a_partition_that_is_off_is_changed_without_rmc(change):
    lab = DeviceLab()
    assert lab.run(f"chhwres -r {change} -m p9a -p lp8") == ""
    assert not any(call.startswith(("add", "changed")) for call in lab.os_of("lp8").calls)


def test_a_backing_device_needs_rmc_of_its_virtual_io_server():
    lab = DeviceLab({"servers.p9a.virtual_io_servers.p9a-vios1.rmc": "dead"})
    text = lab.refused(f'{ADD_VNIC} "backing_devices=sriov/p9a-vios1/1/1/0/2"')
    assert text.startswith("HSCL2957 ")
    assert "partition p9a-vios1 or" in text


def test_a_partition_that_migrates_is_not_changed():
    lab = DeviceLab()
    lab.place("lp1").state = "Migrating - Running"
    assert lab.refused("chhwres -r mem -m p9a -o a -p lp1 -q 256").startswith("HSCL05DF ")


OTHERS = [
    ("chhwres -r mem -o a -q 256 -p lp1", "-m."),
    ("chhwres -r mem -m p9a -q 256 -p lp1", "-o."),
    ("chhwres -r mem -m p9a -o act -q 256 -p lp1", "-o."),
    ("chhwres -r mem -m p9a -o a -q 256", "-p."),
    ("chhwres -r mem -m p9a -o a -q 256 -p nobody", "HSCL8012 "),
    ("chhwres -r mem -m p9a -o a -q 256 --id 99", "HSCL8011 "),
    ("chhwres -r virtualio -m p9a -o a -p lp1", "--rsubtype."),
    ("chhwres -r virtualio --rsubtype serial -m p9a -o a -p lp1", "not simulated"),
    ("chhwres -r virtualio --rsubtype vnic -m p9a -o d -p lp1 -s 5", "HSCLAF34 "),
    ("chhwres -r virtualio -m p9a -o r -p lp1 -s 5", "HSCLAF34 "),
    ("chhwres -r mem -m p9a -o s -a requested_num_sys_huge_pages=2", "not simulated"),
    ("chhwres -r virtualio --rsubtype vnic -m p9a -o r -p lp1 -s 5", "HSCLAF34 The partition lp1 has no vNIC adapter"),
    ("chhwres -r mem -m p9a -o a -q 256 -p lp1 --force", "not simulated"),
    ("chhwres -r io -m p9a -o a -p lp1 -l 12345678", "HSCLAF3D "),
    ("chhwres -r io -m p9a -o r -p lp1 -l 21010016", "HSCLAF3D "),
]


@pytest.mark.parametrize(("command", "text"), OTHERS, ids=[command for command, _ in OTHERS])
def test_commands_that_make_no_sense_are_refused(command, text):
    assert text in DeviceLab().refused(command)
