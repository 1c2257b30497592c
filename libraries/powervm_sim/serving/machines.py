"""The machines of a world in the form that serving wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import asyncssh

from powervm_sim.console.authority import user_on
from powervm_sim.console.commands import console_lookup
from powervm_sim.console.files import ConsoleFiles
from powervm_sim.console.host import enter
from powervm_sim.console.login import ConsoleLogin
from powervm_sim.faults.commands import CommandFaults
from powervm_sim.faults.files import Disk
from powervm_sim.faults.machine_kinds import DiskFull
from powervm_sim.faults.rule import CONSOLE, PARTITION
from powervm_sim.guest.linux import LinuxGuest
from powervm_sim.guest.scp import serve_files
from powervm_sim.migration.desk import Desk
from powervm_sim.serving.console_sftp import console_files
from powervm_sim.serving.control import control_machine
from powervm_sim.serving.machine import LoginShell, Machine
from powervm_sim.serving.vios_console import vios_console
from powervm_sim.serving.vios_rooms import ViosRooms
from powervm_sim.shell.call import Terminal
from powervm_sim.shell.dialect import RESTRICTED_BASH
from powervm_sim.shell.filters import filters
from powervm_sim.shell.shell import Shell
from powervm_sim.world.accounts import Account
from powervm_sim.world.build import Lab
from powervm_sim.world.consoles import Console
from powervm_sim.world.model import Partition


def machines(lab: Lab, control: Account, control_address: str) -> Iterator[Machine]:
    """Everything that is to be served: consoles, Virtual I/O Servers, partitions, and the control endpoint."""
    world = lab.world
    commands = CommandFaults(world.faults, world.pace)
    rooms = ViosRooms(world, commands)
    desk = Desk(world)
    for console in world.consoles.values():
        yield _console(lab, desk, rooms, commands, console)
    for partition in world.partitions.values():
        if partition.is_vios:
            machine = rooms.machine(partition)
            partition.seat = vios_console(world, machine, partition)
            yield machine
        elif isinstance(partition.guest, LinuxGuest):
            partition.guest.around = partial(commands.around, partition.name, PARTITION)
            world.faults.bind(DiskFull, partition.name, Disk(partition.guest.tree).fill_up)
            yield _partition(lab, partition, partition.guest)
    yield control_machine(world, control, control_address)


def _console(lab: Lab, desk: Desk, rooms: ViosRooms, commands: CommandFaults, console: Console) -> Machine:
    lookup = commands.around(console.name, CONSOLE, console_lookup(filters()))

    def open_shell(user: str, terminal: Terminal | None) -> LoginShell:
        files = ConsoleFiles(console, user_on(console, user))
        login = ConsoleLogin(lab.world, lab.power, desk, console, user, rooms.command)
        variables = {
            "HOME": f"/home/{user}",
            "USER": user,
            "LOGNAME": user,
            "SHELL": "/bin/hmcbash",
            "PWD": f"/home/{user}",
            "PATH": "/usr/hmcrbin",
            "HOSTNAME": console.name,
        }
        return Shell(
            lookup,
            RESTRICTED_BASH,
            session=login,
            variables=variables,
            files=files,
            terminal=terminal,
            login=terminal is not None,
        )

    def logged_in(user: str, terminal: Terminal | None) -> Callable[[], None]:
        return enter(console, user, on_terminal=terminal is not None)

    return Machine(
        name=console.name,
        kind="console",
        served=console.served_address,
        account=console.account,
        open_shell=open_shell,
        prompt=lambda user: f"{user}@{console.short_name}:~> ",
        sessions=console.sessions,
        sftp=lambda channel: console_files(channel, console),
        up=not console.down,
        others={name: user.account for name, user in console.users.items()},
        logged_in=logged_in,
    )


def _partition(lab: Lab, partition: Partition, guest: LinuxGuest) -> Machine:
    def sftp(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        return serve_files(channel, guest.tree, home="/root", awake=guest.awake, now=guest.clock.time)

    return Machine(
        name=partition.name,
        kind="partition",
        served=partition.served_address,
        account=partition.account,
        open_shell=lambda _user, terminal: guest.shell(lab, terminal),
        prompt=lambda _user: guest.prompt,
        gate=partition.gate,
        sftp=sftp,
        up=guest.running and not partition.down,
        watch_power=None if partition.down else partition.power_watchers.append,
    )
