"""The search path and the processes of a simulated partition, in the form that the shell language wants."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any

from powervm_sim.guest.nodes import File, Readable
from powervm_sim.guest.processes import NotSimulatedSignal, Process, current, signal_number
from powervm_sim.guest.tree import join
from powervm_sim.shell.state import ShellError

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

PROGRAM = b"\x7fELF\x02\x01\x01\0"
"""What every file of a program begins with; the program's name follows."""

_LONGEST_LINE = 255


class GuestSystem:
    """See `powervm_sim.shell.system.System`."""

    def __init__(self, guest: LinuxGuest) -> None:
        self._guest = guest
        # The table of the boot that the session belongs to: a later boot has one of its own.
        self._processes = guest.processes
        self._shell: Process | None = None

    def locate(self, name: str, search: str, folder: str) -> str | None:
        """The path of a program: a file that may be executed."""
        if "/" in name:
            path = join(folder, name)
            return path if self._executable(path) else None
        for place in search.split(":"):
            path = f"{place}/{name}" if place.startswith("/") else f"{folder}/{place}/{name}"
            if self._executable(path):
                return join(folder, path)
        return None

    def _executable(self, path: str) -> bool:
        node = self._guest.tree.find(path)
        return isinstance(node, Readable) and bool(node.mode & 0o111)

    def interpreter(self, path: str) -> list[str] | None:
        """What ``#!`` names; ``/bin/sh`` for a text without such a line."""
        node = self._guest.tree.find(path)
        if not isinstance(node, File) or node.content.startswith(PROGRAM):
            return None
        first = bytes(node.content[:_LONGEST_LINE]).split(b"\n", 1)[0].decode("utf-8", "surrogateescape")
        if not first.startswith("#!"):
            return ["/bin/sh"]
        # The kernel hands on everything behind the interpreter as one argument.
        words = first[2:].strip().split(None, 1)
        return words or ["/bin/sh"]

    def begin(self, text: str, *, simple: bool) -> int:
        """A job: a subshell, until the command that it consists of takes its place."""
        above = self._processes.current_pid()
        process = self._processes.add(f"bash -c {text}" if text else "bash", parent=above)
        process.simple = simple
        return process.pid

    def attach(self, pid: int, task: asyncio.Task[Any]) -> None:
        """What runs the job."""
        process = self._processes.get(pid)
        if process is not None:
            process.task = task
            self._shell = self._shell or process

    def enter(self, pid: int) -> None:
        """The current task is that process from here on."""
        process = self._processes.get(pid)
        self._processes.enter(pid, free=process is not None and process.simple)

    def end(self, pid: int) -> int:
        """The process has ended; returns the signal that it got."""
        process = self._processes.get(pid)
        self._processes.remove(pid)
        return process.signal if process else 0

    def signal(self, pid: int) -> int:
        """The signal that the process got, or 0."""
        process = self._processes.get(pid)
        if process is None and self._shell is not None and self._shell.pid == pid:
            process = self._shell  # the table was emptied when the power went
        return process.signal if process else 0

    def signal_here(self) -> int:
        """The signal that ends the process of the current task, or 0."""
        process = current()
        return process.signal if process is not None else 0

    def here(self) -> int:
        """The number of the process of the current task, or 0."""
        process = current()
        return process.pid if process is not None else 0

    def kill(self, pid: int, signal: str) -> None:
        """Send a signal."""
        try:
            self._processes.kill(pid, signal_number(signal))
        except NotSimulatedSignal:
            raise ShellError(f"kill: {signal}: not simulated") from None

    def detach(self, pid: int) -> None:
        """``disown``."""
        process = self._processes.get(pid)
        if process is not None:
            process.detached = True

    def detached(self, pid: int) -> bool:
        """A hang-up does not end it."""
        process = self._processes.get(pid)
        return process is not None and (process.detached or 1 in process.ignored)

    async def run(self, words: Sequence[str], work: Awaitable[int], *, replaces: bool = False) -> int:
        """Run something as a process."""
        return await self._processes.run(" ".join(words)[:4096], work, replaces=replaces)
