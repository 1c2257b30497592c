"""Two runs on one computer: what one has leased, the other does not touch; a pool gives what is free."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from powervm.lab import load_lab, load_ready
from powervm.leases import FOLDER_VARIABLE, Leases, LockFolder
from powervm.leases.wants import session_at
from support.robot_run import ROOT, run_robot
from support.simulated import RunningLab, joined_lab_file

LAB = {"leases": "refuse", "pools": {"any": ["local", "crosshmc"]}}


@contextmanager
def another_run(lab_file: Path, running: RunningLab, leases: Path) -> Iterator[None]:
    """This process has leased the partition of the move "local"."""
    held = Leases(load_lab(lab_file).join(load_ready(running.ready_file)), suite="Night", folder=LockFolder(leases))
    held.take(["local"])
    try:
        yield
    finally:
        held.release()


def test_a_partition_that_another_run_has_is_not_touched(shared_lab: RunningLab, tmp_path: Path, out: Path) -> None:
    file, leases = joined_lab_file(tmp_path, shared_lab, LAB), tmp_path / "leases"
    before = len(shared_lab.history())
    with another_run(file, shared_lab, leases):
        run = run_robot(out, "-v", f"LAB:{file}", "suites/local.robot", environment={FOLDER_VARIABLE: str(leases)})
    assert {status for status, _ in run.tests.values()} == {"FAIL"}
    message = run.first_message()
    assert message.startswith("lab.yaml: not free: the partition lp1: ")
    assert ", Night, since " in message
    assert "Also suite teardown failed" not in message
    assert [event for event in shared_lab.history()[before:] if event["endpoint"] != "lab"] == []
    assert not (out / "mobility").exists()


def test_a_pool_gives_the_move_that_is_free(shared_lab: RunningLab, tmp_path: Path, out: Path) -> None:
    file, leases = joined_lab_file(tmp_path, shared_lab, LAB), tmp_path / "leases"
    with another_run(file, shared_lab, leases):
        run = run_robot(
            out, "-v", f"LAB:{file}", "-v", "MOVE:any", "--include", "smoke", "suites/local.robot",
            environment={FOLDER_VARIABLE: str(leases)},
        )  # fmt: skip
    assert run.passed, run.console
    records = [json.loads(path.read_text()) for path in out.rglob("outcomes/*.json")]
    assert {record["partition"] for record in records} == {"lp2"}
    assert list(leases.iterdir()) == []


FULL = """
*** Settings ***
Resource          {resource}

*** Test Cases ***
No Session Is Left
    Use Lab    ${{LAB}}
    [Teardown]    Leave The Lab As It Was    local
"""


def test_a_console_whose_sessions_are_taken_is_not_connected_to(
    shared_lab: RunningLab, tmp_path: Path, out: Path
) -> None:
    file, leases = joined_lab_file(tmp_path, shared_lab, {"consoles.hmc1.sessions": 1, **LAB}), tmp_path / "leases"
    lab = load_lab(file).join(load_ready(shared_lab.ready_file))
    suite = tmp_path / "full.robot"
    suite.write_text(FULL.format(resource=ROOT / "resources" / "mobility.resource"))
    taken = LockFolder(leases).try_lock(session_at(lab, "hmc1", 1))
    before = len(shared_lab.history("login"))
    run = run_robot(out, "-v", f"LAB:{file}", str(suite), environment={FOLDER_VARIABLE: str(leases)})
    assert taken is not None
    taken.release()
    assert run.first_message().startswith("hmc1: all 1 sessions that runs on this computer may hold there are taken.")
    assert [event for event in shared_lab.history("login")[before:] if event["endpoint"] != "lab"] == []


FORGETFUL = """
*** Settings ***
Resource          {resource}

*** Test Cases ***
It Is Leased
    Use Lab    ${{LAB}}
    Lease Moves    local
    Should Not Be Empty    ${{{{glob.glob("{leases}/partition-*")}}}}
"""
LATER = """
*** Test Cases ***
Nothing Is Leased
    Should Be Empty    ${{{{glob.glob("{leases}/partition-*")}}}}
"""


def test_a_lease_ends_with_its_suite(shared_lab: RunningLab, tmp_path: Path, out: Path) -> None:
    file, leases = joined_lab_file(tmp_path, shared_lab, LAB), tmp_path / "leases"
    words = {"resource": ROOT / "resources" / "mobility.resource", "leases": leases}
    suites = []
    for name, text in (("forgetful", FORGETFUL), ("later", LATER)):
        suites.append(tmp_path / f"{name}.robot")
        suites[-1].write_text(text.format(**words), encoding="utf-8")
    run = run_robot(out, "-v", f"LAB:{file}", *map(str, suites), environment={FOLDER_VARIABLE: str(leases)})
    assert run.passed, run.tests
