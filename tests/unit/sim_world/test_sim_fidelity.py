"""``docs/fidelity.md`` cannot go stale: every command and every message code of the consoles is on it."""

from __future__ import annotations

import re
from pathlib import Path

from powervm_sim.console.commands import CONSOLE_COMMANDS, NOT_SIMULATED

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")
ROOMS = ("world", "migration", "console", "serving")


def codes_in_code() -> set[str]:
    folder = ROOT / "libraries" / "powervm_sim"
    files = [folder / "hsc.py", *(file for room in ROOMS for file in (folder / room).glob("*.py"))]
    return {code for file in files for code in re.findall(r"\bHSC[LE][0-9A-F]{4}\b", file.read_text(encoding="utf-8"))}


def test_every_command_is_listed():
    listed = set(re.findall(r"^\| `([a-z]+)` \|", PAGE, re.MULTILINE))
    assert listed == set(CONSOLE_COMMANDS)
    assert not NOT_SIMULATED & set(CONSOLE_COMMANDS)


def test_every_code_is_listed_and_no_other():
    assert set(re.findall(r"\bHSC[LE][0-9A-F]{4}\b", PAGE)) == codes_in_code()
