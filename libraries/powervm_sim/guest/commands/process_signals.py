"""Finding processes by name and sending signals: ``kill pkill pgrep killall pidof``, and who is logged in."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, name_of, not_simulated, parse
from powervm_sim.guest.processes import NotSimulatedSignal, Process, current, signal_number
from powervm_sim.shell.call import Call
from powervm_sim.shell.posix import Expression, ExpressionError

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest


async def kill(guest: LinuxGuest, call: Call) -> int:
    """``/usr/bin/kill [-SIGNAL] PID...``; without a path it is the shell's own, which knows its jobs."""
    words = list(call.arguments)
    signal, words = _signal(call, words)
    if not words:
        raise UsageError("kill: not enough arguments")
    status = 0
    for word in words:
        try:
            guest.processes.kill(int(word), signal)
        except ValueError:
            raise UsageError(f'kill: cannot find process "{word}"') from None
        except ProcessLookupError:
            status = 1
            await call.stderr.write(f"kill: sending signal to {word} failed: No such process\n")
        except NotSimulatedSignal:
            raise not_simulated(call, f"-{signal}") from None
    await asyncio.sleep(0)
    return status


def _signal(call: Call, words: list[str]) -> tuple[int, list[str]]:
    """The signal that stands in front, and what is left."""
    if words[:1] == ["--"]:
        return 15, words[1:]
    if words[:1] == ["-s"] and len(words) > 1:
        name, words = words[1], words[2:]
    elif words and len(words[0]) > 1 and words[0].startswith("-") and words[0][1:].upper() == words[0][1:]:
        name, words = words[0][1:], words[1:]
    else:
        return 15, words
    try:
        return signal_number(name), words
    except ValueError:
        raise UsageError(f"{name_of(call)}: unknown signal: {name}", 2 if name_of(call) == "pkill" else 1) from None


async def pgrep(guest: LinuxGuest, call: Call) -> int:
    """``pgrep`` and ``pkill``: ``-f -x -i -v -l -a -c -n -o -P PID -s SID -u USER -e`` and for ``pkill`` a signal."""
    name = name_of(call)
    words = list(call.arguments)
    signal = 15
    if name == "pkill":
        for place, word in enumerate(words):
            if word.startswith("--signal"):
                signal = _number(call, word.partition("=")[2] or words[place + 1])
                del words[place : place + (1 if "=" in word else 2)]
                break
            if word.startswith("-") and _is_signal(word[1:]):
                signal = _number(call, word[1:])
                del words[place]
                break
    long = (
        "full",
        "exact",
        "count",
        "newest",
        "oldest",
        "list-name",
        "list-full",
        "parent=",
        "session=",
        "echo",
        "uid=",
        "euid=",
    )
    given, patterns = parse(Call(**{**vars(call), "arguments": words}), "fxivlacnoP:u:U:ed:t:s:g:G:", long, status=2)
    options = {_LONG.get(option, option): value for option, value in given}
    refused = options.keys() & {"-d", "-t", "-g", "-G"}
    if refused:
        raise not_simulated(call, min(refused))
    if len(patterns) > 1:
        raise UsageError(f"{name}: only one pattern can be provided\nTry `{name} --help' for more information.", 2)
    if not patterns and not options.keys() & {"-P", "-s", "-u", "-U"}:
        hint = f"Try `{name} --help' for more information."
        raise UsageError(f"{name}: no matching criteria specified\n{hint}", 2)
    found = _matching(guest, call, options, patterns[0] if patterns else "")
    if name == "pkill":
        await _send(guest, call, found, signal, echo="-e" in options)
    elif "-c" in options:
        await call.stdout.write(f"{len(found)}\n")
    else:
        await call.stdout.write("".join(_listed(process, options) for process in found))
    return 0 if found else 1


_LONG = {
    "--full": "-f",
    "--exact": "-x",
    "--count": "-c",
    "--newest": "-n",
    "--oldest": "-o",
    "--list-name": "-l",
    "--list-full": "-a",
    "--parent": "-P",
    "--session": "-s",
    "--echo": "-e",
    "--uid": "-U",
    "--euid": "-u",
}


def _is_signal(word: str) -> bool:
    with suppress(ValueError):
        return bool(word) and signal_number(word) >= 0
    return False


def _number(call: Call, word: str) -> int:
    try:
        return signal_number(word)
    except ValueError:
        raise UsageError(f'{name_of(call)}: Unknown signal "{word}".', 2) from None


