"""``systemctl``, as far as services and the power are concerned."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.guest.commands.unit_views import (
    cat_units,
    full_name,
    is_active,
    is_enabled,
    is_failed,
    list_units,
    show_units,
    status_of,
)
from powervm_sim.guest.services import Unit
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_NOT_INSTALLED = 5
_POWER = {"reboot": True, "poweroff": False, "halt": False}
_LONG_NAMES = """
    no-pager full quiet now lines= no-block type= state= all failed no-legend plain property= value force runtime
"""
_LONG = tuple(_LONG_NAMES.split())
_LISTS = ("list-units", "list-unit-files")


async def systemctl(guest: LinuxGuest, call: Call) -> int:
    """``systemctl status|is-active|is-enabled|start|stop|restart|enable|disable UNIT...`` and the power verbs."""
    options, words = parse(call, "lqn:t:ap:f", _LONG)
    verb, names = (words[0], words[1:]) if words else ("list-units", [])
    flags = {name for name, _ in options}
    chosen = {{"-t": "--type", "-p": "--property"}.get(name, name): value for name, value in options}
    if verb in _LISTS:
        return await list_units(guest, call, verb, chosen)
    if verb == "show":
        return await show_units(guest, call, names, chosen)
    if verb == "cat":
        return await cat_units(guest, call, names)
    if verb in _ASK:
        return await _ask(guest, call, verb, names, quiet=bool(flags & {"-q", "--quiet"}))
    if verb in _CHANGE:
        return await _change(guest, call, verb, names, now="--now" in flags)
    return await _of_system(guest, call, verb, names)


async def _of_system(guest: LinuxGuest, call: Call, verb: str, names: list[str]) -> int:
    """Verbs that are about the whole system."""
    if verb in _POWER:
        guest.firmware.power_off(_POWER[verb])
        return 0
    if verb == "is-system-running":
        failed = any(unit.failed for unit in guest.units)
        await call.stdout.write("degraded\n" if failed else "running\n")
        return int(failed)
    if verb in ("daemon-reload", "daemon-reexec", "reset-failed"):
        if verb == "reset-failed":
            _forget_failures(guest, names)
        return 0
    if verb in _UNSIMULATED:
        raise not_simulated(call, verb)
    raise UsageError(f"Unknown command verb {verb}.")


_UNSIMULATED_TEXT = "edit isolate kill list-timers list-sockets list-dependencies list-jobs get-default"
_UNSIMULATED = frozenset(_UNSIMULATED_TEXT.split())


async def _ask(guest: LinuxGuest, call: Call, verb: str, names: list[str], *, quiet: bool) -> int:
    if not names:
        raise not_simulated(call, f"{verb} without a unit") if verb == "status" else UsageError("Too few arguments.")
    status = 0
    for name in names:
        text, result = _ASK[verb](guest, name, guest.units.find(name))
        if verb == "status" and not text:
            await call.stderr.write(f"Unit {full_name(name)} could not be found.\n")
        elif not quiet:
            await call.stdout.write(text)
        status = result or status
    return status


_ASK = {"status": status_of, "is-active": is_active, "is-enabled": is_enabled, "is-failed": is_failed}


async def _change(guest: LinuxGuest, call: Call, verb: str, names: list[str], *, now: bool) -> int:
    if not names:
        raise UsageError("Too few arguments.")
    status = 0
    for name in names:
        unit = guest.units.find(name)
        if unit is None:
            status = await _refuse(call, verb, full_name(name))
            continue
        if unit.masked and verb in _STARTING:
            status = 1
            await call.stderr.write(f"Failed to {verb} {full_name(name)}: Unit {full_name(name)} is masked.\n")
            continue
        changed = _CHANGE[verb](guest, unit)
        if changed:
            await call.stderr.write(changed)
        if now and verb in ("enable", "disable"):
            _CHANGE["start" if verb == "enable" else "stop"](guest, unit)
    guest.firmware.rmc_changed()  # a firewall may stand in the way of consoles
    return status


_STARTING = ("start", "restart", "reload-or-restart", "enable")


async def _refuse(call: Call, verb: str, name: str) -> int:
    if verb in ("enable", "disable"):
        await call.stderr.write(f"Failed to {verb} unit: Unit file {name} does not exist.\n")
        return 1
    why = "not loaded" if verb == "stop" else "not found"
    await call.stderr.write(f"Failed to {verb} {name}: Unit {name} {why}.\n")
    return _NOT_INSTALLED


def _start(guest: LinuxGuest, unit: Unit) -> str:
    guest.units.start(unit)
    return ""


def _stop(guest: LinuxGuest, unit: Unit) -> str:
    guest.units.stop(unit)
    unit.failed = False
    return ""


def _restart(guest: LinuxGuest, unit: Unit) -> str:
    guest.units.stop(unit)
    guest.units.start(unit)
    return ""


def _try_restart(guest: LinuxGuest, unit: Unit) -> str:
    return _restart(guest, unit) if unit.active else ""


def _reload(_: LinuxGuest, unit: Unit) -> str:
    name = f"{unit.service.name}.service"
    return "" if unit.active else f"{name} is not active, cannot reload.\n"


def _enable(_: LinuxGuest, unit: Unit) -> str:
    before, unit.enabled = unit.enabled, True
    name = f"{unit.service.name}.service"
    link = f"/etc/systemd/system/multi-user.target.wants/{name}"
    return "" if before else f"Created symlink {link} → /usr/lib/systemd/system/{name}.\n"


def _disable(_: LinuxGuest, unit: Unit) -> str:
    before, unit.enabled = unit.enabled, False
    link = f"/etc/systemd/system/multi-user.target.wants/{unit.service.name}.service"
    return f'Removed "{link}".\n' if before else ""


def _mask(_: LinuxGuest, unit: Unit) -> str:
    before, unit.masked = unit.masked, True
    return "" if before else f"Created symlink /etc/systemd/system/{unit.service.name}.service → /dev/null.\n"


def _unmask(_: LinuxGuest, unit: Unit) -> str:
    before, unit.masked = unit.masked, False
    return f'Removed "/etc/systemd/system/{unit.service.name}.service".\n' if before else ""


_CHANGE: dict[str, Callable[[LinuxGuest, Unit], str]] = {
    "start": _start,
    "stop": _stop,
    "restart": _restart,
    "reload": _reload,
    "try-restart": _try_restart,
    "reload-or-restart": _restart,
    "enable": _enable,
    "disable": _disable,
    "mask": _mask,
    "unmask": _unmask,
}


def _forget_failures(guest: LinuxGuest, names: list[str]) -> None:
    for unit in guest.units:
        if not names or guest.units.find(unit.service.name) in [guest.units.find(name) for name in names]:
            unit.failed = False


COMMANDS: dict[str, GuestCommand] = {"systemctl": systemctl}
