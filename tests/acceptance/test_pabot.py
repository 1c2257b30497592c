"""Workers of pabot: one simulated lab for all, leases between them, and nothing left behind, however it ends."""

from __future__ import annotations

import json
import os
import signal
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from mobility_keywords.pabot_worker import _is_pabotlib, _pabotlibs
from powervm.leases import LockFolder
from support.pabot_run import PabotPlace, links_of, wait_for
from support.robot_run import ROOT

SUITE = """
Suite Setup       Open The Lab    local
Suite Teardown    Leave The Lab As It Was    local

*** Test Cases ***
It Moves
    Migrate Partition    local
"""
EVIDENCE = """
Evidence Is Kept
    Collect Stage Logs    now    move=crosshmc
"""


@pytest.fixture
def place(tmp_path: Path) -> PabotPlace:
    return PabotPlace(tmp_path / "place")


def test_suites_run_on_one_lab_that_ends_with_the_run(place: PabotPlace) -> None:
    """Two suites want the same partition, a third one wants another."""
    lab = place.lab_file()
    for name in ("first", "second"):
        place.suite(name, SUITE)
    place.suite(
        "third", SUITE.replace("Migrate Partition", "Validate Migration").replace("local", "crosshmc") + EVIDENCE
    )
    seen: set[str] = set()
    run = place.run("--processes", "3", "-v", f"LAB:{lab}", "suites", watch=lambda: seen.update(place.processes()))
    assert run.status == 0, run.console
    assert [status for status, _ in run.tests.values()] == ["PASS"] * 4
    assert (
        len({line.partition("--world")[2] for line in seen if "powervm_sim" in line and "--with-parent" in line}) == 1
    )
    wait_for(lambda: not place.processes())
    wait_for(lambda: not list(place.temporary.iterdir()))
    assert list(place.leases.iterdir()) == []
    assert_one_at_a_time(run.results)
    assert_links_lead_somewhere(run.results)
    assert run.suite.metadata["Lab"].startswith("simulated")


def assert_one_at_a_time(results: Path) -> None:
    """The migrations of one partition did not overlap; there and home again, twice."""
    records = [json.loads(path.read_text()) for path in results.rglob("outcomes/*.json")]
    moves = [record for record in records if (record["operation"], record["partition"]) == ("migrate", "lp1")]
    assert len(moves) == 4
    begins = [datetime.fromisoformat(record["started"]) for record in moves]
    spans = sorted(
        (begin, begin + timedelta(seconds=move["duration"])) for begin, move in zip(begins, moves, strict=True)
    )
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))


def assert_links_lead_somewhere(results: Path) -> None:
    """Every link to a file in the merged log."""
    links = links_of(results / "log.html")
    assert any("/outcomes/" in link for link in links)
    assert any("/stage-logs/" in link for link in links)
    assert [link for link in links if not (results / link).exists()] == []


def test_killed_workers_and_a_killed_pabot_leave_nothing(place: PabotPlace) -> None:
    lab = place.lab_file(speed=2)
    for name in ("first", "second"):
        place.suite(name, SUITE)
    with place.start("--processes", "2", "-v", f"LAB:{lab}", "suites") as pabot:
        wait_for(lambda: holders(place))
        (dead,) = holders(place)
        lab_process = next(line for line in place.processes() if "powervm_sim" in line)
        os.kill(dead, signal.SIGKILL)
        wait_for(lambda: holders(place) - {dead})  # the other worker has the partition, on the same lab
        assert lab_process in place.processes()
        (server,) = _pabotlibs(pabot.pid)
        pabot.kill()
        pabot.communicate(timeout=30)
    wait_for(lambda: not place.processes())
    wait_for(lambda: not list(place.temporary.iterdir()))
    wait_for(lambda: not holders(place))
    wait_for(lambda: not _is_pabotlib(server))


def holders(place: PabotPlace) -> set[int]:
    """Processes that have leased the partition."""
    folder = LockFolder(place.leases)
    names = [path.stem for path in place.leases.glob("partition-lp1-*.lock")]
    return {holder.pid for name in names for holder in folder.holders(name)}


FAULTS = """
Library           SIMULATED_LAB
Suite Setup       Open The Lab    local
Suite Teardown    Close Lab

*** Test Cases ***
Where The Suite Is Alone
    Inject Fault    rmc-down    endpoint=lp1    id=mine
    Fault Should Have Fired    mine

On A Console
    Inject Fault    command-fails    endpoint=hmc1    command=lshmc    text=It is busy.

Anywhere
    Inject Fault    migration-breaks    phase=copy

Of Somebody Else
    Clear Faults    theirs

In A Lab Of Its Own
    [Setup]    Use Lab    ${LAB}    shared=no
    Inject Fault    command-fails    endpoint=hmc1    command=lshmc    text=It is busy.    id=mine
    ${cleared} =    Clear Faults
    Should Be Equal    ${cleared}    ${{['mine']}}
    [Teardown]    Stop Simulated Lab

Forgotten Faults Are Cleared
    [Setup]    Open The Lab    local
    ${events} =    Get Simulated Lab History    kind=fault
    Should Be Equal    ${{[event["event"] for event in $events if event["rule"] == "mine"][-1]}}    cleared
"""


def test_a_fault_in_the_common_lab_stays_where_the_suite_is_alone(place: PabotPlace) -> None:
    lab = place.lab_file()
    place.suite("faults", FAULTS.replace("SIMULATED_LAB", str(ROOT / "libraries" / "SimulatedLab.py")))
    run = place.run("-v", f"LAB:{lab}", "suites")
    tests = {name.rpartition(".")[2]: result for name, result in run.tests.items()}
    refused = "Other workers use this simulated lab, and "
    assert tests.pop("On A Console")[1].startswith(f"{refused}this suite has not leased hmc1. Leased: lp1.")
    assert tests.pop("Anywhere")[1].startswith(f"{refused}the rule names no machine.")
    assert tests.pop("Of Somebody Else")[1].startswith("The fault rule theirs is not of this suite.")
    assert {name: result for name, result in tests.items() if result[0] != "PASS"} == {}
    assert len(tests) == 3
