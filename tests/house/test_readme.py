"""README's commands are the ones that are tested."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def commands() -> list[str]:
    """The one-line commands of README's quick start."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    start = text.index("## Quick start")
    section = text[start : text.index("\n## ", start + 1)]
    return re.findall(r"```console\n\$ (.+)\n```", section)


def test_the_quick_start_has_two_commands_of_one_line() -> None:
    suite, tests = commands()
    assert suite.endswith("suites/crosshmc.robot")
    assert "pytest" in tests


def test_ci_calls_exactly_the_test_command() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == commands()[1]


def test_every_file_that_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = re.findall(r"\]\(([^)#:]+)\)", text)
    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []
