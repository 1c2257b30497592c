"""The load on a simulated Linux system: what stressors are running, and how fast the system works for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from powervm_sim.guest.clock import Clock

_TRACKED = 0.9
"""Share of its speed that a load keeps while the hypervisor tracks the pages that are written."""

_PER_WORKER = 100.0
"""Megabytes that one worker on memory writes in a second."""

_SMALL = {"hdd": 30.0, "fork": 4.0, "io": 1.0, "cpu": 0.2, "malloc": 60.0, "mmap": 60.0, "stream": 90.0, "brk": 40.0}
"""Megabytes of other kinds of workers."""


class WorkPace:
    """Counts the seconds in which programs could work: none while the partition is suspended.

    Attributes:
        suspended_at: Monotonic seconds of the last suspend; None before the first one.
        resumed_at: Likewise; below `suspended_at` while the partition is suspended.
    """

    def __init__(self, clock: Clock) -> None:
        self._now = clock.monotonic
        self._since = self._now()
        self._worked = 0.0
        self._rate = 1.0
        self._frozen = False
        self.suspended_at: float | None = None
        self.resumed_at: float | None = None

    @property
    def worked(self) -> float:
        """Seconds of full work since the system was booted."""
        share = 0.0 if self._frozen else self._rate
        return self._worked + (self._now() - self._since) * share

    def freeze(self) -> None:
        """The partition is suspended."""
        self._count()
        self._frozen = True
        self.suspended_at = self._since

    def thaw(self) -> None:
        """It goes on."""
        self._count()
        self._frozen = False
        self.resumed_at = self._since

    def slow(self, *, tracked: bool) -> None:
        """A migration copies the memory while the partition runs; or it no longer does."""
        self._count()
        self._rate = _TRACKED if tracked else 1.0

    def _count(self) -> None:
        self._worked = self.worked
        self._since = self._now()


@dataclass(eq=False)
class Stress:
    """A run of ``stress-ng``.

    Attributes:
        workers: Kinds of stressors and how many of each.
        memory: Megabytes that all workers of kind ``vm`` share.
        keeps: They keep their memory and only write it anew.
        pause: Seconds that they wait after each turn (``--vm-hang``).
        pid: Of the program.
        failure: The exit status that somebody wants it to end with, at once; None while it may go on.
    """

    workers: dict[str, int]
    memory: float = 256.0
    keeps: bool = False
    pause: float = 0.0
    pid: int = 0
    failure: int | None = None

    def dirty_rate(self) -> float:
        """Megabytes that it writes in a second."""
        count = self.workers.get("vm", 0)
        rate = count * _PER_WORKER * (1.0 if self.keeps else 0.8)
        if self.pause:
            # One turn writes all of the memory, then nothing happens for a while.
            rate = min(rate, self.memory / (self.pause + self.memory / rate)) if rate else 0.0
        others = sum(_SMALL.get(kind, 0.1) * number for kind, number in self.workers.items() if kind != "vm")
        return rate + others


class Load:
    """All runs of stressors."""

    def __init__(self) -> None:
        self._runs: list[Stress] = []

    def __iter__(self) -> Iterator[Stress]:
        return iter(list(self._runs))

    def add(self, stress: Stress) -> None:
        """A run begins."""
        self._runs.append(stress)

    def remove(self, stress: Stress) -> None:
        """It has ended."""
        if stress in self._runs:
            self._runs.remove(stress)

    @property
    def dirty_rate(self) -> float:
        """Megabytes that all runs write in a second."""
        return sum(stress.dirty_rate() for stress in self._runs)

    @property
    def memory(self) -> int:
        """Kilobytes that all runs hold."""
        return int(sum(stress.memory * 1024 for stress in self._runs if "vm" in stress.workers))

    @property
    def workers(self) -> int:
        """Worker processes of all runs."""
        return sum(sum(stress.workers.values()) for stress in self._runs)
