"""Resources of a running partition change, as the console and the partition itself show it."""

from __future__ import annotations


def test_memory_is_added_while_the_partition_runs(lab):
    lab.wait_for_rmc("hmc1", "p9a", "lp5")
    before = lab.run("lp5", "grep DesMem /proc/powerpc/lparcfg")[0]
    assert lab.run("hmc1", "chhwres -r mem -m p9a -o a -p lp5 -q 1024") == ("", "", 0)
    assert (before, lab.run("lp5", "grep DesMem /proc/powerpc/lparcfg")[0]) == ("DesMem=4096\n", "DesMem=5120\n")
    listed = lab.run("hmc1", "lshwres -r mem -m p9a --level lpar --filter lpar_names=lp5 -F curr_mem")
    assert listed == ("5120\n", "", 0)


def test_a_vnic_with_two_backing_devices_comes_and_goes(lab):
    lab.wait_for_rmc("hmc1", "p9a", "lp2")
    links = lab.run("lp2", "ip link")[0].count("link/ether")
    backings = "backing_devices=sriov/p9a-vios1/1/1/1/2,sriov/p9a-vios2/2/1/1/2/60"
    command = "chhwres -r virtualio --rsubtype vnic -m p9a -p lp2 -s 9 -o"
    # Without quotes around the pair its second backing device would be an attribute of its own.
    assert lab.run("hmc1", f'{command} a -a "port_vlan_id=0,{backings}"')[2] == 1
    assert lab.run("hmc1", f'{command} a -a "port_vlan_id=0,\\"{backings}\\""') == ("", "", 0)
    states = "lshwres -r virtualio --rsubtype vnic -m p9a --level lpar --filter lpar_names=lp2,slots=9"
    out, _, status = lab.run("hmc1", f"{states} -F backing_device_states")
    assert (out.count("Operational"), out.count("/1/"), status) == (2, 1, 0)
    assert lab.run("lp2", "ip link")[0].count("link/ether") == links + 1
    assert lab.run("hmc1", f"{command} r") == ("", "", 0)
    assert lab.run("lp2", "ip link")[0].count("link/ether") == links
    assert lab.run("hmc1", f"{states} -F slot_num") == ("No results were found.\n", "", 0)


def test_lists_can_be_filtered_in_the_shell_of_the_console(lab):
    command = "lshwres -r sriov --rsubtype adapter -m p10a -F phys_loc:adapter_id | grep -v null | cut -d: -f2"
    assert lab.run("hmc1", command) == ("1\n2\n", "", 0)


def test_a_migratable_port_makes_a_bond_and_goes_with_it(lab):
    lab.wait_for_rmc("hmc1", "p9a", "lp1")
    attributes = (
        "adapter_id=1,phys_port_id=1,logical_port_type=eth,migratable=1,backup_device_type=veth,"
        "backup_veth_vnetwork=VLAN1-ETHERNET0"
    )
    command = "chhwres -r sriov -m p9a --rsubtype logport -p lp1"
    assert lab.run("hmc1", f'{command} -o a -a "{attributes}"') == ("", "", 0)
    number = lab.run(
        "hmc1", "lshwres -r sriov --rsubtype logport -m p9a --level eth --filter lpar_names=lp1 -F logical_port_id"
    )[0].strip()
    port = f"enP{int(number, 16) & 0xFFFF}p1s0"
    bond = lab.run("lp1", "cat /proc/net/bonding/bond*")[0]
    assert f"Primary Slave: {port} (primary_reselect always)\nCurrently Active Slave: {port}\n" in bond
    assert bond.count("Slave Interface: ") == 2
    removal = f'{command} -o r -a "adapter_id=1,logical_port_id={number}"'
    assert lab.run("hmc1", removal) == ("", "", 0)
    assert lab.run("lp1", "ls /proc/net/bonding")[0] == ""
    assert "bond" not in lab.run("lp1", "ip link")[0]
    assert f"hcnrmdev DRC_INDEX=2{number[1:].replace('7', '0', 1)}" in lab.run("lp1", "cat /var/log/hcnmgr")[0]


def test_a_vnic_without_a_backing_device_has_no_link(lab):
    lab.wait_for_rmc("hmc1", "p9a", "lp5")
    command = "chhwres -m p9a -r virtualio --rsubtype vnic -p lp5 -s 6 -o"
    assert lab.run("hmc1", f"{command} d") == ("", "", 0)
    assert "NO-CARRIER" in lab.run("lp5", "ip link show env6")[0]
    assert lab.run("hmc1", f"{command} e") == ("", "", 0)
    assert "NO-CARRIER" not in lab.run("lp5", "ip link show env6")[0]


def test_the_partition_logs_that_another_backing_device_serves_its_vnic(lab):
    lab.wait_for_rmc("hmc1", "p9a", "lp5")
    command = "lshwres -m p9a -r virtualio --rsubtype vnicbkdev --filter lpar_names=lp5 -F is_active,logical_port_id"
    other = next(line for line in lab.run("hmc1", command)[0].splitlines() if line.startswith("0,"))[2:]
    act = f"chhwres -r virtualio --rsubtype vnicbkdev -o act -m p9a -s 6 --id 9 --logport {other}"
    assert lab.run("hmc1", act) == ("", "", 0)
    assert f"1,{other}" in lab.run("hmc1", command)[0].splitlines()
    assert "ibmvnic 30000006: Backing device failover detected" in lab.run("lp5", "dmesg")[0]


def test_a_plain_port_is_an_interface_of_its_own(lab):
    lab.wait_for_rmc("hmc1", "p9a", "lp2")
    command = "chhwres -r sriov -m p9a --rsubtype logport --id 8 -o"
    # As a public report of a kernel's behaviour does it: by logical port id.
    add = f"{command} a -a phys_port_id=0,adapter_id=1,logical_port_id=2700400f,logical_port_type=eth"
    assert lab.run("hmc1", add) == ("", "", 0)
    assert "enP16399p1s0" in lab.run("lp2", "ip link")[0]
    assert "mlx5_core 400f:01:00.0: enabling device (0000 -> 0002)" in lab.run("lp2", "dmesg")[0]
    assert lab.run("hmc1", f"{command} r -a adapter_id=1,logical_port_id=2700400f") == ("", "", 0)
    assert "enP16399p1s0" not in lab.run("lp2", "ip link")[0]


def test_a_path_goes_with_its_adapter(lab):
    lab.wait_for_rmc("hmc1", "p9a", "lp6")
    assert lab.run("lp6", "multipath -ll")[0].count("active ready running") == 2
    assert lab.run("hmc1", "chhwres -r virtualio --rsubtype scsi -m p9a -o r -p lp6 -s 4") == ("", "", 0)
    assert lab.run("lp6", "multipath -ll")[0].count("active ready running") == 1
    out, _, status = lab.run("hmc1", "chhwres -r virtualio --rsubtype scsi -m p9a -o r -p lp6 -s 3")
    assert (out.splitlines()[0], status) == ("HSCL294D Dynamic remove of virtual I/O resources failed:", 1)
