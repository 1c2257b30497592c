"""``journalctl``: the system journal (options and formats of systemd 249 to 252)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from powervm_sim.guest.clock import parse_time
from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.guest.commands.places import place
from powervm_sim.guest.journal import Entry, cursor_sequence
from powervm_sim.guest.kernel_log import Level
from powervm_sim.shell.call import Call
from powervm_sim.shell.posix import Expression, ExpressionError

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
_SHORT = "kn:c:p:o:ab:S:U:t:qrlfu:mg:xeF:ND:M:h"
_UNSIMULATED = frozenset({"-m", "-x", "-F", "-N", "-D", "-M", "-h"})
_REFUSED_NAMES = """
    disk-usage vacuum-size= vacuum-files= vacuum-time= verify sync relinquish-var smart-relinquish-var flush
    rotate header list-catalog dump-catalog update-catalog setup-keys field= fields system user user-unit=
    directory= file= root= image= namespace= machine= case-sensitive output-fields= facility= version help
    truncate-newline invocation= list-invocations
"""
_REFUSED = _REFUSED_NAMES.split()
_FORMAT_NAMES = """
    short short-monotonic short-iso short-precise short-unix short-full json json-pretty cat with-unit
"""
_FORMATS = frozenset(_FORMAT_NAMES.split())
_CURSOR_FILE_VERSION = 242
_POLL = 0.1
_BOOT = re.compile(r"[-+]?\d+|[0-9a-f]{32}")


async def journalctl(guest: LinuxGuest, call: Call) -> int:
    """Show entries, and with ``--show-cursor`` the place behind them."""
    options, matches = _options(guest, call)
    form = options.get("-o", "short")
    if form not in _FORMATS:
        raise not_simulated(call, f"-o {form}")
    if "--list-boots" in options:
        return await _list_boots(guest, call)
    if "-f" in options and "-n" not in options and "--no-tail" not in options:
        options["-n"] = "10"
    entries = _chosen(guest, options, matches)
    quiet = "-q" in options
    if not entries and "-f" not in options:
        await call.stdout.write("" if quiet else "-- No entries --\n")
        return 0
    show = _Shower(guest, call, options, form)
    for entry in reversed(entries) if "-r" in options else entries:
        await show(entry)
    if "--cursor-file" in options and show.last:
        guest.tree.write(options["--cursor-file"], f"{show.last.cursor}\n".encode())
    if "--show-cursor" in options and show.last:
        await call.stdout.write(f"-- cursor: {show.last.cursor}\n")
    if "-f" in options:
        await _follow(guest, options, matches, show)
    return 0


class _Shower:
    """Prints entries in one form.

    Attributes:
        last: The entry that was printed last.
    """

    def __init__(self, guest: LinuxGuest, call: Call, options: dict[str, str], form: str) -> None:
        self._guest = guest
        self._call = call
        self._options = options
        self._form = form
        self.last: Entry | None = None

    async def __call__(self, entry: Entry) -> None:
        before, options = self.last, self._options
        json_form = self._form.startswith("json")
        if before and before.boot_id != entry.boot_id and not json_form and "-q" not in options:
            await self._call.stdout.write(f"-- Boot {entry.boot_id} --\n")
        shown = _shown(self._guest, entry, self._form, host="--no-hostname" not in options, utc="--utc" in options)
        await self._call.stdout.write(shown + "\n")
        self.last = entry


async def _follow(guest: LinuxGuest, options: dict[str, str], matches: dict[str, set[str]], show: _Shower) -> None:
    """Show new entries until somebody ends it."""
    last = guest.journal.last
    endless = {name: value for name, value in options.items() if name not in ("-n", "-c", "--after-cursor", "-U")}
    while True:
        await guest.sleep(_POLL)
        if guest.journal.last == last:
            continue
        for entry in _chosen(guest, endless, matches):
            if entry.sequence > last:
                await show(entry)
        last = guest.journal.last


async def _list_boots(guest: LinuxGuest, call: Call) -> int:
    boots = guest.journal.boots()
    for number, boot in enumerate(boots, 1 - len(boots)):
        times = [entry.realtime / 1e6 for entry in guest.journal if entry.boot_id == boot]
        first, last = (
            f"{datetime.fromtimestamp(moment).astimezone():%a %Y-%m-%d %H:%M:%S %Z}" for moment in (times[0], times[-1])
        )
        await call.stdout.write(f"{number:3d} {boot} {first}—{last}\n")
    return 0


def _options(guest: LinuxGuest, call: Call) -> tuple[dict[str, str], dict[str, set[str]]]:
    """The options by their short name, and the fields that are asked for.

    ``-b``, ``-n`` and ``--boot`` may stand without a value.
    """
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
    version = guest.package_version("systemd").partition(".")[0]
    old = version.isdigit() and int(version) < _CURSOR_FILE_VERSION
    long = tuple(name for name in (*_LONG, *_REFUSED) if not (old and name == "cursor-file="))
    given, rest = parse(replace(call, arguments=words), _SHORT, long)
    names = {f"--{name.rstrip('=')}": letter for name, letter in _LONG.items()}
    options = {names.get(name, name): value for name, value in given}
    if "--cursor-file" in options:
        options["--cursor-file"] = place(call, options["--cursor-file"])
    unsimulated = options.keys() & (_UNSIMULATED | {f"--{name.rstrip('=')}" for name in _REFUSED})
    if unsimulated:
        raise not_simulated(call, min(unsimulated))
    matches: dict[str, set[str]] = {}
    for word in rest:
        name, equals, value = word.partition("=")
        if not equals or not re.fullmatch(r"[A-Z0-9_]+", name):
            raise UsageError(f"Failed to add match '{word}': Invalid argument")
        matches.setdefault(name, set()).add(value)
    if "-e" in options and "-n" not in options:
        options["-n"] = "1000"
    return options, matches


def _chosen(guest: LinuxGuest, options: dict[str, str], matches: dict[str, set[str]]) -> list[Entry]:
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
    if "-u" in options:
        entries = [entry for entry in entries if _of_unit(guest, entry, options["-u"])]
    for name, values in matches.items():
        entries = [entry for entry in entries if fields(guest, entry).get(name) in values]
    if "-g" in options:
        entries = _grepped(entries, options["-g"])
    after = _start(guest, options)
    entries = [entry for entry in entries if entry.sequence > after]
    if options.get("-n", "all") == "all":
        return entries
    if not options["-n"].isdigit():
        raise UsageError(f"Failed to parse lines '{options['-n']}'")
    count = int(options["-n"])
    # After a cursor the first lines are meant, otherwise the last.
    return entries[:count] if after else entries[len(entries) - min(count, len(entries)) :]


def _of_unit(guest: LinuxGuest, entry: Entry, name: str) -> bool:
    """A program of the service has reported it, or systemd about the service."""
    short = name.removesuffix(".service")
    unit = guest.units.find(name)
    about = unit is not None and entry.identifier == "systemd" and unit.service.description in entry.text
    return entry.identifier == short or about


def _grepped(entries: list[Entry], pattern: str) -> list[Entry]:
    try:
        expression = Expression(pattern, extended=True, ignore_case=pattern == pattern.lower())
    except ExpressionError as problem:
        raise UsageError(f"Bad pattern {pattern!r}: {problem}") from None
    return [entry for entry in entries if expression.search(entry.text)]


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


def _shown(guest: LinuxGuest, entry: Entry, form: str, *, host: bool, utc: bool) -> str:
    if form == "cat":
        return entry.text
    if form.startswith("json"):
        return _json(fields(guest, entry), pretty=form == "json-pretty")
    stamp = _stamp(entry, form, utc=utc)
    origin = entry.identifier if entry.pid is None else f"{entry.identifier}[{entry.pid}]"
    name = f"{guest.spec.short_name} " if host else ""
    return f"{stamp} {name}{origin}: {entry.text}"


def _json(values: dict[str, str], *, pretty: bool) -> str:
    """As systemd writes it: in one line without spaces, or one field to a line with spaces around the colon."""
    if pretty:
        return json.dumps(values, indent="\t", separators=(",", " : "))
    return json.dumps(values, separators=(",", ":"))


def _stamp(entry: Entry, form: str, *, utc: bool) -> str:
    moment = entry.realtime / 1e6
    zone = timezone.utc if utc else None
    when = datetime.fromtimestamp(moment, zone).astimezone(zone)
    if form == "short-monotonic":
        return f"[{entry.monotonic / 1_000_000:12.6f}]"
    if form == "short-unix":
        return f"{moment:.6f}"
    if form == "short-iso":
        return f"{when:%Y-%m-%dT%H:%M:%S%z}"
    if form in ("short-full", "with-unit"):
        return f"{when:%a %Y-%m-%d %H:%M:%S %Z}"
    fraction = f".{when.microsecond:06d}" if form == "short-precise" else ""
    return f"{when:%b} {when.day:02d} {when:%H:%M:%S}{fraction}"


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
