"""The shell: runs scripts of an exec channel and the lines of an interactive session."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from powervm_sim.shell.builtin.traps import ended, killed
from powervm_sim.shell.call import Input, Lookup, Output, Terminal
from powervm_sim.shell.dialect import Dialect
from powervm_sim.shell.execution import KILLED_BY_PIPE, Executor
from powervm_sim.shell.files import Files
from powervm_sim.shell.parser import Parser, lines
from powervm_sim.shell.pipes import TooMuchData
from powervm_sim.shell.reporting import syntax_message
from powervm_sim.shell.state import AbandonLine, ExitShell, Gate, Job, ShellError, State
from powervm_sim.shell.streams import Streams
from powervm_sim.shell.syntax import ShellSyntaxError
from powervm_sim.shell.system import System

LONGEST_SCRIPT = 128 * 1024
"""Characters of one script: as long as one argument of a process on Linux may be."""

_CONTINUED = re.compile(r"(?<!\\)(?:\\\\)*\\\n?$")


class Shell:
    """One login's shell. Nothing of it runs a process or opens a file of the host.

    Args:
        lookup: Finds the endpoint's commands; asked for every word that is no built-in and no function.
        dialect: Which shell it is.
        session: Handed to every command as it is.
        variables: The environment at login, for example ``HOME``, ``PWD``, ``USER``; all of them are exported.
        files: The endpoint's file tree, or None.
        terminal: The terminal of a session with a pty, or None.
        login: An interactive login: messages begin with the login shell's name and carry no line number, an error
            ends the line and not the shell, and a background job announces itself.
        gate: Awaited before every simple command: it returns when the endpoint is not suspended.
        system: The search path and the processes of the endpoint, or None.
        pid: The shell's own process there, ``$$``.

    Attributes:
        exited: True after ``exit``: the session is to end.
    """

    def __init__(
        self,
        lookup: Lookup,
        dialect: Dialect,
        *,
        session: Any,
        variables: Mapping[str, str] | None = None,
        files: Files | None = None,
        terminal: Terminal | None = None,
        login: bool = False,
        gate: Gate | None = None,
        system: System | None = None,
        pid: int = 4000,
    ) -> None:
        initial = dict(variables or {})
        exported = set(initial)
        self._state = State(
            lookup, dialect, session, files, terminal, login, initial, gate, system=system, exported=exported, pid=pid
        )
        self._executor = Executor(self._state)
        self.exited = False

    @property
    def variables(self) -> dict[str, str]:
        """The shell's variables, to be read and changed."""
        return self._state.variables

    def run_one_command(self) -> None:
        """The session is no login, although it may have a terminal: a client has asked for one command."""
        self._state.login = False

    @property
    def status(self) -> int:
        """``$?``."""
        return self._state.status

    @property
    def jobs(self) -> list[Job]:
        """The background commands that run now, also those of subshells."""
        return list(self._state.registry)

    async def run(self, script: str, stdin: Input, stdout: Output, stderr: Output) -> int:
        """Run a script; variables, functions and jobs stay for the next one.

        A script is read and run line by line: what stands before a syntax error has its effect. Cancelling this call
        ends all commands in the foreground; background jobs go on until `close`.

        Returns:
            The exit status: of the last command, 2 for a script that cannot be read, 141 when the client has stopped
            reading.
        """
        streams = Streams({0: stdin, 1: stdout, 2: stderr})
        state = self._state
        if state.system is not None:
            state.system.enter(state.pid)
            task = asyncio.current_task()
            if task is not None:
                state.system.attach(state.pid, task)
        try:
            _check_length(script)
            await self._lines(script, streams)
            if not state.login:
                state.status = await ended(self._executor, self._executor.moved(streams), state.status)
        except ShellSyntaxError as error:
            state.status = 2
            await stderr.write(syntax_message(error, script, state))
        except ExitShell as end:
            state.status = await ended(self._executor, self._executor.moved(streams), end.status)
            self.exited = True
        except asyncio.CancelledError:
            signal = state.system.signal(state.pid) if state.system is not None else 0
            status = await killed(self._executor, self._executor.moved(streams), signal)
            if not signal:
                raise
            state.status = status  # the shell was killed, not its client
            self.exited = True
        except (BrokenPipeError, TooMuchData):  # nobody takes the output any more, or it is too much to be kept
            state.status = KILLED_BY_PIPE
        return state.status

    async def _lines(self, script: str, streams: Streams) -> None:
        state = self._state
        for line in lines(script):
            state.loops = state.calls = state.tolerated = state.returnable = 0
            try:
                state.status = await self._executor.script(line, self._executor.moved(streams))
            except AbandonLine as end:
                state.status = end.status
            except ShellError as error:
                state.status = error.status
                await self._executor.report(error, streams)
            except RecursionError:
                state.status = 2
                await self._executor.report(ShellError("nested too deeply: not simulated"), streams)

    def complete(self, text: str) -> bool:
        """False when more lines are needed (an open quote, ``for`` without ``done``): the second prompt is shown."""
        parser = Parser(text)
        try:
            while parser.line() is not None:
                pass
        except ShellSyntaxError as error:
            return not error.incomplete
        return parser.lexer.open_document is None and _CONTINUED.search(text) is None

    async def settle(self) -> None:
        """Wait for the background jobs that still hold the session's output, as an SSH server does.

        Without a process table jobs end with their session, so there is nothing to wait for.
        """
        while self._state.system is not None and (holding := {job.task for job in self.jobs if job.holds}):
            await asyncio.wait(holding)

    async def close(self, *, hangup: bool = False) -> list[Job]:
        """The session ends.

        On a system with processes background jobs go on, unless the line of a terminal was cut: then those end that
        were not told to stay (``nohup``, ``setsid``, ``disown``). Elsewhere only ``nohup`` and ``setsid`` help.

        Returns:
            The jobs that go on. Their owner is now the endpoint, which cancels their tasks when its power is gone.
        """
        system = self._state.system
        if system is not None:
            system.end(self._state.pid)
            stays = not (hangup and self._state.terminal)
            detached = [job for job in self.jobs if stays or system.detached(job.pid)]
        else:
            detached = [job for job in self.jobs if job.text.split(None, 1)[:1] in (["nohup"], ["setsid"])]
        others = [job.task for job in self.jobs if job not in detached]
        for task in others:
            task.cancel()
        if others:
            await asyncio.gather(*others, return_exceptions=True)
        return detached


def _check_length(script: str) -> None:
    if len(script) > LONGEST_SCRIPT:
        raise ShellSyntaxError(f"a script longer than {LONGEST_SCRIPT} characters: not simulated", 1)
