"""Settings of a migration in suites."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.robot_run import ROOT, run_robot
from support.simulated import RunningLab, joined_lab_file


def test_what_a_suite_chooses(shared_lab: RunningLab, tmp_path: Path, out: Path) -> None:
    lab = joined_lab_file(tmp_path, shared_lab, {"limits.poll": 0.2})
    before = len(shared_lab.history("command"))
    run = run_robot(out, "-v", f"LAB:{lab}", "tests/acceptance/suites/settings.robot")
    assert run.passed, run.console
    asked = [event["command"] for event in shared_lab.history("command")[before:] if "migrlpar" in event["command"]]
    moves = [command for command in asked if command.startswith("migrlpar -o m")]
    assert moves == [
        "migrlpar -o m -m p9a -t p10a -p lp1 --mpio 2 --npivval portdisk --redundantmsps 0 -v -w 2 -d 2 -i "
        "dest_lpar_id=77,shared_proc_pool_name=DefaultPool,dest_msp_name=p10a-vios2,dest_msp_ipaddr=10.20.2.6",
        "migrlpar -o m -m p10a -t p9a -p lp1 -i shared_proc_pool_id=1,source_msp_name=p10a-vios2",
    ]
    level = shared_lab.run("hmc1", "lslparmigr -r msp -m p10a -F name,concurr_migration_perf_level")[1]
    assert "p10a-vios2,3" in level.splitlines()


def test_a_dry_run_finds_a_wrong_word(tmp_path: Path) -> None:
    suite = tmp_path / "wrong.robot"
    suite.write_text(
        f"*** Settings ***\nResource    {ROOT}/resources/mobility.resource\n\n"
        "*** Test Cases ***\nWrong\n    Migrate Partition    local    vnics=some\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "robot", "--dryrun", "--output", "NONE", str(suite)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "Vnics does not have member 'some'. Available: 'ALL' and 'AVAILABLE'" in result.stdout
