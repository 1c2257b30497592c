"""Runs suites with pabot, as in an activated environment, in a folder of the test's own."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import yaml
from robot.api import ExecutionResult
from robot.result import TestSuite

from support.processes import command_lines
from support.robot_run import ROOT
from support.simulated import LAB, WORLD, changed

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class PabotRun:
    """One run of pabot that has come to its end.

    Attributes:
        suite: The merged result.
        results: The output directory.
    """

    status: int
    console: str
    suite: TestSuite
    results: Path

    @property
    def tests(self) -> dict[str, tuple[str, str]]:
        """Status and message of each test, by name."""
        return {test.full_name: (test.status, test.message) for test in self.suite.all_tests}


class PabotPlace:
    """A folder where pabot runs, with temporary files and leases of its own.

    Args:
        folder: The folder; it is made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temporary = folder / "temporary"
        self.leases = folder / "leases"
        self.suites = folder / "suites"
        for path in (self.temporary, self.suites):
            path.mkdir(parents=True)

    @property
    def environment(self) -> dict[str, str]:
        """What an activated environment has, and where temporary files and leases go."""
        own = {"TMPDIR": str(self.temporary), "MOBILITY_LEASES": str(self.leases)}
        return os.environ | own | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}

    def lab_file(self, changes: Mapping[str, object] | None = None, *, speed: float = 100) -> Path:
        """The default lab, faster."""
        document = yaml.safe_load(LAB.read_text(encoding="utf-8"))
        document["simulated"] = {"world": str(WORLD), "speed": speed}
        file = self.folder / "lab.yaml"
        file.write_text(yaml.safe_dump(changed(document, {"limits.poll": 0.1, **(changes or {})})), encoding="utf-8")
        return file

    def suite(self, name: str, text: str) -> None:
        """Write a suite; it may use the sentences of the product."""
        head = f"*** Settings ***\nResource    {ROOT / 'resources' / 'mobility.resource'}\n"
        (self.suites / f"{name}.robot").write_text(head + text, encoding="utf-8")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start pabot; the output goes to ``results``."""
        command = [str(BIN / "pabot"), "--pabotlibport", "0", "-d", str(self.folder / "results"), *arguments]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def run(self, *arguments: str, watch: Callable[[], object] = bool) -> PabotRun:
        """Run pabot to its end, and look at something again and again meanwhile."""
        with self.start(*arguments) as process:
            end = time.monotonic() + 180
            while True:
                try:
                    console, _ = process.communicate(timeout=0.3)
                    break
                except subprocess.TimeoutExpired:
                    watch()
                    assert time.monotonic() < end, "pabot did not end"
        results = self.folder / "results"
        assert (results / "output.xml").exists(), console
        return PabotRun(process.returncode, console, ExecutionResult(results / "output.xml").suite, results)

    def processes(self) -> list[str]:
        """Command lines of all processes that have something to do with this folder."""
        return [line for line in command_lines() if str(self.folder) in line]


def links_of(log: Path) -> set[str]:
    """All links to files that a ``log.html`` has."""
    text = log.read_text(encoding="utf-8")
    packed = re.findall(r"""[\w+/=]{40,}""", text)  # longer messages are compressed
    for part in packed:
        with suppress(ValueError, zlib.error):
            text += zlib.decompress(base64.b64decode(part, validate=True)).decode("utf-8", "replace")
    return {unquote(link) for link in re.findall(r"""href='([^'#:]+)'""", text)}


def wait_for(what: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"{what} did not come true in {seconds} s."
        time.sleep(0.05)
