"""Readers of what commands print about a partition, on literal output."""

from __future__ import annotations

import pytest

from powervm.identity import built_in_catalogue
from powervm.identity.readers import Unreadable, polished, read_items
from powervm.identity.taking import split_answers

READINGS = {reading.name: reading for reading in built_in_catalogue().readings}


def read(name: str, output: str) -> dict[str, str]:
    return read_items(READINGS[name], output)


ADDRESSES = (
    '[{"ifname":"lo","flags":["LOOPBACK"],"mtu":65536,"operstate":"UNKNOWN","address":"00:00:00:00:00:00","addr_info":'
    '[{"family":"inet","local":"127.0.0.1","prefixlen":8}]},'
    '{"ifindex":3,"ifname":"env3","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,"operstate":"UP",'
    '"address":"02:05:a1:b2:00:02","addr_info":[{"family":"inet6","local":"fe80::1","prefixlen":64},'
    '{"family":"inet","local":"10.0.0.77","prefixlen":24,"scope":"global","dynamic":false}]},'
    '{"ifname":"enP16389p1s0","mtu":1500,"operstate":"UP","master":"bonda1b2c3d4","address":"02:05:a1:b2:00:01"}]'
)


def test_interfaces() -> None:
    assert read("interfaces", ADDRESSES) == {
        "MAC address of env3": "02:05:a1:b2:00:02",
        "MTU of env3": "1500",
        "link of env3": "UP",
        "addresses of env3": "10.0.0.77/24, fe80::1/64",
    }


def test_several_routes_to_one_destination_are_one_item_in_a_fixed_order() -> None:
    far = '{"dst":"default","gateway":"10.0.0.2","dev":"b","metric":101}'
    text = f'[{far},{{"dst":"default","gateway":"10.0.0.1","dev":"a"}}]'
    assert read("routes (IPv4)", text) == {
        "route to default": "gateway 10.0.0.1 dev a; gateway 10.0.0.2 dev b metric 101"
    }


MULTIPATH = """\
mpatha (3600507680cd7a1b95154af42d5001911) dm-0 IBM,2145
size=200G features='1 queue_if_no_path' hwhandler='1 alua' wp=rw
|-+- policy='service-time 0' prio=50 status=active
| |- 0:0:0:0 sda 8:0   active ready running
| `- 1:0:0:0 sdb 8:16  failed faulty running
`-+- policy='service-time 0' prio=10 status=enabled
  `- #:#:#:# -   #:#   active undef running
36005076300810a5e7000000000000bb0 dm-3 IBM,2107900
size=10G features='0' hwhandler='0' wp=rw
`-+- policy='service-time 0' prio=1 status=active
  `- 12:0:4:1089486881 sdaa 65:160 active ready running
"""


def test_paths_are_named_by_their_address_and_map() -> None:
    found = read("multipath", MULTIPATH)
    assert found["path 0:0:0:0 of mpatha"] == "active ready running"
    assert found["path 1:0:0:0 of mpatha"] == "failed faulty running"
    assert found["device of path 1:0:0:0 of mpatha"] == "sdb"
    assert found["path 12:0:4:1089486881 of 36005076300810a5e7000000000000bb0"] == "active ready running"
    assert found["WWID of 36005076300810a5e7000000000000bb0"] == "36005076300810a5e7000000000000bb0"


BOND = """\
Bond /proc/net/bonding/bonda1b2c3d4
Ethernet Channel Bonding Driver: v5.14.0-503.11.1.el9_5.ppc64le

Bonding Mode: fault-tolerance (active-backup) (fail_over_mac follow)
Primary Slave: {primary}
Currently Active Slave: env3
MII Status: up

Slave Interface: enP16389p1s0
MII Status: up
Permanent HW addr: 02:05:a1:b2:00:01

Slave Interface: env3
MII Status: down
Permanent HW addr: 02:05:a1:b2:00:02
"""


