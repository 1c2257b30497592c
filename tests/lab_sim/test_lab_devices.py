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
