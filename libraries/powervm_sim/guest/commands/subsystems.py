"""The System Resource Controller: ``lssrc``, ``startsrc`` and ``stopsrc``.

Columns and message numbers are those of RSCT; where a message goes (stdout or stderr) follows the AIX originals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, parse
from powervm_sim.guest.rsct import Subsystem
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_HEADER = "Subsystem         Group            PID          Status\n"


async def lssrc(guest: LinuxGuest, call: Call) -> int:
    """``lssrc -a``, ``-g GROUP`` and ``-s SUBSYSTEM``."""
    chosen = _chosen(guest, call, "lssrc {-a | -g group | -s subsystem}", everything=True)
    await call.stdout.write(_HEADER)
    for subsystem in chosen:
        await call.stdout.write(row(subsystem))
    return 0


def row(subsystem: Subsystem) -> str:
    """A line of ``lssrc``; the column of the process id is empty for an inactive subsystem."""
    pid = "" if subsystem.pid is None else str(subsystem.pid)
    status = "active" if subsystem.pid else "inoperative"
    return f" {subsystem.name:<17}{subsystem.group:<17}{pid:<13}{status}\n"


async def startsrc(guest: LinuxGuest, call: Call) -> int:
    """``startsrc -g GROUP`` and ``-s SUBSYSTEM``; status 1 when one of them was already active."""
    status = 0
    for subsystem in _chosen(guest, call, "startsrc {-g group | -s subsystem}"):
        if subsystem.pid is not None:
            status = 1
            await call.stderr.write(
                f"0513-029 The {subsystem.name} Subsystem is already active.\nMultiple instances are not supported.\n"
            )
            continue
        pid = guest.rsct.start(subsystem)
        await call.stdout.write(f"{started(subsystem.name, pid)}\n")
    return status


def started(name: str, pid: int) -> str:
    """What the controller says when a subsystem was started."""
    return f"0513-059 The {name} Subsystem has been started. Subsystem PID is {pid}."


async def stopsrc(guest: LinuxGuest, call: Call) -> int:
    """``stopsrc -g GROUP`` and ``-s SUBSYSTEM``, ``-c`` and ``-f`` taken as a plain stop."""
    active = [
        subsystem
        for subsystem in _chosen(guest, call, "stopsrc [-c | -f] {-g group | -s subsystem}", flags="cf")
        if subsystem.pid is not None
    ]
    if not active:
        name = call.arguments[-1]
        raise UsageError(f"0513-004 The Subsystem or Group, {name}, is currently inoperative.")
    for subsystem in active:
        guest.rsct.stop(subsystem)
        await call.stdout.write(f"0513-044 The {subsystem.name} Subsystem was requested to stop.\n")
    return 0


def _chosen(guest: LinuxGuest, call: Call, usage: str, *, everything: bool = False, flags: str = "") -> list[Subsystem]:
    """The subsystems that the options name. Raises UsageError when there are none."""
    options, rest = parse(call, f"g:s:{'a' if everything else ''}{flags}")
    named = [(name, value) for name, value in options if name in ("-a", "-g", "-s")]
    if rest or len(named) != 1:
        raise UsageError(f"Usage: {usage}")
    kind, value = named[0]
    if kind == "-a":
        return list(guest.rsct)
    if kind == "-g":
        group = guest.rsct.group(value)
        if not group:
            raise UsageError(f"0513-086 The {value} Group is not on file.")
        return group
    subsystem = guest.rsct.find(value)
    if subsystem is None:
        raise UsageError(f"0513-085 The {value} Subsystem is not on file.")
    return [subsystem]


COMMANDS: dict[str, GuestCommand] = {"lssrc": lssrc, "startsrc": startsrc, "stopsrc": stopsrc}
