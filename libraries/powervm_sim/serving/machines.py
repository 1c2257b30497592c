"""The machines of a world in the form that serving wants."""

from __future__ import annotations

from collections.abc import Iterator

import asyncssh

from powervm_sim.console.commands import console_lookup
from powervm_sim.console.home import ConsoleFiles
from powervm_sim.console.login import ConsoleLogin
from powervm_sim.guest.linux import LinuxGuest
from powervm_sim.guest.scp import serve_files
from powervm_sim.migration.desk import Desk
from powervm_sim.serving.control import control_machine
from powervm_sim.serving.machine import LoginShell, Machine
from powervm_sim.serving.vios_rooms import ViosRooms
from powervm_sim.shell.call import Terminal
from powervm_sim.shell.dialect import RESTRICTED_BASH
from powervm_sim.shell.filters import filters
from powervm_sim.shell.shell import Shell
from powervm_sim.world.accounts import Account
from powervm_sim.world.build import Lab
from powervm_sim.world.model import Console, Partition


def machines(lab: Lab, control: Account, control_address: str) -> Iterator[Machine]:
    """Everything that is to be served: consoles, Virtual I/O Servers, partitions, and the control endpoint."""
    world = lab.world
    rooms = ViosRooms(world)
    desk = Desk(world)
    for console in world.consoles.values():
        yield _console(lab, desk, rooms, console)
    for partition in world.partitions.values():
        if partition.is_vios:
            yield rooms.machine(partition)
        elif isinstance(partition.guest, LinuxGuest):
            yield _partition(lab, partition, partition.guest)
    yield control_machine(world, control, control_address)


def _console(lab: Lab, desk: Desk, rooms: ViosRooms, console: Console) -> Machine:
    lookup = console_lookup(filters())
    files = ConsoleFiles(console.account.user)

    def open_shell(user: str, terminal: Terminal | None) -> LoginShell:
        login = ConsoleLogin(lab.world, lab.power, desk, console, user, rooms.command, files)
        variables = {
            "HOME": f"/home/{user}",
            "USER": user,
            "LOGNAME": user,
            "SHELL": "/bin/hmcbash",
            "PWD": f"/home/{user}",
            "PATH": "/usr/hmcrbin",
            "HOSTNAME": console.name,
        }
        interactive = terminal is not None
        return Shell(
            lookup,
            RESTRICTED_BASH,
            session=login,
            variables=variables,
            files=files.for_shell(),
            terminal=terminal,
            login=interactive,
        )

    return Machine(
        name=console.name,
        kind="console",
        served=console.served_address,
        account=console.account,
        open_shell=open_shell,
        prompt=lambda user: f"{user}@{console.name}:~> ",
        sessions=console.sessions,
        sftp=files.sftp,
        up=not console.down,
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
