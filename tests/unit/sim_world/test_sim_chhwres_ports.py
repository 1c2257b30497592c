"""``chhwres`` for logical ports and vNICs: what each form changes, what the partition is told, and what is refused."""

from __future__ import annotations

import asyncio

import pytest
from device_lab import DeviceLab

PORTS = "lshwres -r sriov --rsubtype logport --level eth -m p9a -F lpar_name,logical_port_id,capacity"
VNIC = "lshwres -r virtualio --rsubtype vnic --level lpar -m p9a --filter lpar_names=lp1 -F"
ETH = "lshwres -r virtualio --rsubtype eth --level lpar -m p9a --filter lpar_names=lp1 -F"
ADD_PORT = "chhwres -r sriov -m p9a --rsubtype logport -o a -p lp1 -a"
ADD_VNIC = "chhwres -r virtualio --rsubtype vnic -o a -m p9a -p lp1 -a"


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


VNICS_OF_PROFILE = "lssyscfg -r prof -m p9a --filter lpar_names=lp5 -F vnic_adapters"


def test_a_change_is_not_written_into_profiles_and_undone_by_an_activation_with_one():
    lab = DeviceLab()
    before = lab.run(VNICS_OF_PROFILE)
    lab.run("chhwres -r virtualio --rsubtype vnic -o r -m p9a -p lp5 -s 6")
    assert lab.run(VNICS_OF_PROFILE) == before
    lab.run("chsysstate -r lpar -m p9a -o shutdown --immed -n lp5")
    lab.run("chsysstate -r lpar -m p9a -o on -n lp5 -f default_profile")
    command = "lshwres -r virtualio --rsubtype vnic -m p9a -F slot_num,backing_device_states"
    assert lab.run(command) == '6,"sriov/27004001/1/Operational,sriov/27008001/0/Operational"\n'


def test_a_profile_whose_port_somebody_else_has_got_cannot_be_activated():
    lab = DeviceLab()
    lab.run("chhwres -r virtualio --rsubtype vnic -o r -m p9a -p lp5 -s 6")
    lab.run(f'{ADD_PORT} "adapter_id=1,phys_port_id=0,logical_port_id=27004001"')
    lab.run("chsysstate -r lpar -m p9a -o shutdown --immed -n lp5")
    text = lab.refused("chsysstate -r lpar -m p9a -o on -n lp5 -f default_profile")
    assert (
        text == "HSCLAF37 The logical port 27004001 of the profile default_profile is assigned to the partition lp1.\n"
    )


def test_the_current_profile_follows_a_change_when_it_is_kept_in_step():
    lab = DeviceLab()
    lab.run("chsyscfg -r lpar -m p9a -i name=lp5,sync_curr_profile=1")
    lab.run("chhwres -r virtualio --rsubtype vnic -o r -m p9a -p lp5 -s 6")
    assert lab.run(VNICS_OF_PROFILE) == "none\n"


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
