"""``systemctl``, as far as services and the power are concerned."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.guest.services import Unit
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_NOT_RUNNING = 3
_UNKNOWN = 4
_NOT_INSTALLED = 5
_POWER = {"reboot": True, "poweroff": False, "halt": False}
_LONG = ("no-pager", "full", "quiet", "now", "lines=", "no-block")


async def systemctl(guest: LinuxGuest, call: Call) -> int:
    """``systemctl status|is-active|is-enabled|start|stop|restart|enable|disable UNIT...`` and the power verbs."""
    options, words = parse(call, "lqn:", _LONG)
    if not words:
        raise not_simulated(call, "list of units")
    verb, names = words[0], words[1:]
    flags = {name for name, _ in options}
    if verb in _POWER:
        guest.firmware.power_off(_POWER[verb])
        return 0
    if verb == "is-system-running":
        await call.stdout.write("running\n")
        return 0
    if verb == "daemon-reload":
        return 0
    if verb in _ASK:
        return await _ask(guest, call, verb, names, quiet=bool(flags & {"-q", "--quiet"}))
    if verb in _CHANGE:
        return await _change(guest, call, verb, names, now="--now" in flags)
    if verb in _UNSIMULATED:
        raise not_simulated(call, verb)
    raise UsageError(f"Unknown command verb {verb}.")


_UNSIMULATED = ("list-units", "list-unit-files", "show", "cat", "edit", "mask", "unmask", "reload", "kill", "isolate")


def _full_name(name: str) -> str:
    return name if "." in name else f"{name}.service"


async def _ask(guest: LinuxGuest, call: Call, verb: str, names: list[str], *, quiet: bool) -> int:
    if not names:
        raise not_simulated(call, f"{verb} without a unit") if verb == "status" else UsageError("Too few arguments.")
    status = 0
    for name in names:
        text, result = _ASK[verb](guest, name, guest.units.find(name))
        if verb == "status" and not text:
            await call.stderr.write(f"Unit {_full_name(name)} could not be found.\n")
        elif not quiet:
            await call.stdout.write(text)
        status = result or status
    return status


def _status(guest: LinuxGuest, name: str, unit: Unit | None) -> tuple[str, int]:
    """As systemd 249 and later print it."""
    if unit is None:
        return "", _UNKNOWN
    full, enabled = _full_name(name), "enabled" if unit.enabled else "disabled"
    lines = [
        f"{'●' if unit.active else '○'} {full} - {unit.service.description}",
        f"     Loaded: loaded (/usr/lib/systemd/system/{full}; {enabled}; preset: enabled)",
    ]
    if unit.active:
        lines.append(f"     Active: active (running) since {_since(guest, unit)}")
        lines.append(f"   Main PID: {unit.pid} ({unit.service.program.split()[0].rpartition('/')[2]})")
    else:
        lines.append("     Active: inactive (dead)" + (f" since {_since(guest, unit)}" if unit.since else ""))
    return "\n".join(lines) + "\n", 0 if unit.active else _NOT_RUNNING


def _since(guest: LinuxGuest, unit: Unit) -> str:
    when = datetime.fromtimestamp(unit.since or 0).astimezone()
    seconds = int(guest.clock.time() - (unit.since or 0))
    minutes, hours = seconds // 60, seconds // 3600
    ago = (
        f"{seconds}s"
        if minutes < 1
        else f"{minutes}min {seconds % 60}s"
        if hours < 1
        else f"{hours}h {minutes % 60}min"
    )
    return f"{when:%a %Y-%m-%d %H:%M:%S %Z}; {ago} ago"


def _is_active(_: LinuxGuest, _name: str, unit: Unit | None) -> tuple[str, int]:
    active = unit is not None and unit.active
    return ("active\n", 0) if active else ("inactive\n", _NOT_RUNNING if unit else _UNKNOWN)


def _is_enabled(_: LinuxGuest, name: str, unit: Unit | None) -> tuple[str, int]:
    if unit is None:
        return f"Failed to get unit file state for {_full_name(name)}: No such file or directory\n", 1
    return ("enabled\n", 0) if unit.enabled else ("disabled\n", 1)


def _is_failed(_: LinuxGuest, _name: str, unit: Unit | None) -> tuple[str, int]:
    return ("active\n" if unit and unit.active else "inactive\n"), 1


_ASK = {"status": _status, "is-active": _is_active, "is-enabled": _is_enabled, "is-failed": _is_failed}


async def _change(guest: LinuxGuest, call: Call, verb: str, names: list[str], *, now: bool) -> int:
    if not names:
        raise UsageError("Too few arguments.")
    status = 0
    for name in names:
        unit = guest.units.find(name)
        if unit is None:
            status = await _refuse(call, verb, _full_name(name))
            continue
        _CHANGE[verb](guest, unit)
        if now and verb in ("enable", "disable"):
            _CHANGE["start" if verb == "enable" else "stop"](guest, unit)
    return status


async def _refuse(call: Call, verb: str, name: str) -> int:
    if verb in ("enable", "disable"):
        await call.stderr.write(f"Failed to {verb} unit: Unit file {name} does not exist.\n")
        return 1
    why = "not loaded" if verb == "stop" else "not found"
    await call.stderr.write(f"Failed to {verb} {name}: Unit {name} {why}.\n")
    return _NOT_INSTALLED


def _start(guest: LinuxGuest, unit: Unit) -> None:
    guest.units.start(unit)


def _stop(guest: LinuxGuest, unit: Unit) -> None:
    guest.units.stop(unit)


def _restart(guest: LinuxGuest, unit: Unit) -> None:
    guest.units.stop(unit)
    guest.units.start(unit)


def _enable(_: LinuxGuest, unit: Unit) -> None:
    unit.enabled = True


def _disable(_: LinuxGuest, unit: Unit) -> None:
    unit.enabled = False


_CHANGE = {"start": _start, "stop": _stop, "restart": _restart, "enable": _enable, "disable": _disable}

COMMANDS: dict[str, GuestCommand] = {"systemctl": systemctl}
