"""All commands of a simulated Linux partition: which there are, where they are, and how one is run."""

from __future__ import annotations

import shlex
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from powervm_sim.guest.commands import (
    dmesg,
    file_changes,
    file_views,
    identity,
    journalctl,
    network_tools,
    packages,
    process_tools,
    processor_tools,
    rmc,
    subsystems,
    systemctl,
)
from powervm_sim.guest.commands.gated import GatedInput, GatedOutput
from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import refuse, reported
from powervm_sim.guest.commands.unsimulated import NOT_SIMULATED
from powervm_sim.guest.processes import KILLED
from powervm_sim.shell.call import Call, Command, Lookup
from powervm_sim.shell.filters import filters

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_IN_PATH: dict[str, GuestCommand] = {
    **identity.COMMANDS,
    **processor_tools.COMMANDS,
    **packages.COMMANDS,
    **systemctl.COMMANDS,
    **subsystems.COMMANDS,
    **rmc.COMMANDS,
    **dmesg.COMMANDS,
    **journalctl.COMMANDS,
    **file_changes.COMMANDS,
    **file_views.COMMANDS,
    **network_tools.COMMANDS,
    **process_tools.COMMANDS,
}
_RSCT: dict[str, GuestCommand] = {**rmc.COMMANDS, **rmc.PATH_ONLY}

_PROGRAM_FOLDERS = ("/usr/bin", "/bin", "/usr/sbin", "/sbin")
_RSCT_FOLDERS = ("/opt/rsct/bin", "/usr/sbin/rsct/bin", "/opt/rsct/install/bin", "/usr/sbin/rsct/install/bin")

_ADMINISTRATOR = frozenset((*processor_tools.COMMANDS, *subsystems.COMMANDS, *process_tools.POWER, "drmgr", "ip"))
"""Programs that are in ``/usr/sbin``."""

_PACKAGE = {
    "lssrc": "src",
    "startsrc": "src",
    "stopsrc": "src",
    "rmcctrl": "rsct.core",
    "recfgct": "rsct.core.utils",
    "rmcdomainstatus": "rsct.core",
    "lsrsrc": "rsct.core",
    "drmgr": "powerpc-utils",
    "lparstat": "powerpc-utils",
    "ppc64_cpu": "powerpc-utils",
}
"""Commands that are missing with their package."""


def lookup(guest: LinuxGuest) -> Lookup:
    """How the shell finds a command by the word that was typed."""
    tools = filters()

    def find(word: str) -> Command | None:
        folder, slash, name = word.rpartition("/")
        known = _known(folder) if slash else _IN_PATH
        if name in known and _installed(guest, name):
            return partial(_run, guest, partial(known[name], guest))
        if slash and folder not in _PROGRAM_FOLDERS:
            return None
        if name in tools:
            return partial(_run, guest, tools[name])
        return refuse if name in NOT_SIMULATED else None

    return find


def _known(folder: str) -> dict[str, GuestCommand]:
    """The commands that are in a folder."""
    if folder in _RSCT_FOLDERS:
        return _RSCT
    return _IN_PATH | process_tools.PATH_ONLY if folder in _PROGRAM_FOLDERS else {}


def _installed(guest: LinuxGuest, name: str) -> bool:
    return name not in _PACKAGE or guest.has(_PACKAGE[name])


async def _run(guest: LinuxGuest, command: Command, call: Call) -> int:
    """Run a command as a process of the system, which stands still while the partition is suspended."""
    await guest.awake.wait()
    if not guest.running:
        return KILLED
    gated = replace(
        call,
        stdin=GatedInput(call.stdin, guest.awake),
        stdout=GatedOutput(call.stdout, guest.awake),
        stderr=GatedOutput(call.stderr, guest.awake),
    )
    line = shlex.join([call.name, *call.arguments])[:4096]
    return await guest.processes.run(line, reported(command, gated))


def paths(guest: LinuxGuest) -> list[str]:
    """The paths of all programs that are installed, also of those that only refuse."""
    names = filter(
        partial(_installed, guest), sorted({*_IN_PATH, *process_tools.PATH_ONLY, *filters(), *NOT_SIMULATED})
    )
    found = [f"/usr/{'sbin' if name in _ADMINISTRATOR else 'bin'}/{name}" for name in names]
    for name in sorted(_RSCT):
        if _installed(guest, name):
            install = name == "recfgct"
            found += [folder + "/" + name for folder in _RSCT_FOLDERS if ("install" in folder) == install]
    return found
