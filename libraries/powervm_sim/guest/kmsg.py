"""``/dev/kmsg``: the records of the kernel's ring buffer, and lines that programs add to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from powervm_sim.guest.kernel_log import Level

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_PREFIX = re.compile(r"<(\d{1,3})>")
_USER = 1


def records(guest: LinuxGuest) -> str:
    """All records up to now, also those that ``dmesg -C`` has hidden."""
    return "".join(
        f"{record.facility * 8 + record.level},{record.sequence},{record.microseconds},-;{record.text}\n"
        for record in guest.kernel_log.all()
    )


def add(guest: LinuxGuest, data: bytes) -> None:
    """A program has written lines; ``<N>`` in front gives facility and level."""
    for line in data.decode("utf-8", "replace").splitlines():
        found = _PREFIX.match(line)
        number = int(found[1]) if found else Level.WARN
        text = line[found.end() :] if found else line
        guest.kernel_log.write(text[:976], Level(number & 7), max(_USER, number >> 3))
