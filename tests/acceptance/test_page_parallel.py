"""``docs/parallel.md``: every command on it is run, in order; two pabots on one computer stand for two computers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from robot.api import ExecutionResult

from powervm.lab import load_lab
from support.pabot_run import BIN, links_of
from support.page_commands import as_script, commands_of
from support.robot_run import ROOT
from support.simulated import RunningLab, joined_lab_file

PAGE = ROOT / "docs" / "parallel.md"
COMMANDS = commands_of(PAGE)
TEXT = PAGE.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The blocks of the page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def page(shared_lab: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[str, int]]]:
    """The folder where the commands of the page ran, and the output and status of each."""
    folder, answers = tmp_path_factory.mktemp("page"), tmp_path_factory.mktemp("answers")
    for name in ("libraries", "resources"):
        (folder / name).symlink_to(ROOT / name)
    for path in ("suites", "night"):
        (folder / path).mkdir()
    for name in ("local", "crosshmc"):
        (folder / "suites" / f"{name}.robot").symlink_to(ROOT / "suites" / f"{name}.robot")
    (suite,) = [text for text in blocks("robotframework") if "PabotLib" in text]
    for name in ("one", "two"):
        (folder / "night" / f"{name}.robot").write_text(suite, encoding="utf-8")
    (folder / "moves.dat").write_text(blocks("ini")[0], encoding="utf-8")
    pools = next(yaml.safe_load(text) for text in blocks("yaml") if text.startswith("pools"))
    lab = joined_lab_file(folder, shared_lab, {**pools, "limits.poll": 0.1})
    for name in ("mylab", "first", "second"):
        (folder / f"{name}.yaml").write_bytes(lab.read_bytes())
        (folder / f"{name}.yaml").chmod(0o600)
    (folder / "page.sh").write_text(adapted(as_script(COMMANDS, answers)), encoding="utf-8")
    environment = os.environ | {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "ROBOT_OPTIONS": f"-v LAB:{lab}",
        "MOBILITY_LEASES": str(folder / "leases"),
    }
    with subprocess.Popen(["bash", "page.sh"], cwd=folder, env=environment, start_new_session=True) as bash:
        try:
            bash.wait(180)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(bash.pid, signal.SIGTERM)
    found = [
        ((answers / f"{number}.out").read_text(), int((answers / f"{number}.status").read_text()))
        for number in range(len(COMMANDS))
    ]
    return folder, found


def adapted(script: str) -> str:
    """One short test of each suite, of one suite for a start; and PabotLib's port, which is fixed, is waited for."""
    taken = next(command.text for command in COMMANDS if command.text.startswith("until")).replace("until", "while", 1)
    script = script.replace("python -m pabot.pabotlib", f"{taken}\npython -m pabot.pabotlib")
    script = script.replace("-d results suites", "-d results --suite local suites")
    return re.sub(r"(?m)^((?:ro|pa)bot .*) (suites\S*)$", r"\1 --test *NeedsIsThere \2", script)


@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=lambda number: COMMANDS[number].lines[0][:60])
def test_a_command_of_the_page_works(page: tuple[Path, list[tuple[str, int]]], number: int) -> None:
    output, status = page[1][number]
    assert status == 0, output
    assert bool(output) == bool(COMMANDS[number].shown), output


def test_the_merged_log_leads_to_the_files_of_both(page: tuple[Path, list[tuple[str, int]]]) -> None:
    links = links_of(page[0] / "results" / "log.html")
    assert {link.split("/")[1] for link in links} == {"results-1", "results-2"}
    assert [link for link in links if not (page[0] / "results" / link).exists()] == []


def test_each_night_suite_had_a_partition_of_its_own(page: tuple[Path, list[tuple[str, int]]]) -> None:
    moved = {}
    for shard in ("shard-1", "shard-2"):
        result = ExecutionResult(page[0] / shard / "output.xml")
        assert [test.status for test in result.suite.all_tests] == ["PASS"]
        records = [json.loads(path.read_text()) for path in (page[0] / shard).rglob("outcomes/*.json")]
        moved[shard] = {record["partition"] for record in records}
    assert sorted(moved.values(), key=sorted) == [{"lp1"}, {"lp2"}]


def test_what_the_page_says_of_lab_files_is_right(shared_lab: RunningLab, tmp_path: Path) -> None:
    waits = []
    for text in blocks("yaml"):
        changes = yaml.safe_load(text)
        if "leases" in changes:
            waits.append(load_lab(joined_lab_file(tmp_path, shared_lab, changes)).lease_wait)
    assert waits == [7200, 0]
