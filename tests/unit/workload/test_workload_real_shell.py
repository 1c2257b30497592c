"""What is sent to a partition, run by the shell and the tools of this computer instead of the simulated lab's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from powervm.outcome import LabNote
from powervm.ssh import CommandResult
from powervm.workload import WorkloadRecord, make_order, start_workload

TOOLS = ("setsid", "timeout", "pkill", "pgrep", "ps", "sed", "sh")
pytestmark = pytest.mark.skipif(
    sys.platform != "linux"
    or not all(shutil.which(tool) for tool in TOOLS)
    or not os.access("/proc/self/stat", os.R_OK),
    reason="needs the tools that every Linux partition has",
)

STRESS = """\
#!{python}
import multiprocessing, signal, sys, time
def work():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        time.sleep(0.05)
workers = [multiprocessing.Process(target=work) for _ in range(2)]
for worker in workers:
    worker.start()
asked = []
signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
print("stress-ng: info:  [1] dispatching hogs: 2 cpu", flush=True)
while not asked:
    time.sleep(0.02)
for worker in workers:
    worker.terminate()
    worker.join()
time.sleep(0.3)
print("stress-ng: info:  [1] failed: 0\\nstress-ng: info:  [1] successful run completed in 1.00 secs", flush=True)
"""


class ThisComputer:
    """A connection that runs each command in a session of its own, as an SSH server does."""

    def __init__(self, programs: Path) -> None:
        self._environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"}

    def run(self, command: str, deadline: object = None, *, input: str = "", hide: object = ()) -> CommandResult:  # noqa: A002
        started, clock = datetime.now(timezone.utc), time.monotonic()
        done = subprocess.run(
            ["/bin/sh", "-c", command], input=input, capture_output=True, text=True, env=self._environment,
            start_new_session=True, timeout=30,
        )  # fmt: skip
        lasted = time.monotonic() - clock
        return CommandResult("this", command, done.returncode, done.stdout, done.stderr, started, lasted)

    def save(self, command: str, local: Path, deadline: object, *, most: int) -> Any:
        local.write_text(self.run(command).stdout, encoding="utf-8")
        return SimpleNamespace(size=local.stat().st_size)

    def close(self) -> None:
        """There is nothing to close."""


def run_and_stop(command: str, tmp_path: Path) -> tuple[WorkloadRecord, str]:
    """Start a load, stop it, and tell which of its processes and files are left."""
    program = tmp_path / "stress-ng"
    program.write_text(STRESS.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    connection = ThisComputer(tmp_path)
    guest: Any = SimpleNamespace(name="this", connection=connection, run=connection.run)
    lab = LabNote(name="this computer", kind="hardware", file="none")
    workload = start_workload(lambda: guest, make_order(command, limit=60), console_name="this", lab=lab, limit=20)
    folder, session = workload.load.folder, connection.run(f"cat {workload.load.folder}/keeper").stdout.strip()
    assert oct(Path(folder).stat().st_mode)[-3:] == "700"
    (tmp_path / "got").mkdir()
    record = workload.finish(tmp_path / "got")
    # a process that has ended is listed as Z until somebody asks for its end, which in a container may be nobody
    alive = f"ps -eo sid=,stat=,args= | grep -E '^ *{session} ' | grep -vE '^ *{session} +Z'"
    return record, connection.run(f"ls -d {folder} 2>/dev/null; {alive}").stdout


def test_a_tool_reports_when_it_is_stopped_and_nothing_is_left(tmp_path: Path) -> None:
    record, left = run_and_stop("stress-ng --cpu 2 --timeout 1h", tmp_path)
    assert (record.error, record.ending, record.exit_status, record.kind) == (None, "stopped", 0, "stress-ng")
    assert "successful run completed" in (tmp_path / "got" / "out.txt").read_text(encoding="utf-8")
    assert left == ""


def test_a_script_is_ended_with_its_children(tmp_path: Path) -> None:
    record, left = run_and_stop("while :; do sleep 33; done", tmp_path)
    assert (record.error, record.ending, record.exit_status, record.kind) == (None, "stopped", 143, "command")
    assert left == ""
