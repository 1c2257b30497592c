"""What ``stress-ng`` prints: figures of each kind of stressor, the summary, and the YAML file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_RATES = {"cpu": 195.4, "io": 840.0, "vm": 5136.0, "fork": 2210.0, "hdd": 610.0, "cache": 320.0, "switch": 410_000.0}
_DEMANDS = {"cpu": 1.0, "vm": 1.0, "io": 0.25, "fork": 0.6, "hdd": 0.35, "sleep": 0.01, "nanosleep": 0.05}
_SYSTEM = {"cpu": 0.0018, "vm": 0.2, "io": 0.97, "fork": 0.9, "hdd": 0.8, "switch": 0.8}
_RESIDENT = {"cpu": 7872, "io": 3584, "fork": 3712, "hdd": 5248}


@dataclass(frozen=True)
class Figures:
    """The figures of one kind of stressor. Times in seconds, memory in KB."""

    name: str
    workers: int
    operations: int
    real: float
    user: float
    system: float
    resident: int

    @property
    def per_real(self) -> float:
        """Operations in a second of real time."""
        return self.operations / self.real if self.real else 0.0

    @property
    def per_used(self) -> float:
        """Operations in a second of processor time."""
        used = self.user + self.system
        return self.operations / used if used else 0.0

    @property
    def used(self) -> float:
        """Percent of a processor that each worker had."""
        return 100 * (self.user + self.system) / (self.real * self.workers) if self.real else 0.0


def figures(
    workers: Mapping[str, int], *, cpus: int, real: float, worked: float, memory: int, chance: Iterator[float]
) -> list[Figures]:
    """What each kind of stressor has done.

    Args:
        real: Seconds of the run.
        worked: Seconds in which the system could work at full speed.
        memory: Bytes that the workers on memory share.
        chance: Numbers around 1.
    """
    demand = sum(_DEMANDS.get(name, 0.8) * count for name, count in workers.items())
    share = min(1.0, cpus / demand) if demand else 1.0
    found = []
    for name, count in workers.items():
        seconds = worked * share * _DEMANDS.get(name, 0.8) * count
        system = seconds * _SYSTEM.get(name, 0.5)
        resident = memory // 1024 // count + 1100 if name == "vm" else _RESIDENT.get(name, 4096)
        operations = int(seconds * _RATES.get(name, 1500.0) * next(chance))
        found.append(Figures(name, count, operations, real, seconds - system, system, resident))
    return found


def metric_lines(found: list[Figures], *, full: bool) -> list[str]:
    """The table of ``--metrics`` (``full``) and ``--metrics-brief``."""
    more = ("CPU used per       RSS Max", "instance (%)          (KB)") if full else ("", "")
    lines = [
        f"stressor       bogo ops real time  usr time  sys time   bogo ops/s     bogo ops/s {more[0]}".rstrip(),
        f"                          (secs)    (secs)    (secs)   (real time) (usr+sys time) {more[1]}".rstrip(),
    ]
    for entry in found:
        line = f"{entry.name:<13} {entry.operations:9d} {entry.real:9.2f} {entry.user:9.2f} {entry.system:9.2f} "
        line += f"{entry.per_real:12.2f} {entry.per_used:14.2f}"
        lines.append(line + (f" {entry.used:12.2f} {entry.resident:13d}" if full else ""))
    return lines


def duration(seconds: float, *, whole: bool = False) -> str:
    """As stress-ng words it: ``10.01 secs``, ``30 mins, 1 sec``, ``1 hour, 5 mins, 0.02 secs``."""
    parts: list[str] = []
    rest = seconds
    for size, word in ((86400, "day"), (3600, "hour"), (60, "min")):
        count = int(rest // size)
        rest -= count * size
        if count:
            parts.append(f"{count} {word}{'s' * (count != 1)}")
    if whole:
        if int(rest) or not parts:
            parts.append(f"{int(rest)} sec{'s' * (int(rest) != 1)}")
    elif rest or not parts:
        parts.append(f"{rest:.2f} secs")
    return ", ".join(parts)


def grouped(workers: Mapping[str, int]) -> str:
    """``98: cpu (32) io (50)``; ``0`` for none."""
    total = sum(workers.values())
    return f"{total}: " + " ".join(f"{name} ({count})" for name, count in workers.items()) if total else "0"


def time_lines(found: list[Figures], *, cpus: int, real: float, load: str) -> list[str]:
    """The lines of ``--times``."""
    available = cpus * real
    user, system = sum(entry.user for entry in found), sum(entry.system for entry in found)
    lines = [f"for a {real:.2f}s run time:", f"  {available:8.2f}s available CPU time"]
    for name, seconds in (("user time  ", user), ("system time", system), ("total time ", user + system)):
        percent = 100 * seconds / available if available else 0.0
        lines.append(f"  {seconds:8.2f}s {name} ({percent:6.2f}%)")
    return [*lines, f"load average: {load}"]


def yaml_text(found: list[Figures], facts: Mapping[str, str | int], *, cpus: int, real: float, load: str) -> str:
    """The file of ``-Y``.

    Args:
        facts: The section ``system-info``; texts are put in quotes.
    """
    version = facts["stress-ng-version"]
    lines = ["---", "build-info:", "      compiler: 'gcc'", f"      stress-ng-version: '{version}'", "", "system-info:"]
    lines += [f"      {name}: {value if isinstance(value, int) else repr(value)}" for name, value in facts.items()]
    lines += ["", "metrics:"]
    for entry in found:
        lines += [
            f"    - stressor: {entry.name}",
            f"      bogo-ops: {entry.operations}",
            f"      bogo-ops-per-second-usr-sys-time: {entry.per_used:.6f}",
            f"      bogo-ops-per-second-real-time: {entry.per_real:.6f}",
            f"      wall-clock-time: {entry.real:.6f}",
            f"      user-time: {entry.user:.6f}",
            f"      system-time: {entry.system:.6f}",
            f"      cpu-usage-per-instance: {entry.used:.6f}",
            f"      max-rss: {entry.resident}",
            "",
        ]
    available = cpus * real or 1.0
    user, system = sum(entry.user for entry in found), sum(entry.system for entry in found)
    one, five, fifteen = load.split()
    lines += [
        "times:",
        f"      run-time: {real:.6f}",
        f"      available-cpu-time: {available:.6f}",
        f"      user-time: {user:.6f}",
        f"      system-time: {system:.6f}",
        f"      total-time: {user + system:.6f}",
        f"      user-time-percent: {100 * user / available:.6f}",
        f"      system-time-percent: {100 * system / available:.6f}",
        f"      total-time-percent: {100 * (user + system) / available:.6f}",
        f"      load-average-1-minute: {float(one):.6f}",
        f"      load-average-5-minute: {float(five):.6f}",
        f"      load-average-15-minute: {float(fifteen):.6f}",
        "",
        "...",
    ]
    return "\n".join(lines) + "\n"
