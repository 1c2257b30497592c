"""Bonds over migratable ports: before, during and after a move, and the log of hcnmgr."""

from __future__ import annotations

import pytest

from powervm.devices.bonds import (
    Bond,
    check_bonds,
    compare_bonds,
    judge_log,
    judge_looks,
    read_bonds,
    read_watched,
    watch_command,
)
from powervm.devices.sriov import LogicalPort
from powervm.outcome import BondLook, Finding, Severity

WHOLE = """\
==> /proc/net/bonding/bonda1b2c3d4
Ethernet Channel Bonding Driver: v5.14.0-503.11.1.el9_5.ppc64le

Bonding Mode: fault-tolerance (active-backup) (fail_over_mac follow)
Primary Slave: enP16389p1s0 (primary_reselect always)
Currently Active Slave: enP16389p1s0
MII Status: up
MII Polling Interval (ms): 100
Up Delay (ms): 0

Slave Interface: enP16389p1s0
MII Status: up
Speed: 10000 Mbps
Link Failure Count: 0
Permanent HW addr: 02:05:a1:b2:00:01

Slave Interface: env3
MII Status: up
Speed: Unknown
Link Failure Count: 0
"""
AWAY = """\
==> /proc/net/bonding/bonda1b2c3d4
Bonding Mode: fault-tolerance (active-backup) (fail_over_mac follow)
Primary Slave: None
Currently Active Slave: env3
MII Status: up

Slave Interface: env3
MII Status: up
"""
SLES = WHOLE.replace("enP16389p1s0", "eth2").replace("env3", "eth1")
PLAIN = WHOLE.replace("enP16389p1s0 (primary_reselect always)", "None")
"""As hcnmgr leaves it with NetworkManager where it only writes the port to active_slave."""
LACP = """\
==> /proc/net/bonding/bond0
Bonding Mode: IEEE 802.3ad Dynamic link aggregation
MII Status: up

Slave Interface: env6
MII Status: up
"""
PORT = LogicalPort("27004002", "lp6", 1, 0, 4.0, migratable=True, backup="veth")


def one(text: str) -> Bond:
    (bond,) = read_bonds(text)
    return bond


def texts(findings: list[Finding]) -> list[str]:
    return [item.text for item in findings if item.severity is not Severity.OK]


@pytest.mark.parametrize(("text", "port", "backup"), [(WHOLE, "enP16389p1s0", "env3"), (SLES, "eth2", "eth1")])
def test_reading_with_the_names_of_both_distributions(text: str, port: str, backup: str) -> None:
    bond = one(text)
    assert (bond.name, bond.primary, bond.active, bond.up) == ("bonda1b2c3d4", port, port, True)
    assert [(item.name, item.up) for item in bond.members] == [(port, True), (backup, True)]
    assert bond.on_primary


def test_no_bond_at_all() -> None:
    assert read_bonds("") == []


def test_a_primary_that_is_no_member_any_more_is_none() -> None:
    bond = one(AWAY.replace("Primary Slave: None", "Primary Slave: enP16389p1s0 (primary_reselect always)"))
    assert (bond.primary, bond.active) == ("", "env3")


LAST = WHOLE.index("\nSlave Interface: env3")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (WHOLE[:LAST], "bonda1b2c3d4 has no member beside enP16389p1s0: hcnqrydev would answer busy (error 16)."),
        (
            WHOLE[:LAST] + WHOLE[LAST:].replace("up", "down"),
            "bonda1b2c3d4 has no backup with a link (enP16389p1s0 (up)",
        ),
        (AWAY, "bonda1b2c3d4 has no primary member; it has: env3 (up)."),
        ("", "has 1 migratable ports (27004002) and 0 bonds over them."),
        (WHOLE.replace("Active Slave: enP16389p1s0", "Active Slave: env3"), "bonda1b2c3d4 is on env3, not on its prim"),
    ],
)
def test_what_keeps_a_port_from_going(text: str, message: str) -> None:
    (found,) = texts(check_bonds("lp6", [PORT], read_bonds(text)))
    assert found.startswith(message)


@pytest.mark.parametrize("text", [WHOLE, PLAIN, LACP + WHOLE])
def test_a_good_bond_may_move(text: str) -> None:
    (good,) = check_bonds("lp6", [PORT], read_bonds(text))
    assert (good.severity, check_bonds("lp6", [], [])) == (Severity.OK, [])


def test_a_bond_without_a_primary_needs_a_backup_all_the_same() -> None:
    (alone,) = texts(check_bonds("lp6", [PORT], [one(PLAIN[: PLAIN.index("\nSlave Interface: env3")])]))
    assert alone == "bonda1b2c3d4 has no primary member; it has: enP16389p1s0 (up)."
    last = PLAIN.index("\nSlave Interface: env3")
    (dark,) = texts(check_bonds("lp6", [PORT], [one(PLAIN[:last] + PLAIN[last:].replace("up", "down"))]))
    assert dark.startswith("bonda1b2c3d4 has no backup with a link (enP16389p1s0 (up), env3 (down))")


