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
    "force-prefix": "-p",
    "follow": "-w",
    "follow-new": "-W",
    "console-level=": "-n",
    "console-on": "-E",
    "console-off": "-D",
    "color=": "-L",
    "time-format=": "--time-format",
    "human": "-H",
    "json": "-J",
    "show-delta": "-d",
    "reltime": "-e",
    "file=": "-F",
    "syslog": "-S",
    "buffer-size=": "-s",
}
_TIMES = ("since=", "until=")
_UNSIMULATED = frozenset({"-H", "-J", "-d", "-e", "-F", "-S", "-s"})
_SINCE_VERSION = (2, 37)
_PLUS_VERSION = (2, 39)
_POLL = 0.1


async def dmesg(guest: LinuxGuest, call: Call) -> int:
    """Show the lines since boot or since the last clearing, wait for more of them, or clear them."""
    options = _options(guest, call)
    if options.keys() & {"-n", "-E", "-D"}:
        return _console(options)
    if "-C" in options:
        guest.kernel_log.clear()
        return 0
    last = -1
    known = {record.sequence for record in guest.kernel_log} if "-W" in options else set()
    for record in _chosen(guest, options):
        last = record.sequence
        if record.sequence not in known:
            await call.stdout.write(_line(guest, record, options) + "\n")
    if "-c" in options:
        guest.kernel_log.clear()
    if options.keys() & {"-w", "-W"}:
        await _follow(guest, call, options, max(last, guest.kernel_log.last))
    return 0


def _options(guest: LinuxGuest, call: Call) -> dict[str, str]:
    """The options by their short name."""
    long = (*_LONG, *(_TIMES if _version(guest) >= _SINCE_VERSION else ()))
    given, rest = parse(call, "CcTl:f:xkurtPpwWn:EDHJdeF:Ss:L", long)
    names = {f"--{name.rstrip('=')}": letter for name, letter in _LONG.items()}
    options = {names.get(name, name): value for name, value in given}
    if rest:
        raise UsageError("dmesg: bad usage\nTry 'dmesg --help' for more information.")
    if options.keys() & _UNSIMULATED:
        raise not_simulated(call, min(options.keys() & _UNSIMULATED))
    form = options.pop("--time-format", "")
    if form not in ("", "ctime", "notime"):
        raise not_simulated(call, f"--time-format {form}")
    return options | ({"-T": ""} if form == "ctime" else {"-t": ""} if form == "notime" else {})


async def _follow(guest: LinuxGuest, call: Call, options: dict[str, str], last: int) -> None:
    """Show new lines until somebody ends it."""
    while True:
        await guest.sleep(_POLL)
        newest = guest.kernel_log.last
        if newest == last:
            continue
        for record in _chosen(guest, options):
            if record.sequence > last:
                await call.stdout.write(_line(guest, record, options) + "\n")
        last = newest


def _version(guest: LinuxGuest) -> tuple[int, ...]:
    return tuple(int(part) for part in guest.package_version("util-linux").split(".") if part.isdigit())


def _console(options: dict[str, str]) -> int:
    """What goes to the console's screen is nothing that this lab shows; a wrong level is still refused."""
    level = options.get("-n", "1")
    if not (level.isdigit() and 1 <= int(level) <= len(Level)) and level.upper() not in Level.__members__:
        raise UsageError(f"dmesg: unknown level '{level}'")
    return 0


def _chosen(guest: LinuxGuest, options: dict[str, str]) -> list[KernelRecord]:
    levels = _levels(options["-l"], plus=_version(guest) >= _PLUS_VERSION) if "-l" in options else set(Level)
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


def _levels(text: str, *, plus: bool) -> set[Level]:
    """The levels in a list of names and of numbers from 0 on.

    Args:
        plus: ``err+`` means that level and graver ones, ``+err`` that level and milder ones (newer releases).
    """
    levels: set[Level] = set()
    for word in text.split(","):
        name = word.strip("+") if plus else word
        if name.isdigit() and int(name) < len(Level):
            level = Level(int(name))
        elif name.upper() in Level.__members__:
            level = Level[name.upper()]
        else:
            raise UsageError(f"dmesg: unknown level '{word}'")
        if plus and word.endswith("+"):
            levels |= {other for other in Level if other <= level}
        elif plus and word.startswith("+"):
            levels |= {other for other in Level if other >= level}
        else:
            levels.add(level)
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
