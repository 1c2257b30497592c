"""vNIC mappings from location codes, and the comparison after a move; rows are those of real consoles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from powervm.console.answers import PartitionStatus
from powervm.devices.sriov import Hardware, read_adapter, read_logical_port, read_port, with_granularity
from powervm.devices.vnic import VnicPlan, VnicSide, compare_vnics, judge_vnic, read_vnic
from powervm.lab import Vnic
from powervm.outcome import Severity
from powervm.records import RecordError, read_records

ADAPTERS = """\
adapter_id=1,slot_id=21010014,adapter_max_logical_ports=48,config_state=sriov,functional_state=1,logical_ports=48,phys_loc=U78D10.001.13C0D40-P1-C4,phys_ports=4,sriov_status=running,alternate_config=0
adapter_id=2,slot_id=21010015,adapter_max_logical_ports=48,config_state=sriov,functional_state=1,logical_ports=48,phys_loc=U78D10.001.13C0D40-P1-C12,phys_ports=2,sriov_status=running,alternate_config=0
adapter_id=null,slot_id=21010016,adapter_max_logical_ports=null,config_state=dedicated,functional_state=1,logical_ports=null,phys_loc=U78D10.001.13C0D40-P1-C6,phys_ports=null,sriov_status=null
"""
PORTS = """\
adapter_id=1,phys_port_id=0,phys_port_label=,phys_port_loc=U78D10-P1-C4-T1,phys_port_type=eth,state=1,max_eth_logical_ports=20,curr_eth_logical_ports=2
adapter_id=1,phys_port_id=3,phys_port_label=,phys_port_loc=U78D10-P1-C4-T4,phys_port_type=eth,state=0,max_eth_logical_ports=20,curr_eth_logical_ports=0
adapter_id=2,phys_port_id=0,phys_port_label=,phys_port_loc=U78D10-P1-C12-T1,phys_port_type=eth,state=1,max_eth_logical_ports=4,curr_eth_logical_ports=4
"""
LOGICAL = """\
config_id=16384,lpar_name=v1,lpar_id=1,adapter_id=1,logical_port_id=27004001,logical_port_type=eth,phys_port_id=0,capacity=60.0,max_capacity=100.0,is_vnic_backing_device=1,client_lpar_names=lp9
config_id=0,lpar_name=lp6,lpar_id=10,adapter_id=1,logical_port_id=27004002,logical_port_type=eth,phys_port_id=0,capacity=30.0,max_capacity=100.0,migratable=1,backup_device_type=veth
"""
ROW = (
    "lpar_name=lp5,lpar_id=9,slot_num=6,desired_mode=ded,curr_mode=ded,auto_priority_failover=1,port_vlan_id=0,"
    "mac_addr=eafecabb8006,"
    '"backing_devices=sriov/s1/1/1/0/27004001/2.0/2.0/50/100.0/100.0,sriov/s2/2/2/0/27008001/2.0/2.0/60/100.0/100.0",'
    '"backing_device_states=sriov/27004001/1/Operational,sriov/27008001/0/Operational"'
)
VNIC = read_vnic(read_records(ROW)[0])
C4, C12 = "U78D10.001.13C0D40-P1-C4", "U78D10.001.13C0D40-P1-C12"
WISH = Vnic(slot=6, capacity=2.0, adapters=(C4,), ports=(0,), target_adapters=(C4,), target_ports=(0,))


def host(name: str, **changes: Any) -> PartitionStatus:
    status = PartitionStatus(
        name=name, partition_id=1, environment="vioserver", state="Running", rmc_state="active", rmc_address="",
        os_version="", profile="", desired_mode="", current_mode="", mover=True, migration_disabled=False,
    )  # fmt: skip
    return replace(status, **changes)


HARDWARE = Hardware(
    adapters=tuple(read_adapter(row) for row in read_records(ADAPTERS)),
    ports=with_granularity(
        (read_port(row) for row in read_records(PORTS)),
        [{"adapter_id": "1", "phys_port_id": "0", "min_eth_capacity_granularity": "2.0"}],
    ),
    logical_ports=tuple(read_logical_port(row) for row in read_records(LOGICAL)),
)
SOURCE = VnicSide("p9a", HARDWARE)
TARGET = VnicSide("p10a", HARDWARE, ("v1", "v2"), (host("v1"), host("v2", partition_id=2)))


def planned(target: VnicSide = TARGET, **wish: Any) -> VnicPlan:
    return VnicPlan("lp5", replace(WISH, **wish), SOURCE, target, [VNIC])


def test_a_mapping_names_server_adapter_port_capacity_and_what_it_stands_for() -> None:
    plan = planned()
    assert plan.entries == ["6/ded/v1/1/1/0/2/1/0"]
    assert plan.errors == []
    assert [item.severity for item in plan.findings] == [Severity.WARNING, Severity.OK]
    assert plan.findings[0].text.startswith("the vNIC in slot 6 has 2 backing devices, and the lab file maps 1")


def test_several_devices_go_with_the_servers_in_order() -> None:
    room = replace(TARGET, hardware=replace(HARDWARE, logical_ports=()))
    plan = VnicPlan(
        "lp5",
        replace(WISH, adapters=(C4, C12), ports=(0, 0), target_adapters=(C4, C4), target_ports=(0, 0), capacity=40.0),
        SOURCE, room, [VNIC],
    )  # fmt: skip
    assert plan.entries == ["6/ded/v1/1/1/0/40/1/0", "6/ded/v2/2/1/0/40/2/0"]
    plan = VnicPlan(
        "lp5",
        replace(WISH, adapters=(C4, C12), ports=(0, 0), target_adapters=(C4, C4), target_ports=(0, 0), capacity=60.0),
        SOURCE, room, [VNIC],
    )  # fmt: skip
    assert [item.text for item in plan.errors] == [
        f"port 0 of {C4} (adapter 1) has 40 percent free; 60 percent are asked for."
    ]


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        (C4, [1]),
        ("P1-C12", [2]),
        ("P1-C1", []),  # a number is not cut
        ("001.13C0D40-P1", [1, 2, None]),
        ("P1-C", [1, 2, None]),
        ("13C0D40-P1-C4", [1]),
        ("U78D10.001.13C0D40", [1, 2, None]),
        ("C5", []),
    ],
)
def test_location_codes(code: str, numbers: list[int | None]) -> None:
    assert [item.number for item in HARDWARE.adapters_at(code)] == numbers


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"slot": 7}, "lp5: has no vNIC in slot 7 on p9a; it has some in the slots 6."),
        ({"target_adapters": ("P1-C9",)}, f"p10a: has no SR-IOV adapter at P1-C9; it has: {C4}, {C12}, "),
        ({"target_adapters": ("P1",)}, f"p10a: P1 stands for 3 SR-IOV adapters: {C4}, {C12}, "),
        ({"target_adapters": ("P1-C6",)}, "p10a: the adapter at U78D10.001.13C0D40-P1-C6 is in dedicated mode"),
        ({"target_ports": (1,)}, f"p10a: the adapter at {C4} (adapter 1) has no Ethernet port 1; it has: 0, 3."),
        ({"target_ports": (3,)}, f"p10a: port 3 of {C4} (adapter 1) has no link. Check its cable"),
        ({"capacity": 3.0}, f"p10a: port 0 of {C4} (adapter 1) gives capacity in steps of 2 percent; 3 is asked for."),
        ({"capacity": 12.0}, f"p10a: port 0 of {C4} (adapter 1) has 10 percent free; 12 percent are asked for."),
        ({"target_adapters": (C12,)}, f"p10a: port 0 of {C12} (adapter 2) has all of its 4 logical ports in use."),
        ({"ports": (3,)}, f"lp5: the vNIC in slot 6 has no backing device on port 3 of {C4} (adapter 1) on p9a; it "
                          "has: s1 adapter 1 port 0; s2 adapter 2 port 0."),
        ({"target_adapters": (C4, C4), "target_ports": (0, 0)},
         f"p10a: port 0 of {C4} is named for the vNIC, and no backing device of the source goes with it."),
    ],
)  # fmt: skip
def test_what_cannot_be_mapped_is_said_with_code_and_port(wish: dict[str, Any], message: str) -> None:
    (error,) = planned(**wish).errors
    assert error.sentence().startswith(message)
    assert error.remedy


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (replace(TARGET, names=(), hosts=()), "p10a: adapter 1 of the vNIC needs a Virtual I/O Server, and"),
        (replace(TARGET, hosts=(None, None)), "p10a: has no Virtual I/O Server v1."),
        (replace(TARGET, hosts=(host("v1", rmc_state="inactive"), None)), "v1: is Running with RMC inactive, and"),
    ],
)
def test_the_server_has_to_be_ready(target: VnicSide, message: str) -> None:
    (error,) = planned(target).errors
    assert error.sentence().startswith(message)


def after(old: str, new: str) -> list[str]:
    assert old in ROW
    moved = read_vnic(read_records(ROW.replace(old, new))[0])
    return [item.text for item in compare_vnics("lp5", [VNIC], [moved]) if item.severity is Severity.ERROR]


def test_after_a_good_move_nothing_is_wrong() -> None:
    assert after("sriov/s1/1/1/0", "sriov/v1/1/1/1") == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("27004001/1/Operational", "27004001/1/Link Down", "the backing device on s1 adapter 1 port 0 of the vNIC in "
         "slot 6 is 'Link Down', not Operational."),
        ("27004001/1/Operational,sriov/27008001/0", "27004001/0/Operational,sriov/27008001/1",
         "the vNIC in slot 6 used its backing device of priority 50 and uses that of 60 (s2 adapter 2 port 0) now."),
        ("27004001/1/", "27004001/0/", "the vNIC in slot 6 has 0 active backing devices; it needs one."),
        (",sriov/s2/2/2/0/27008001/2.0/2.0/60/100.0/100.0", "",
         "the vNIC in slot 6 had 2 backing devices and has 1 now."),
    ],
)  # fmt: skip
def test_after_a_bad_move(old: str, new: str, message: str) -> None:
    assert after(old, new) == [message]


def test_a_vnic_that_is_gone_and_a_device_in_the_wrong_place() -> None:
    (lost,) = compare_vnics("lp5", [VNIC], [])
    assert lost.text == "the vNIC in slot 6 is gone after the move."
    wanted = planned().devices
    texts = [item.text for item in compare_vnics("lp5", [VNIC], [VNIC], wanted)]
    assert texts[-1] == "no backing device was made on v1 adapter 1 port 0, as was asked for."


def test_what_the_move_allows_to_be_missing_is_a_warning() -> None:
    fewer = read_vnic(read_records(ROW.replace(",sriov/s2/2/2/0/27008001/2.0/2.0/60/100.0/100.0", ""))[0])
    found = compare_vnics("lp5", [VNIC], [fewer], planned().devices, fewer_devices=True)
    assert {item.severity for item in found} == {Severity.WARNING}
    (lost,) = compare_vnics("lp5", [VNIC], [], fewer_vnics=True)
    assert lost.severity is Severity.WARNING
    assert any(item.severity is Severity.ERROR for item in compare_vnics("lp5", [VNIC], [fewer], fewer_vnics=True))


def test_a_state_that_the_console_does_not_list_is_not_operational() -> None:
    odd = read_vnic(read_records(ROW.replace("sriov/27008001/0/Operational", "sriov/27008009/0/Operational"))[0])
    (finding,) = judge_vnic("lp5", odd)
    assert "is 'unknown', not Operational." in finding.text


def test_a_vnic_that_is_back_on_its_better_device_is_fine() -> None:
    worse = ROW.replace("27004001/1/Operational,sriov/27008001/0", "27004001/0/Operational,sriov/27008001/1")
    (finding,) = compare_vnics("lp5", [read_vnic(read_records(worse)[0])], [VNIC])
    assert (finding.severity, finding.text) == (
        Severity.OK, "the vNIC in slot 6 is back on its backing device of priority 50 (s1 adapter 1 port 0).",
    )  # fmt: skip


def test_a_form_that_is_not_known_is_told() -> None:
    with pytest.raises(RecordError, match="in a form that is not known: 'sriov/s1/1/"):
        read_vnic(read_records(ROW.replace("/27004001/2.0/2.0/50/100.0/100.0", ""))[0])
