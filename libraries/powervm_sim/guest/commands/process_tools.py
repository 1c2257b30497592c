"""Time and power: ``sleep reboot poweroff halt shutdown init``, and ``drmgr``, which is not for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse, quoted
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


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

COMMANDS: dict[str, GuestCommand] = {"sleep": sleep, "drmgr": drmgr, **POWER}
