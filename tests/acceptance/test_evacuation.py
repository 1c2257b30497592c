"""The suite of the evacuation: on a running lab, with an op-test file, and where it must fail."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from support.robot_run import ROOT, run_robot
from support.simulated import RunningLab, joined_lab_file, optest_file

SUITE = "suites/evacuation.robot"
SCHEMA = json.loads((ROOT / "docs" / "outcome.schema.json").read_text(encoding="utf-8"))


def calls(running: RunningLab) -> list[str]:
    """The calls of migrlpar that the lab has heard."""
    events = running.history("command")
    return [event["command"] for event in events if event["command"].startswith("migrlpar -o m")]


def test_a_server_is_evacuated_and_everybody_comes_home(shared_lab: RunningLab, tmp_path: Path, out: Path) -> None:
    before = len(calls(shared_lab))
    lab = joined_lab_file(tmp_path, shared_lab, {"limits.poll": 0.2})
    run = run_robot(out, "-v", f"LAB:{lab}", SUITE)
    assert run.passed, run.console
    assert calls(shared_lab)[before:] == [
        "migrlpar -o m -m p10b -t p11a -p lp21,lp20,lp22",
        "migrlpar -o m -m p11a -t p10b -p lp21,lp20,lp22 -i multiple_shared_proc_pools=lp20///1",
    ]
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(out.rglob("outcomes/*.json"))]
    for record in records:
        jsonschema.validate(record, SCHEMA)
    verdicts = {(record["operation"], record["partition"], record["ending"]) for record in records}
    moving = {(what, name, "done") for what in ("validate", "migrate") for name in ("lp20", "lp21", "lp22")}
    assert verdicts == moving | {(what, "lp23", "refused") for what in ("validate", "migrate")}


def test_the_partition_of_an_optest_file_is_evacuated_alone(shared_lab: RunningLab, tmp_path: Path, out: Path) -> None:
    before = len(calls(shared_lab))
    run = run_robot(out, "-v", f"LAB:{optest_file(tmp_path, shared_lab, crosses=False)}", SUITE)
    assert run.passed, run.console
    assert [call.split(" -p ")[1] for call in calls(shared_lab)[before:]] == ["lp1", "lp1"]


def test_the_one_that_breaks_off_is_named_and_nobody_else(shared_lab: RunningLab, tmp_path: Path, out: Path) -> None:
    control = next(item["name"] for item in shared_lab.ready["endpoints"] if item["kind"] == "control")
    rule = "lab fault add kind=migration-breaks partition=lp20 phase=copy at=50 times=1"
    assert shared_lab.run(control, rule)[0] == 0
    lab = joined_lab_file(tmp_path, shared_lab, {"limits.poll": 0.2})
    run = run_robot(out, "-v", f"LAB:{lab}", "--test", "Server Is Evacuated", SUITE)
    first, second = run.first_message().splitlines()
    assert first == "Evacuation evacuation: 1 of 4 partitions failed."
    assert second.startswith("lp20: hmc2: migrlpar failed: HSCLA2CF ")
    assert second.endswith("lp20 is on p10b, as before.")
    assert run.setup_message == ""
    homes = shared_lab.run("hmc2", "lssyscfg -r lpar -m p10b -F name")[1].split()
    assert {"lp20", "lp21", "lp22", "lp23"} <= set(homes)
