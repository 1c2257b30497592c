"""The processes of a simulated Linux system: daemons that are only listed, and commands that really run here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass

_SIGNALS = {"HUP": 1, "INT": 2, "QUIT": 3, "ABRT": 6, "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12, "ALRM": 14}
_SIGNALS |= {"TERM": 15, "CONT": 18, "STOP": 19, "TSTP": 20}
_HARMLESS = frozenset({0, 18})
_STOPPING = frozenset({19, 20})
_NOT_FOR_DAEMONS = frozenset({1, 10, 12})

_TERM = 15
_LAST_WORD = 0.5
"""Seconds that a program has to end after an interrupt."""

KILLED = 128 + 9
"""Exit status of what ended with the power."""


class NotSimulatedSignal(Exception):
    """The real system knows the signal, this lab does not."""


@dataclass(slots=True)
class Process:
    """One process.

    Attributes:
        command: The command line; in brackets for a thread of the kernel.
        started: Seconds since the epoch.
        ended: Called when it is killed.
        task: What runs it, for a command of a session.
        signal: What it was killed by.
        terminal: For example ``pts/0``; ``?`` without one.
        ignored: Signals that do nothing to it.
        state: ``S`` or ``R``, with further letters as ``ps`` shows them.
        busy: Seconds of processor time that it has used, asked for when somebody looks.
        resident: Kilobytes of memory, likewise.
        detached: A hang-up of its terminal does not reach it.
        simple: A job of one command, which takes its place.
        title: The short name when it differs from the program's, as that of ``stress-ng-vm``.
        session: The one that it belongs to, by the process that leads it.
    """

    pid: int
    parent: int
    command: str
    started: float
    ended: Callable[[], None] | None = None
    task: asyncio.Future[int] | None = None
    signal: int = 0
    terminal: str = "?"
    ignored: frozenset[int] = frozenset()
    state: str = "S"
    busy: Callable[[], float] = lambda: 0.0
    resident: Callable[[], int] = lambda: 6144
    detached: bool = False
    simple: bool = False
    title: str = ""
    session: int = 0

    @property
    def name(self) -> str:
        """The short name, as in ``ps -e``."""
        words = self.command.split()
        if self.title:
            return self.title[:15]
        if self.command.startswith("["):
            return self.command.strip("[]")
        return words[0].rpartition("/")[2][:15] if words else ""


@dataclass
class Slot:
    """The process that the current task belongs to; ``free``: the next command takes its place, as after ``exec``."""

    process: Process
    free: bool


_current: ContextVar[Slot | None] = ContextVar("current", default=None)


def current() -> Process | None:
    """The process that the running task belongs to."""
    slot = _current.get()
    return slot.process if slot else None


def signal_number(name: str) -> int:
    """The number of a signal given as ``15``, ``TERM`` or ``SIGTERM``. Raises ValueError."""
    if name.isdigit() and int(name) <= 64:
        return int(name)
    try:
        return _SIGNALS[name.upper().removeprefix("SIG")]
    except KeyError:
        raise ValueError(name) from None


async def _end_of(task: asyncio.Future[int]) -> None:
    """Wait until it has ended in any way; it goes on when this is cancelled."""
    ended = asyncio.get_running_loop().create_future()
    task.add_done_callback(lambda _task: None if ended.done() else ended.set_result(None))
    await ended


class ProcessTable:
    """The processes that run.

    Args:
        now: Seconds since the epoch.
    """

    def __init__(self, now: Callable[[], float], *, first_pid: int = 2000) -> None:
        self._now = now
        self._by_pid: dict[int, Process] = {}
        self._next = first_pid
        self.last_signal = 0

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

    def add(
        self,
        command: str,
        *,
        pid: int | None = None,
        parent: int | None = None,
        ended: Callable[[], None] | None = None,
        title: str = "",
    ) -> Process:
        """A process has started; without ``parent`` it is a daemon."""
        number = pid or self.next_pid()
        if parent is None:
            parent = 0 if number < 3 else 1
        process = Process(number, parent, command, self._now(), ended, title=title)
        above = self._by_pid.get(parent)
        process.session = number if above is None or parent == 1 else above.session
        if above is not None:
            process.terminal = above.terminal
        self._by_pid[number] = process
        return process

    def current_pid(self) -> int:
        """The process that the running task belongs to; 1 when it is none of these."""
        process = current()
        return process.pid if process is not None and self._by_pid.get(process.pid) is process else 1

    def enter(self, pid: int, *, free: bool) -> None:
        """From here on the running task is that process."""
        process = self._by_pid.get(pid)
        _current.set(Slot(process, free) if process else None)

    def remove(self, pid: int | None) -> None:
        """The process is gone; nothing is called. Its children belong to the first process now."""
        if pid is None or self._by_pid.pop(pid, None) is None:
            return
        for process in self._by_pid.values():
            if process.parent == pid:
                process.parent = 1

    async def run(self, command: str, work: Awaitable[int], *, replaces: bool = False) -> int:
        """Run a command as a process until it ends or is killed; returns its exit status (128 + signal then).

        Args:
            replaces: The command will run another one in its own place (``nohup``, ``env``).
        """
        slot = _current.get()
        taken = slot is not None and slot.free and self._by_pid.get(slot.process.pid) is slot.process
        if slot is not None and taken:
            process, before = slot.process, (slot.process.command, slot.process.task)
            process.command, slot.free = command, False
        else:
            process, before = self.add(command, parent=slot.process.pid if slot else None), ("", None)
        token = _current.set(Slot(process, replaces))
        process.task = asyncio.ensure_future(work)
        _current.reset(token)
        try:
            # Not awaited itself: that the command was killed and that its shell was are told apart by who is cancelled.
            await _end_of(process.task)
            return 128 + (process.signal or _TERM) if process.task.cancelled() else process.task.result()
        except asyncio.CancelledError:
            process.task.cancel()
            # Some programs have a last word when they are interrupted.
            await asyncio.wait({process.task}, timeout=_LAST_WORD)
            raise
        finally:
            if slot is not None and taken:
                process.command, process.task = before
                slot.free = True
            else:
                self.remove(process.pid)

    def kill(self, pid: int, signal: int) -> None:
        """Send the signal; a negative number means the process and all below it.

        Raises:
            ProcessLookupError: There is no such process.
            NotSimulatedSignal: Stopping single processes.
        """
        process = self._by_pid.get(abs(pid))
        if process is None:
            raise ProcessLookupError(pid)
        if pid < 0:
            for child in self.below(-pid):
                self.kill(child.pid, signal)
        if signal in _STOPPING:
            raise NotSimulatedSignal(signal)
        if signal in _HARMLESS or signal in process.ignored or process.pid < 3 or process.command.startswith("["):
            return
        if process.task is None and signal in _NOT_FOR_DAEMONS and process.parent == 1:
            return
        process.signal = self.last_signal = signal
        if process.task is not None:
            process.task.cancel()
            return
        self.remove(process.pid)
        if process.ended is not None:
            process.ended()

    def below(self, pid: int) -> list[Process]:
        """The children of a process, with theirs."""
        found: list[Process] = []
        todo = [pid]
        while todo:
            above = todo.pop()
            children = [process for process in self._by_pid.values() if process.parent == above]
            found += children
            todo += [child.pid for child in children]
        return found

    def end_all(self) -> None:
        """The power is gone."""
        for process in list(self._by_pid.values()):
            process.signal = 9
            if process.task is not None:
                process.task.cancel()
        self._by_pid.clear()
