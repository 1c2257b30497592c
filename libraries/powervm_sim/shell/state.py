"""What a shell remembers between commands, and what a subshell gets a copy of."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from powervm_sim.shell.call import Lookup, Output, Terminal
from powervm_sim.shell.dialect import Dialect
from powervm_sim.shell.files import Files
from powervm_sim.shell.syntax import Command
from powervm_sim.shell.system import System

Gate = Callable[[], Awaitable[None]]
"""Returns at once while the endpoint runs, and as soon as it runs again while it is suspended."""

_MOST_VARIABLES = 10_000
_LARGE = 4096
_MOST_TEXT = 32 * 1024 * 1024  # characters of all variables, of which short ones are not looked at

DEEPEST_CALLS = 30
"""Levels of functions, ``eval``, sourced files and inner shells."""


class ShellError(Exception):
    """A command cannot go on.

    Attributes:
        status: The exit status.
        scope: ``command`` ends this command only, ``line`` the rest of the line, ``shell`` a script.
    """

    def __init__(self, message: str, *, status: int = 1, scope: str = "command") -> None:
        super().__init__(message)
        self.status = status
        self.scope = scope


class ExitShell(Exception):
    """``exit``, or the end of a script by an error."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class LoopControl(Exception):
    """``break`` or ``continue``; ``levels`` is how many loops are left to leave."""

    def __init__(self, *, leave: bool, levels: int) -> None:
        super().__init__(levels)
        self.leave = leave
        self.levels = levels


class FunctionReturn(Exception):
    """``return``."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class Job:
    """A command in the background.

    Attributes:
        number: As in ``%1``.
        pid: Its process number, ``$!``.
        text: The command as written.
        task: What runs it; its result is the exit status.
        stdout: Where it writes.
        holds: It keeps the output of its shell open, because it was not redirected.
        signal: What it was killed by.
    """

    number: int
    pid: int
    text: str
    task: asyncio.Task[int]
    stdout: Output
    holds: bool = True
    signal: int = 15

    @property
    def status(self) -> int | None:
        """The exit status, None while it runs; 128 + signal (143 unless it is known) when it was cancelled."""
        if not self.task.done():
            return None
        return 128 + self.signal if self.task.cancelled() else self.task.result()


class AbandonLine(Exception):
    """An error that was reported ends the rest of the line (or the subshell)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Processes:
    """How many subshells, pipeline members and background jobs run at once, for one login."""

    def __init__(self, most: int = 500) -> None:
        self._most = most
        self._running = 0

    def start(self, count: int = 1) -> None:
        """Count new ones; `end` takes them off again. Raises ShellError when there would be too many."""
        if self._running + count > self._most:
            raise ShellError("fork: Resource temporarily unavailable", status=254)
        self._running += count

    def end(self, count: int = 1) -> None:
        """They have ended."""
        self._running -= count

    @contextmanager
    def more(self, count: int = 1) -> Iterator[None]:
        """Count them while they run. Raises ShellError when there would be too many."""
        self.start(count)
        try:
            yield
        finally:
            self.end(count)


class Chance:
    """What a shell and its subshells draw ``RANDOM`` from."""

    @cached_property
    def numbers(self) -> random.Random:
        """Always the same row; few shells ask for it, and to make it takes time."""
        return random.Random(1)  # noqa: S311 - not for secrets


@dataclass
class Options:
    """``set`` options."""

    errexit: bool = False
    nounset: bool = False
    pipefail: bool = False
    xtrace: bool = False
    noglob: bool = False


