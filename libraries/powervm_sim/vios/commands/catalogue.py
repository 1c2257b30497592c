"""All commands of a simulated Virtual I/O Server and how they are found.

``padmin``'s commands are one program, ``ioscli``; an interactive login has a short name for each of them, a command
that comes over an exec channel has not, and needs the word ``ioscli``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.options import UsageError, refuse, reported
from powervm_sim.shell.call import Call, Command, Lookup
from powervm_sim.shell.dialect import RESTRICTED_KSH
from powervm_sim.shell.filters import filters
from powervm_sim.vios.commands import changes, devices, files, logs, maps, network, root, system
from powervm_sim.vios.commands.kinds import ViosCommand
from powervm_sim.vios.commands.unsimulated import NOT_SIMULATED, ROOT_NOT_SIMULATED

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

IOSCLI: dict[str, ViosCommand] = {
    **changes.COMMANDS,
    **devices.COMMANDS,
    **files.COMMANDS,
    **logs.COMMANDS,
    **maps.COMMANDS,
    **network.COMMANDS,
    **root.COMMANDS,
    **system.COMMANDS,
}
"""The commands of ``ioscli``."""

_FOLDERS = re.compile(r"^/(?:usr/)?(?:s?bin|ios/cli)/(?=[^/]+$)")
_TOOLS = ("awk", "cut", "egrep", "fgrep", "grep", "head", "sed", "sort", "tail", "tr", "uniq", "wc")


def tools() -> dict[str, Command]:
    """The filters that may follow a command behind a pipe."""
    known = filters()
    return {name: known[name] for name in _TOOLS if name in known}


def lookup(server: VirtualIOServer, *, short_names: bool) -> Lookup:
    """How the shell finds a command.

    Args:
        short_names: Whether commands are also known without ``ioscli``.
    """
    commands = tools() | {"ioscli": partial(_ioscli, server)}
    if short_names:
        commands |= dict.fromkeys(NOT_SIMULATED, refuse)
        commands |= {name: partial(command, server) for name, command in IOSCLI.items()}
    return _reporting(commands)


def root_lookup(server: VirtualIOServer) -> Lookup:
    """The same for the root shell, where a command may have its folder in front."""
    commands = dict.fromkeys(ROOT_NOT_SIMULATED, refuse) | tools() | {"ioscli": partial(_ioscli, server)}
    find = _reporting(commands | {name: partial(command, server) for name, command in root.ROOT_COMMANDS.items()})
    return lambda word: find(_FOLDERS.sub("", word))


def _reporting(commands: dict[str, Command]) -> Lookup:
    def find(word: str) -> Command | None:
        command = commands.get(word)
        return None if command is None else partial(reported, command)

    return find


async def _ioscli(server: VirtualIOServer, call: Call) -> int:
    """``ioscli COMMAND...``."""
    if not call.arguments:
        raise UsageError("Usage: ioscli command")
    name = call.arguments[0]
    inner = replace(call, name=name, arguments=list(call.arguments[1:]))
    if name in IOSCLI:
        return await IOSCLI[name](server, inner)
    if name in NOT_SIMULATED:
        return await refuse(inner)
    missing = RESTRICTED_KSH.not_found.format(name=name)
    raise UsageError(f"{RESTRICTED_KSH.name}: {missing}", 127)
