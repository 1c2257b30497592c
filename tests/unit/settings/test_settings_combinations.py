"""What may not be chosen together, with the sentence that a tester reads."""

from __future__ import annotations

from typing import Any

import pytest

from powervm.settings import (
    BadSettings,
    MigrationSettings,
    Mover,
    Multipath,
    NameOrId,
    RedundantMovers,
    RedundantPaging,
    StorageProtection,
    check_settings,
)

ONE = {"source_mover": Mover("v1"), "target_mover": Mover("v3")}
TWO = ONE | {"second_source_mover": Mover("v2"), "second_target_mover": Mover("v4")}


@pytest.mark.parametrize(
    ("settings", "active", "options", "names"),
    [
        pytest.param(
            TWO | {"redundant_movers": RedundantMovers.MUST_NOT},
            True,
            "",
            ["second_source_mover=v2", "redundant_movers is 'must not'", "Leave the second pair out"],
            id="second pair, and there must not be one",
        ),
        pytest.param(
            TWO,
            True,
            "--redundantmsps 0",
            ["second_target_mover=v4", "'must not'"],
            id="second pair, and the free text rules it out",
        ),
        pytest.param(
            ONE | {"redundant_movers": RedundantMovers.MUST},
            True,
            "",
            ["source_mover=v1", "redundant_movers is 'must'", "Name second_source_mover"],
            id="one pair, and there must be two",
        ),
        pytest.param(
            {"second_source_mover": Mover("v2")},
            True,
            "",
            ["second_source_mover=v2", "no first one"],
            id="second pair without the first",
        ),
        pytest.param(
            ONE | {"second_source_mover": Mover("v1")},
            True,
            "",
            ["source_mover and second_source_mover are both v1"],
            id="one mover twice",
        ),
        pytest.param(
            {"affinity_check": True},
            False,
            "",
            ["affinity_check (yes)", "this move is inactive"],
            id="affinity of an inactive move",
        ),
        pytest.param(
            ONE,
            False,
            "",
            ["source_mover (v1)", "target_mover (v3)", "holds for active moves only"],
            id="movers of an inactive move",
        ),
        pytest.param(
            {"concurrency_level": 1},
            False,
            "",
            ["concurrency_level (1)", "inactive"],
            id="concurrency of an inactive one",
        ),
        pytest.param(
            {"current_data": True, "storage_protection": StorageProtection.OVERRIDE},
            True,
            "",
            ["current_data (yes)", "storage_protection (override)", "make the move inactive"],
            id="what holds for inactive moves only",
        ),
        pytest.param(
            {"multipath": Multipath.KEEP},
            True,
            "--mpio 2",
            ["multipath (keep)", "'--mpio 2'", "take --mpio out of the options, or leave multipath out"],
            id="free text and setting",
        ),
        pytest.param(
            {"wait": 300.0},
            True,
            "-w5",
            ["wait (300 s)", "'-w 5'"],
            id="free text in one word",
        ),
        pytest.param(
            {"processor_pool": NameOrId("P")},
            True,
            "-i shared_proc_pool_id=1",
            ["processor_pool (P)", "shared_proc_pool_id=1"],
            id="free data by id, setting by name",
        ),
        pytest.param(
            {"target_id": 7}, True, "-f /tmp/data", ["-f /tmp/data", "target_id"], id="a file of data and a setting"
        ),
        pytest.param(
            {},
            True,
            "-i shared_proc_pool_id=1,shared_proc_pool_name=P",
            ["shared_proc_pool_name=P and shared_proc_pool_id=1", "Keep the name or the id"],
            id="name and id in free text",
        ),
        pytest.param({}, True, "-i a=1 -f x", ["both -f and -i"], id="two sources of data"),
        pytest.param(
            {"redundant_paging": RedundantPaging.NO, "redundant_paging_server": NameOrId("v2")},
            True,
            "",
            ["redundant_paging is 'no'", "redundant_paging_server is v2"],
            id="a paging server that is not wanted",
        ),
        pytest.param(
            {"error_details": False, "detail": 5}, True, "", ["error_details is no", "detail is 5"], id="unseen details"
        ),
        pytest.param({"target_id": 0}, True, "", ["target_id is 0", "1 to 65534"], id="an id that cannot be"),
        pytest.param(
            {"concurrent_migrations": 17}, True, "", ["concurrent_migrations is 17", "1 to 16"], id="too many"
        ),
        pytest.param({"wait": -1.0}, True, "", ["wait is -1 s"], id="a time that cannot be"),
    ],
)
def test_both_names_and_the_cure_are_said(
    settings: dict[str, Any], active: bool, options: str, names: list[str]
) -> None:
    with pytest.raises(BadSettings) as caught:
        check_settings(MigrationSettings(**settings), active=active, options=options, where="Move local")
    text = str(caught.value)
    assert text.startswith("Move local: ")
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        (ONE | {"redundant_movers": RedundantMovers.MUST_NOT}, ""),
        (TWO | {"redundant_movers": RedundantMovers.IF_AVAILABLE}, "--mpio 2"),
        ({"affinity_check": True, "current_data": False}, "-i vnic_mappings=6/ded"),
        ({"redundant_movers": RedundantMovers.MUST}, "-w 5"),
        ({"multipath": Multipath.KEEP}, "-i 'not a record'"),
    ],
)
def test_what_goes_together(settings: dict[str, Any], options: str) -> None:
    check_settings(MigrationSettings(**settings), active=True, options=options)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(BadSettings) as caught:
        check_settings(MigrationSettings(target_id=0, detail=9, current_data=True), active=True)
    assert len(str(caught.value).splitlines()) == 3
