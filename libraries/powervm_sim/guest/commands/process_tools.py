"""Processes and power: ``ps kill sleep reboot poweroff halt shutdown init``, and ``drmgr``, which is not for people."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse, quoted
from powervm_sim.guest.processes import Process, signal_number
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


async def ps(guest: LinuxGuest, call: Call) -> int:
    """``ps -e``, ``-ef``, ``aux``, ``-p PID`` and ``-o pid,ppid,user,comm,args,stat``."""
    words = [word if word.startswith("-") or not word.isalpha() else f"-{word}" for word in call.arguments]
    bsd = bool(call.arguments) and call.arguments[0].isalpha() and "u" in call.arguments[0]
    options, rest = parse(replace(call, arguments=words), "eAfauxwp:o:C:")
    chosen = {name[1]: value for name, value in options}
    if rest:
        raise UsageError("error: process ID list syntax error")
    processes = [process for process in guest.processes if _selected(process, chosen)]
    if "o" in chosen:
        return await _columns(call, processes, chosen["o"])
    header, line = (_BSD_HEADER, _bsd) if bsd else (_FULL_HEADER, _full) if "f" in chosen else (_HEADER, _short)
    await call.stdout.write(header + "".join(line(process) for process in processes))
    return 0 if processes else 1


def _selected(process: Process, chosen: dict[str, str]) -> bool:
    if "p" in chosen:
        return str(process.pid) in chosen["p"].split(",")
    if "C" in chosen:
        return process.name in chosen["C"].split(",")
    return bool(chosen.keys() & {"e", "A", "x"}) or process.task is not None


_HEADER = "    PID TTY          TIME CMD\n"
_FULL_HEADER = "UID          PID    PPID  C STIME TTY          TIME CMD\n"
_BSD_HEADER = "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"


def _started(process: Process) -> str:
    return f"{datetime.fromtimestamp(process.started).astimezone():%H:%M}"


def _short(process: Process) -> str:
    return f"{process.pid:7d} ?        00:00:00 {process.name}\n"


def _full(process: Process) -> str:
    return f"root     {process.pid:7d} {process.parent:7d}  0 {_started(process)} ?        00:00:00 {process.command}\n"


def _bsd(process: Process) -> str:
    return (
        f"root     {process.pid:7d}  0.0  0.1  12288  6144 ?        S    {_started(process)}   0:00 {process.command}\n"
    )


async def _columns(call: Call, processes: list[Process], names: str) -> int:
    wanted = [name.strip() for name in names.split(",")]
    silent = all(name.endswith("=") for name in wanted)
    wanted = [name.rstrip("=") for name in wanted]
    rows = [] if silent else [[_TITLES.get(name, name.upper()) for name in wanted]]
    for process in processes:
        values = {
            "pid": str(process.pid),
            "ppid": str(process.parent),
            "user": "root",
            "comm": process.name,
            "args": process.command,
            "cmd": process.command,
            "stat": "S",
        }
        unknown = [name for name in wanted if name not in values]
        if unknown:
            raise not_simulated(call, f"-o {unknown[0]}")
        rows.append([values[name] for name in wanted])
    widths = [max(len(row[column]) for row in rows) for column in range(len(wanted))] if rows else []
    for row in rows:
        cells = [
            cell.rjust(width) if cell.isdigit() else cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ]
        await call.stdout.write(" ".join(cells).rstrip() + "\n")
    return 0 if processes else 1


_TITLES = {"comm": "COMMAND", "args": "COMMAND"}


async def kill(guest: LinuxGuest, call: Call) -> int:
    """``kill [-SIGNAL] PID...``."""
    words = list(call.arguments)
    signal = 15
    if words and words[0] == "-s" and len(words) > 1:
        words[:2] = [f"-{words[1]}"]
    if words and words[0].startswith("-"):
        name = words.pop(0)[1:]
        try:
            signal = signal_number(name)
        except ValueError:
            raise UsageError(f"bash: kill: {name}: invalid signal specification") from None
    if not words:
        raise UsageError(
            "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]", 2
        )
    status = 0
    for word in words:
        problem = _send(guest, word, signal)
        if problem:
            status = 1
            await call.stderr.write(f"bash: kill: {problem}\n")
    return status


def _send(guest: LinuxGuest, word: str, signal: int) -> str:
    """Send the signal; returns what is wrong, or nothing."""
    if not word.isdigit():
        return f"{word}: arguments must be process or job IDs"
    try:
        guest.processes.kill(int(word), signal)
    except ProcessLookupError:
        return f"({word}) - No such process"
    return ""


async def sleep(guest: LinuxGuest, call: Call) -> int:
    """``sleep SECONDS...``, with ``s``, ``m``, ``h`` and ``d``; it goes on after a suspend, not during it."""
    if not call.arguments:
        raise UsageError("sleep: missing operand\nTry 'sleep --help' for more information.")
    total = 0.0
    for word in call.arguments:
        number, unit = (word[:-1], word[-1]) if word[-1:] in _SECONDS else (word, "s")
        try:
            seconds = float(number)
        except ValueError:
            seconds = -1.0
        if seconds < 0 or math.isnan(seconds):
            raise UsageError(f"sleep: invalid time interval {quoted(word)}\nTry 'sleep --help' for more information.")
        total += seconds * _SECONDS[unit]
    await guest.sleep(min(total, 10.0**8))
    return 0


async def power(guest: LinuxGuest, call: Call) -> int:
    """``reboot``, ``poweroff`` and ``halt``."""
    parse(call, "fpnwd", ("force", "no-wall"))
    guest.firmware.power_off(call.name.endswith("reboot"))
    return 0


async def shutdown(guest: LinuxGuest, call: Call) -> int:
    """``shutdown -h|-r|-P now``; later times are not simulated."""
    options, words = parse(call, "hrPHkc", ("reboot", "poweroff", "halt", "no-wall"))
    kinds = {name for name, _ in options}
    if kinds & {"-k", "-c"} or not words or words[0] not in ("now", "+0"):
        raise not_simulated(call, " ".join(call.arguments) or "in one minute")
    guest.firmware.power_off(bool(kinds & {"-r", "--reboot"}))
    return 0


async def init(guest: LinuxGuest, call: Call) -> int:
    """``init 0`` and ``init 6``."""
    if list(call.arguments) not in (["0"], ["6"]):
        raise not_simulated(call, " ".join(call.arguments))
    guest.firmware.power_off(call.arguments[0] == "6")
    return 0


def _check_migration(options: dict[str, str]) -> None:
    """Raises UsageError when the request for a migration is not complete."""
    if "-m" not in options:
        raise UsageError("The -m must be specified for migrations")
    phase, stream = options.get("-p"), options.get("-s")
    if phase is None:
        raise UsageError("A command must be specified")
    if phase not in ("check", "pre"):
        raise UsageError(f'Invalid command "{phase}" specified')
    if stream is None:
        raise UsageError("No streamid specified")
    try:
        int(stream, 0)
    except ValueError:
        raise UsageError(f"Invalid streamid specified: {stream}") from None


async def drmgr(_: LinuxGuest, call: Call) -> int:
    """Only the management console runs it; without its data it says so."""
    options = dict(parse(call, "c:d:p:s:t:mnarhVQ")[0])
    if "-c" not in options:
        raise UsageError("A dynamic reconfiguration connector type must be specified with -c.")
    if options["-c"] == "pmig":
        _check_migration(options)
    raise not_simulated(call, f"-c {options['-c']}")


POWER: dict[str, GuestCommand] = {
    "reboot": power,
    "poweroff": power,
    "halt": power,
    "shutdown": shutdown,
    "init": init,
}
"""What ends the system."""

COMMANDS: dict[str, GuestCommand] = {"ps": ps, "sleep": sleep, "drmgr": drmgr, **POWER}

PATH_ONLY: dict[str, GuestCommand] = {"kill": kill}
"""``kill`` without a path is the shell's own, which knows its jobs."""
