"""Prints a table of figures: each with its goal, measured on this machine in one run.

Run it with ``python tests/benchmarks/run.py`` in the environment of the tests; it takes some
minutes. Loopback only. The figures of the simulated lab alone are those of ``simulated_lab.py``.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "libraries"), str(ROOT / "tests"), str(ROOT / "tests" / "benchmarks")]

import identity as identity_figures  # noqa: E402 - the path had to be set first
import simulated_lab as lab_figures  # noqa: E402 - the path had to be set first
import ssh_round_trip  # noqa: E402
from figures import HEAD, Figure  # noqa: E402

from powervm.lab import load_lab, load_ready  # noqa: E402
from powervm.migration import migrate  # noqa: E402
from powervm.plan import plan_move  # noqa: E402
from powervm.session import LabSession  # noqa: E402
from support.simulated import RunningLab, joined_lab_file, simulated_lab  # noqa: E402


def median_of(action: Callable[[], object], runs: int = 5) -> float:
    """Seconds that an action takes, median of several runs after one that is not counted."""
    action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def python(*arguments: str) -> Callable[[], object]:
    """An action that runs a Python program."""
    command = [sys.executable, *arguments]
    return lambda: subprocess.run(command, check=True, cwd=ROOT, capture_output=True)


def start_up() -> list[Figure]:
    """Imports, dry run, start of the simulated lab."""
    empty = median_of(python("-c", "pass"))
    imports = median_of(python("-c", "import sys; sys.path.insert(0, 'libraries'); import PartitionMobility"))
    dry = median_of(python("-m", "robot", "--dryrun", "--output", "NONE", "--console", "none", "suites"), runs=3)
    starts = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as folder:
            begin = time.perf_counter()
            with simulated_lab(Path(folder)):
                starts.append(time.perf_counter() - begin)
    return [
        Figure("start of the simulated lab", statistics.median(starts), 2.0, "s"),
        Figure("import of the libraries (without starting Python)", imports - empty, 0.6, "s"),
        Figure("robot --dryrun suites", dry, 3.0, "s"),
    ]


def migrations() -> list[Figure]:
    """What a migration takes beyond migrlpar itself, and how many connections a round trip makes."""
    with tempfile.TemporaryDirectory() as name, simulated_lab(Path(name), speed=20) as running:
        lab = load_lab(joined_lab_file(Path(name), running)).join(load_ready(running.ready_file))
        with LabSession(lab) as session:
            move = lab.move("crosshmc")
            outcomes = [migrate(session, plan_move(lab, way), keep=lambda outcome: None) for way in (move, move.back())]
        most = max(logins(running).values())
    after = max(outcome.after_end or 0.0 for outcome in outcomes)
    return [
        Figure("from the end of migrlpar to the return, without RMC wait", after, 1.5, "s"),
        Figure("connections to one endpoint in a round trip, at most", float(most), 1.0, ""),
    ]


def logins(running: RunningLab) -> Counter[str]:
    """How often each endpoint was logged in to, as the lab itself counts."""
    return Counter(
        event["endpoint"]
        for event in running.history("login")
        if event["method"] != "mkauthkeys" and event["endpoint"] != "lab"
    )


def main() -> int:
    """Print the table; the exit status is the number of goals that were missed."""
    with tempfile.TemporaryDirectory(prefix="compiled-") as compiled:
        # a tester's Python keeps compiled modules, also where this environment wants none in the checkout
        if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
            os.environ["PYTHONPYCACHEPREFIX"] = compiled
        return print_table()


def print_table() -> int:
    """Measure everything and print it."""
    figures = start_up() + migrations()
    ratio = ssh_round_trip.measure()["ratio"]
    figures.append(Figure("exec round trip against a bare paramiko channel", ratio, 1.5, "x"))
    figures += identity_figures.measure()
    figures += lab_figures.measure()
    print(HEAD)  # noqa: T201 - a table for a person
    for figure in figures:
        print(figure)  # noqa: T201
    return sum(not figure.met for figure in figures)


if __name__ == "__main__":
    sys.exit(main())
