"""Where a simulated Linux system writes its logs: journal, syslog file, and the logs of drmgr and hcnmgr."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from powervm_sim.guest import system_files
from powervm_sim.guest.clock import syslog_time
from powervm_sim.guest.journal import Entry, Journal
from powervm_sim.guest.kernel_log import KernelRecord, Level
from powervm_sim.guest.migration import DRMGR_LOG

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_DRMGR_LOG_LIMIT = 1024 * 1024
_LOG_LIMIT = 8 * 1024 * 1024


class Logs:
    """Everything that is logged passes here.

    Attributes:
        journal: All entries, also of former boots.
    """

    def __init__(self, guest: LinuxGuest, sequence_id: str) -> None:
        self._guest = guest
        self.journal = Journal(sequence_id, self._syslog)

    def report(self, text: str, identifier: str, *, priority: Level, facility: int, pid: int) -> None:
        """A program reports something."""
        guest = self._guest
        self.journal.write(
            text,
            realtime=round(guest.clock.time() * 1_000_000),
            monotonic=round(guest.uptime * 1_000_000),
            boot_id=guest.boot_id.replace("-", ""),
            identifier=identifier,
            priority=priority,
            facility=facility,
            pid=pid,
        )

    def kernel(self, record: KernelRecord) -> None:
        """The kernel has printed a line."""
        guest = self._guest
        self.journal.write(
            record.text,
            realtime=round((guest.clock.time() - guest.uptime) * 1_000_000) + record.microseconds,
            monotonic=record.microseconds,
            boot_id=guest.boot_id.replace("-", ""),
            identifier="kernel",
            priority=record.level,
            facility=record.facility,
        )

    def append(self, path: str, data: bytes) -> None:
        """Add to a log file that a program writes by itself."""
        keep = f"{DRMGR_LOG}.0" if path == DRMGR_LOG else None
        limit = _DRMGR_LOG_LIMIT if keep else _LOG_LIMIT
        tree = self._guest.tree
        tree.later(partial(system_files.append_bounded, tree, path, data, limit=limit, keep=keep))

    def _syslog(self, entry: Entry) -> None:
        if self._guest.spec.system.system_log:
            self._guest.tree.later(partial(self._syslog_line, entry))

    def _syslog_line(self, entry: Entry) -> None:
        origin = entry.identifier if entry.pid is None else f"{entry.identifier}[{entry.pid}]"
        line = f"{syslog_time(entry.realtime / 1e6)} {self._guest.spec.short_name} {origin}: {entry.text}\n"
        self.append("/var/log/messages", line.encode("utf-8", "surrogateescape"))
