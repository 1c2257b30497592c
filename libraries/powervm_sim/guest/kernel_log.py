"""The kernel's ring buffer."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from powervm_sim.guest.clock import Clock


class Level(IntEnum):
    """How grave a line is; the number is what the kernel, syslog and the journal use."""

    EMERG = 0
    ALERT = 1
    CRIT = 2
    ERR = 3
    WARN = 4
    NOTICE = 5
    INFO = 6
    DEBUG = 7


FACILITIES = ("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp")
"""The facilities that ``dmesg -x`` knows by name, in the order of their numbers."""


@dataclass(frozen=True)
class KernelRecord:
    """One line of the ring buffer.

    Attributes:
        sequence: Counts from 0 at boot, without gaps.
        microseconds: Since boot.
    """

    sequence: int
    level: Level
    microseconds: int
    text: str
    facility: int = 0


class KernelLog:
    """The lines since boot, the newest ones only when there are too many.

    Args:
        booted: Value of the clock's monotonic time at boot, in seconds.
        heard: Called with every new line (the journal listens).
        capacity: The most lines that are kept.

    Attributes:
        watchers: Called with every new line, too (the console shows them).
    """

    def __init__(
        self,
        clock: Clock,
        booted: float,
        heard: Callable[[KernelRecord], None] = lambda _: None,
        *,
        capacity: int = 10_000,
    ) -> None:
        self._clock = clock
        self._booted = booted
        self._heard = heard
        self.watchers: list[Callable[[KernelRecord], None]] = []
        self._records: deque[KernelRecord] = deque(maxlen=capacity)
        self._next = 0
        self._cleared = 0

    def write(self, text: str, level: Level = Level.INFO, facility: int = 0) -> KernelRecord:
        """Add a line; its time is never before that of the line above it."""
        before = self._records[-1].microseconds if self._records else 0
        microseconds = max(before, round((self._clock.monotonic() - self._booted) * 1_000_000))
        record = KernelRecord(self._next, level, microseconds, text, facility)
        self._next += 1
        self._records.append(record)
        self._heard(record)
        for watcher in self.watchers:
            watcher(record)
        return record

    @property
    def last(self) -> int:
        """The sequence number of the newest line; -1 before the first."""
        return self._next - 1

    def all(self) -> Iterator[KernelRecord]:
        """The lines that are kept, also those that were cleared: what ``/dev/kmsg`` holds."""
        return iter(list(self._records))

    def clear(self) -> None:
        """What ``dmesg -C`` does: older lines are no longer shown (the journal keeps its own copy)."""
        self._cleared = self._next

    def __iter__(self) -> Iterator[KernelRecord]:
        """The lines since the last `clear`, oldest first."""
        return iter([record for record in self._records if record.sequence >= self._cleared])
