"""Reading one stretch of a partition's kernel log: from a marker on, without clearing anything."""

from __future__ import annotations

import json
import shlex
from collections import deque
from dataclasses import asdict, dataclass, replace
from typing import Literal

from powervm.errors import MobilityError
from powervm.kernel_log.lines import Line, read_journal, read_journal_lines, read_ring
from powervm.partition import BOOT_ID, LinuxPartition
from powervm.waiting import Deadline

_MOST_LINES = 100_000
"""Lines that one reading takes at most: the newest ones."""


@dataclass(frozen=True)
class Marker:
    """A place in a kernel log.

    Attributes:
        boot_id: Of the boot that it belongs to.
        cursor: The journal's name for its last kernel line; empty where there is no journal.
        time: Time of the ring buffer's last line, in seconds since boot.
    """

    boot_id: str
    cursor: str
    time: float

    def as_json(self) -> str:
        """As text, to keep it."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Window:
    """The lines of a stretch.

    Attributes:
        method: Where they were read from.
        lost: Why lines may be missing; empty when none can be.
    """

    lines: tuple[Line, ...]
    method: Literal["journal", "ring buffer"]
    lost: str = ""

    @property
    def text(self) -> str:
        """All lines, for a file."""
        return "".join(f"{line}\n" for line in self.lines)


def mark(partition: LinuxPartition, deadline: Deadline | None = None) -> Marker:
    """Remember the present end of the log.

    Raises:
        MobilityError: Neither the journal nor the ring buffer can be read.
    """
    boot_id = partition.run(f"cat {BOOT_ID}", deadline).stdout.strip()
    last = read_journal(partition.run("journalctl -k -n 1 -o json --no-pager -q", deadline).stdout)
    ring = read_ring(partition.run("dmesg --raw | tail -n 1", deadline).stdout)
    if not last and not ring:
        raise MobilityError(
            f"{partition.name}: neither the journal nor the kernel's ring buffer can be read.",
            remedy="Log in as root, or as a user who may read them (kernel.dmesg_restrict, group systemd-journal).",
        )
    return Marker(boot_id, last[-1].cursor if last else "", ring[-1].time if ring else last[-1].time)


def read_since(partition: LinuxPartition, marker: Marker | None, deadline: Deadline | None = None) -> Window:
    """The lines after a marker; all of this boot without one.

    The entry of the marker itself is asked for, too: when it is gone, lines after it may be gone as well.
    """
    if marker is not None and not marker.cursor:
        return _from_ring(partition, marker, deadline)
    place = f"--cursor={shlex.quote(marker.cursor)}" if marker else f"-n {_MOST_LINES}"
    lines = read_journal_lines(partition.lines(f"journalctl -k {place} -o json --no-pager -q", deadline))
    found, count = False, 0
    newest: deque[Line] = deque(maxlen=_MOST_LINES)
    for line in lines:
        if marker is not None and line.cursor == marker.cursor:
            found = found or not count
            continue
        count += 1
        newest.append(replace(line, cursor=""))  # a cursor is longer than most lines
    if marker is None:
        return Window(tuple(newest), "journal") if newest else _from_ring(partition, None, deadline)
    lost = "" if found else _why_lost(partition, marker, deadline)
    if count > _MOST_LINES:
        lost = f"more than {_MOST_LINES} lines came; the oldest are left out"
    return Window(tuple(newest), "journal", lost)


def _why_lost(partition: LinuxPartition, marker: Marker, deadline: Deadline | None) -> str:
    boot_id = partition.run(f"cat {BOOT_ID}", deadline).stdout.strip()
    if boot_id != marker.boot_id:
        return "the partition was restarted since the marker"
    return "the journal does not have the marker any more (rotated or cleaned)"


def _from_ring(partition: LinuxPartition, marker: Marker | None, deadline: Deadline | None) -> Window:
    lines = read_ring(partition.run("dmesg --raw", deadline).stdout)
    if marker is None:
        return Window(tuple(lines), "ring buffer")
    after = tuple(line for line in lines if line.time > marker.time)
    overflow = not lines or lines[0].time > marker.time
    return Window(after, "ring buffer", "the ring buffer does not reach back to the marker" if overflow else "")
