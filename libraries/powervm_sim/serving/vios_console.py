"""The console of a Virtual I/O Server: a login and the shell that its endpoint has, too."""

from __future__ import annotations

import asyncio
from typing import Any

from powervm_sim.guest.system_console import ConsoleShell, LoginWords, SystemConsole
from powervm_sim.serving.machine import Machine
from powervm_sim.shell.call import Terminal
from powervm_sim.world.model import Partition
from powervm_sim.world.state import World

_WORDS = LoginWords(
    issue="IBM Virtual I/O Server",
    login="login: ",
    password="{user}'s Password: ",  # noqa: S106 - it asks for one
    refused="3004-007 You entered an invalid login name or password.\n",
    last="",
)


class _ViosOwner:
    """See `ConsoleOwner`."""

    def __init__(self, world: World, machine: Machine, partition: Partition) -> None:
        self._world = world
        self._machine = machine
        self._partition = partition
        self.host_name = partition.name
        self.awake = asyncio.Event()
        self.awake.set()

    @property
    def running(self) -> bool:
        """It is booted."""
        return self._world.home(self._partition).running

    @property
    def prompt(self) -> str:
        """That of the shell."""
        return self._machine.prompt(self._machine.account.user)

    def shell(self, session: Any = None, terminal: Terminal | None = None) -> ConsoleShell:  # noqa: ARG002
        """The shell of somebody who has logged in."""
        return self._machine.open_shell(self._machine.account.user, terminal)

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        await self._world.pace.real(seconds)


def vios_console(world: World, machine: Machine, partition: Partition) -> SystemConsole:
    """The console of the server that a machine serves; it follows the server's power."""
    console = SystemConsole(_ViosOwner(world, machine, partition), _WORDS)
    partition.power_watchers.append(lambda on: console.booted() if on else console.stopped())
    return console
