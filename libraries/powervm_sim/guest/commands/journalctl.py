"""``journalctl``: the system journal (options and formats of systemd 249 to 252)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from powervm_sim.guest.clock import parse_time, syslog_time
from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.guest.commands.places import place
from powervm_sim.guest.journal import Entry, cursor_sequence
from powervm_sim.guest.kernel_log import Level
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_LONG = {
    "dmesg": "-k",
    "lines=": "-n",
    "show-cursor": "--show-cursor",
    "after-cursor=": "--after-cursor",
    "cursor=": "-c",
    "cursor-file=": "--cursor-file",
    "priority=": "-p",
    "output=": "-o",
    "all": "-a",
    "no-pager": "--no-pager",
    "boot=": "-b",
    "since=": "-S",
    "until=": "-U",
    "identifier=": "-t",
    "quiet": "-q",
    "reverse": "-r",
    "no-hostname": "--no-hostname",
    "no-tail": "--no-tail",
    "full": "--full",
    "follow": "-f",
    "unit=": "-u",
    "list-boots": "--list-boots",
    "merge": "-m",
    "utc": "--utc",
    "grep=": "-g",
    "catalog": "-x",
    "pager-end": "-e",
}
_SHORT = "kn:c:p:o:ab:S:U:t:qrlfu:mg:xe"
_UNSIMULATED = frozenset({"-f", "-u", "-m", "-x", "-e", "--utc", "-g", "--list-boots"})
_FORMATS = ("short", "short-monotonic", "short-iso", "json", "cat")
_BOOT = re.compile(r"[-+]?\d+|[0-9a-f]{32}")


async def journalctl(guest: LinuxGuest, call: Call) -> int:
    """Show entries, and with ``--show-cursor`` the place behind them."""
    options = _options(call)
    form = options.get("-o", "short")
    if form not in _FORMATS:
        raise not_simulated(call, f"-o {form}")
    entries = _chosen(guest, options)
    quiet = "-q" in options
    if not entries:
        await call.stdout.write("" if quiet else "-- No entries --\n")
        return 0
    before: Entry | None = None
    for entry in reversed(entries) if "-r" in options else entries:
        if before and before.boot_id != entry.boot_id and form != "json" and not quiet:
            await call.stdout.write(f"-- Boot {entry.boot_id} --\n")
        await call.stdout.write(_shown(guest, entry, form, host="--no-hostname" not in options) + "\n")
        before = entry
    if "--cursor-file" in options and before:
        guest.tree.write(options["--cursor-file"], before.cursor.encode())
    if "--show-cursor" in options and before:
        await call.stdout.write(f"-- cursor: {before.cursor}\n")
    return 0


def _options(call: Call) -> dict[str, str]:
    """The options by their short name; ``-b``, ``-n`` and ``--boot`` may stand without a value."""
    words: list[str] = []
    arguments = list(call.arguments)
    for number, word in enumerate(arguments):
        following = arguments[number + 1] if number + 1 < len(arguments) else ""
        if word in ("-b", "--boot") and not _BOOT.fullmatch(following):
            words.append("--boot=0")
        elif word in ("-n", "--lines") and not (following.isdigit() or following == "all"):
            words.append("--lines=10")
        else:
            words.append(word)
    given, rest = parse(replace(call, arguments=words), _SHORT, tuple(_LONG))
    names = {f"--{name.rstrip('=')}": letter for name, letter in _LONG.items()}
    options = {names.get(name, name): value for name, value in given}
    if "--cursor-file" in options:
        options["--cursor-file"] = place(call, options["--cursor-file"])
    unsimulated = [*sorted(_UNSIMULATED & set(options)), *rest]
    if unsimulated:
        raise not_simulated(call, unsimulated[0])
    return options


def _chosen(guest: LinuxGuest, options: dict[str, str]) -> list[Entry]:
    """The entries that all options together leave, oldest first."""
    entries = list(guest.journal)
    if "-k" in options:
        boot = _boot(guest, options.get("-b", "0"))
        entries = [entry for entry in entries if entry.kernel and entry.boot_id == boot]
    elif "-b" in options:
        boot = _boot(guest, options["-b"])
        entries = [entry for entry in entries if entry.boot_id == boot]
    first, last = _priorities(options.get("-p", "debug"))
    since, until = _moment(guest, options, "-S", 0.0), _moment(guest, options, "-U", float("inf"))
    entries = [entry for entry in entries if first <= entry.priority <= last and since <= entry.realtime / 1e6 <= until]
    if "-t" in options:
        entries = [entry for entry in entries if entry.identifier == options["-t"]]
    after = _start(guest, options)
    entries = [entry for entry in entries if entry.sequence > after]
    if options.get("-n", "all") == "all":
        return entries
    if not options["-n"].isdigit():
        raise UsageError(f"Failed to parse lines '{options['-n']}'")
    count = int(options["-n"])
    # After a cursor the first lines are meant, otherwise the last.
    return entries[:count] if after else entries[len(entries) - min(count, len(entries)) :]


def _start(guest: LinuxGuest, options: dict[str, str]) -> int:
    """The sequence number after which entries are shown."""
    stored = options.get("--cursor-file")
    cursor = options.get("--after-cursor") or options.get("-c")
    if stored and guest.tree.exists(stored):
        cursor = guest.tree.read(stored).decode("utf-8", "replace").strip()
    if cursor is None:
        return 0
    try:
        return cursor_sequence(cursor) - ("-c" in options)
    except ValueError:
        raise UsageError("Failed to seek to cursor: Invalid argument") from None


def _boot(guest: LinuxGuest, text: str) -> str:
    """The boot id for ``0`` (this boot), ``-1`` (the one before), ``1`` (the first) or an id."""
    boots = guest.journal.boots()
    if len(text) == 32:
        return text
    try:
        offset = int(text)
        return boots[offset - 1] if offset != 0 else guest.boot_id.replace("-", "")
    except (ValueError, IndexError):
        reason = "No such boot ID in journal"
        raise UsageError(f"Data from the specified boot ({text}) is not available: {reason}") from None


def _priorities(text: str) -> tuple[Level, Level]:
    """The range in ``err``, ``3`` or ``warning..err``."""
    first, dots, last = text.partition("..")
    levels = [_priority(first), _priority(last)] if dots else [Level.EMERG, _priority(first)]
    return min(levels), max(levels)


def _priority(text: str) -> Level:
    names = Level.__members__ | {"WARNING": Level.WARN}
    if text.isdigit() and int(text) < len(Level):
        return Level(int(text))
    if text.upper() not in names:
        raise UsageError(f"Unknown log level {text}")
    return names[text.upper()]


def _moment(guest: LinuxGuest, options: dict[str, str], name: str, default: float) -> float:
    if name not in options:
        return default
    try:
        return parse_time(options[name], guest.clock.time())
    except ValueError:
        raise UsageError(f"Failed to parse timestamp: {options[name]}") from None


def _shown(guest: LinuxGuest, entry: Entry, form: str, *, host: bool) -> str:
    if form == "cat":
        return entry.text
    if form == "json":
        return json.dumps(fields(guest, entry))
    stamp = syslog_time(entry.realtime / 1e6)
    if form == "short-monotonic":
        stamp = f"[{entry.monotonic / 1_000_000:12.6f}]"
    elif form == "short-iso":
        stamp = f"{datetime.fromtimestamp(entry.realtime / 1e6).astimezone():%Y-%m-%dT%H:%M:%S%z}"
    origin = entry.identifier if entry.pid is None else f"{entry.identifier}[{entry.pid}]"
    name = f"{guest.spec.short_name} " if host else ""
    return f"{stamp} {name}{origin}: {entry.text}"


def fields(guest: LinuxGuest, entry: Entry) -> dict[str, str]:
    """The entry as ``-o json`` shows it: every value is a text."""
    values = {
        "__CURSOR": entry.cursor,
        "__REALTIME_TIMESTAMP": str(entry.realtime),
        "__MONOTONIC_TIMESTAMP": str(entry.monotonic),
        "_BOOT_ID": entry.boot_id,
        "_MACHINE_ID": guest.machine_id,
        "_HOSTNAME": guest.spec.short_name,
        "_TRANSPORT": "kernel" if entry.kernel else "syslog",
        "PRIORITY": str(int(entry.priority)),
        "SYSLOG_FACILITY": str(entry.facility),
        "SYSLOG_IDENTIFIER": entry.identifier,
        "MESSAGE": entry.text,
    }
    return values if entry.pid is None else values | {"SYSLOG_PID": str(entry.pid), "_PID": str(entry.pid)}


COMMANDS: dict[str, GuestCommand] = {"journalctl": journalctl}
