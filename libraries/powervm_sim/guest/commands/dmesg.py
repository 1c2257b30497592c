"""``dmesg``: the kernel's ring buffer (options and formats of util-linux 2.37)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm_sim.guest.clock import calendar_time, parse_time
from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.guest.kernel_log import FACILITIES, KernelRecord, Level
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_LONG = {
    "clear": "-C",
    "read-clear": "-c",
    "ctime": "-T",
    "level=": "-l",
    "facility=": "-f",
    "decode": "-x",
    "kernel": "-k",
    "userspace": "-u",
    "raw": "-r",
    "notime": "-t",
    "nopager": "-P",
    "since=": "--since",
    "until=": "--until",
}
_UNSIMULATED = "DEedHJSsnwW"


async def dmesg(guest: LinuxGuest, call: Call) -> int:
    """Show the lines since boot or since the last clearing, or clear them."""
    given, rest = parse(call, "CcTl:f:xkurtP" + _UNSIMULATED, tuple(_LONG))
    names = {f"--{name.rstrip('=')}": letter for name, letter in _LONG.items()}
    options = {names.get(name, name): value for name, value in given}
    if rest:
        raise UsageError("dmesg: bad usage\nTry 'dmesg --help' for more information.")
    for name in options:
        if name.strip("-") in _UNSIMULATED:
            raise not_simulated(call, name)
    if "-C" in options:
        guest.kernel_log.clear()
        return 0
    for record in _chosen(guest, options):
        await call.stdout.write(_line(guest, record, options) + "\n")
    if "-c" in options:
        guest.kernel_log.clear()
    return 0


def _chosen(guest: LinuxGuest, options: dict[str, str]) -> list[KernelRecord]:
    levels = _levels(options["-l"]) if "-l" in options else set(Level)
    facilities = _facilities(options)
    since, until = _moment(guest, options, "--since"), _moment(guest, options, "--until")
    return [
        record
        for record in guest.kernel_log
        if record.level in levels
        and (facilities is None or record.facility in facilities)
        and (since is None or _wall(guest, record) >= since)
        and (until is None or _wall(guest, record) <= until)
    ]


def _levels(text: str) -> set[Level]:
    """The levels in a list of names and of numbers from 0 on."""
    levels = set()
    for word in text.split(","):
        if word.isdigit() and int(word) < len(Level):
            levels.add(Level(int(word)))
        elif word.upper() in Level.__members__:
            levels.add(Level[word.upper()])
        else:
            raise UsageError(f"dmesg: unknown level '{word}'")
    return levels


def _facilities(options: dict[str, str]) -> set[int] | None:
    if "-k" in options:
        return {0}
    if "-u" in options:
        return set(range(1, len(FACILITIES)))
    if "-f" not in options:
        return None
    unknown = [name for name in options["-f"].split(",") if name not in FACILITIES]
    if unknown:
        raise UsageError(f"dmesg: unknown facility '{unknown[0]}'")
    return {FACILITIES.index(name) for name in options["-f"].split(",")}


def _moment(guest: LinuxGuest, options: dict[str, str], name: str) -> float | None:
    if name not in options:
        return None
    try:
        return parse_time(options[name], guest.clock.time())
    except ValueError:
        raise UsageError(f'dmesg: invalid time value "{options[name]}"') from None


def _wall(guest: LinuxGuest, record: KernelRecord) -> float:
    return guest.clock.time() - guest.uptime + record.microseconds / 1_000_000


def _line(guest: LinuxGuest, record: KernelRecord, options: dict[str, str]) -> str:
    stamp = f"[{record.microseconds / 1_000_000:12.6f}] "
    if "-r" in options:
        return f"<{record.facility * 8 + record.level}>{stamp}{record.text}"
    if "-T" in options:
        stamp = f"[{calendar_time(_wall(guest, record))}] "
    if "-t" in options:
        stamp = ""
    decoded = f"{FACILITIES[record.facility]:<6}:{record.level.name.lower():<6}: " if "-x" in options else ""
    return f"{decoded}{stamp}{record.text}"


COMMANDS: dict[str, GuestCommand] = {"dmesg": dmesg}
