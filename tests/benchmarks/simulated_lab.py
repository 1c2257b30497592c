"""Prints the figures of the simulated lab: each with its goal, measured on this machine in one run.

Run it with ``python tests/benchmarks/simulated_lab.py`` in the environment of the tests, on a machine that does nothing
else; it takes about two minutes. Names of measurements choose some: ``start load listings blackouts hundred quick``.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "libraries"), str(ROOT / "tests" / "lab_sim")]

import paramiko  # noqa: E402 - the path had to be set first
import yaml  # noqa: E402
from figures import HEAD, Figure  # noqa: E402
from running_lab import RunningLab, changed_world, start  # noqa: E402

from powervm_sim.world.file import WorldFile  # noqa: E402
from powervm_sim.world.reading import read_world  # noqa: E402

LARGE = ROOT / "variables" / "worlds" / "large.yaml"
LOAD = Path(__file__).with_name("lab_load.py")
TICK = 10.0  # milliseconds between two pings
FEW_PAGES = 64
HUNDRED_SPEED = 10.0


@contextmanager
def lab(world: Path | None = None, speed: float = 1.0, **changes: Any) -> Iterator[RunningLab]:
    """A lab in a folder of its own; of the large world unless something else is stated."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = changed_world(folder, changes) if changes else world or LARGE
        with start(folder, world=file, speed=speed) as running:
            yield running


def memory(running: RunningLab) -> float:
    """Megabytes that the lab holds."""
    text = Path(f"/proc/{running.process.pid}/status").read_text(encoding="utf-8")
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


def load(running: RunningLab, *words: object) -> dict[str, float]:
    """What a client in a process of its own finds."""
    command = [sys.executable, str(LOAD), str(running.ready_file), *map(str, words)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=900)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def start_up() -> list[Figure]:
    """The large lab: until it serves, and what it holds."""
    begin = time.perf_counter()
    with lab() as running:
        seconds = time.perf_counter() - begin
        held = memory(running)
        load(running, "held", 400)
        used = memory(running)
        begin = time.perf_counter()
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(30)
        end = time.perf_counter() - begin
    return [
        Figure("start of the large lab (16 servers, 400 partitions)", seconds, 4.0, "s"),
        Figure("memory of the large lab", held, 150.0, "MB"),
        Figure("memory after each of its partitions was used", used, 150.0, "MB"),
        Figure("end of the large lab after SIGTERM", end, 2.0, "s"),
    ]


def connections_and_commands() -> list[Figure]:
    """Many connections; then many commands, to partitions that have been used before."""
    with lab() as running:
        held = load(running, "held", 500)["held"]
        found = load(running, "commands", 50, 8)
    return [
        Figure("connections held, all of which answer", held, 500.0, "", at_least=True),
        Figure("commands over 50 connections", found["done"] / found["seconds"], 800.0, "1/s", at_least=True),
        Figure("processor time of the lab for one of them", 1000 * found["processor"] / found["done"], 1.25, "ms"),
    ]  # fmt: skip


def quick_connections() -> list[Figure]:
    """Ten thousand connections that come and go."""
    with lab() as running:
        load(running, "quick", 1000)
        before = memory(running)
        load(running, "quick", 9000)
        grown = memory(running) - before
    return [Figure("growth over 9,000 further quick connections", grown, 20.0, "MB")]


def transport_to(running: RunningLab, name: str) -> paramiko.Transport:
    """A paramiko connection that does not wait to send (paramiko leaves that to its user)."""
    transport = running.connect(name).get_transport()
    assert transport is not None
    transport.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return transport


def median_milliseconds(transport: paramiko.Transport, command: str, runs: int) -> float:
    """How long a command takes over a connection that is there, until its last byte and status are."""
    times = []
    for _ in range(runs + 1):
        begin = time.perf_counter()
        with transport.open_session(timeout=30) as channel:
            channel.exec_command(command)
            while channel.recv(1 << 16):
                pass
            if channel.recv_exit_status() != 0:
                raise RuntimeError(f"{command} has failed")
        times.append(time.perf_counter() - begin)
    return 1000 * statistics.median(times[1:])


def listings() -> list[Figure]:
    """One command at a time, and long lists."""
    with tempfile.TemporaryDirectory() as name:
        world = Path(name) / "one.yaml"
        line = {"servers": 1, "virtual_io_servers": 4, "partitions": 400, "generations": ["POWER10"]}
        world.write_text(yaml.safe_dump({"name": "one", "latency": {"listing": 0}, "generate": line}), encoding="utf-8")
        with lab(world) as running:
            partition, console = transport_to(running, "lp001"), transport_to(running, "hmc1")
            list_all = "lssyscfg -r lpar -m sys01"
            three = "'\"lpar_names=lp001,lp200,lp400\"'"
            return [
                Figure("exec round trip over one paramiko connection",
                       median_milliseconds(partition, "uname -r", 300), 2.0, "ms"),
                Figure("lssyscfg -r lpar, 400 partitions", median_milliseconds(console, list_all, 15), 50.0, "ms"),
                Figure("the same with -F name,state,rmc_state",
                       median_milliseconds(console, f"{list_all} -F name,state,rmc_state", 15), 50.0, "ms"),
                Figure("the same with a filter of three names",
                       median_milliseconds(console, f"{list_all} --filter {three}", 15), 50.0, "ms"),
            ]  # fmt: skip


