"""The rules of the house: who may import whom, sizes, and what every linter says."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARIES = ROOT / "libraries"
PYTHON_FILES = sorted(path for folder in ("libraries", "tests") for path in (ROOT / folder).rglob("*.py"))
BIN = Path(sys.executable).parent


def imported(path: Path) -> Iterator[str]:
    """The packages that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("powervm", {"robot", "robotlibcore", "SSHLibrary", "powervm_sim", "mobility_keywords", "asyncssh"}),
        ("powervm_sim", {"robot", "robotlibcore", "SSHLibrary", "powervm", "mobility_keywords", "paramiko"}),
        ("mobility_keywords", {"powervm_sim", "paramiko"}),
    ],
)
def test_no_room_reaches_where_it_must_not(package: str, forbidden: set[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((LIBRARIES / package).rglob("*.py"))
        for name in imported(path)
        if name in forbidden
    ]
    assert found == []


FLOORS = {
    "errors": 0, "secret": 0, "waiting": 0.1, "parallel": 0.1,
    "ssh": 1, "records": 1, "messages": 1, "settings": 1.5,
    "lab": 2, "console": 2, "vios": 2, "partition": 2, "outcome": 2.4, "leases": 2.4, "session": 2.5,
    "plan": 2.6, "operation": 2.7,
    "background": 2.7, "devices": 2.8, "network": 2.8, "outage": 2.8, "device_state": 3.1, "escort": 3.55,
    "placement": 3, "rmc": 3, "trust": 3, "identity": 3, "progress": 3, "inspection": 3,
    "workload": 3, "loop": 3.8,
    "power": 3.1, "modes": 3.1, "restoring": 3.8,
    "kernel_log": 3, "stage_logs": 3, "logbook": 3.2, "preflight": 3.5, "verdict": 3.5,
    "arrangement": 3.2, "promises": 3.2,
    "recovery": 3.5, "migration": 3.6, "homecoming": 3.7, "evacuation": 3.8,
}  # fmt: skip
"""Which room lies above which; a room imports from floors below its own only."""


def test_imports_of_the_domain_go_down_only() -> None:
    found = []
    for path in sorted((LIBRARIES / "powervm").rglob("*.py")):
        room = path.relative_to(LIBRARIES / "powervm").parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("powervm."):
                other = (node.module or "").split(".")[1]
                if other != room and room != "__init__" and FLOORS[other] >= FLOORS[room]:
                    found.append(f"{room} imports {other}")
    assert found == []


def test_files_stay_readable_in_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in PYTHON_FILES
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert long == {}


def test_only_the_wait_helper_sleeps() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((LIBRARIES / "powervm").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if "time.sleep" in line and path.name != "waiting.py"
    ]
    assert found == []


def test_the_repository_has_no_path_of_a_machine_and_no_registry() -> None:
    words = ["/wo" + "rk/", "/ro" + "ot/.", "/op" + "t/lpm", "py" + "pi.org", "pythonhos" + "ted"]
    patterns = [part for word in words for part in ("-e", word)]
    result = run("git", "grep", "-nIF", *patterns, "--", ".", ":!LICENSE")
    assert result.stdout == ""


LINTERS = {
    "ruff check": [str(BIN / "ruff"), "check", "."],
    "ruff format": [str(BIN / "ruff"), "format", "--check", "."],
    "mypy": [str(BIN / "mypy")],
    "robocop check": [str(BIN / "robocop"), "check", "suites", "resources", "tests"],
    "robocop format": [str(BIN / "robocop"), "format", "--check", "--diff", "suites", "resources", "tests"],
    "robot --dryrun": [str(BIN / "robot"), "--dryrun", "--output", "NONE", "--console", "dotted", "suites"],
}


@pytest.mark.parametrize("name", LINTERS)
def test_linter(name: str) -> None:
    result = run(*LINTERS[name])
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("source", "keyword"),
    [
        ("libraries/PartitionMobility.py", "Migrate Partition"),
        ("libraries/SimulatedLab.py", "Start Simulated Lab"),
        ("resources/mobility.resource", "Leave The Lab As It Was"),
    ],
)
def test_the_reference_pages_can_be_made(source: str, keyword: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    result = run(str(BIN / "libdoc"), "-P", "libraries", source, str(page))
    assert result.returncode == 0, result.stdout + result.stderr
    assert keyword in page.read_text(encoding="utf-8")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program at the top of the repository."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
