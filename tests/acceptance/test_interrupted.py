"""Ctrl-C and timeouts of the test: the partition is at home afterwards, and the evidence says what happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from support.robot_run import ROOT, run_robot
from support.simulated import RunningLab, joined_lab_file, simulated_lab


def place_of(running: RunningLab, partition: str) -> dict[str, str]:
    """State of a partition on each server that has it, as the consoles say."""
    found = {}
    for server in running.ready["endpoints"]:
        del server
    for console, system in (("hmc1", "p8a"), ("hmc1", "p9a"), ("hmc1", "p10a"), ("hmc2", "p10b"), ("hmc2", "p11a")):
        command = f"lssyscfg -r lpar -m {system} --filter lpar_names={partition} -F state"
        status, output = running.run(console, command)
        if status == 0:
            found[system] = output.strip()
    return found


def test_ctrl_c_during_the_move(tmp_path: Path) -> None:
    with simulated_lab(tmp_path / "world", speed=10) as running:
        file, out = joined_lab_file(tmp_path, running), tmp_path / "out"
        command = [sys.executable, "-m", "robot", "-d", str(out), "-v", f"LAB:{file}", "suites/crosshmc.robot"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
            wait_for_migration(running, "lp2")
            os.kill(run.pid, signal.SIGINT)
            console, _ = run.communicate(timeout=120)
        assert run.returncode not in (0, 253), console
        assert place_of(running, "lp2") == {"p9a": "Running"}
    endings = {
        record["operation"]: record["ending"]
        for record in (json.loads(file.read_text()) for file in sorted((out / "mobility").glob("*/outcomes/*.json")))
    }
    assert endings["migrate"] == "interrupted"
    assert endings["bring home"] == "done"


def test_a_timeout_of_the_test_during_the_move(tmp_path: Path) -> None:
    with simulated_lab(tmp_path / "world", speed=8) as running:
        file = joined_lab_file(tmp_path, running)
        suite = tmp_path / "impatient.robot"
        text = (ROOT / "suites" / "local.robot").read_text(encoding="utf-8")
        text = text.replace("../resources", str(ROOT / "resources")).replace("${TEST LIMIT}", "3 seconds")
        suite.write_text(text, encoding="utf-8")
        run = run_robot(tmp_path / "out", "-v", f"LAB:{file}", "--test", "Partition Moves There", str(suite))
        assert place_of(running, "lp1") == {"p9a": "Running"}
    assert run.tests["Partition Moves There"] == ("FAIL", "Test timeout 3 seconds exceeded.")


def wait_for_migration(running: RunningLab, partition: str) -> None:
    """Wait until the console says that the partition's memory is being copied."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        _, output = running.run("hmc1", f"lslparmigr -r lpar -m p9a --filter lpar_names={partition}")
        if "Migration In Progress" in output:
            return
        time.sleep(0.05)
    raise AssertionError("The migration did not start.")
