"""Storage mappings: kept, named, suggested; and the comparison after a move."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from powervm.devices.paths import compare_disks, read_disks
from powervm.devices.storage import (
    Client,
    StoragePlan,
    StorageSide,
    compare_clients,
    read_clients,
    read_maps,
    read_ports,
)
from powervm.lab import StorageMapping
from powervm.outcome import Severity
from powervm.records import read_records

FC = """\
lpar_name=lpar-3,lpar_id=1,slot_num=301,adapter_type=client,state=1,is_required=0,remote_lpar_id=100,remote_lpar_name=s1,remote_slot_num=301,"wwpns=c050760000000000,c050760000000001"
lpar_name=s1,lpar_id=100,slot_num=301,adapter_type=server,state=1,is_required=0,remote_lpar_id=1,remote_lpar_name=lpar-3,remote_slot_num=301
"""
SCSI = (
    "lpar_name=lp2,lpar_id=8,slot_num=3,state=1,is_required=0,adapter_type=client,remote_lpar_id=1,"
    "remote_lpar_name=s2,remote_slot_num=41\n"
)
MAPS = "vfchost0:U9009.22A.78A1B20-V1-C31:fcs0\nvfchost1:U9009.22A.78A1B20-V1-C301:fcs1\nvfchost2:U9009-V1-C9:\n"
PORTS = """\
name             physloc                        fabric tports aports swwpns  awwpns
fcs0             U78D9.001.WZS0-P1-C1-T1             1     64     63   2048    2040
fcs1             U78D9.001.WZS0-P1-C1-T2             0     64     64   2048    2048
fcs2             U78D9.001.WZS0-P1-C1-T3             1     64      0   2048    1024
"""

CLIENTS = [*read_clients("fc", read_records(FC)), *read_clients("scsi", read_records(SCSI))]
SOURCE = StorageSide("p9a", ("s1", "s2"), maps={"s1": {301: "fcs0"}})
TARGET = StorageSide("p10a", ("t1", "t2"), {"first": "t1"}, ports={"t1": read_ports(PORTS)})


def plan(source: StorageSide = SOURCE, target: StorageSide = TARGET) -> StoragePlan:
    return StoragePlan("lp2", CLIENTS, source, target)


def test_readers() -> None:
    assert [
        Client("fc", 301, "s1", 301, ("c050760000000000", "c050760000000001")),
        Client("scsi", 3, "s2", 41),
    ] == CLIENTS
    assert read_maps(MAPS) == {31: "fcs0", 301: "fcs1"}
    assert [(port.name, port.connected, port.free) for port in read_ports(PORTS)] == [
        ("fcs0", True, 63), ("fcs1", False, 64), ("fcs2", True, 0),
    ]  # fmt: skip


def test_kept_mappings_go_to_the_same_place_and_port() -> None:
    kept = plan().keep()
    assert kept.errors == []
    assert kept.data == {"virtual_fc_mappings": ["301/t1///fcs0"], "virtual_scsi_mappings": ["3/t2/"]}


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        (
            {"maps": {"s1": {}}},
            {},
            "s1: virtual Fibre Channel adapter 301 has no port there (server adapter in slot 30",
        ),
        ({"maps": {"s1": {301: "fcs7"}}}, {}, "t1: has no NPIV port fcs7; it has: fcs0, fcs1, fcs2."),
        ({"maps": {"s1": {301: "fcs1"}}}, {}, "t1: fcs1 is not connected to a fabric that supports NPIV."),
        ({"maps": {"s1": {301: "fcs2"}}}, {}, "t1: fcs2 takes no more virtual Fibre Channel adapters."),
        ({"hosts": ("s1",)}, {}, "p9a: virtual SCSI adapter 3 is mapped to s2, not to one of the lab file (s1)."),
        ({}, {"hosts": ("t1",)}, "p10a: has no Virtual I/O Server in place 2, where s2 is on p9a."),
    ],
)
def test_what_cannot_be_kept(source: dict[str, Any], target: dict[str, Any], message: str) -> None:
    (error,) = plan(replace(SOURCE, **source), replace(TARGET, **target)).keep().errors
    assert error.sentence().startswith(message)


def test_named_mappings() -> None:
    named = plan().name([StorageMapping(slot=301, server="first", port="fcs0")])
    assert named.data == {"virtual_fc_mappings": ["301/t1///fcs0"]}
    assert [item.severity for item in named.findings] == [Severity.OK, Severity.WARNING]
    bad = plan().name([StorageMapping(slot=9, server="t1"), StorageMapping(slot=3, server="t9")])
    assert [item.text for item in bad.errors] == [
        "has no virtual storage adapter in slot 9; it has: 301, 3.",
        "has no Virtual I/O Server t9 for virtual SCSI adapter 3; it has: t1, t2.",
    ]
    (odd,) = plan().name([StorageMapping(slot=3, server="t1", port="fcs0")]).errors
    assert odd.text == "virtual SCSI adapter 3 has no Fibre Channel port, and the lab file names fcs0."


def test_suggested_mappings_are_pasted() -> None:
    rows = read_records(
        '"possible_virtual_fc_mappings=301/t1/1,301/t2/2",suggested_virtual_fc_mappings=301/t2/2,'
        "suggested_virtual_scsi_mappings=3/t2/2"
    )
    pasted = plan().paste(rows)
    assert pasted.data == {"virtual_fc_mappings": ["301/t2/2"], "virtual_scsi_mappings": ["3/t2/2"]}
    (error,) = plan().paste([]).errors
    assert error.text == "the console suggests no mapping on p10a."


def test_after_the_move() -> None:
    kept = plan().keep().adapters
    now = [Client("fc", 301, "t1", 12, CLIENTS[0].wwpns), Client("scsi", 3, "t2", 5)]
    (good,) = compare_clients("lp2", CLIENTS, now, {"t1": {12: "fcs0"}}, kept)
    assert good.severity is Severity.OK
    texts = [item.text for item in compare_clients("lp2", CLIENTS, now, {"t1": {12: "fcs1"}}, kept)]
    assert texts == ["virtual Fibre Channel adapter 301 is mapped to port fcs1 of t1, not to fcs0 as was asked for."]
    other = [replace(now[0], host="t2", wwpns=("c0507600000000ff",))]
    texts = [item.text for item in compare_clients("lp2", CLIENTS, other, {}, kept)]
    assert texts == [
        f"virtual Fibre Channel adapter 301 had the WWPNs {' '.join(CLIENTS[0].wwpns)} and has c0507600000000ff now.",
        "virtual SCSI adapter 3 is gone after the move.",
        "virtual Fibre Channel adapter 301 is mapped to t2, not to t1 as was asked for.",
    ]


DISKS = """\
mpatha (3600507680cd7a1b95154af42d5001911) dm-0 IBM,2145
size=200G features='1 queue_if_no_path' hwhandler='1 alua' wp=rw
|-+- policy='service-time 0' prio=50 status=active
| `- 0:0:0:0 sda 8:0  active ready running
`-+- policy='service-time 0' prio=10 status=enabled
  `- 1:0:0:0 sdb 8:16 active ready running
3600507680cd7a1b95154af42d5001912 dm-1 IBM,2145
size=10G features='0' hwhandler='0' wp=rw
`-+- policy='service-time 0' prio=50 status=active
  |- 0:0:0:1 sdc 8:32 active ready running
  `- 1:0:0:1 sdd 8:48 active ready running
"""


def test_disks_and_their_paths() -> None:
    disks = read_disks(DISKS)
    assert [(disk.name, disk.wwid[-2:], disk.good) for disk in disks] == [
        ("mpatha", "11", 2), ("3600507680cd7a1b95154af42d5001912", "12", 2),
    ]  # fmt: skip
    (good,) = compare_disks("lp1", disks, disks)
    assert good.text == "2 disks have their 4 usable paths."


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sdb 8:16 active ready running", "sdb 8:16 failed faulty offline", "sdb is failed faulty offline."),
        ("  `- 1:0:0:0 sdb 8:16 active ready running\n", "", "1 path is not listed any more."),
    ],
)
def test_a_path_that_is_missing_after_the_move_is_named(old: str, new: str, message: str) -> None:
    (bad,) = compare_disks("lp1", read_disks(DISKS), read_disks(DISKS.replace(old, new)))
    head = "the disk mpatha (3600507680cd7a1b95154af42d5001911) had 2 usable paths and has 1 now: "
    assert bad.text == head + message


def test_a_disk_that_is_gone() -> None:
    (bad,) = compare_disks("lp1", read_disks(DISKS), read_disks(DISKS)[1:])
    assert bad.text == "the disk mpatha (3600507680cd7a1b95154af42d5001911) is gone after the move."
