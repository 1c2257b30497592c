"""Prints what pabot makes of several moves: eight partitions, four workers, one simulated lab.

Run it with ``python tests/benchmarks/in_parallel.py`` in the environment of the tests, on a machine that does nothing
else; it takes two and a half minutes. A number chooses another speed of the lab.

The ideal schedule is the longest chain of the lab's own times: two suites one after another, each with a move there and
back, each way with both validations, set-up, copy, pause, and the return of RMC, which the way back needs. What is
above it is ours: workers that start, connections, checks, the proof after a move. The lab's speed divides its own times
and not ours, so the ratio tells something only where a move still takes a while: 30 seconds for a way at the speed of
4 that is used here, where real machines take two minutes.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "libraries"), str(ROOT / "tests"), str(ROOT / "tests" / "benchmarks")]

from figures import HEAD, Figure  # noqa: E402 - the path had to be set first

from support.pabot_run import PabotPlace, PabotRun  # noqa: E402
from support.simulated import WORLD, RunningLab, joined_lab_file, simulated_lab  # noqa: E402

SPEED = 4.0
WORKERS = 4
ROUTES = 4 * [("p9a", "p10a"), ("p10b", "p11a")]
"""From where to where each of the partitions moves; one suite for each."""
SUITE = """
Suite Setup       Open The Lab    {move}
Suite Teardown    Leave The Lab As It Was    {move}

*** Test Cases ***
There
    Migrate Partition    {move}

Back
    Migrate Partition Back    {move}
"""
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Use:
    """What a process has used so far, at its most."""

    processor: float = 0.0
    memory: float = 0.0


def sample(folder: Path, seen: dict[int, Use]) -> None:
    """Seconds of processor time and megabytes of all workers that run now."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            words = (process / "cmdline").read_text().split("\0")
            if not any("robot_argfile" in word and word.startswith(str(folder)) for word in words):
                continue
            times = (process / "stat").read_text().rpartition(")")[2].split()
            peak = (process / "status").read_text().partition("VmHWM:")[2].split()[0]
            seen[int(process.name)] = Use((int(times[11]) + int(times[12])) / TICK, int(peak) / 1024)


def world_changes() -> dict[str, Any]:
    """Eight more partitions; their numbers do not meet those of the default world."""
    changes: dict[str, Any] = {}
    for number, (source, _) in enumerate(ROUTES, 1):
        storage = [
            {"slot": slot, "kind": "fc", "server": f"{source}-vios{slot - 2}", "remote_slot": 60 + number}
            for slot in (3, 4)
        ]
        changes[f"partitions.bench{number}"] = {
            "serve": f"127.0.30.{200 + number}", "address": f"10.20.1.{200 + number}", "server": source,
            "id": 60 + number, "distribution": "rhel9", "memory": 8192, "storage": storage,
        }  # fmt: skip
    return changes


def lab_changes() -> dict[str, Any]:
    """The same in the lab file."""
    changes: dict[str, Any] = {}
    for number, (source, target) in enumerate(ROUTES, 1):
        name = f"bench{number}"
        changes[f"partitions.{name}"] = {}
        changes[f"moves.{name}"] = {"partition": name, "from": source, "to": target}
    return changes


def longest_chain(running: RunningLab, run: PabotRun, speed: float) -> float:
    """Seconds of the ideal schedule: for each worker the lab's own times of all its moves; the longest of them."""
    durations = yaml.safe_load(WORLD.read_text(encoding="utf-8"))["durations"]
    fixed = (2 * durations["validation"] + max(durations["rmc_return"], durations["clean_up"])) / speed
    clocks: dict[int, dict[str, float]] = defaultdict(dict)
    partitions = {}
    for event in running.history("phase"):
        clocks[event["migration"]][event["phase"]] = event["clock"]
        partitions[event["migration"]] = event["partition"]
    needed: dict[str, float] = defaultdict(float)
    for number, phases in clocks.items():
        needed[partitions[number]] += fixed + phases["resume"] - phases["set-up"]
    free = [0.0] * WORKERS
    for suite in sorted(run.suite.suites, key=lambda suite: suite.start_time or 0):  # as pabot has dealt them out
        first = free.index(min(free))
        free[first] += needed[suite.name.lower()]
    return max(free)


def measure(speed: float = SPEED) -> list[Figure]:
    """Run it once."""
    seen: dict[int, Use] = {}
    with tempfile.TemporaryDirectory() as name, simulated_lab(Path(name), world_changes(), speed=speed) as running:
        place = PabotPlace(Path(name) / "place")
        lab = joined_lab_file(place.folder, running, lab_changes())
        for number in range(1, len(ROUTES) + 1):
            place.suite(f"bench{number}", SUITE.format(move=f"bench{number}"))
        begin = time.perf_counter()
        run = place.run(
            "--processes", str(WORKERS), "-v", f"LAB:{lab}", "suites", watch=lambda: sample(place.folder, seen)
        )
        seconds = time.perf_counter() - begin
        if run.status != 0:
            raise RuntimeError(run.console[-2000:])
        ideal = longest_chain(running, run, speed)
    sys.stdout.write(f"speed {speed:g}: ideal {ideal:.1f} s, measured {seconds:.1f} s\n")
    return [
        Figure(f"{len(ROUTES)} partitions by {WORKERS} workers against the ideal schedule", seconds / ideal, 1.25, "x"),
        Figure("processor time of a worker, there and back", max(use.processor for use in seen.values()), 5.0, "s"),
        Figure("memory of a worker", max(use.memory for use in seen.values()), 120.0, "MB"),
    ]


if __name__ == "__main__":
    figures = measure(float(sys.argv[1]) if len(sys.argv) > 1 else SPEED)
    print(HEAD)  # noqa: T201 - a table for a person
    for figure in figures:
        print(figure)  # noqa: T201
    sys.exit(sum(not figure.met for figure in figures))