def test_members_of_a_bond_are_named_by_what_stays() -> None:
    assert read("bonds", BOND.format(primary="enP16389p1s0 (primary_reselect always)")) == {
        "mode of bonda1b2c3d4": "fault-tolerance (active-backup) (fail_over_mac follow)",
        "member 02:05:a1:b2:00:01 of bonda1b2c3d4": "up",
        "name of member 02:05:a1:b2:00:01 of bonda1b2c3d4": "enP16389p1s0",
        "member 02:05:a1:b2:00:02 of bonda1b2c3d4": "down",
        "name of member 02:05:a1:b2:00:02 of bonda1b2c3d4": "env3",
        "primary of bonda1b2c3d4": "02:05:a1:b2:00:01",
        "active member of bonda1b2c3d4": "02:05:a1:b2:00:02",
    }
    assert read("bonds", BOND.format(primary="None"))["primary of bonda1b2c3d4"] == "none"


VNIC = (
    "lpar_name=lp5,lpar_id=9,slot_num=6,desired_mode=ded,curr_mode=ded,auto_priority_failover=1,port_vlan_id=0,"
    'mac_addr=eafecabb8006,"backing_devices=sriov/v2/2/2/0/27008001/2.0/2.0/60/100.0/100.0,'
    'sriov/v1/1/1/0/27004001/2.0/2.0/50/100.0/100.0",'
    '"backing_device_states=sriov/27008001/0/Operational,sriov/27004001/1/Link Down"\n'
)


def test_backing_devices_come_in_the_order_of_their_priority() -> None:
    found = read("vNICs", VNIC)
    assert found["MAC address of vNIC in slot 6"] == "eafecabb8006"
    assert found["state of backing device 1 of vNIC in slot 6"] == "Link Down, active"
    assert found["place of backing device 1 of vNIC in slot 6"] == "v1, adapter 1, port 0, logical port 27004001"
    assert found["state of backing device 2 of vNIC in slot 6"] == "Operational, stand-by"
    assert found["priority of backing device 2 of vNIC in slot 6"] == "60"


def test_nothing_to_list_is_no_item_and_no_error() -> None:
    assert read("vNICs", "No results were found.\n") == {}
    assert read("bonds", "") == {}


@pytest.mark.parametrize(
    ("name", "output"), [("boot id", "\n"), ("interfaces", "no json"), ("lparcfg", "lparcfg 1.9\n")]
)
def test_output_without_what_it_should_hold_is_not_taken_for_an_answer(name: str, output: str) -> None:
    with pytest.raises(Unreadable):
        read(name, output)


def test_ports_are_named_by_their_pair_and_disks_of_maps_are_left_out() -> None:
    names = polished(
        {
            "WWID of mpatha": "3600507680cd7a1b95154af42d5001911",
            "disk 0x600507680cd7a1b95154af42d5001911": "1 bytes, running",
            "disk 0x5000c500a1b2c3d4": "2 bytes, running",
            "fibre channel port c05076008cfea4b3": "Online",
            "WWPNs of fibre channel adapter in slot 3": "c05076008cfea4b2,c05076008cfea4b3",
        }
    )
    assert names["fibre channel port c05076008cfea4b3"] == "fibre channel port c05076008cfea4b2,c05076008cfea4b3"
    assert "disk 0x600507680cd7a1b95154af42d5001911" not in names
    assert "disk 0x5000c500a1b2c3d4" in names


def test_the_answer_of_a_partition_falls_into_its_readings() -> None:
    output = "\n==> 0\none\ntwo\n\n==> status 0\n\n==> 1\nsh: nothing\n\n==> status 127\n\n==> 2\nhalf"
    first, second, third = split_answers("lp1", output, 3)
    assert first == "one\ntwo"
    assert str(second) == "lp1: the command ended with status 127. sh: nothing"
    assert str(third) == "lp1: the answer is not complete."
