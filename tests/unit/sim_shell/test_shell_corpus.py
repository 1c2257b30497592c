"""Scripts with what the real bash and GNU tools print for them (``corpus.yaml``), run by the simulated shell.

The second test runs them through the real tools once more, so that the recorded texts are known to be real.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TypedDict

import pytest
import yaml
from sim_shell_support import MemoryFiles, run

STDIN = "first\nsecond\n"


class Case(TypedDict):
    """One script and what it gives."""

    script: str
    stdout: str
    status: int


CASES: list[Case] = yaml.safe_load((Path(__file__).parent / "corpus.yaml").read_text(encoding="utf-8"))
IDS = [f"{index}-{case['script'].splitlines()[0][:40]}" for index, case in enumerate(CASES)]


def real_tools() -> str:
    """Why the real tools cannot be asked here; empty when they can."""
    bash = shutil.which("bash")
    if bash is None:
        return "no bash on this machine"
    for tool in ("sed", "grep", "sort", "xargs"):
        found = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False)
        if "GNU" not in found.stdout:
            return f"{tool} is not the GNU one"
    version = subprocess.run([bash, "-c", "echo ${BASH_VERSINFO[0]}"], capture_output=True, text=True, check=False)
    return "" if int(version.stdout or 0) >= 5 else "bash is older than 5"


WHY_NOT = real_tools()


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_ours_gives_what_was_recorded(case: Case) -> None:
    result = run(case["script"], STDIN, files=MemoryFiles())
    assert (result.stdout, result.status) == (case["stdout"], case["status"]), result.stderr


@pytest.mark.skipif(bool(WHY_NOT), reason=f"differential test against the real bash: {WHY_NOT}")
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_real_tools_give_what_was_recorded(case: Case, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C"}
    done = subprocess.run(
        ["bash", "-c", case["script"]],
        input=STDIN.encode(),
        capture_output=True,
        cwd=tmp_path,
        env=environment,
        timeout=30,
        check=False,
    )
    stdout = done.stdout.decode("utf-8", "surrogateescape").replace(str(tmp_path), "/home/tester")
    assert (stdout, done.returncode) == (case["stdout"], case["status"])
