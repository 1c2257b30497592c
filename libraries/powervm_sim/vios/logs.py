"""The logs of a Virtual I/O Server beside the error log: traces of migrations, configuration, console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from powervm_sim.guest.system_files import append_bounded
from powervm_sim.guest.tree import Tree

LPM_LOG = "/home/ios/logs/LPM/lpm.log"
SYSLOG = "/var/adm/lpm/lpm.log"
_FIRST_PID = 12_910_610
_PID_STEP = 65_536 * 2
_MEGABYTE = 1024 * 1024

ALOGS = {
    "console": ("/var/adm/ras/conslog", 32_768),
    "cfg": ("/var/adm/ras/cfglog", 51_200),
    "lpm": (LPM_LOG, 5 * _MEGABYTE),
}
"""The logs of ``alog`` by their type: file and size in bytes."""

_PHASES = {
    "set-up": ("lpmutil", "C", 0x20D9, "lpmutil -o isapready"),
    "copy": ("migmover", "C", 0x30A1, "memory transfer started"),
    "suspend": ("migmover", "C", 0x30A2, "partition suspended"),
    "resume": ("migmover", "C", 0x30A3, "partition resumed on the target"),
    "clean-up": ("migmgr", "C", 0x30A4, "memory transfer complete, removing adapters of the source"),
    "end": ("migmgr", "C", 0x30A5, "migration completed"),
    "stopped": ("migmgr", "E", 0x30E1, "migration stopped by the management console"),
    "failed": ("migmgr", "E", 0x30E2, "migration failed"),
    "rolled-back": ("migmgr", "C", 0x30A6, "migration rolled back, the partition stays on the source"),
}
"""What is traced in each phase of a migration: program, letter, code, text."""


class Logs:
    """Appends to the bounded files.

    Args:
        tree: Where they are.
        name: The host's name.
        now: Seconds since the epoch.
    """

    def __init__(self, tree: Tree, name: Callable[[], str], now: Callable[[], float]) -> None:
        self._tree = tree
        self._name = name
        self._now = now
        self._pid = _FIRST_PID
        for file, _ in (*ALOGS.values(), (SYSLOG, 0)):
            tree.make_folders(file.rpartition("/")[0])
            tree.write(file, b"")
        self.console("The system is up.")

    def add(self, kind: str, line: str) -> None:
        """Add a line to a log of ``alog``; the oldest ones go when it is full."""
        file, size = ALOGS[kind]
        self._append(file, line, size)

    def phase(self, phase: str, partition: str, stream: int, role: str) -> None:
        """A migration that goes through here has come to a new phase."""
        if phase not in _PHASES:
            return
        program, letter, code, text = _PHASES[phase]
        if program != "lpmutil":
            text = f"{text}: partition {partition}, stream 0x{stream:016x}, {role}"
        pid = self.new_pid()
        self.add("lpm", f"{program}[{pid}]: HMCL {self._now():.6f},0,{letter},0x{code:04x},{text}")
        stamp = datetime.fromtimestamp(self._now()).astimezone()
        level = "info" if letter == "C" else "err"
        line = f"{stamp:%b %d %H:%M:%S} {self._name()} user:{level} {program}[{pid}]: {text}"
        self._append(SYSLOG, line, _MEGABYTE)

    def configured(self, command: str) -> None:
        """A command has configured devices."""
        self.add("cfg", f"CS {self.new_pid()} {self.new_pid()} {command}")

    def console(self, text: str) -> None:
        """A message on the system's console."""
        stamp = datetime.fromtimestamp(self._now()).astimezone()
        self.add("console", f"         0 {stamp:%a %b %d %H:%M:%S %Z %Y} {text}")

    def new_pid(self) -> int:
        """The id of one more process, which is even here."""
        self._pid += _PID_STEP
        return self._pid

    def _append(self, file: str, line: str, limit: int) -> None:
        append_bounded(self._tree, file, f"{line}\n".encode("utf-8", "replace"), limit=limit)
