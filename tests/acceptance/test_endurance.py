"""Workloads and loops as a tester meets them: what passes, what must fail, and what a dead or broken run leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from support.robot_run import ROOT, RobotRun, run_robot
from support.simulated import RunningLab, joined_lab_file, optest_file, simulated_lab

STRESS, LOOP, KEYWORDS = "suites/stress.robot", "suites/loop.robot", "tests/acceptance/suites/endurance_keywords.robot"
CANARY = "Canary-5e1c-Sings"
LEFT = "ls -d /var/tmp/mobility-workload* 2>/dev/null; ps -e -o args= | grep -E '[m]obility-workload|[s]tress-ng'"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """One lab; each test uses partitions that no other one leaves in disorder."""
    with simulated_lab(tmp_path_factory.mktemp("endurance") / "world", speed=200) as running:
        yield running


def quick(folder: Path, running: RunningLab) -> Path:
    return joined_lab_file(folder, running, {"limits.poll": 0.1})


def schema(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "docs" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return document


def summary(folder: Path, name: str = "loop") -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "loops" / name / "summary.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema("loop"))
    return document


def workloads(run: RobotRun) -> list[dict[str, Any]]:
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(run.folder.rglob("workloads/*.json"))]
    for record in records:
        jsonschema.validate(record, schema("workload"))
    return records


def test_op_test_files_drive_both_suites(lab: RunningLab, tmp_path: Path) -> None:
    changes = {"stressng_command": "stress-ng --cpu 4 --io 2 --vm 1 --vm-bytes 64M -t 20m", "iterations": "2"}
    file = optest_file(tmp_path, lab, crosses=False, changes=changes)
    run = run_robot(tmp_path / "out", "-v", f"LAB:{file}", "-v", "MOVE:local", STRESS, LOOP)
    assert run.passed, run.console
    assert "these keywords do not use it yet" not in run.console
    (record,) = workloads(run)
    assert record["command"] == changes["stressng_command"]
    assert (record["moves_crossed"], record["exit_status"]) == (2, 0)
    assert lab.run("lp1", LEFT)[1] == ""
    told = summary(tmp_path / "out", "local")
    assert (told["counts"]["passed"], told["end_reason"], told["iterations"]) == (2, "all_done", 2)
    phases = {(item["way"], item["phase"]) for item in told["figures"]}
    assert {("there", "migration"), ("back", "RMC return"), ("back", "blackout"), ("round trip", "total")} <= phases


def test_a_stress_ng_that_dies_in_the_middle_of_the_move_is_named(lab: RunningLab, tmp_path: Path) -> None:
    lab.run("lab", "lab fault add kind=stress-ng-dies endpoint=lp50 phase=resume status=2 times=1")
    run = run_robot(tmp_path / "out", "-v", f"LAB:{quick(tmp_path, lab)}", STRESS)
    failed = {name: message for name, (status, message) in run.tests.items() if status == "FAIL"}
    assert list(failed) == [
        "Partition Works While It Moves There",
        "Partition Works While It Comes Back",
        "Workload Suffered No Harm",
    ]
    for message in failed.values():
        assert message.startswith(
            "lp50: the workload (stress-ng) ended by itself with exit status 2 (one or more stressors failed), in the "
            "middle of lp50 p9a -> p10a, "
        )
        assert "fail:" in message
    assert lab.run("lp50", LEFT)[1] == ""


def test_the_keywords(lab: RunningLab, tmp_path: Path) -> None:
    command = f"echo 'bad token {CANARY}'; echo {CANARY} >&2; exit 9"
    run = run_robot(
        tmp_path / "out", "-v", f"LAB:{quick(tmp_path, lab)}", "-v", f"READY:{lab.ready_file}", KEYWORDS,
        environment={"CANARY_COMMAND": command},
    )  # fmt: skip
    failed = {name: message for name, (status, message) in run.tests.items() if status == "FAIL"}
    begins = {
        "A Workload That Nobody Moves Proves Nothing": "the workload ran across 0 migrations, and 1 were expected. "
        "Migrate the partition between Start Workload and this check.",
        "A Load Dies In The Middle Of A Loop": "1 of 1 iterations failed. Iteration 1, there: lp51: the workload "
        "(stress-ng) ended by itself with exit status 5 (a stressor was killed",
        "A Loop Goes On After A Failure": "1 of 2 iterations failed. Iteration 1, there: hmc1: migrlpar failed: "
        "HSCLA2CF The partition migration",
        "A Leak Is Found": "lp51: adapters for the partition in Virtual I/O Servers of the source: 2 adapters at "
        "first and 3 adapters at last, since round trip 1 of 1.",
    }
    assert {name: message.partition(": ")[2].startswith(begins.get(name, "-")) for name, message in failed.items()} == (
        dict.fromkeys(begins, True)
    ), failed
    assert summary(run.folder, "loop")["end_reason"] == "failure"
    assert summary(run.folder, "loop-2")["counts"] == {"passed": 1, "failed": 1, "interrupted": 0}
    assert summary(run.folder, "loop-3")["end_reason"] == "time_box"
    assert lab.run("lp51", LEFT)[1] == ""
    assert CANARY not in run.console
    leaks = [str(path) for path in run.folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert leaks == []
    assert len(workloads(run)) == 3


def started(file: Path, out: Path, suite: str, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "robot", "-d", str(out), "-v", f"LAB:{file}", *options, suite]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait_for(what: str, probe: Any) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if probe():
            return
        time.sleep(0.05)
    raise AssertionError(f"Waited in vain for {what}.")


def test_a_loop_whose_run_was_killed_is_gone_on_with(lab: RunningLab, tmp_path: Path) -> None:
    file, out = quick(tmp_path, lab), tmp_path / "out"
    journal = out / "loops" / "loop" / "journal.jsonl"
    with started(file, out, LOOP, "-v", "ITERATIONS:2") as run:
        wait_for("iteration 2", lambda: journal.exists() and '"iteration": 2' in journal.read_text().splitlines()[-1])
        wait_for("its migration", lambda: "lp51" in lab.run("hmc1", MOVING)[1])
        os.kill(run.pid, signal.SIGKILL)
        run.communicate()
    assert summary(out)["end_reason"] == "running"
    again = run_robot(out, "-v", f"LAB:{file}", "-v", "ITERATIONS:2", "-v", "RESUME:yes", LOOP)
    assert again.passed, again.console
    told = summary(out)
    assert told["counts"] == {"passed": 2, "failed": 0, "interrupted": 1}
    assert [(item["iteration"], item["verdict"]) for item in told["failures"]] == [(2, "interrupted")]
    assert (told["resumed"], told["end_reason"], told["passed"]) == (1, "all_done", True)
    events = [json.loads(line)["event"] for line in journal.read_text(encoding="utf-8").splitlines()]
    assert events == [
        "loop", "baseline", "begin", "end", "begin", "resume", "home", "begin", "end", "closed",
    ]  # fmt: skip
    assert sorted(path.name for path in (out / "loops" / "loop" / "iterations").iterdir()) == [
        "00001",
        "00002",
        "00003",
    ]


MOVING = "lslparmigr -r lpar -m p9a -F name,migration_state | grep -E 'Starting|Progress'"


def test_ctrl_c_leaves_no_workload_behind(lab: RunningLab, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with started(quick(tmp_path, lab), out, STRESS) as run:
        wait_for("the move", lambda: "lp50" in lab.run("hmc1", MOVING)[1])
        assert "stress-ng" in lab.run("lp50", LEFT)[1]
        os.kill(run.pid, signal.SIGINT)
        console, _ = run.communicate(timeout=60)
    assert run.returncode not in (0, 253), console
    assert lab.run("lp50", LEFT)[1] == ""
    (path,) = out.rglob("workloads/*.json")
    assert json.loads(path.read_text(encoding="utf-8"))["ending"] == "stopped"
