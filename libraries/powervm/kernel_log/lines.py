"""Lines of a kernel log, read from ``journalctl -o json`` or ``dmesg --raw``, and put together to events."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LEVELS = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")
"""The kernel's levels, the most serious one first."""

ERR = LEVELS.index("err")
WARN = LEVELS.index("warn")


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        time: Seconds since boot.
        level: 0 (emerg) to 7 (debug); the kernel's own default, warn, where none is told.
        text: Without time and level.
        cursor: Its place in the journal; empty when it is not from there.
    """

    time: float
    level: int
    text: str
    cursor: str = ""

    def __str__(self) -> str:
        return f"[{self.time:13.6f}] {LEVELS[self.level]:<6} {self.text}"


def read_journal(output: str) -> list[Line]:
    """Read ``journalctl -o json``: one JSON object in a line; a line that is none is left out."""
    return list(read_journal_lines(output.splitlines()))


def read_journal_lines(output: Iterable[str]) -> Iterator[Line]:
    """The same from lines as they come; an entry that cannot be read counts as an error, since it may be one."""
    for text in output:
        if not text.startswith("{"):
            continue
        try:
            record = json.loads(text)
        except json.JSONDecodeError:
            yield Line(0.0, ERR, f"an entry of the journal that cannot be read: {text[:200]}")
        else:
            yield from _from_record(record)


def _from_record(record: dict[str, object]) -> list[Line]:
    """The lines of one entry; a message that is no text comes as a list of its bytes."""
    message = record.get("MESSAGE")
    if isinstance(message, list):
        message = bytes(message).decode("utf-8", "replace")
    time = int(str(record.get("__MONOTONIC_TIMESTAMP", 0))) / 1e6
    level = int(str(record.get("PRIORITY", WARN)))
    cursor = str(record.get("__CURSOR", ""))
    return [Line(time, level, text.rstrip(), cursor) for text in str(message or "").splitlines() or [""]]


_RAW = re.compile(r"<(?P<number>\d+)>\[\s*(?P<time>\d+\.\d+)\](?:\[\s*\w+\])? ?(?P<text>.*)")


def read_ring(output: str) -> list[Line]:
    """Read ``dmesg --raw``: ``<6>[   12.345678] text``; a line without such a beginning goes on with the one before."""
    lines: list[Line] = []
    for text in output.splitlines():
        match = _RAW.match(text)
        if match:
            lines.append(Line(float(match["time"]), int(match["number"]) & 7, match["text"].rstrip()))
        elif lines and text.strip():
            lines.append(Line(lines[-1].time, lines[-1].level, text.rstrip()))
    return lines


@dataclass(frozen=True)
class Event:
    """What belongs together: one line, or the many of an oops, a call trace or a report of EEH."""

    lines: tuple[Line, ...]

    @property
    def first(self) -> Line:
        """The line that says what it is."""
        return self.lines[0]

    @property
    def level(self) -> int:
        """The most serious level of its lines."""
        return min(line.level for line in self.lines)

    @property
    def text(self) -> str:
        """All of it, without times."""
        return "\n".join(line.text for line in self.lines)


_BEGINS = re.compile(
    r"-{4,}\[ cut here \]|BUG:|kernel BUG at|Oops:|Unable to handle kernel|Kernel panic|INFO: task \S+ blocked for more"
    r"|rcu: INFO:|self-detected stall|detected stalls|soft lockup|[Hh]ard LOCKUP|^EEH: |WARNING: (CPU:|\S+:\d+ at )"
    r"|Out of memory: Killed process|KASAN:"
)
"""How a report of several lines begins."""

_NEVER_INSIDE = re.compile(
    r"-{4,}\[ cut here \]|INFO: task \S+ blocked|rcu: INFO:|soft lockup|[Hh]ard LOCKUP|EEH: Frozen"
    r"|Out of memory: Killed|KASAN:|WARNING: (CPU:|\S+:\d+ at )"
)
"""Beginnings that are never part of the report before them."""

_GOES_ON = re.compile(
    r"^\s*(Call Trace:|\[[0-9a-f]{8,}\]|NIP|LR |GPR\d|REGS:|MSR:|CFAR:|CPU:|Hardware name:|Modules linked in:|Code:"
    r"|Instruction dump:|[0-9a-f]{8}( [0-9a-f]{8}| <[0-9a-f]{8}>)+|---\[ end |Tainted:|Workqueue:|task:"
    r"|Fixing recursive|Faulting instruction|kernel BUG at|Oops:|BUG:|EEH: |PHB|PCI|PE#|rcu:|\(detected by|\(t=\d+"
    r"|\d+-\.{2,}|BE |LE "
    r"|Sending NMI|NMI backtrace|Kernel panic|Rebooting|Not tainted|Disabling lock|Mem-Info:|[Ff]ree_area|Node \d"
    r"|oom-kill:|oom_reaper|=+$|Read of size|Write of size|Allocated by|Freed by|The buggy address"
    r"|\w[\w.]*\+0x[0-9a-f]+/0x[0-9a-f]+|\"echo 0 >|watchdog:)"
)
"""What stands in the further lines of a report."""

_ENDS = re.compile(r"---\[ end |Kernel panic - not syncing.*\]---")
_PAUSE = 5.0
"""Seconds without a line after which a report is over."""


def group_events(lines: Iterable[Line]) -> list[Event]:
    """Put lines together: a report that begins is followed as long as its lines go on."""
    events: list[Event] = []
    open_: list[Line] = []
    for line in lines:
        if open_ and _belongs(open_, line):
            open_.append(line)
        elif _BEGINS.search(line.text):
            _close(events, open_)
            open_ = [line]
        else:
            _close(events, open_)
            open_ = []
            events.append(Event((line,)))
        if open_ and _ENDS.search(line.text):
            _close(events, open_)
            open_ = []
    _close(events, open_)
    return events


def _belongs(report: list[Line], line: Line) -> bool:
    if line.time - report[-1].time > _PAUSE:
        return False
    if len(report) == 1 and "cut here" in report[0].text:
        return True
    return bool(_GOES_ON.search(line.text)) and not _NEVER_INSIDE.search(line.text)


def _close(events: list[Event], report: list[Line]) -> None:
    if report:
        lines = tuple(report)
        if "cut here" in lines[0].text and len(lines) > 1:
            lines = (*lines[1:2], lines[0], *lines[2:])  # the second line says what it is
        events.append(Event(lines))
