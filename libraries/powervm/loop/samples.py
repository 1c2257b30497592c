"""What is counted after each round trip: the partition's memory and adapters, on its console and inside."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from powervm.console import ManagementConsole
from powervm.outcome import Side
from powervm.parallel import ask_all
from powervm.partition import LinuxPartition
from powervm.plan import MovePlan
from powervm.records import Record, read_records
from powervm.session import LabSession
from powervm.ssh import CommandFailed
from powervm.waiting import Deadline

_SUSPEND = re.compile(r"\[ *(\d+\.\d+)\].*mobility: calling ibm,suspend-me")
_AWAKE = re.compile(r"\[ *(\d+\.\d+)\].*mobility: CPU \d+ waking all threads")
_LINES = "dmesg | grep -E 'mobility: (calling ibm,suspend-me|CPU [0-9]+ waking all threads)' | tail -n 2"
_MEMORY = "grep -E '^Mem(Total|Available):' /proc/meminfo"


def read_blackout(lines: str) -> float | None:
    """Seconds that a partition stood still in its last migration, from the kernel lines on both sides of the gap.

    The hypervisor moves the clock forward by the length of the pause. Kernels before 5.11 do not print the second line.
    """
    stops, wakes = _SUSPEND.findall(lines), _AWAKE.findall(lines)
    if not stops or not wakes:
        return None
    gap = float(wakes[-1]) - float(stops[-1])
    return gap if gap >= 0 else None


def blackout(guest: LinuxPartition, deadline: Deadline) -> float | None:
    """How long the partition stood still in its last migration; None where its kernel log does not tell."""
    return read_blackout(guest.run(_LINES, deadline).stdout)


def read_memory(lines: str) -> dict[str, float]:
    """``memory_total`` and ``memory_available`` in kB, from ``/proc/meminfo``."""
    values = dict(re.findall(r"^(MemTotal|MemAvailable):\s+(\d+) kB", lines, re.MULTILINE))
    names = {"MemTotal": "memory_total", "MemAvailable": "memory_available"}
    return {names[name]: float(value) for name, value in values.items()}


def count_adapters(rows: list[Record], partition: str) -> tuple[int, int, int]:
    """Of a listing of storage adapters: those of the partition, those that serve it, and those that serve anybody."""
    servers = [row for row in rows if row.get("adapter_type") == "server"]
    own = sum(row.get("lpar_name") == partition for row in rows)
    return own, sum(row.get("remote_lpar_name") == partition for row in servers), len(servers)


def take_sample(session: LabSession, plan: MovePlan) -> dict[str, float]:
    """Count, with the partition at home; all machines are asked at the same time. What has no answer is left out."""
    limit = Deadline(session.lab.limits.command)
    guest = session.partition(plan.move.partition)
    questions: dict[str, Callable[[], dict[str, float]]] = {
        "memory": partial(_memory, session, plan, limit),
        "network": partial(_network_adapters, session, plan.source, plan.partition, limit),
        "source": partial(_adapters, session, plan.source, plan.partition, limit),
        "target": partial(_adapters, session, plan.target, plan.partition, limit),
    }
    if plan.active:
        questions["inside"] = lambda: read_memory(guest.run(_MEMORY, limit).stdout)
    answers, _ = ask_all(questions)
    inside, memory = answers.get("inside", {}), answers.get("memory", {})
    found = {**inside, **memory}
    for side in ("source", "target"):
        counted = answers.get(side)
        if counted:
            found[f"{side}_adapters"] = counted["serving"]
            found[f"{side}_all_adapters"] = counted["all"]
    if "source" in answers and "network" in answers:
        found["client_adapters"] = answers["source"]["own"] + answers["network"]["own"]
    return found


def _memory(session: LabSession, plan: MovePlan, limit: Deadline) -> dict[str, float]:
    console = session.console(plan.source.console)
    current = console.partition_memory(plan.source.system, plan.partition, limit).current
    return {} if current is None else {"partition_memory": float(current)}


def _adapters(session: LabSession, side: Side, partition: str, limit: Deadline) -> dict[str, float]:
    console = session.console(side.console)
    storage: list[Record] = []
    for kind in ("scsi", "fc"):
        storage += _listed(console, ["virtualio", "--rsubtype", kind, "--level", "lpar"], side.system, limit)
    own, serving, everything = count_adapters(storage, partition)
    return {"own": float(own), "serving": float(serving), "all": float(everything)}


def _network_adapters(session: LabSession, side: Side, partition: str, limit: Deadline) -> dict[str, float]:
    """Virtual Ethernet adapters, vNICs and logical ports; older servers and consoles do not know the last two."""
    console = session.console(side.console)
    rows = _listed(console, ["virtualio", "--rsubtype", "eth", "--level", "lpar"], side.system, limit)
    for words in (
        ["virtualio", "--rsubtype", "vnic", "--level", "lpar"],
        ["sriov", "--rsubtype", "logport", "--level", "eth"],
    ):
        with suppress(CommandFailed):
            rows += _listed(console, words, side.system, limit)
    return {"own": float(sum(row.get("lpar_name") == partition for row in rows))}


def _listed(console: ManagementConsole, words: list[str], system: str, limit: Deadline) -> list[Record]:
    command = ["lshwres", "-r", *words, "-m", system]
    return read_records(console.connection.run(shlex.join(command), limit).check().stdout)
