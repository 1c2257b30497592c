"""Stage logs as a tester meets them: folders, links in the log, what a good and what a bad move leave."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import jsonschema

from support.robot_run import ROOT, run_robot
from support.simulated import RunningLab, joined_lab_file, simulated_lab

SCHEMA = json.loads((ROOT / "docs" / "manifest.schema.json").read_text(encoding="utf-8"))
SLOW = re.compile(r"\b(snap|sos report|sosreport|supportconfig|pedbg)\b")

FAILING = f"""
*** Settings ***
Resource          {ROOT}/resources/mobility.resource
Suite Setup       Open The Lab
Suite Teardown    Leave The Lab As It Was    local

*** Test Cases ***
A Move That Breaks
    Migrate Partition    local    stage_logs=yes
"""


def manifests(folder: Path) -> dict[str, dict[str, object]]:
    """The manifests of a run by the stage's name."""
    found = {}
    for file in folder.rglob("manifest.json"):
        document = json.loads(file.read_text(encoding="utf-8"))
        jsonschema.validate(document, SCHEMA)
        found[file.parent.name] = document
    return found


def links(output: Path) -> list[str]:
    """Where the links of a log lead to."""
    text = unescape(output.read_text(encoding="utf-8"))
    return [unquote(place) for place in re.findall(r"<a href='([^']*)'>", text)]


def slow_commands(running: RunningLab) -> list[str]:
    return [event["command"] for event in running.history("command") if SLOW.search(event["command"])]


def test_the_suite_passes_and_leaves_its_evidence_with_links_that_work_elsewhere(tmp_path: Path, out: Path) -> None:
    with simulated_lab(tmp_path / "world") as running:
        file = joined_lab_file(tmp_path, running)
        run = run_robot(out, "-v", f"LAB:{file}", "suites/stagelogs.robot")
        assert run.passed, run.console
        assert slow_commands(running) == []
        passwords = [running.password(name) for name in ("hmc1", "lp1", "p9a-vios1")]
    assert manifests(out).keys() == {"before", "pre-forward", "post-forward", "pre-backward", "post-backward"}
    moved = out.rename(tmp_path / "moved")
    places = links(moved / "output.xml")
    assert sum("/post-forward/" in place for place in places) > 40
    assert [place for place in places if place.startswith("/") or not (moved / place).is_file()] == []
    for evidence in moved.rglob("*"):
        if evidence.is_file():
            content = evidence.read_bytes()
            assert not [password for password in passwords if password.encode() in content], evidence


def test_links_of_two_suites_side_by_side_lead_from_the_merged_log(tmp_path: Path) -> None:
    suites = []
    for name in ("one", "two"):
        suites.append(tmp_path / f"{name}.robot")
        suites[-1].write_text(
            FAILING.replace("Migrate Partition    local    stage_logs=yes", "Collect Stage Logs    now    move=local"),
            encoding="utf-8",
        )
    command = [sys.executable, "-m", "pabot.pabot", "--command", sys.executable, "-m", "robot", "--end-command"]
    result = subprocess.run(
        [*command, "--no-pabotlib", "--processes", "2", "-d", "out", *map(str, suites)],
        cwd=tmp_path, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    out = tmp_path / "out"
    places = [place for place in links(out / "output.xml") if "stage-logs" in place]
    assert len({place.split("stage-logs")[0] for place in places}) == 2
    assert [place for place in places if not (out / place).is_file()] == []


def test_a_move_that_fails_leaves_the_failure_set(tmp_path: Path, out: Path) -> None:
    suite = tmp_path / "failing.robot"
    suite.write_text(FAILING, encoding="utf-8")
    with simulated_lab(tmp_path / "world", speed=400) as running:
        assert running.run("lab", "lab fault add kind=migration-breaks partition=lp1 phase=copy at=50 times=1")[0] == 0
        file = joined_lab_file(tmp_path, running)
        run = run_robot(out, "-v", f"LAB:{file}", str(suite))
        commands = slow_commands(running)
    (status, message) = run.tests["A Move That Breaks"]
    assert (status, message.split(":")[0]) == ("FAIL", "hmc1")
    found = manifests(out)
    assert (found["pre-forward"]["failure"], found["post-forward"]["failure"]) == (False, True)
    items = {
        (source["name"], item["name"])  # type: ignore[index]
        for source in found["post-forward"]["sources"]  # type: ignore[attr-defined]
        for item in source["items"]
        if item["status"] == "collected"
    }
    assert {("lp1", "sos-report-archive"), ("hmc1", "pedbg-archive"), ("hmc1", "migration-debug")} <= items
    assert {(f"{server}-vios{number}", "snap-archive") for server in ("p9a", "p10a") for number in (1, 2)} <= items
    assert len(commands) >= 6
