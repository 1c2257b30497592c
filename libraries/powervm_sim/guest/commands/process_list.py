"""``ps``: the processes of the partition, in the forms that procps prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated
from powervm_sim.guest.hardware_files import memory_total
from powervm_sim.guest.processes import Process, current
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_WITH_VALUE = {"-p": "p", "--pid": "p", "-C": "C", "--ppid": "ppid", "-o": "o", "--format": "o", "-u": "u", "-U": "u"}
_WITH_VALUE |= {"--user": "u", "--sort": "sort", "-t": "t", "--tty": "t", "p": "p", "o": "o", "-q": "p"}
_FORMS = {
    "short": "pid,tty,time,cmd:short",
    "full": "user:uid,pid,ppid,c,stime,tty,time,cmd",
    "bsd": "pid,tty,stat,time:bsd,command",
    "user": "user,pid,%cpu,%mem,vsz,rss,tty,stat,start,time:bsd,command",
}


@dataclass
class _Request:
    """What a call of ``ps`` asks for."""

    everything: bool = False
    form: str = "short"
    headers: bool = True
    values: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)


async def ps(guest: LinuxGuest, call: Call) -> int:
    """``ps [-e|-A] [-f] [aux] [-p PIDS] [-C NAMES] [--ppid N] [-o COLUMNS] [--sort COLUMN] [--no-headers]``."""
    request = _request(call)
    processes = [process for process in guest.processes if _selected(process, request)]
    if "sort" in request.values:
        processes = _sorted(guest, call, processes, request.values["sort"])
    columns = request.columns or _FORMS[request.form].split(",")
    await call.stdout.write(_table(guest, call, processes, columns, headers=request.headers))
    return 0 if processes else 1


def _request(call: Call) -> _Request:
    request = _Request()
    words = list(call.arguments)
    first = True
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if word in _WITH_VALUE or (equals and name in _WITH_VALUE):
            if not equals and not words:
                raise UsageError("error: list of process IDs must follow -p" if word == "-p" else f"error: {word}")
            _value(request, _WITH_VALUE[name], value if equals else words.pop(0))
        elif word in ("--no-headers", "--no-heading", "--noheader", "h"):
            request.headers = False
        elif word.startswith("--"):
            raise UsageError(f"error: unknown gnu long option\n\nUsage:\n ps [options]\n\nlast word: {word}")
        elif word.startswith("-"):
            words = _letters(call, request, word[1:], words)
        elif word.isalpha() and first:
            words = _bsd(call, request, word, words)
        elif word.replace(",", "").isdigit():
            _value(request, "p", word)
        else:
            raise UsageError("error: process ID list syntax error\n\nUsage:\n ps [options]")
        first = False
    return request


def _value(request: _Request, name: str, value: str) -> None:
    if name == "o":
        request.columns += [column for column in value.replace(" ", ",").split(",") if column]
    elif name == "p" and not value.replace(",", "").replace(" ", "").isdigit():
        raise UsageError("error: process ID list syntax error\n\nUsage:\n ps [options]")
    else:
        request.values[name] = value


def _letters(call: Call, request: _Request, letters: str, words: list[str]) -> list[str]:
    """Options of one letter behind one dash; the last may take a value."""
    for place, letter in enumerate(letters):
        if f"-{letter}" in _WITH_VALUE:
            rest = letters[place + 1 :]
            if not rest and not words:
                raise UsageError(f"error: a list must follow -{letter}")
            _value(request, _WITH_VALUE[f"-{letter}"], rest or words[0])
            return words if rest else words[1:]
        if letter in "eAa":
            request.everything = True
        elif letter in "fF":
            request.form = "full"
        elif letter in "xd":
            request.everything = True
        elif letter not in "wlH":
            raise not_simulated(call, f"-{letter}")
    return words


def _bsd(call: Call, request: _Request, letters: str, words: list[str]) -> list[str]:
    """Options of BSD, such as ``aux``; a letter ``o`` or ``p`` at the end takes the next word."""
    for place, letter in enumerate(letters):
        if letter in "ax":
            request.everything = True
            request.form = "bsd" if request.form == "short" else request.form
        elif letter == "u":
            request.form = "user"
        elif letter in ("o", "p") and place == len(letters) - 1 and words:
            _value(request, letter, words[0])
            return words[1:]
        elif letter in "ef":
            request.form = "bsd" if request.form == "short" else request.form
        elif letter != "w":
            raise not_simulated(call, letter)
    return words


def _selected(process: Process, request: _Request) -> bool:
    values = request.values
    facts = {
        "p": str(process.pid),
        "C": process.name,
        "ppid": str(process.parent),
        "u": "root",
        "t": process.terminal,
    }
    tests = [fact in values[name].replace(" ", ",").split(",") for name, fact in facts.items() if name in values]
    if tests:
        # Users may be given by number.
        return any(tests) or ("u" in values and "0" in values["u"].split(","))
    mine = current()
    return request.everything or (process.parent > 1 and mine is not None and process.terminal == mine.terminal)


def _sorted(guest: LinuxGuest, call: Call, processes: Sequence[Process], names: str) -> list[Process]:
    ordered = list(processes)
    for name in reversed(names.split(",")):
        column = name.lstrip("+-")
        if column not in _COLUMNS:
            raise UsageError("error: unknown sort specifier")
        value = _COLUMNS[column].value

        def key(process: Process, value: Callable[[LinuxGuest, Process], str] = value) -> tuple[float, str]:
            text = value(guest, process)
            return (float(text), "") if text.replace(".", "", 1).isdigit() else (0.0, text)

        ordered.sort(key=key, reverse=name.startswith("-"))
    del call
    return ordered


@dataclass(frozen=True)
class _Column:
    title: str
    width: int
    value: Callable[[LinuxGuest, Process], str]
    right: bool = False


def _share(guest: LinuxGuest, process: Process) -> float:
    age = max(0.05, guest.clock.time() - process.started)
    return min(100.0, 100 * process.busy() / age)


def _clock(seconds: float, *, bsd: bool = False) -> str:
    whole = int(seconds)
    if bsd:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _elapsed(guest: LinuxGuest, process: Process) -> str:
    seconds = int(guest.clock.time() - process.started)
    days, rest = divmod(seconds, 86400)
    text = f"{rest // 60 % 60:02d}:{rest % 60:02d}"
    if rest >= 3600 or days:
        text = f"{rest // 3600:02d}:{text}"
    return f"{days}-{text}" if days else text


def _local(moment: float) -> datetime:
    return datetime.fromtimestamp(moment).astimezone()


def _memory(guest: LinuxGuest, process: Process) -> str:
    return f"{100 * process.resident() / memory_total(guest.hardware):.1f}"


_COLUMNS: dict[str, _Column] = {
    "pid": _Column("PID", 7, lambda _, process: str(process.pid), right=True),
    "ppid": _Column("PPID", 7, lambda _, process: str(process.parent), right=True),
    "pgid": _Column("PGID", 7, lambda _, process: str(process.pid), right=True),
    "sid": _Column("SID", 7, lambda _, process: str(process.session), right=True),
    "user": _Column("USER", 8, lambda _, __: "root"),
    "user:uid": _Column("UID", 8, lambda _, __: "root"),
    "uid": _Column("UID", 5, lambda _, __: "0", right=True),
    "comm": _Column("COMMAND", 15, lambda _, process: process.name),
    "ucmd": _Column("CMD", 15, lambda _, process: process.name),
    "cmd:short": _Column("CMD", 15, lambda _, process: process.name),
    "args": _Column("COMMAND", 27, lambda _, process: process.command),
    "command": _Column("COMMAND", 27, lambda _, process: process.command),
    "cmd": _Column("CMD", 27, lambda _, process: process.command),
    "stat": _Column("STAT", 4, lambda _, process: process.state),
    "state": _Column("S", 1, lambda _, process: process.state[:1]),
    "s": _Column("S", 1, lambda _, process: process.state[:1]),
    "tty": _Column("TTY", 8, lambda _, process: process.terminal),
    "tt": _Column("TT", 8, lambda _, process: process.terminal),
    "c": _Column("C", 2, lambda guest, process: str(int(_share(guest, process))), right=True),
    "%cpu": _Column("%CPU", 4, lambda guest, process: f"{_share(guest, process):.1f}", right=True),
    "pcpu": _Column("%CPU", 4, lambda guest, process: f"{_share(guest, process):.1f}", right=True),
    "%mem": _Column("%MEM", 4, _memory, right=True),
    "pmem": _Column("%MEM", 4, _memory, right=True),
    "rss": _Column("RSS", 5, lambda _, process: str(process.resident()), right=True),
    "vsz": _Column("VSZ", 6, lambda _, process: str(process.resident() * 2), right=True),
    "time": _Column("TIME", 8, lambda _, process: _clock(process.busy()), right=True),
    "cputime": _Column("TIME", 8, lambda _, process: _clock(process.busy()), right=True),
    "time:bsd": _Column("TIME", 6, lambda _, process: _clock(process.busy(), bsd=True), right=True),
    "etime": _Column("ELAPSED", 11, _elapsed, right=True),
    "etimes": _Column("ELAPSED", 7, lambda guest, process: str(int(guest.clock.time() - process.started)), right=True),
    "lstart": _Column("STARTED", 24, lambda _, process: _local(process.started).ctime()),
    "start": _Column("START", 5, lambda _, process: f"{_local(process.started):%H:%M}"),
    "stime": _Column("STIME", 5, lambda _, process: f"{_local(process.started):%H:%M}"),
    "start_time": _Column("START", 5, lambda _, process: f"{_local(process.started):%H:%M}"),
    "nlwp": _Column("NLWP", 4, lambda _, __: "1", right=True),
    "ni": _Column("NI", 3, lambda _, process: "-" if process.command.startswith("[") else "0", right=True),
    "pri": _Column("PRI", 3, lambda _, __: "19", right=True),
}


def _table(guest: LinuxGuest, call: Call, processes: Sequence[Process], names: Sequence[str], *, headers: bool) -> str:
    columns: list[tuple[_Column, str]] = []
    for name in names:
        base, equals, title = name.partition("=")
        if base not in _COLUMNS:
            if base.isidentifier():
                raise UsageError(f'error: unknown user-defined format specifier "{base}"\n\nUsage:\n ps [options]')
            raise not_simulated(call, f"-o {base}")
        columns.append((_COLUMNS[base], title if equals else _COLUMNS[base].title))
    rows = [[column.value(guest, process) for column, _ in columns] for process in processes]
    if headers and any(title for _, title in columns):
        rows.insert(0, [title for _, title in columns])
    widths = [
        max([column.width, *(len(row[place]) for row in rows)]) if place < len(columns) - 1 or column.right else 0
        for place, (column, _) in enumerate(columns)
    ]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column.right else cell.ljust(width)
            for cell, width, (column, _) in zip(row, widths, columns, strict=True)
        ]
        lines.append(" ".join(cells).rstrip() + "\n")
    return "".join(lines)


COMMANDS: dict[str, GuestCommand] = {"ps": ps}
