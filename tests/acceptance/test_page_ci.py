"""``docs/ci.md``: its commands are run, and its exit codes are those of the programs."""

from __future__ import annotations

import os
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import robot
import yaml

from support.pabot_run import BIN
from support.page_commands import as_script, commands_of
from support.robot_run import ROOT
from support.simulated import RunningLab, joined_lab_file

PAGE = ROOT / "docs" / "ci.md"
COMMANDS = commands_of(PAGE)
ARGUMENTS = ROOT / "variables" / "arguments"
ENVIRONMENT = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def test_the_commands_of_the_page(shared_lab: RunningLab, tmp_path: Path) -> None:
    """Of the suites one is enough here; all of them are run elsewhere."""
    folder, answers = tmp_path / "page", tmp_path / "answers"
    (folder / "suites").mkdir(parents=True)
    answers.mkdir()
    for name in ("libraries", "resources", "variables"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "suites" / "local.robot").symlink_to(ROOT / "suites" / "local.robot")
    lab = joined_lab_file(tmp_path, shared_lab, {"limits.poll": 0.1})
    (folder / "page.sh").write_text(as_script(COMMANDS, answers), encoding="utf-8")
    own = {"ROBOT_OPTIONS": f"-v LAB:{lab}", "MOBILITY_LEASES": str(tmp_path / "leases")}
    subprocess.run(["bash", "page.sh"], cwd=folder, env=ENVIRONMENT | own, timeout=300, stdin=subprocess.DEVNULL)
    for number, command in enumerate(COMMANDS):
        output = (answers / f"{number}.out").read_text()
        assert (answers / f"{number}.status").read_text().strip() == "0", f"{command.text}\n{output}"
    passed = ET.parse(folder / "first" / "xunit.xml").getroot().iter("testcase")
    assert {case.get("name") for case in passed} == {
        "Everything That The Move Needs Is There", "Console Agrees To The Move"
    }  # fmt: skip
    assert (folder / "merged" / "log.html").exists()


@pytest.mark.parametrize("name", sorted(path.name for path in ARGUMENTS.iterdir()))
def test_an_argument_file_selects_tests(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page names it, and what it says is known to Robot Framework and to the suites."""
    assert f"](../variables/arguments/{name})" in PAGE.read_text(encoding="utf-8")
    monkeypatch.chdir(ROOT)
    where = ["-A", f"variables/arguments/{name}", "-d", str(tmp_path), "--log", "NONE", "--report", "NONE"]
    assert robot.run_cli(["--dryrun", "--console", "none", *where, "suites"], exit=False) == 0
    cases = [case.get("classname", "") for case in ET.parse(tmp_path / "xunit.xml").getroot().iter("testcase")]
    assert len(cases) >= {"smoke.args": 8, "full.args": 30, "night.args": 40}[name]
    assert any("Loop" in case for case in cases) == (name == "night.args")


TWO_FAIL = """
*** Test Cases ***
One
    Fail
Two
    Fail
Three
    No Operation
"""
DIES = """
*** Test Cases ***
It Dies
    Evaluate    os.kill(os.getpid(), 9)
"""


def test_the_exit_codes_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two.robot").write_text(TWO_FAIL)
    Path("dies.robot").write_text(DIES)
    quiet = ["--console", "none", "--log", "NONE", "--report", "NONE", "-d", "robot"]
    assert robot.run_cli([*quiet, "two.robot"], exit=False) == 2
    assert robot.run_cli([*quiet, "--nostatusrc", "two.robot"], exit=False) == 0
    assert robot.rebot_cli(["-d", "rebot", "robot/output.xml"], exit=False) == 2
    assert robot.run_cli([*quiet, "--include", "nothing", "two.robot"], exit=False) == 252
    assert pabot("two.robot") == 2
    assert pabot("two.robot", "dies.robot") == 252
    rows = re.findall(r"(?m)^\| ([\d to]+) \|", PAGE.read_text(encoding="utf-8"))
    assert rows == ["0", "1 to 249", "250", "252", "253", "255"]


def pabot(*suites: str) -> int:
    """The exit status of pabot."""
    command = ["pabot", "--no-pabotlib", "-d", "pabot", *suites]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, timeout=120).returncode


def test_the_job_of_the_page_runs_what_is_there() -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    steps = yaml.safe_load(text)["jobs"]["smoke"]["steps"]
    runs = "\n".join(step["run"] for step in steps if "run" in step)
    assert COMMANDS[0].text in runs
    assert runs.splitlines()[0] in (ROOT / "docs" / "simulated-lab.md").read_text(encoding="utf-8")
