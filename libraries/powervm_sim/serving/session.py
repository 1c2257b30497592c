"""One session channel: a command or an interactive shell, with or without a terminal."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import asyncssh

from powervm_sim.faults.commands import CONNECTION
from powervm_sim.flow import GATHERING, Gathering
from powervm_sim.serving.incoming import Incoming
from powervm_sim.serving.machine import LoginShell, Machine
from powervm_sim.serving.outgoing import ChannelOutput, Outgoing
from powervm_sim.shell.call import Input, Output, Terminal
from powervm_sim.shell.prompts import prompt
from powervm_sim.shell.shell import LONGEST_SCRIPT
from powervm_sim.shell.state import Job
from powervm_sim.world.history import History

_LOG = logging.getLogger(__name__)
_PIECE = 8192
_LONGEST_RECORD = 2000
_NUMBERED_LINES = 500
_INTERRUPTED = 130
_SIGNALS = frozenset({"TERM", "HUP", "INT", "KILL", "QUIT"})

_PASSWORD = re.compile(r"""(--passwd[\s=]+)("[^"]*"|'[^']*'|\S+)""")


class Process(asyncssh.SSHServerProcess[str]):
    """What asyncssh knows of a session.

    Attributes:
        gone: The client has closed the channel, or its connection has ended.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.gone = False
        self._early = False
        self._arrived: Callable[[], None] | None = None
        self._lost: Callable[[], None] | None = None

    def listen(self, arrived: Callable[[], None], lost: Callable[[], None]) -> None:
        """Be told that there is something to read, and of the end of the channel; each once at most.

        Args:
            arrived: Data, an end of input, a signal or a new size of the terminal has come, perhaps before this call.
            lost: The client has closed the channel, or its connection has ended, after this call.
        """
        self._arrived, self._lost = arrived, lost
        if self._early:
            self._tell()

    def data_received(self, data: str, datatype: int | None) -> None:
        """The client has sent something."""
        super().data_received(data, datatype)
        self._tell()

    def eof_received(self) -> bool:
        """The client will send no more."""
        self._tell()
        return super().eof_received()

    def exception_received(self, exc: Exception) -> None:
        """A signal, a break, a new size of the terminal, or Ctrl-D."""
        super().exception_received(exc)
        self._tell()

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is closed."""
        self.gone, self._arrived = True, None
        super().connection_lost(exc)
        if self._lost is not None:
            self._lost()

    def _tell(self) -> None:
        self._early = True
        arrived, self._arrived = self._arrived, None
        if arrived is not None:
            arrived()


class SessionTerminal:
    """The terminal of a session with a pty."""

    def __init__(
        self,
        process: Process,
        stdin: Incoming,
        outgoing: Outgoing,
        interruptible: Callable[[Any], Awaitable[Any]],
    ) -> None:
        self._process = process
        self._stdin = stdin
        self._outgoing = outgoing
        self._interruptible = interruptible
        self.columns, self.rows = process.term_size[:2]

    def feeds(self, stdin: Input) -> bool:
        """Whether this input is what is typed here."""
        return stdin is self._stdin

    async def interruptible(self, work: Coroutine[Any, Any, Any]) -> Any:
        """The result of some work, or None when Ctrl-C has ended it."""
        return await self._interruptible(work)

    async def ask(self, prompt: str, *, echo: bool = True) -> str:
        """Show the prompt, return the line that was typed. Raises EOFError when the user closes the input."""
        channel: Any = self._process.channel
        if not echo:
            channel.set_echo(False)
        try:
            await ChannelOutput(self._process.stdout, self._outgoing).write(prompt)
            line = await self._stdin.readline()
        finally:
            if not echo:
                channel.set_echo(True)
        if not line:
            raise EOFError
        return line.rstrip("\n")

    @contextmanager
    def raw(self) -> Iterator[Output]:
        """Every character counts as it is typed and is not shown; what is written goes out as it is."""
        self._outgoing.flush()
        channel: Any = self._process.channel
        channel.set_line_mode(False)
        try:
            yield RawOutput(self._process)
        finally:
            channel.set_line_mode(True)


