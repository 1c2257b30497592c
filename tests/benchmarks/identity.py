"""Figures of identity records: how long one takes, against its limit and against its slowest commands.

Run it with ``python tests/benchmarks/identity.py`` in the environment of the tests. Loopback only. A console needs
0.5 s for each listing in this world, which the speed divides; at speed 1 nothing is divided.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "libraries"), str(ROOT / "tests"), str(ROOT / "tests" / "benchmarks")]

from figures import HEAD, Figure  # noqa: E402 - the path had to be set first

from powervm.identity import built_in_catalogue, take  # noqa: E402
from powervm.lab import load_lab, load_ready  # noqa: E402
from powervm.session import LabSession  # noqa: E402
from powervm.waiting import Deadline  # noqa: E402
from support.simulated import RunningLab, joined_lab_file, simulated_lab  # noqa: E402

RUNS = 7
LISTING = 0.5
"""Seconds of one listing on a console of the default world, at speed 1."""


def measure() -> list[Figure]:
    """Seconds of a record at two speeds, logins and commands."""
    figures = []
    for speed in (20.0, 1.0):
        with tempfile.TemporaryDirectory() as name, simulated_lab(Path(name), speed=speed) as running:
            seconds, commands, logins = _record(running, Path(name))
        figures.append(Figure(f"identity record at speed {speed:g}", seconds, 1.5, "s"))
        if speed == 1.0:
            figures.append(
                Figure("  against two listings of a console, one after the other", seconds / (2 * LISTING), 1.5, "x")
            )
    figures.append(Figure("logins to one machine in all records", float(logins), 1.0, ""))
    figures.append(Figure("commands in the partition for one record", float(commands), 1.0, ""))
    return figures


def _record(running: RunningLab, folder: Path) -> tuple[float, int, int]:
    lab = load_lab(joined_lab_file(folder, running)).join(load_ready(running.ready_file))
    with LabSession(lab) as session:
        take(session, "lp1", built_in_catalogue(), Deadline(60))  # makes the connections
        before = len(running.history("command"))
        times = [take(session, "lp1", built_in_catalogue(), Deadline(60)).duration for _ in range(RUNS)]
    asked = Counter(event["endpoint"] for event in running.history("command")[before:])
    logins = Counter(event["endpoint"] for event in running.history("login") if event["endpoint"] != "lab")
    return statistics.median(times), asked["lp1"] // RUNS, max(logins.values())


def main() -> int:
    """Print the figures; the exit status is the number of goals that were missed."""
    figures = measure()
    print(HEAD)  # noqa: T201 - a table for a person
    for figure in figures:
        print(figure)  # noqa: T201
    return sum(not figure.met for figure in figures)


if __name__ == "__main__":
    sys.exit(main())
