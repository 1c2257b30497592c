"""What ``systemctl`` shows of services: one by one, as lists, and as properties."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.options import UsageError, not_simulated
from powervm_sim.guest.services import Unit
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

NOT_RUNNING = 3
UNKNOWN = 4
_ACTIVE, _IDLE, _FAILED = "\u25cf", "\u25cb", "\u00d7"
_FILE_HEADS = ["UNIT FILE", "STATE", "PRESET"]
_UNIT_HEADS = ["UNIT", "LOAD", "ACTIVE", "SUB", "DESCRIPTION"]


def full_name(name: str) -> str:
    """With its kind, such as ``sshd.service``."""
    return name if "." in name else f"{name}.service"


def status_of(guest: LinuxGuest, name: str, unit: Unit | None) -> tuple[str, int]:
    """As systemd 249 and later print it."""
    if unit is None:
        return "", UNKNOWN
    full, enabled = full_name(name), enabled_word(unit)
    where = f"/usr/lib/systemd/system/{full}; {enabled}; preset: enabled"
    lines = [
        f"{_ACTIVE if unit.active else _FAILED if unit.failed else _IDLE} {full} - {unit.service.description}",
        f"     Loaded: masked (Reason: Unit {full} is masked.)" if unit.masked else f"     Loaded: loaded ({where})",
    ]
    if unit.active:
        lines.append(f"     Active: active (running) since {_since(guest, unit)}")
        lines.append(f"   Main PID: {unit.pid} ({unit.service.program.split()[0].rpartition('/')[2]})")
    else:
        state = "failed (Result: signal)" if unit.failed else "inactive (dead)"
        lines.append(f"     Active: {state}" + (f" since {_since(guest, unit)}" if unit.since else ""))
    return "\n".join(lines) + "\n", 0 if unit.active else NOT_RUNNING


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


def is_active(_: LinuxGuest, _name: str, unit: Unit | None) -> tuple[str, int]:
    """Word and status of ``is-active``."""
    if unit is not None and unit.active:
        return "active\n", 0
    failed = unit is not None and unit.failed
    return ("failed\n" if failed else "inactive\n"), NOT_RUNNING if unit else UNKNOWN


def is_enabled(_: LinuxGuest, name: str, unit: Unit | None) -> tuple[str, int]:
    """Word and status of ``is-enabled``."""
    if unit is None:
        return f"Failed to get unit file state for {full_name(name)}: No such file or directory\n", 1
    return f"{enabled_word(unit)}\n", 0 if unit.enabled and not unit.masked else 1


def is_failed(_: LinuxGuest, _name: str, unit: Unit | None) -> tuple[str, int]:
    """Word and status of ``is-failed``."""
    if unit is not None and unit.failed:
        return "failed\n", 0
    return ("active\n" if unit and unit.active else "inactive\n"), 1


def enabled_word(unit: Unit) -> str:
    """``enabled``, ``disabled`` or ``masked``."""
    return "masked" if unit.masked else "enabled" if unit.enabled else "disabled"


async def list_units(guest: LinuxGuest, call: Call, verb: str, chosen: dict[str, str]) -> int:
    """The services; other kinds of units are not simulated."""
    if chosen.get("--type", "service") != "service":
        raise not_simulated(call, f"--type={chosen['--type']}")
    wanted = "failed" if "--failed" in chosen else chosen.get("--state", "")
    rows = []
    for unit in guest.units:
        name = f"{unit.service.name}.service"
        state = "active" if unit.active else "failed" if unit.failed else "inactive"
        detail = {"active": "running", "failed": "failed", "inactive": "dead"}[state]
        if verb == "list-unit-files":
            rows.append([name, enabled_word(unit), "enabled"])
        elif wanted in (state, detail) or (not wanted and (unit.active or unit.failed or "--all" in chosen)):
            rows.append([name, "loaded", state, detail, unit.service.description])
    heads = (
        ["UNIT FILE", "STATE", "PRESET"]
        if verb == "list-unit-files"
        else ["UNIT", "LOAD", "ACTIVE", "SUB", "DESCRIPTION"]
    )
    table = rows if "--no-legend" in chosen else [heads, *rows]
    widths = [max((len(row[column]) for row in table), default=0) for column in range(len(heads))]
    indent = "" if verb == "list-unit-files" or "--plain" in chosen else "  "
    for row in table:
        cells = " ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        await call.stdout.write(f"{indent}{cells}".rstrip() + "\n")
    if "--no-legend" not in chosen:
        what = "unit files" if verb == "list-unit-files" else "loaded units"
        await call.stdout.write(f"\n{len(rows)} {what} listed.\n")
    return 0


async def show_units(guest: LinuxGuest, call: Call, names: list[str], chosen: dict[str, str]) -> int:
    """``systemctl show [-p NAMES] UNIT...``."""
    if not names:
        raise not_simulated(call, "show without a unit")
    for name in names:
        unit = guest.units.find(name)
        active = unit is not None and unit.active
        failed = unit is not None and unit.failed
        values = {
            "Id": full_name(name),
            "LoadState": "not-found" if unit is None else "masked" if unit.masked else "loaded",
            "ActiveState": "active" if active else "failed" if failed else "inactive",
            "SubState": "running" if active else "failed" if failed else "dead",
            "UnitFileState": "" if unit is None else enabled_word(unit),
            "MainPID": str(unit.pid or 0) if unit is not None else "0",
            "Result": "signal" if failed else "success",
            "Description": unit.service.description if unit is not None else full_name(name),
        }
        wanted = [key for key in chosen.get("--property", "").split(",") if key] or list(values)
        for key in wanted:
            if key in values:
                await call.stdout.write(f"{values[key]}\n" if "--value" in chosen else f"{key}={values[key]}\n")
    return 0


async def cat_units(guest: LinuxGuest, call: Call, names: list[str]) -> int:
    """``systemctl cat UNIT...``."""
    for name in names:
        unit = guest.units.find(name)
        if unit is None:
            raise UsageError(f"No files found for {full_name(name)}.")
        await call.stdout.write(
            f"# /usr/lib/systemd/system/{full_name(name)}\n[Unit]\nDescription={unit.service.description}\n\n"
            f"[Service]\nExecStart={unit.service.program}\n\n[Install]\nWantedBy=multi-user.target\n"
        )
    return 0