class RawOutput:
    """An `Output` that passes by the terminal's treatment of lines."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._channel: Any = getattr(process.channel, "_orig_chan", process.channel)

    async def write(self, text: str) -> None:
        """Write; waits while the client does not take it. Raises BrokenPipeError when the client is gone."""
        if self._process.channel.is_closing():
            raise BrokenPipeError("the client has closed the channel")
        self._channel.write(text)
        try:
            await self._process.stdout.drain()
        except asyncssh.Error as error:
            raise BrokenPipeError("the client is gone") from error


class Session:
    """Runs what the client of one channel wants, and ends with it.

    Args:
        adopt: Takes the background jobs that outlive the session.
    """

    def __init__(
        self, machine: Machine, history: History, process: Process, adopt: Callable[[Iterable[Job]], None]
    ) -> None:
        self._adopt = adopt
        self._machine = machine
        self._history = history
        self._process = process
        self._user = str(process.get_extra_info("username"))
        self._stdin = Incoming()
        self._outgoing = Outgoing()
        self._terminal: SessionTerminal | None = None
        if process.term_type is not None:
            self._terminal = SessionTerminal(process, self._stdin, self._outgoing, self._interruptible)
        self._current: asyncio.Task[Any] | None = None
        self._interrupted = False
        self._early_interrupt = False
        self._ended_by: str | None = None
        self._work: asyncio.Task[Any] | None = None
        self._pump: asyncio.Task[None] | None = None
        self._answer: Gathering | None = process.get_extra_info(GATHERING)
        if self._answer is not None and process.command is not None:
            self._answer.gather()

    async def serve(self) -> None:
        """Everything from the request to the exit status."""
        if self._process.gone:
            return
        CONNECTION.set(self._process.channel.get_connection().abort)
        self._work = asyncio.current_task()
        self._process.listen(self._start_pump, self._end)
        result: int | BaseException
        try:
            result = await self._run()
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - `_exit` tells it
            result = error
        self._work = None  # what ends the session from here on comes too late
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        self._exit(result)
        if self._answer is not None:
            self._answer.complete()

    def _end(self) -> None:
        if self._work is not None:
            self._work.cancel()

    def _start_pump(self) -> None:
        self._pump = asyncio.create_task(self._take_input())

    def _exit(self, result: int | BaseException) -> None:
        self._outgoing.flush()
        if isinstance(result, (BrokenPipeError, ConnectionError)):
            return
        if isinstance(result, asyncio.CancelledError):
            if self._ended_by is not None and not self._process.channel.is_closing():
                self._process.exit_with_signal(self._ended_by)
            return
        if isinstance(result, BaseException):
            _LOG.error("%s: a session has failed", self._machine.name, exc_info=result)
            self._process.stderr.write(f"{self._machine.name}: internal error of the simulator: {result!r}\n")
            self._process.exit(255)
            return
        self._process.exit(result)

    async def _run(self) -> int:
        terminal: Terminal | None = self._terminal
        shell = self._machine.open_shell(self._user, terminal)
        cut = True
        leave = self._machine.logged_in(self._user, terminal) if self._machine.logged_in is not None else None
        if self._process.command is not None:
            shell.run_one_command()
        try:
            status = await self._run_shell(shell)
            cut = False
            return status
        finally:
            if leave is not None:
                leave()
            self._adopt(await shell.close(hangup=cut))

    async def _run_shell(self, shell: LoginShell) -> int:
        command = self._process.command
        if command is not None or self._terminal is None:
            work = self._typed_blindly(shell) if command is None else self._command(shell, command, self._stdin)
            status = await work
            await shell.settle()
            return status
        return await self._interactive(shell)

    async def _typed_blindly(self, shell: LoginShell) -> int:
        """A shell without a terminal: every line runs when it has come, and its command may read what follows."""
        status, script, before = 0, "", 0
        while not shell.exited and (line := await self._stdin.readline()):
            script += line
            await asyncio.sleep(0)
            if len(script) <= LONGEST_SCRIPT and not shell.complete(script):
                continue
            if script.strip():
                # Empty lines in front, so that messages name the right line.
                lead = "\n" * before if before <= _NUMBERED_LINES else ""
                status = await self._command(shell, lead + script, self._stdin)
            before += script.count("\n")
            script = ""
        return await self._command(shell, script, self._stdin) if script.strip() else status

    async def _command(self, shell: LoginShell, script: str, stdin: Input) -> int:
        stdout, stderr = self._output(self._process.stdout), self._output(self._process.stderr)
        if self._terminal is not None:
            stderr = stdout  # a terminal has one stream
        status: int | None = None
        try:
            status = await self._interruptible(shell.run(script, stdin, stdout, stderr))
            if status is None:
                # The shell was not there to see its command end; this is how it learns the status.
                status = await shell.run(f"(exit {_INTERRUPTED})", stdin, stdout, stderr)
        finally:
            self._history.add(
                "command",
                endpoint=self._machine.name,
                user=self._user,
                command=without_passwords(script.strip())[:_LONGEST_RECORD],
                status=status,
            )
        return status

    async def _interactive(self, shell: LoginShell) -> int:
        stdout = self._output(self._process.stdout)
        status = 0
        script = ""
        while not shell.exited:
            await stdout.write(self._prompt(shell, status, more=bool(script)))
            line = await self._interruptible(self._stdin.readline())
            if line is None:
                script = ""
                continue
            if not line:
                await stdout.write(self._machine.farewell if not script else "\n")
                return status
            script += line
            if len(script) <= LONGEST_SCRIPT and not shell.complete(script):
                continue
            if script.strip():
                status = await self._command(shell, script, self._stdin)
            script = ""
        await stdout.write(self._machine.farewell)
        return status

    def _output(self, writer: asyncssh.SSHWriter[str]) -> ChannelOutput:
        return ChannelOutput(writer, self._outgoing)

    def _prompt(self, shell: LoginShell, status: int, *, more: bool) -> str:
        machine, user = self._machine, self._user
        return prompt(shell.variables, machine.prompt(user), host=machine.name, user=user, status=status, more=more)

    async def _interruptible(self, work: Any) -> Any:
        """The result of some work, or None when the user has interrupted it; such work may have such work in it."""
        outer = self._current
        self._interrupted = False
        # Without a terminal such work has no such work in it, and nothing else of the session goes on meanwhile.
        self._current = asyncio.ensure_future(work)
        if self._early_interrupt:
            self._interrupt()
        try:
            return await self._current
        except asyncio.CancelledError:
            if not self._interrupted:
                raise
            self._interrupted = False
            self._stdin.drop()
            await self._output(self._process.stdout).write("^C\n" if self._terminal else "")
            return None
        finally:
            self._current = outer

    async def _take_input(self) -> None:
        """Take what the client sends, for whoever reads it."""
        while True:
            try:
                text = await self._process.stdin.read(_PIECE)
            except asyncssh.TerminalSizeChanged as change:
                if self._terminal is not None:
                    self._terminal.columns, self._terminal.rows = change.width, change.height
            except asyncssh.BreakReceived:
                self._interrupt()
            except asyncssh.SignalReceived as signal:
                self._signal(signal.signal)
            else:
                if text:
                    await self._stdin.feed(text)
                elif not self._process.stdin.at_eof():
                    self._stdin.end_here()  # Ctrl-D
                else:
                    self._stdin.end()
                    return

    def _signal(self, name: str) -> None:
        if name == "INT" and self._terminal is not None:
            self._interrupt()
        elif name in _SIGNALS:
            self._ended_by = name
            self._end()

    def _interrupt(self) -> None:
        # typed between a line and its command, it is for the command that is about to start
        self._early_interrupt = self._current is None or self._current.done()
        if self._current is not None and not self._current.done():
            self._interrupted = True
            if self._terminal is not None:
                channel: Any = self._process.channel
                channel.clear_input()
            self._current.cancel()


def without_passwords(script: str) -> str:
    """A command line as it may be recorded."""
    return _PASSWORD.sub(r"\1***", script)
