"""``chhwres``: what each form changes, what the partition is told, and what is refused and then changes nothing."""

from __future__ import annotations

import pytest
from device_lab import DeviceLab

ETH = "lshwres -r virtualio --rsubtype eth --level lpar -m p9a --filter lpar_names=lp1 -F"
FC = "lshwres -r virtualio --rsubtype fc --level lpar -m p9a --filter slots=90 -F lpar_name,remote_lpar_name"
ADD_VNIC = "chhwres -r virtualio --rsubtype vnic -o a -m p9a -p lp1 -a"


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


def test_a_partition_whose_huge_pages_are_taken_is_not_activated():
    lab = DeviceLab({"partitions.lp8.huge_pages": 1})
    text = lab.refused("chsysstate -r lpar -m p9a -o on -n lp8")
    assert text == "HSCLAF3A There are not enough huge pages available: Obtained: 0, Required: 1\n"


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
    ("chhwres -r mem -m p9a -o a -q 256 -p lp1 --logport 27004001", "--logport."),
    ("chhwres -r sriov --rsubtype logport -m p9a -o r -p lp6 -s 7", "-s."),
    ("chhwres -r mem -m p9a -o m -q 256 -p lp1 -t lp1", "-t."),
    ("chhwres -r io -m p9a -o r -p lp1 -l 21010016", "HSCLAF3D "),
]


@pytest.mark.parametrize(("command", "text"), OTHERS, ids=[command for command, _ in OTHERS])
def test_commands_that_make_no_sense_are_refused(command, text):
    assert text in DeviceLab().refused(command)
