"""The suites pass: on the lab that they start by themselves, on one that runs already, and with op-test files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from support.processes import CommandLines, command_lines
from support.robot_run import ROOT, RobotRun, run_robot
from support.simulated import RunningLab, joined_lab_file, optest_file

SCHEMA = json.loads((ROOT / "docs" / "outcome.schema.json").read_text(encoding="utf-8"))


def outcomes(run: RobotRun) -> list[dict[str, object]]:
    """The outcome records that a run left, in order."""
    files = sorted((run.folder / "mobility").glob("*/outcomes/*.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def test_crosshmc_as_a_newcomer_runs_it_from_any_directory(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    result = subprocess.run(
        [sys.executable, "-m", "robot", "-d", "out", str(ROOT / "suites" / "crosshmc.robot")],
        cwd=folder, capture_output=True, text=True, timeout=180, env=os.environ | {"HOME": str(folder)},
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Lab: simulated" in result.stdout
    assert "5 tests, 5 passed, 0 failed" in result.stdout
    assert "Lab" in (folder / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("suite", "moves"),
    [("local", [("p9a", "p10a"), ("p10a", "p9a")]), ("crosshmc", [("p9a", "p10b"), ("p10b", "p9a")])],
)
def test_round_trip_on_a_running_lab(
    suite: str, moves: list[tuple[str, str]], shared_lab: RunningLab, tmp_path: Path, out: Path
) -> None:
    lab = joined_lab_file(tmp_path, shared_lab, {"host_keys": "strict"})
    before = len(shared_lab.history("login"))
    run = run_robot(out, "-v", f"LAB:{lab}", f"suites/{suite}.robot")
    assert run.passed, run.console
    assert run.metadata["Lab"].startswith("simulated")
    records = outcomes(run)
    for record in records:
        jsonschema.validate(record, SCHEMA)
    migrations = [record for record in records if record["operation"] == "migrate"]
    assert [(record["source"]["server"], record["target"]["server"]) for record in migrations] == moves  # type: ignore[index]
    assert {record["ending"] for record in records} == {"done"}
    for record in migrations:
        assert record["before"]["boot_id"] == record["after"]["boot_id"]  # type: ignore[index]
        assert record["before"]["serial"] != record["after"]["serial"]  # type: ignore[index]
        assert record["bytes"]["transmitted"] > 0  # type: ignore[index]
    assert_one_login_per_endpoint(shared_lab, before)


def assert_one_login_per_endpoint(running: RunningLab, before: int) -> None:
    """The lab counts the logins: a whole run makes one to each machine."""
    logins = [
        event["endpoint"]
        for event in running.history("login")[before:]
        if event["endpoint"] != "lab" and event["method"] != "mkauthkeys"
    ]
    assert sorted(logins) == sorted(set(logins))


@pytest.mark.parametrize("suite", ["local", "crosshmc"])
def test_round_trip_with_an_optest_file(suite: str, shared_lab: RunningLab, tmp_path: Path, out: Path) -> None:
    lab = optest_file(tmp_path, shared_lab, crosses=suite == "crosshmc")
    run = run_robot(out, "-v", f"LAB:{lab}", f"suites/{suite}.robot")
    assert run.passed, run.console
    assert run.metadata["Lab"].startswith("simulated")


def test_the_default_lab_is_stopped_with_the_run(tmp_path: Path, out: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    with CommandLines() as watcher:
        run = run_robot(
            out, "--test", "Consoles Trust Each Other", "suites/crosshmc.robot", environment={"TMPDIR": str(folder)}
        )
    assert run.passed, run.console
    assert any(str(folder) in line for line in watcher.seen)
    assert [line for line in command_lines() if str(folder) in line] == []
    assert list(folder.iterdir()) == []
    (file,) = (out / "mobility").glob("*/transcript.jsonl")
    transcript = file.read_text(encoding="utf-8").splitlines()
    assert any("mkauthkeys" in json.loads(line)["command"] for line in transcript)
