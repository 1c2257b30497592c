"""``rpm``: what is installed, and ``yum``, ``dnf`` and ``zypper`` for what is not."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from powervm_sim.guest.clock import calendar_time
from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, name_of, not_simulated, parse
from powervm_sim.guest.commands.places import place
from powervm_sim.guest.spec import package_name
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_LONG = ("query", "all", "queryformat=", "qf=", "quiet", "version", "info", "file", "verify", "last", "whatprovides")
_TAG = re.compile(r"%\{([A-Za-z]+)\}")
_QUERY = {"--query": "-q", "--all": "-a", "--qf": "--queryformat", "--info": "-i", "--file": "-f", "--verify": "-V"}


OWNERS = {
    **dict.fromkeys(("hcnmgr", "hcnversion", "hcncfgdrc", "hcnqrydev", "hcnrmdev", "hcnrmhcn"), "powerpc-utils"),
    "lsdevinfo": "powerpc-utils",
    "stress-ng": "stress-ng",
    "sos": "sos",
    "sosreport": "sos",
    "supportconfig": "supportutils",
    "firewall-cmd": "firewalld",
    "lssrc": "src",
    "startsrc": "src",
    "stopsrc": "src",
    "rmcctrl": "rsct.core",
    "ctsnap": "rsct.core",
    "recfgct": "rsct.core.utils",
    "rmcdomainstatus": "rsct.core",
    "lsrsrc": "rsct.core",
    "drmgr": "powerpc-utils",
    "lparstat": "powerpc-utils",
    "ppc64_cpu": "powerpc-utils",
}
"""Commands that are missing with their package."""


async def rpm(guest: LinuxGuest, call: Call) -> int:
    """``rpm -q NAME...``, ``-qa [PATTERN]``, ``-qi NAME``, ``-qf FILE``, ``-V NAME``.

    A name that is not installed is told on stdout; the status is the number of those.
    """
    options, names = parse(call, "qailcRfVe:U:d", _LONG)
    kinds = {_QUERY.get(name, name) for name, _ in options}
    form = next((value for name, value in options if name in ("--queryformat", "--qf")), None)
    if kinds == {"--version"}:
        await call.stdout.write("RPM version 4.16.1.3\n")
        return 0
    if not kinds & {"-q", "-V"} or kinds - {"-q", "-a", "--queryformat", "--quiet", "-i", "-f", "-V", "--last"}:
        raise not_simulated(call, " ".join(call.arguments) or "without -q")
    if "-a" in kinds:
        found = [package for package in guest.packages if not names or _matches_any(package, names)]
        await call.stdout.write("".join(_line(guest, package, form, kinds) for package in found))
        return 0
    if not names:
        verb = "verify" if "-V" in kinds else "query"
        raise UsageError(f"rpm: no arguments given for {verb}")
    missing = 0
    for name in names:
        found, absent = _found(guest, call, name, by_file="-f" in kinds)
        missing += not found
        # A package that is as it was installed verifies without a word.
        text = "" if "-V" in kinds and found else "".join(_line(guest, package, form, kinds) for package in found)
        if "--quiet" not in kinds:
            await call.stdout.write(text if found else absent)
    return missing


def _found(guest: LinuxGuest, call: Call, name: str, *, by_file: bool) -> tuple[list[str], str]:
    """The packages of that name (or that own the file), and what is said when there are none."""
    if not by_file:
        found = [package for package in guest.packages if name in _names(package)]
        return found, f"package {name} is not installed\n"
    path = place(call, name)
    if not guest.tree.exists(path):
        return [], f"error: file {path}: No such file or directory\n"
    owner = OWNERS.get(path.rpartition("/")[2], "coreutils" if path.startswith(("/usr/bin/", "/bin/")) else "")
    found = [package for package in guest.packages if package_name(package) == owner]
    return found, f"file {path} is not owned by any package\n"


def _line(guest: LinuxGuest, package: str, form: str | None, kinds: set[str]) -> str:
    if "-i" in kinds:
        return _information(guest, package)
    if "--last" in kinds:
        return f"{package:<45} {calendar_time(guest.clock.time() - guest.uptime - _AGE)}\n"
    return _shown(package, form)


_AGE = 90 * 86400


def _information(guest: LinuxGuest, package: str) -> str:
    rest, _, architecture = package.rpartition(".")
    name, version, release = rest.rsplit("-", 2)
    values = {
        "Name": name,
        "Version": version,
        "Release": release,
        "Architecture": architecture,
        "Install Date": calendar_time(guest.clock.time() - guest.uptime - _AGE),
        "Source RPM": f"{name}-{version}-{release}.src.rpm",
        "Vendor": guest.spec.system.title,
    }
    return "".join(f"{key:<12}: {value}\n" for key, value in values.items())


async def installer(guest: LinuxGuest, call: Call) -> int:
    """``yum``, ``dnf`` and ``zypper``: ``install`` and ``list installed`` of packages that the distribution has."""
    name = name_of(call)
    words = [word for word in call.arguments if not word.startswith("-")]
    if words[:1] == ["in"]:
        words[0] = "install"
    if words[:1] != ["install"] or len(words) < 2:
        raise not_simulated(call, " ".join(call.arguments) or "without a command")
    new: list[str] = []
    absent: list[str] = []
    for wanted in words[1:]:
        installed = next((package for package in guest.packages if wanted in _names(package)), None)
        known = next((package for package in guest.spec.system.packages if wanted in _names(package)), None)
        if installed is not None:
            text = f"Package {installed} is already installed.\n"
            await call.stdout.write(text if name != "zypper" else f"'{wanted}' is already installed.\n")
        elif known is not None:
            new.append(known)
        else:
            absent.append(wanted)
    if absent:
        return await _no_match(call, absent, zypper=name == "zypper")
    for package in new:
        await guest.firmware.long(4)
        guest.install(package)
        await call.stdout.write(f"  Installing : {package}\n")
    if name == "zypper":
        await call.stdout.write("" if new else "Nothing to do.\n")
    else:
        await call.stdout.write("\nComplete!\n" if new else "Dependencies resolved.\nNothing to do.\nComplete!\n")
    return 0


async def _no_match(call: Call, absent: list[str], *, zypper: bool) -> int:
    for wanted in absent:
        text = f"'{wanted}' not found in package names. Trying capabilities.\nNo provider of '{wanted}' found.\n"
        await call.stdout.write(text if zypper else f"No match for argument: {wanted}\n")
    if not zypper:
        await call.stderr.write(f"Error: Unable to find a match: {' '.join(absent)}\n")
    return 104 if zypper else 1


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


COMMANDS: dict[str, GuestCommand] = {"rpm": rpm, "yum": installer, "dnf": installer, "zypper": installer}