@dataclass
class State:
    """A shell's memory."""

    lookup: Lookup
    dialect: Dialect
    session: Any
    files: Files | None
    terminal: Terminal | None
    login: bool
    variables: dict[str, str]
    gate: Gate | None = None
    system: System | None = None
    exported: set[str] = field(default_factory=set)
    readonly: set[str] = field(default_factory=set)
    functions: dict[str, Command] = field(default_factory=dict)
    positional: list[str] = field(default_factory=list)
    options: Options = field(default_factory=Options)
    jobs: list[Job] = field(default_factory=list)
    registry: list[Job] = field(default_factory=list)
    processes: Processes = field(default_factory=Processes)
    last_pid: int | None = None
    status: int = 0
    stages: list[int] = field(default_factory=lambda: [0])
    substitution_status: int | None = None
    line: int = 1
    loops: int = 0
    calls: int = 0
    returnable: int = 0
    script_name: str | None = None
    tolerated: int = 0
    pids: Iterator[int] = field(default_factory=lambda: itertools.count(4001, 2))
    pid: int = 4000
    chance: Chance = field(default_factory=Chance)
    started: float = field(default_factory=time.monotonic)
    traps: dict[str, str] = field(default_factory=dict)
    locals: list[dict[str, str | None]] = field(default_factory=list)
    moved: list[dict[int, Any]] = field(default_factory=list)

    def fork(self) -> State:
        """The memory of a subshell: a copy, whose changes stay its own."""
        child = copy(self)
        child.variables = dict(self.variables)
        child.exported = set(self.exported)
        child.readonly = set(self.readonly)
        child.functions = dict(self.functions)
        child.positional = list(self.positional)
        child.options = copy(self.options)
        child.jobs = []
        child.moved = []
        child.traps = {}
        child.locals = [dict(scope) for scope in self.locals]
        return child

    def get(self, name: str) -> str | None:
        """The value of a parameter or variable, None when it is not set."""
        if name.isdigit():
            index = int(name)
            if index == 0:
                return self.script_name or (self.dialect.login_name if self.login else self.dialect.name)
            return self.positional[index - 1] if index <= len(self.positional) else None
        special = _SPECIAL.get(name)
        if special is not None and name not in self.variables:
            return special(self)
        return self.variables.get(name)

    def set(self, name: str, value: str) -> None:
        """Give a variable a value. Raises ShellError when it must not change."""
        if name in self.readonly or name in self.dialect.protected:
            raise ShellError(self.dialect.readonly.format(name=name), scope="line")
        if self._too_much(name, value):
            raise ShellError("more than a shell may keep in variables: not simulated", scope="line")
        self.variables[name] = value

    def _too_much(self, name: str, value: str) -> bool:
        if name not in self.variables and len(self.variables) >= _MOST_VARIABLES:
            return True
        return len(value) > _LARGE and sum(map(len, self.variables.values())) + len(value) > _MOST_TEXT

    def unset(self, name: str) -> None:
        """Forget a variable. Raises ShellError when it must not change."""
        if name in self.readonly or name in self.dialect.protected:
            raise ShellError(f"unset: {name}: cannot unset: readonly variable")
        self.variables.pop(name, None)
        self.exported.discard(name)

    def prefix(self) -> str:
        """What stands in front of a message."""
        if self.login:
            return f"{self.dialect.login_name}: "
        if self.dialect.line_numbers:
            return f"{self.dialect.name}: line {self.line}: "
        return f"{self.dialect.name}: "


def _flags(state: State) -> str:
    options = state.options
    flags = "hB" if not state.terminal else "himBH"
    chosen = (("e", options.errexit), ("f", options.noglob), ("u", options.nounset), ("x", options.xtrace))
    return "".join(letter for letter, on in chosen if on) + flags


_SPECIAL: dict[str, Callable[[State], str | None]] = {
    "?": lambda state: str(state.status),
    "PIPESTATUS": lambda state: str(state.stages[0]) if state.dialect.name == "bash" else None,
    "$": lambda state: str(state.pid),
    "!": lambda state: None if state.last_pid is None else str(state.last_pid),
    "#": lambda state: str(len(state.positional)),
    "-": _flags,
    "*": lambda state: (state.get("IFS") or " ")[:1].join(state.positional) if state.positional else None,
    "@": lambda state: " ".join(state.positional) if state.positional else None,
    "RANDOM": lambda state: str(state.chance.numbers.randrange(32768)),
    "SECONDS": lambda state: str(int(time.monotonic() - state.started)),
    "LINENO": lambda state: str(state.line),
    "IFS": lambda _state: " \t\n",
}
