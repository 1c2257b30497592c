"""All commands of a simulated Linux partition: which there are, where they are, and how one is run."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from copy import copy
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from powervm_sim.guest.commands import (
    archives,
    binary_views,
    collections,
    device_lists,
    dmesg,
    file_changes,
    file_copies,
    file_views,
    find,
    hcn_tools,
    identity,
    journalctl,
    network_probes,
    network_tools,
    packages,
    ping,
    process_list,
    process_signals,
    process_tools,
    processor_tools,
    rmc,
    stress,
    subsystems,
    system_views,
    systemctl,
    tar,
)
from powervm_sim.guest.commands.gated import GatedInput, GatedOutput
from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import name_of, refuse, reported
from powervm_sim.guest.commands.unsimulated import NOT_SIMULATED
from powervm_sim.guest.processes import KILLED
from powervm_sim.guest.shell_system import PROGRAM
from powervm_sim.shell.call import Call, Command, Lookup
from powervm_sim.shell.filters import filters

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_MODULES = (
    archives,
    binary_views,
    collections,
    device_lists,
    dmesg,
    file_changes,
    file_copies,
    file_views,
    find,
    hcn_tools,
    identity,
    journalctl,
    network_probes,
    network_tools,
    packages,
    ping,
    process_list,
    process_signals,
    process_tools,
    processor_tools,
    rmc,
    stress,
    subsystems,
    system_views,
    systemctl,
    tar,
)
_IN_PATH: dict[str, GuestCommand] = {name: command for module in _MODULES for name, command in module.COMMANDS.items()}
_RSCT: dict[str, GuestCommand] = {**rmc.COMMANDS, **rmc.PATH_ONLY, **collections.RSCT}

_PROGRAM_FOLDERS = ("/usr/bin", "/bin", "/usr/sbin", "/sbin")
_RSCT_FOLDERS = ("/opt/rsct/bin", "/usr/sbin/rsct/bin", "/opt/rsct/install/bin", "/usr/sbin/rsct/install/bin")

_ADMINISTRATOR = frozenset(
    (
        *processor_tools.COMMANDS,
        *subsystems.COMMANDS,
        *process_tools.POWER,
        *hcn_tools.COMMANDS,
        *collections.COMMANDS,
        "drmgr",
        "ip",
        "lsdevinfo",
        "multipath",
        "ethtool",
        "sysctl",
    )
) - {"lscpu"}
"""Programs that are in ``/usr/sbin``."""

_ONLY_ON = {"yum": "rhel", "dnf": "rhel", "zypper": "sles"}

_OF_SHELL = ("bash", "sh", "env", "echo", "printf", "test", "[", "sleep", "pwd")
"""Programs that the shell language brings."""


def lookup(guest: LinuxGuest) -> Lookup:
    """How the shell finds a command by the word that was typed."""
    tools = filters()

    def find(word: str) -> Command | None:
        folder, slash, name = word.rpartition("/")
        if slash and folder not in _PROGRAM_FOLDERS and folder not in _RSCT_FOLDERS:
            # A copy of a program, or a link to one.
            folder, name = "/usr/bin", program_at(guest, word)
        known = _known(folder) if slash else _IN_PATH
        if name in known and _installed(name, guest.spec.distribution, guest.package_names):
            return partial(_run, guest, partial(known[name], guest))
        if slash and folder not in _PROGRAM_FOLDERS:
            return None
        if name in tools:
            return partial(_run, guest, tools[name])
        return refuse if name in NOT_SIMULATED else None

    return find


def program_at(guest: LinuxGuest, path: str) -> str:
    """The name of the program whose file is at the path; empty when it is no program."""
    try:
        content = guest.tree.read(path)
    except OSError:
        return ""
    return content[len(PROGRAM) :].decode("utf-8", "replace") if content.startswith(PROGRAM) else ""


def _known(folder: str) -> dict[str, GuestCommand]:
    """The commands that are in a folder."""
    if folder in _RSCT_FOLDERS:
        return _RSCT
    return _IN_PATH if folder in _PROGRAM_FOLDERS else {}


def _installed(name: str, distribution: str, present: frozenset[str]) -> bool:
    """A command is missing with its package, or on the other distribution."""
    if name in _ONLY_ON and not distribution.startswith(_ONLY_ON[name]):
        return False
    return name not in packages.OWNERS or packages.OWNERS[name] in present


async def _run(guest: LinuxGuest, command: Command, call: Call) -> int:
    """Run a command as a process of the system, which stands still while the partition is suspended."""
    await guest.awake.wait()
    if not guest.running:
        return KILLED
    gated = copy(call)
    gated.stdin = GatedInput(call.stdin, guest.awake)
    gated.stdout = GatedOutput(call.stdout, guest.awake)
    gated.stderr = GatedOutput(call.stderr, guest.awake)
    line = " ".join([call.name, *call.arguments])[:4096]
    name = name_of(call)
    work = _marked(guest, name, reported(command, gated)) if name in _DETACHING else reported(command, gated)
    return await guest.processes.run(line, work, replaces=name in _REPLACING)


async def _marked(guest: LinuxGuest, name: str, work: Coroutine[Any, Any, int]) -> int:
    """Run ``nohup`` or ``setsid``: a hang-up does not reach the process and what takes its place."""
    process = guest.processes.get(guest.processes.current_pid())
    if process is not None and process.pid > 1:
        process.detached = True
        if name == "nohup":
            process.ignored |= {1}
        else:
            process.session = process.pid
    return await work


_DETACHING = frozenset({"nohup", "setsid"})
_REPLACING = _DETACHING | {"nice"}


@lru_cache(maxsize=32)
def program_files(distribution: str, present: frozenset[str]) -> Mapping[str, Mapping[str, bytes]]:
    """The files of all programs, by folder and name, also of those that only refuse.

    They are the same for all systems of a distribution with the same packages.

    Args:
        present: The names of the packages that are installed.
    """
    found: dict[str, dict[str, bytes]] = {}
    for name in sorted({*_IN_PATH, *_OF_SHELL, *filters(), *NOT_SIMULATED}):
        if _installed(name, distribution, present):
            folder = "/usr/sbin" if name in _ADMINISTRATOR else "/usr/bin"
            found.setdefault(folder, {})[name] = PROGRAM + name.encode()
    for name in sorted(_RSCT):
        if _installed(name, distribution, present):
            install = name == "recfgct"
            for folder in _RSCT_FOLDERS:
                if ("install" in folder) == install:
                    found.setdefault(folder, {})[name] = PROGRAM + name.encode()
    return found