def _matching(guest: LinuxGuest, call: Call, options: dict[str, str], pattern: str) -> list[Process]:
    try:
        expression = Expression(pattern, extended=True, ignore_case="-i" in options)
    except ExpressionError as problem:
        raise UsageError(f"{name_of(call)}: {problem}", 2) from None
    found = []
    own = guest.processes.current_pid()
    for process in guest.processes:
        text = process.command if "-f" in options else process.name
        match = expression.search(text)
        hit = match is not None and ("-x" not in options or match.group() == text)
        if "-P" in options and str(process.parent) not in options["-P"].split(","):
            continue
        if "-s" in options and str(process.session) not in _sessions(guest, options["-s"]):
            continue
        if not {options.get("-u", "root"), options.get("-U", "root")} <= {"root", "0"}:
            continue
        if hit != ("-v" in options) and process.pid != own:
            found.append(process)
    if found and "-n" in options:
        found = found[-1:]
    if found and "-o" in options:
        found = found[:1]
    return found


def _sessions(guest: LinuxGuest, text: str) -> list[str]:
    """The sessions of a list; 0 stands for the one of ``pgrep`` itself."""
    own = guest.processes.get(guest.processes.current_pid())
    return [str(own.session if own else 0) if word == "0" else word for word in text.split(",")]


def _listed(process: Process, options: dict[str, str]) -> str:
    if "-a" in options:
        return f"{process.pid} {process.command}\n"
    return f"{process.pid} {process.name}\n" if "-l" in options else f"{process.pid}\n"


async def _send(guest: LinuxGuest, call: Call, found: list[Process], signal: int, *, echo: bool) -> None:
    for process in found:
        try:
            guest.processes.kill(process.pid, signal)
        except ProcessLookupError:
            continue  # gone with its parent
        except NotSimulatedSignal:
            raise not_simulated(call, f"-{signal}") from None
        if echo:
            await call.stdout.write(f"{process.name} killed (pid {process.pid})\n")
    await asyncio.sleep(0)


async def killall(guest: LinuxGuest, call: Call) -> int:
    """``killall [-SIGNAL] [-q] NAME...``."""
    signal, words = _signal(call, list(call.arguments))
    quiet = "-q" in words
    names = [word for word in words if word != "-q"]
    if not names or any(name.startswith("-") for name in names):
        raise not_simulated(call, " ".join(call.arguments) or "without a name")
    status = 0
    for name in names:
        found = [process for process in guest.processes if name in (process.name, process.command.split()[0])]
        if not found:
            status = 1
            await call.stderr.write("" if quiet else f"{name}: no process found\n")
        await _send(guest, call, found, signal, echo=False)
    return status


async def pidof(guest: LinuxGuest, call: Call) -> int:
    """``pidof NAME...``: newest first."""
    options, names = parse(call, "sxq")
    found = [str(process.pid) for process in guest.processes if process.name in names][::-1]
    if ("-s", "") in options:
        found = found[:1]
    if found:
        await call.stdout.write(" ".join(found) + "\n")
    return 0 if found else 1


async def who(guest: LinuxGuest, call: Call) -> int:
    """``who``, ``-b`` and ``-q``: sessions with a terminal."""
    options, _ = parse(call, "bqHum", ("boot", "count"))
    kinds = {option for option, _ in options}
    logins = [process for process in guest.processes if process.command == "-bash" and process.terminal != "?"]
    if kinds & {"-b", "--boot"}:
        booted = datetime.fromtimestamp(guest.clock.time() - guest.uptime).astimezone()
        await call.stdout.write(f"         system boot  {booted:%Y-%m-%d %H:%M}\n")
        return 0
    if kinds & {"-q", "--count"}:
        names = " ".join("root" for _ in logins)
        await call.stdout.write(f"{names}\n# users={len(logins)}\n")
        return 0
    for process in logins:
        when = datetime.fromtimestamp(process.started).astimezone()
        await call.stdout.write(f"root     {process.terminal:<12} {when:%Y-%m-%d %H:%M}\n")
    return 0


async def tty(_: LinuxGuest, call: Call) -> int:
    """``tty``: the terminal of the session."""
    process = current()
    if process is None or call.terminal is None or process.terminal == "?":
        await call.stdout.write("not a tty\n")
        return 1
    await call.stdout.write(f"/dev/{process.terminal}\n")
    return 0


COMMANDS: dict[str, GuestCommand] = {
    "kill": kill,
    "pkill": pgrep,
    "pgrep": pgrep,
    "killall": killall,
    "pidof": pidof,
    "who": who,
    "tty": tty,
}
