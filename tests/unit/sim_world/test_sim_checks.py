"""Validation: one condition wrong at a time, and the code that the console answers."""

from __future__ import annotations

import asyncio

import pytest
from world_doubles import SmallLab

from powervm_sim.migration.wishes import Choices, Host, MoverWish, PairWish

ONE_WRONG = [
    ({"servers.s2.state": "Standby"}, {}, "HSCL0238"),
    ({"servers.s2.capable": False}, {}, "HSCLAF04"),
    ({"servers.s2.lmb": 128}, {}, "HSCLAF05"),
    ({"partitions.lp1.migration_disabled": True}, {}, "HSCLAF08"),
    ({"servers.s1.migrations": 0}, {}, "HSCLAF09"),
    ({"servers.s2.memory": 20480}, {}, "HSCLAF0A"),
    ({"servers.s2.processors": 2}, {}, "HSCLAF0B"),
    ({"servers.s2.vlans": [2]}, {}, "HSCLAF0F"),
    ({}, {"target_id": 1}, "HSCLAF0E"),
    ({}, {"movers": (PairWish(target=MoverWish("s2-vios9")),)}, "HSCLAF10"),
    ({}, {"hosts": {("fc", 9): Host(None, 1)}}, "HSCLAF15"),
    ({"partitions.lp1.rmc": "dead"}, {}, "HSCLA246"),
    ({"servers.s2.virtual_io_servers.s2-vios1.rmc": "dead"}, {}, "HSCLA246"),
]


def codes_of(lab: SmallLab, target: str = "s2", **options) -> list[str]:
    outcome = asyncio.run(lab.clock.until_done(lab.desk.validate(lab.request(target, **options))))
    return [error.code for error in outcome.errors]


def test_a_sound_partition_passes():
    assert codes_of(SmallLab()) == []


@pytest.mark.parametrize(("changes", "options", "code"), ONE_WRONG)
def test_one_wrong_condition_gives_its_code(changes, options, code):
    assert codes_of(SmallLab(changes), **options) == [code]


def test_movers_are_needed_on_both_sides():
    for server in ("s1", "s2"):
        off = {f"servers.{server}.virtual_io_servers.{server}-vios{number}.msp": False for number in (1, 2)}
        assert codes_of(SmallLab(off)) == ["HSCLAF10"]


def test_storage_that_no_server_offers_is_named_by_its_kind():
    no_fc = {f"servers.s2.virtual_io_servers.s2-vios{number}.storage": ["scsi"] for number in (1, 2)}
    assert codes_of(SmallLab(no_fc)) == ["HSCLA319"]
    no_scsi = {f"servers.s2.virtual_io_servers.s2-vios{number}.storage": ["fc"] for number in (1, 2)}
    assert codes_of(SmallLab(no_scsi)) == ["HSCLA24E"]


def test_the_same_system_is_refused():
    assert "HSCLAF03" in codes_of(SmallLab(), "s1")


def test_the_operating_system_may_refuse():
    lab = SmallLab()
    lab.guest.check_status = 3
    assert codes_of(lab) == ["HSCLA257"]


def test_a_virtual_io_server_cannot_migrate():
    assert "HSCLAF06" in codes_of(SmallLab(), name="s1-vios1")


def test_a_partition_that_was_never_activated_cannot_migrate():
    assert codes_of(SmallLab({"partitions.off.configured": False}), name="off") == ["HSCLAF07"]


def test_vlans_are_not_looked_at_when_the_user_says_so():
    assert codes_of(SmallLab({"servers.s2.vlans": [2]}), choices=Choices(bridge_all_vlans=False)) == []


MODES = [
    ("POWER9", "default", "old", ["HSCLAF0C"]),
    ("POWER9", "POWER8", "old", []),
    ("POWER9", "default", "s2", []),
    ("POWER9", "POWER7", "s2", ["HSCLAF0C", "HSCLAF0C"]),
]


@pytest.mark.parametrize(("generation", "mode", "target", "expected"), MODES)
def test_processor_modes(generation, mode, target, expected):
    lab = SmallLab({"servers.s1.generation": generation, "partitions.lp1.compat_mode": mode})
    assert codes_of(lab, target) == expected


def test_an_inactive_partition_needs_only_its_desired_mode():
    assert codes_of(SmallLab(), "old", name="off") == []
    changed = SmallLab({"partitions.off.compat_mode": "POWER9"})
    assert codes_of(changed, "old", name="off") == ["HSCLAF0C"]


def test_all_findings_are_told_at_once():
    lab = SmallLab({"servers.s2.memory": 20480, "servers.s2.vlans": [5], "partitions.lp1.rmc": "dead"})
    assert codes_of(lab) == ["HSCLAF0A", "HSCLAF0F", "HSCLA246"]
