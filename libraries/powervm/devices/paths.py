"""Paths to disks as multipath lists them in the partition: counted before a move, and again after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from powervm.outcome import Finding, Severity

CHECK = "paths"
LIST = "LC_ALL=C multipath -ll"

_MAP = re.compile(r"^(?P<name>[^\s(|`]+)(?: \((?P<wwid>[^)]+)\))? dm-\d+")
_PATH = re.compile(r"^[\s|`]+-\s+(?P<address>\d+:\d+:\d+:\d+)\s+(?P<device>\S+)\s+\d+:\d+\s+(?P<states>.+?)\s*$")


@dataclass(frozen=True)
class Path:
    """One path: its device, and its states as multipath prints them, for example ``active ready running``."""

    device: str
    states: str

    @property
    def good(self) -> bool:
        """It can be used."""
        return self.states.split()[:2] == ["active", "ready"]


@dataclass(frozen=True)
class Disk:
    """One multipath device; the WWID stays when names change."""

    name: str
    wwid: str
    paths: tuple[Path, ...]

    @property
    def good(self) -> int:
        """How many paths can be used."""
        return sum(path.good for path in self.paths)


def read_disks(output: str) -> list[Disk]:
    """Read ``multipath -ll``; lines of groups and features are passed over."""
    found: list[tuple[str, str, list[Path]]] = []
    for line in output.splitlines():
        head, path = _MAP.match(line), _PATH.match(line)
        if head:
            found.append((head["name"], head["wwid"] or head["name"], []))
        elif path and found:
            found[-1][2].append(Path(path["device"], path["states"]))
    return [Disk(name, wwid, tuple(paths)) for name, wwid, paths in found]


def compare_disks(partition: str, before: Sequence[Disk], after: Sequence[Disk]) -> list[Finding]:
    """Whether every disk has as many usable paths after a move as before it."""
    now = {disk.wwid: disk for disk in after}
    findings = []
    for old in before:
        new = now.get(old.wwid)
        if new is None:
            findings.append(_bad(partition, f"the disk {old.name} ({old.wwid}) is gone after the move."))
        elif new.good < old.good:
            bad = ", ".join(f"{path.device} is {path.states}" for path in new.paths if not path.good)
            missing = len(old.paths) - len(new.paths)
            why = bad or f"{missing} {'path is' if missing == 1 else 'paths are'} not listed any more"
            text = f"the disk {old.name} ({old.wwid}) had {old.good} usable paths and has {new.good} now: {why}."
            findings.append(_bad(partition, text))
    if findings:
        return findings
    count = sum(disk.good for disk in after)
    disks = "1 disk has its" if len(before) == 1 else f"{len(before)} disks have their"
    text = f"{disks} {count} usable paths."
    return [Finding(severity=Severity.OK, check=CHECK, subject=partition, text=text)]


def _bad(partition: str, text: str) -> Finding:
    remedy = "Look at multipath -ll and the kernel log of the partition, and at the mapping and zoning on the target."
    return Finding(severity=Severity.ERROR, check=CHECK, subject=partition, text=text, remedy=remedy)
