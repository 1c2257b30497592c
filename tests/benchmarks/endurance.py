"""Figures of loops: what an iteration costs beside the migration's own time, and whether anything grows.

Run it with ``python tests/benchmarks/endurance.py`` in the environment of the tests, on a quiet machine. It takes about
ten minutes: one loop of a few iterations at a speed near the default lab's, and one of two hundred at a high speed.
Each is a run of Robot Framework of its own, whose memory, threads and descriptors are looked at from outside.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "libraries"), str(ROOT / "tests")]

from benchmarks.figures import HEAD, Figure  # noqa: E402 - the path had to be set first
from support.simulated import joined_lab_file, simulated_lab  # noqa: E402

SOME, MANY = 6, int(sys.argv[1]) if len(sys.argv) > 1 else 200


@dataclass
class Look:
    """What a process had after so many iterations: megabytes, threads, descriptors."""

    iteration: int
    memory: float
    threads: int
    descriptors: int


@dataclass
class Run:
    """A loop that was watched."""

    looks: list[Look] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)
    overheads: list[float] = field(default_factory=list)
    log: float = 0.0
    files: int = 0

    def spread(self, name: str, *, first: bool) -> float:
        """The median of a figure over the second or the last tenth; the first one is for warming up."""
        tenth = max(1, len(self.looks) // 10)
        part = self.looks[tenth : 2 * tenth] if first else self.looks[-tenth:]
        return float(statistics.median(getattr(look, name) for look in part))


def look_at(process: int, iteration: int) -> Look:
    """Ask the kernel."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    memory = re.search(r"RssAnon:\s+(\d+)", status)
    threads = re.search(r"Threads:\s+(\d+)", status)
    assert memory is not None
    assert threads is not None
    descriptors = sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())
    return Look(iteration, int(memory[1]) / 1024, int(threads[1]), descriptors)


def loop(iterations: int, speed: float) -> Run:
    """Run ``suites/loop.robot`` and watch it."""
    found = Run()
    with tempfile.TemporaryDirectory() as name, simulated_lab(Path(name) / "world", speed=speed) as running:
        file, out = joined_lab_file(Path(name), running, {"limits.poll": 0.2}), Path(name) / "out"
        command = [sys.executable, "-m", "robot", "-d", str(out), "-v", f"LAB:{file}", "-v", f"ITERATIONS:{iterations}"]
        journal = out / "loops" / "loop" / "journal.jsonl"
        with subprocess.Popen([*command, "suites/loop.robot"], cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            seen = 0
            while process.poll() is None:
                time.sleep(0.02)
                done = journal.read_text(encoding="utf-8").count('"event": "end"') if journal.exists() else 0
                if done > seen:
                    seen = done
                    found.looks.append(look_at(process.pid, done))
        if process.returncode:
            raise SystemExit(f"The loop failed with status {process.returncode}.")
        events = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
        records = [event["record"] for event in events if event["event"] == "end"]
        found.durations = [record["duration"] for record in records]
        found.overheads = [record["overhead"] for record in records]
        found.log = sum((out / name).stat().st_size for name in ("log.html", "output.xml")) / 2**20
        found.files = sum(1 for path in out.rglob("*") if path.is_file())
    return found


def figures() -> list[Figure]:
    """All of them."""
    some, many = loop(SOME, 10), loop(MANY, 400)
    half = len(many.durations) // 2
    rows = [
        Figure("overhead of an iteration, logs off", max(some.overheads), 2.5, "s"),
        Figure("the same, median of the fast loop", statistics.median(many.overheads), 2.5, "s"),
        Figure(
            "time of an iteration, second half against first",
            statistics.median(many.durations[half:]) / statistics.median(many.durations[:half]), 1.1, "ratio",
        ),
        Figure("size of log.html and output.xml", many.log, 5.0, "MB"),
        Figure("files in the output directory", float(many.files), 40.0, ""),
    ]  # fmt: skip
    for name, goal, unit in (("memory", 3.0, "MB"), ("threads", 0.0, ""), ("descriptors", 0.0, "")):
        growth = many.spread(name, first=False) - many.spread(name, first=True)
        rows.append(Figure(f"growth of {name} over {len(many.looks)} iterations", growth, goal, unit))
    return rows


def main() -> int:
    """Print the table; the status is the number of goals that were missed."""
    rows = figures()
    print(HEAD)  # noqa: T201 - for a person
    for row in rows:
        print(row)  # noqa: T201
    return sum(not row.met for row in rows)


if __name__ == "__main__":
    sys.exit(main())
