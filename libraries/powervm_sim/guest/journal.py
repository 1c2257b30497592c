"""The system journal: what the kernel and the programs of a simulated system reported, with cursors."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from powervm_sim.guest.kernel_log import Level

_CURSOR = re.compile(r"s=[0-9a-f]{32};i=([0-9a-f]+);b=[0-9a-f]{32};m=[0-9a-f]+;t=[0-9a-f]+;x=[0-9a-f]{1,16}")

LOCAL0 = 16
"""The syslog facility that drmgr reports under."""


@dataclass(frozen=True)
class Entry:
    """One entry.

    Attributes:
        sequence: Counts from 1 without gaps, over all boots.
        realtime: Microseconds since the epoch.
        monotonic: Microseconds since boot.
        boot_id: 32 hexadecimal digits.
        facility: The number that syslog uses; 0 is the kernel.
    """

    sequence: int
    sequence_id: str
    realtime: int
    monotonic: int
    boot_id: str
    priority: Level
    facility: int
    identifier: str
    pid: int | None
    text: str

    @property
    def kernel(self) -> bool:
        """It came from the kernel."""
        return self.identifier == "kernel"

    @property
    def cursor(self) -> str:
        """Its place in the journal, in the form that ``journalctl --show-cursor`` prints."""
        digest = hashlib.sha256(f"{self.sequence}{self.realtime}{self.text}".encode("utf-8", "replace"))
        return (
            f"s={self.sequence_id};i={self.sequence:x};b={self.boot_id};m={self.monotonic:x};"
            f"t={self.realtime:x};x={digest.hexdigest()[:16]}"
        )


class Journal:
    """All entries that are kept, also those of former boots; the oldest go first.

    Args:
        sequence_id: 32 hexadecimal digits that tell this journal from others.
        heard: Called with every new entry (syslog listens).
        capacity: The most entries that are kept.
    """

    def __init__(
        self, sequence_id: str, heard: Callable[[Entry], None] = lambda _: None, *, capacity: int = 20_000
    ) -> None:
        self._sequence_id = sequence_id
        self._heard = heard
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self._next = 1

    def write(
        self,
        text: str,
        *,
        realtime: int,
        monotonic: int,
        boot_id: str,
        identifier: str,
        priority: Level = Level.INFO,
        facility: int = 3,
        pid: int | None = None,
    ) -> Entry:
        """Add an entry; see `Entry` for the units."""
        entry = Entry(
            self._next, self._sequence_id, realtime, monotonic, boot_id, priority, facility, identifier, pid, text
        )
        self._next += 1
        self._entries.append(entry)
        self._heard(entry)
        return entry

    @property
    def last(self) -> int:
        """The sequence number of the newest entry; 0 before the first."""
        return self._next - 1

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._entries))

    def boots(self) -> list[str]:
        """The boot ids, oldest first."""
        return list(dict.fromkeys(entry.boot_id for entry in self._entries))


def cursor_sequence(cursor: str) -> int:
    """The sequence number in a cursor. Raises ValueError when it is not one."""
    found = _CURSOR.fullmatch(cursor)
    if not found:
        raise ValueError(cursor)
    return int(found[1], 16)
