"""Runs suites with Robot Framework in a process of their own, and reads what came of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from robot.api import ExecutionResult

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class RobotRun:
    """One run of Robot Framework.

    Attributes:
        tests: Status and message of each test, by name.
    """

    status: int
    console: str
    folder: Path
    tests: dict[str, tuple[str, str]]
    setup_message: str
    metadata: dict[str, str]

    @property
    def passed(self) -> bool:
        """Every test passed."""
        return self.status == 0

    def first_message(self) -> str:
        """What the tester reads first: the message of the first test that failed, without a setup's introduction."""
        failed = [message for status, message in self.tests.values() if status == "FAIL"]
        text = failed[0] if failed else ""
        return text.removeprefix("Parent suite setup failed:\n")


def run_robot(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None, timeout: float = 180
) -> RobotRun:
    """Run ``robot`` with these arguments; the output goes to ``folder``."""
    command = [sys.executable, "-m", "robot", "--loglevel", "TRACE:INFO", "--outputdir", str(folder), *arguments]
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, env=os.environ | (environment or {})
    )
    output = folder / "output.xml"
    assert output.exists(), result.stdout + result.stderr
    suite = ExecutionResult(output).suite
    return RobotRun(
        status=result.returncode,
        console=result.stdout + result.stderr,
        folder=folder,
        tests={test.name: (test.status, test.message) for test in suite.all_tests},
        setup_message=suite.message,
        metadata=dict(suite.metadata),
    )
