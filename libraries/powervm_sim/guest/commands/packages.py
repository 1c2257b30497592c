"""``rpm``: what is installed."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.guest.spec import package_name
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_LONG = ("query", "all", "queryformat=", "qf=", "quiet", "version")
_TAG = re.compile(r"%\{([A-Za-z]+)\}")


async def rpm(guest: LinuxGuest, call: Call) -> int:
    """``rpm -q NAME...`` and ``rpm -qa [PATTERN]``.

    A name that is not installed is told on stdout; the status is the number of those.
    """
    options, names = parse(call, "qailcRfVe:U:i", _LONG)
    kinds = {name for name, _ in options}
    form = next((value for name, value in options if name in ("--queryformat", "--qf")), None)
    unknown = kinds - {"-q", "--query", "-a", "--all", "--queryformat", "--qf", "--quiet"}
    if unknown or not kinds & {"-q", "--query"}:
        raise not_simulated(call, " ".join(call.arguments) or "without -q")
    if kinds & {"-a", "--all"}:
        found = [package for package in guest.packages if not names or _matches_any(package, names)]
        await call.stdout.write("".join(_shown(package, form) for package in found))
        return 0
    if not names:
        raise UsageError("rpm: no arguments given for query")
    missing = 0
    for name in names:
        found = [package for package in guest.packages if name in _names(package)]
        missing += not found
        text = "".join(_shown(package, form) for package in found) or f"package {name} is not installed\n"
        if "--quiet" not in kinds:
            await call.stdout.write(text)
    return missing


def _names(package: str) -> set[str]:
    """All ways to name the package exactly."""
    name = package_name(package)
    without_architecture = package.rpartition(".")[0]
    return {package, name, without_architecture, without_architecture.rpartition("-")[0]}


def _matches_any(package: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in _names(package) for pattern in patterns)


def _shown(package: str, form: str | None) -> str:
    if form is None:
        return f"{package}\n"
    rest, _, architecture = package.rpartition(".")
    name, version, release = rest.rsplit("-", 2)
    values = {"NAME": name, "VERSION": version, "RELEASE": release, "ARCH": architecture}
    values["NVRA"] = package
    filled = _TAG.sub(lambda tag: values.get(tag[1].upper(), "(none)"), form)
    return filled.replace("\\n", "\n").replace("\\t", "\t")


COMMANDS: dict[str, GuestCommand] = {"rpm": rpm}