def blackouts() -> list[Figure]:
    """How far a ping inside the partition is from the lab's own figure."""
    found = []
    for wanted in (40, 210, 1500):
        durations = {"validation": 1, "set_up": 5, "clean_up": 5, "rmc_return": 1}
        changes = {"blackout": {"minimum": wanted, "maximum": wanted}, "durations": durations}
        with lab(speed=20, **changes) as running:
            channel = running.channel("lp1")
            channel.exec_command("ping -D -i 0.01 -w 20 10.20.1.2")
            out, err, status = running.run("hmc1", "migrlpar -o m -m p9a -t p10a -p lp1")
            if status != 0:
                raise RuntimeError(out + err)
            time.sleep(0.2)
            channel.send("\x03")
            own = running.history("blackout")[0]["milliseconds"]
            text = channel.recv(1 << 22).decode()
            channel.close()
        stamps = [float(stamp) for stamp in re.findall(r"^\[(\d+\.\d+)\] \d+ bytes", text, re.MULTILINE)]
        gaps = [later - earlier for earlier, later in pairwise(stamps)]
        gap = 1000 * max(gaps)
        found.append(Figure(f"blackout of {wanted} ms: ping inside against the lab's own", abs(gap - own), TICK, "ms"))
    return found


def on_paper(world: WorldFile, pairs: list[tuple[str, str]]) -> float:
    """Simulated seconds that the migrations of all partitions of some servers take, by the limits alone.

    Blackouts are real at any speed, so that one of them is as many simulated seconds longer.
    """
    blackout = HUNDRED_SPEED * (world.blackout.minimum + world.blackout.maximum) / 2 / 1000
    longest = 0.0
    for source, _ in pairs:
        slots = [0.0] * min(world.servers[source].migrations, 8 * len(world.servers[source].virtual_io_servers))
        for partition in world.partitions.values():
            if partition.server == source:
                first = slots.index(min(slots))
                slots[first] += one_on_paper(world, partition.memory) + blackout
        longest = max(longest, *slots)
    return world.durations.validation + longest


def one_on_paper(world: WorldFile, memory_size: float) -> float:
    """Simulated seconds of one migration: set-up, all passes of the copy, clean-up."""
    seconds, left, transfer = 0.0, memory_size, world.transfer
    while left > FEW_PAGES:
        passed = left / transfer.rate
        seconds, left = seconds + passed, transfer.dirty_rate * passed
    return world.durations.set_up + seconds + left / transfer.rate + world.durations.clean_up


def a_hundred_migrations() -> list[Figure]:
    """All partitions of four servers at once, against the time that the limits allow."""
    world = read_world(LARGE)
    pairs = [(f"sys{number:02}", f"sys{number + 4:02}") for number in range(1, 5)]
    with lab(speed=HUNDRED_SPEED) as running:
        channels = []
        begin = time.perf_counter()
        for source, target in pairs:
            names = ",".join(name for name, partition in world.partitions.items() if partition.server == source)
            channels.append(running.channel("hmc1"))
            channels[-1].exec_command(f"migrlpar -o m -m {source} -t {target} -p {names}")
        answers = [(channel.makefile("rb").read().decode(), channel.recv_exit_status()) for channel in channels]
        seconds = time.perf_counter() - begin
        arrived = [event for event in running.history("place") if event["event"] == "arrived"]
    if any("Try the operation again later" in text for text, _ in answers):
        sys.stdout.write("SKIPPED: 100 migrations at once: THIS LAB REFUSES WHAT WOULD HAVE TO WAIT\n")
        return []
    if any(status != 0 for _, status in answers):
        raise RuntimeError("".join(text for text, _ in answers)[:2000])
    paper = on_paper(world, pairs) / HUNDRED_SPEED
    return [
        Figure("migrations of 100 at once that have arrived", float(len(arrived)), 100.0, "", at_least=True),
        Figure("their time against the time that the limits allow", seconds / paper, 1.15, "x"),
    ]


MEASUREMENTS: dict[str, Callable[[], list[Figure]]] = {
    "start": start_up,
    "load": connections_and_commands,
    "listings": listings,
    "blackouts": blackouts,
    "hundred": a_hundred_migrations,
    "quick": quick_connections,
}


def measure(*names: str) -> list[Figure]:
    """The figures of some measurements, or of all."""
    return [figure for name in names or MEASUREMENTS for figure in MEASUREMENTS[name]()]


def main() -> int:
    """Print the table; the exit status is the number of goals that were missed."""
    sys.stdout.write(f"{HEAD}\n")
    missed = 0
    for name in sys.argv[1:] or MEASUREMENTS:
        for figure in MEASUREMENTS[name]():
            sys.stdout.write(f"{figure}\n")
            sys.stdout.flush()
            missed += not figure.met
    return missed


if __name__ == "__main__":
    sys.exit(main())
