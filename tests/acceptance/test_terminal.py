"""What a person sees on a terminal while a migration runs."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from support.robot_run import ROOT
from support.simulated import RunningLab, joined_lab_file


def on_terminal(tmp_path: Path, running: RunningLab, *options: str) -> str:
    """Run a suite with a pseudo-terminal as its output; everything that was written to it."""
    lab = joined_lab_file(tmp_path, running, {"limits.poll": 0.1})
    command = [sys.executable, "-m", "robot", "-d", str(tmp_path / "out"), "-v", f"LAB:{lab}", *options]
    ours, theirs = pty.openpty()
    with subprocess.Popen([*command, "suites/local.robot"], cwd=ROOT, stdout=theirs, stderr=theirs) as run:
        os.close(theirs)
        written = bytearray()
        while True:
            try:
                data = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            written += data
            if not data:
                break
        run.wait(120)
    os.close(ours)
    assert run.returncode == 0, written.decode(errors="replace")
    return written.decode(errors="replace")


def test_one_live_line(shared_lab: RunningLab, tmp_path: Path) -> None:
    screen = on_terminal(tmp_path, shared_lab)
    assert "[Lab: simulated] lp1 p9a -> p10a" in screen
    assert "[Lab: simulated] lp1 p10a -> p9a" in screen
    assert "Lab: simulated (two consoles)" in screen


@pytest.mark.parametrize("option", ["quiet", "none"])
def test_no_live_line_when_quiet(option: str, shared_lab: RunningLab, tmp_path: Path) -> None:
    assert "lp1 p9a -> p10a" not in on_terminal(tmp_path, shared_lab, "--console", option)  # warnings may come
