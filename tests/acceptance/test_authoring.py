"""``docs/authoring.md``: its suites are written and its commands are run in order, and print what the page says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.page_commands import PageCommand, commands_of
from support.robot_run import ROOT
from support.simulated import joined_lab_file, simulated_lab

PAGE = ROOT / "docs" / "authoring.md"
_PART = re.compile(
    r"<!-- file: (\S+) -->\n```robotframework\n(.*?)^```$|^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE
)

RUNS = 6
"""How often the page runs Robot Framework: a page that is not understood proves nothing."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that looks like the project, with an environment, and with one lab for all commands."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("libraries", "resources", "docs"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "suites", folder / "suites")
    (folder / "variables").mkdir()
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "activate").write_text(f'PATH="{Path(sys.executable).parent}:$PATH"\n')
    with simulated_lab(folder / "lab") as running:
        file = joined_lab_file(folder / "variables", running, {"limits.settle": 2})
        file.rename(folder / "variables" / "simulated.yaml")
        yield folder


def test_the_page_tells_the_truth(project: Path, tmp_path: Path) -> None:
    wrong, ran = [], 0
    for file, content, block in _PART.findall(PAGE.read_text(encoding="utf-8")):
        if file:
            (project / file).write_text(content, encoding="utf-8")
            continue
        for command in commands_in(block, tmp_path):
            output = run(command, project)
            ran += command.text.startswith("robot ")
            if not command.printed_as_shown(output):
                wrong.append(f"$ {command.text}\n{output}")
    assert wrong == []
    assert ran == RUNS


def test_the_suites_of_the_page_are_as_tidy_as_ours(tmp_path: Path) -> None:
    for file, content, _ in _PART.findall(PAGE.read_text(encoding="utf-8")):
        if file:
            (tmp_path / Path(file).name).write_text(content, encoding="utf-8")
    shutil.copy(ROOT / "docs" / "template.robot", tmp_path)
    robocop = str(Path(sys.executable).parent / "robocop")
    for action in (["check"], ["format", "--check", "--diff"]):
        result = subprocess.run([robocop, *action, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout


def commands_in(block: str, folder: Path) -> list[PageCommand]:
    page = folder / "block.md"
    page.write_text(f"```console\n{block}```\n", encoding="utf-8")
    return commands_of(page)


def run(command: PageCommand, project: Path) -> str:
    """What a command prints, in a shell where the environment of the page is active."""
    script = f". .venv/bin/activate\n{command.text}\n"
    result = subprocess.run(
        ["bash", "-c", script], cwd=project, capture_output=True, text=True, timeout=170, env=dict(os.environ)
    )
    return result.stdout + result.stderr
