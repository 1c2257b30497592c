"""The processes of a simulated Linux system: daemons that are only listed, and commands that really run here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

_SIGNALS = {"HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "USR1": 10, "USR2": 12, "TERM": 15, "CONT": 18, "STOP": 19}
_HARMLESS = frozenset({0, 18})

KILLED = 128 + 9
"""Exit status of what ended with the power."""


@dataclass
class Process:
    """One process.

    Attributes:
        command: The command line; in brackets for a thread of the kernel.
        started: Seconds since the epoch.
        ended: Called when it is killed.
        task: What runs it, for a command of a session.
        signal: What it was killed by.
    """

    pid: int
    parent: int
    command: str
    started: float
    ended: Callable[[], None] | None = None
    task: asyncio.Future[int] | None = None
    signal: int = 0

    @property
    def name(self) -> str:
        """The short name, as in ``ps -e``."""
        words = self.command.split()
        if self.command.startswith("["):
            return self.command.strip("[]")
        return words[0].rpartition("/")[2][:15] if words else ""


def signal_number(name: str) -> int:
    """The number of a signal given as ``15``, ``TERM`` or ``SIGTERM``. Raises ValueError."""
    if name.isdigit() and int(name) <= 64:
        return int(name)
    try:
        return _SIGNALS[name.upper().removeprefix("SIG")]
    except KeyError:
        raise ValueError(name) from None


class ProcessTable:
    """The processes that run.

    Args:
        now: Seconds since the epoch.
    """

    def __init__(self, now: Callable[[], float], *, first_pid: int = 2000) -> None:
        self._now = now
        self._by_pid: dict[int, Process] = {}
        self._next = first_pid

    def __iter__(self) -> Iterator[Process]:
        return iter(sorted(self._by_pid.values(), key=lambda process: process.pid))

    def __len__(self) -> int:
        return len(self._by_pid)

    @property
    def last_pid(self) -> int:
        """The newest process id."""
        return self._next - 1

    def get(self, pid: int) -> Process | None:
        """The process with that id, if any."""
        return self._by_pid.get(pid)

    def next_pid(self) -> int:
        """A process id that is not used yet."""
        self._next += 1
        return self._next - 1

    def add(self, command: str, *, pid: int | None = None, ended: Callable[[], None] | None = None) -> Process:
        """A daemon has started."""
        number = pid or self.next_pid()
        process = Process(number, 0 if number < 3 else 1, command, self._now(), ended)
        self._by_pid[number] = process
        return process

    def remove(self, pid: int | None) -> None:
        """The process is gone; nothing is called."""
        if pid is not None:
            self._by_pid.pop(pid, None)

    async def run(self, command: str, work: Awaitable[int]) -> int:
        """Run a command as a process until it ends or is killed; returns its exit status (128 + signal then)."""
        process = self.add(command)
        process.task = asyncio.ensure_future(work)
        try:
            return await process.task
        except asyncio.CancelledError:
            process.task.cancel()
            if not process.signal:
                raise
            return 128 + process.signal
        finally:
            self.remove(process.pid)

    def kill(self, pid: int, signal: int) -> None:
        """Send the signal. Raises ProcessLookupError when there is no such process."""
        process = self._by_pid.get(pid)
        if process is None:
            raise ProcessLookupError(pid)
        if signal in _HARMLESS or pid < 3 or process.command.startswith("["):
            return
        process.signal = signal
        if process.task is not None:
            process.task.cancel()
            return
        self.remove(pid)
        if process.ended is not None:
            process.ended()

    def end_all(self) -> None:
        """The power is gone."""
        for process in list(self._by_pid.values()):
            process.signal = 9
            if process.task is not None:
                process.task.cancel()
        self._by_pid.clear()