def test_bonds_that_no_port_is_taken_from_do_not_count() -> None:
    assert [bond.name for bond in read_bonds(LACP + WHOLE)] == ["bonda1b2c3d4"]
    assert [bond.name for bond in read_bonds(LACP)] == ["bond0"]  # somebody may have made it by hand


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PLAIN, None),
        (PLAIN.replace("enP16389p1s0", "enP16390p1s0"), None),
        (PLAIN.replace("Active Slave: enP16389p1s0", "Active Slave: env3"), "is on env3 after the move."),
        (PLAIN.replace("Active Slave: enP16389p1s0", "Active Slave: None"), "is on no member after the move."),
    ],
)
def test_a_bond_without_a_primary_after_the_move(text: str, message: str | None) -> None:
    found = texts(compare_bonds("lp6", [one(PLAIN)], [one(text)]))
    wanted = [] if message is None else [f"bonda1b2c3d4 was on enP16389p1s0, and {message}"]
    assert found == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (WHOLE.replace("enP16389p1s0", "enP16390p1s0"), None),
        (AWAY, "bonda1b2c3d4 has no primary any more; it has: env3 (up)."),
        ("", "bonda1b2c3d4 is gone after the move."),
        (WHOLE[:LAST], "bonda1b2c3d4 had the members enP16389p1s0 (up), env3 (up) and has enP16389p1s0 (up) now."),
        (
            WHOLE.replace("Active Slave: enP16389p1s0", "Active Slave: env3"),
            "bonda1b2c3d4 is on env3, not on enP16389p1",
        ),
    ],
)
def test_after_the_move(text: str, message: str | None) -> None:
    found = texts(compare_bonds("lp6", [one(WHOLE)], read_bonds(text)))
    assert [line.startswith(message or "?") for line in found] == [True] * (message is not None)


def test_a_port_that_the_move_allows_to_be_missing_is_a_warning() -> None:
    (missing,) = compare_bonds("lp6", [one(WHOLE)], [one(AWAY)], fewer_ports=True)
    assert missing.severity is Severity.WARNING
    on_backup = one(WHOLE.replace("Active Slave: enP16389p1s0", "Active Slave: env3"))
    dark = one(AWAY.replace("Currently Active Slave: env3", "Currently Active Slave: None"))
    for wrong in (on_backup, dark):
        (bad,) = compare_bonds("lp6", [one(WHOLE)], [wrong], fewer_ports=True)
        assert bad.severity is Severity.ERROR


def watched(*moments: str) -> list[BondLook]:
    return read_watched("\n".join(f"@@ next\n{text}" for text in moments).splitlines())


def test_who_carried_the_traffic() -> None:
    before = [one(WHOLE)]
    arrived = WHOLE.replace("enP16389p1s0", "enP16390p1s0")  # the port under its new name is no backup
    (good,) = judge_looks("lp6", before, watched(WHOLE, AWAY, arrived))
    assert (good.severity, good.text) == (Severity.OK, "bonda1b2c3d4 was carried by env3 during the move.")
    dark = AWAY.replace("Currently Active Slave: env3", "Currently Active Slave: None")
    (bad,) = judge_looks("lp6", before, watched(WHOLE, dark, arrived))
    assert (bad.severity, bad.text) == (
        Severity.ERROR, "no member of bonda1b2c3d4 carried the traffic while its port was away.",
    )  # fmt: skip
    (unseen,) = judge_looks("lp6", before, watched(WHOLE))
    assert unseen.severity is Severity.WARNING


def test_who_carried_the_traffic_of_a_bond_without_a_primary() -> None:
    before = [one(PLAIN)]
    (good,) = judge_looks("lp6", before, watched(PLAIN, AWAY, PLAIN))
    assert (good.severity, good.text) == (Severity.OK, "bonda1b2c3d4 was carried by env3 during the move.")
    dark = AWAY.replace("Currently Active Slave: env3", "Currently Active Slave: None")
    for arrived in (PLAIN, PLAIN.replace("enP16389p1s0", "enP16390p1s0")):
        (bad,) = judge_looks("lp6", before, watched(PLAIN, dark, arrived))
        assert bad.severity is Severity.ERROR  # the port is there again: it is no backup


def test_the_watch_ends_by_itself() -> None:
    command = watch_command(60)
    assert command.startswith("bash -c ")
    assert "-lt 300 ]" in command


def test_the_log_of_hcnmgr() -> None:
    good = "[DEBUG]:hcncfgdrc enter\n[INFO]:hcncfgdrc DRC_INDEX=20004005\n"
    assert texts(judge_log("lp6", good)) == []
    bad = f"{good}[ERROR]:cfghcn:error code 19, Failed to find device or get device name\n"
    (found,) = texts(judge_log("lp6", bad))
    assert found == (
        "/var/log/hcnmgr says: cfghcn:error code 19, Failed to find device or get device name "
        "(the network device was not found)."
    )
    assert judge_log("lp6", "") == []
