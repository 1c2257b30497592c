"""The console of a simulated system (``hvc0`` of a partition): kernel messages, a login, and a shell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from powervm_sim.guest.interface import Authenticate, ConsoleListener
from powervm_sim.guest.kernel_log import KernelRecord, Level
from powervm_sim.guest.line_discipline import LineDiscipline
from powervm_sim.guest.spec import GuestSpec
from powervm_sim.shell.call import Input, Output, Terminal
from powervm_sim.shell.prompts import prompt

_BEFORE_PASSWORD = 0.1
_AFTER_BAD_PASSWORD = 0.5
_INTERRUPTED = 130
_MOST_HELD = 4096


class ConsoleOwner(Protocol):
    """The system that a console belongs to.

    Attributes:
        host_name: With or without domain.
        awake: Cleared while the system is suspended.
    """

    host_name: str
    awake: asyncio.Event

    @property
    def running(self) -> bool:
        """It is booted."""

    @property
    def prompt(self) -> str:
        """That of the shell."""

    def shell(self, session: Any = None, terminal: Terminal | None = None) -> ConsoleShell:
        """The shell of somebody who has logged in."""

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""


class ConsoleShell(Protocol):
    """What a console needs of a shell."""

    @property
    def variables(self) -> Mapping[str, str]:
        """Those of the shell, ``PS1`` among them."""

    @property
    def exited(self) -> bool:
        """Whether ``exit`` has ended it."""

    async def run(self, script: str, stdin: Input, stdout: Output, stderr: Output) -> int:
        """Run some text and return the exit status."""

    def complete(self, text: str) -> bool:
        """False when the text needs more lines."""

    async def close(self) -> Any:
        """The session ends."""


@dataclass(frozen=True)
class LoginWords:
    """What the login says; ``{host}`` and ``{user}`` stand for names, ``{time}`` for when somebody was here before.

    Attributes:
        issue: What stands above it.
        last: What stands above the first prompt of the shell.
    """

    issue: str
    login: str = "{host} login: "
    password: str = "Password: "  # noqa: S105 - it asks for one
    refused: str = "Login incorrect\n"
    last: str = "Last login: {time} on hvc0\n"


def linux_words(spec: GuestSpec) -> LoginWords:
    """What a Linux system says."""
    names = dict(line.split("=", 1) for line in spec.system.os_release if "=" in line)
    name = names.get("PRETTY_NAME", spec.distribution).strip('"')
    return LoginWords(f"{name}\nKernel {spec.release} on an ppc64le")


class SystemConsole:
    """What is on the console goes on whether or not somebody looks at it: a login stays when the session ends.

    Args:
        owner: Whose console it is.
    """

    def __init__(self, owner: ConsoleOwner, words: LoginWords) -> None:
        self._owner = owner
        self._words = words
        self._listener: ConsoleListener | None = None
        self._authenticate: Authenticate = lambda _user, _password: False
        self._tty = LineDiscipline(self._show, self._interrupt)
        self._getty: asyncio.Task[None] | None = None
        self._current: asyncio.Task[Any] | None = None
        self._interrupted = False
        self._early = False
        self._greeted = False
        self._held = ""
        self._last_login = datetime.now()
        self._waking: asyncio.Task[None] | None = None

    # --- what the world and the system call --------------------------------------------------------------------

    def attach_console(self, listener: ConsoleListener, authenticate: Authenticate) -> Callable[[str], None]:
        """Somebody looks. Returns what is to be called with the characters that are typed."""
        self._listener = listener
        self._authenticate = authenticate
        self._tty.begin()
        if self._owner.running:
            self._start()
        return self._typed

    def detach_console(self) -> None:
        """Nobody looks any more."""
        self._listener = None

    def kernel(self, record: KernelRecord) -> None:
        """The kernel has logged a line: everything but debugging messages is shown."""
        if record.level < Level.DEBUG:
            self._show(f"[{record.microseconds / 1_000_000:12.6f}] {record.text}\r\n")

    def booted(self) -> None:
        """The system is up: the login is shown."""
        self._greeted = self._listener is None
        if self._listener is not None:
            self._start()

    def stopped(self) -> None:
        """The power is gone."""
        if self._getty is not None:
            self._getty.cancel()
            self._getty = None
        self._tty = LineDiscipline(self._show, self._interrupt)
        self._greeted = False

    # --- the terminal that commands see ------------------------------------------------------------------------

    columns, rows = 80, 24

    async def ask(self, question: str, *, echo: bool = True) -> str:
        """Show a question, return the line that was typed. Raises EOFError when the user closes the input."""
        self._tty.echoing = echo
        try:
            await self.write(question)
            line = await self._tty.readline()
        finally:
            self._tty.echoing = True
        if not line:
            raise EOFError
        return line.rstrip("\n")

    def feeds(self, stdin: Input) -> bool:
        """Whether this input is what is typed here."""
        return stdin is self._tty

    async def interruptible(self, work: Any) -> Any:
        """The result of some work, or None when Ctrl-C has ended it."""
        return await self._unless_interrupted(work)

    async def write(self, text: str) -> None:
        """Show a text; waits while whoever looks does not take it."""
        await self._owner.awake.wait()
        self._show(text.replace("\n", "\r\n"))
        if self._listener is not None:
            await self._listener.room()
        await asyncio.sleep(0)

    # --- inside ------------------------------------------------------------------------------------------------

    def _typed(self, text: str) -> None:
        if not self._owner.running:
            return
        if self._owner.awake.is_set() and not self._held:
            self._tty.typed(text)
            return
        if not self._held:
            self._waking = asyncio.get_running_loop().create_task(self._type_when_awake())
        self._held = (self._held + text)[:_MOST_HELD]

    async def _type_when_awake(self) -> None:
        await self._owner.awake.wait()
        text, self._held = self._held, ""
        self._tty.typed(text)

    def _show(self, text: str) -> None:
        if self._listener is not None and text:  # nothing at all would be the end of the session
            self._listener.write(text)

    def _interrupt(self) -> None:
        # typed between a line and its command, it is for the command that is about to start
        self._early = self._current is None or self._current.done()
        if self._current is not None and not self._current.done():
            self._interrupted = True
            self._current.cancel()

    def _start(self) -> None:
        if self._getty is None or self._getty.done():
            self._getty = asyncio.get_running_loop().create_task(self._serve())

    async def _serve(self) -> None:
        while True:
            try:
                await self._log_in()
            except EOFError:
                continue
            await self._session()

    async def _log_in(self) -> None:
        """Until somebody has the right password. Raises EOFError for Ctrl-D instead of an answer."""
        while True:
            name = await self._name()
            await self._owner.sleep(_BEFORE_PASSWORD)
            self._tty.drop()  # the program that asks takes only what is typed after its question
            password = await self.ask(self._words.password.format(user=name), echo=False)
            await self.write("\n")
            if self._authenticate(name, password):
                await self.write(self._words.last.format(time=f"{self._last_login:%a %b %e %H:%M:%S}"))
                self._last_login = datetime.now()
                return
            await self._owner.sleep(_AFTER_BAD_PASSWORD)
            await self.write(f"{self._words.refused}\n")

    async def _name(self) -> str:
        question = self._words.login.format(host=self._owner.host_name.partition(".")[0])
        while True:
            if self._greeted:  # it stands there since the boot
                self._greeted = False
                await self._tty.readline()
            await self.write(f"\n{self._words.issue}\n\n")
            if name := (await self.ask(question)).strip():
                return name

    async def _session(self) -> None:
        shell = self._owner.shell(terminal=self)
        script, status = "", 0
        self._early = False
        try:
            while not shell.exited:
                await self.write(self._prompt(shell, status, more=bool(script)))
                line = await self._unless_interrupted(self._tty.readline())
                if line is None:
                    script = ""
                    continue
                if not line:
                    await self.write("logout\n")
                    return
                script += line
                if not shell.complete(script):
                    continue
                if script.strip():
                    done = await self._unless_interrupted(shell.run(script, self._tty, self, self))
                    status = _INTERRUPTED if done is None else done
                    if done is None:
                        await shell.run(f"(exit {_INTERRUPTED})", self._tty, self, self)
                script = ""
        finally:
            await shell.close()

    def _prompt(self, shell: ConsoleShell, status: int, *, more: bool) -> str:
        owner, user = self._owner, shell.variables.get("USER", "root")
        return prompt(shell.variables, owner.prompt, host=owner.host_name, user=user, status=status, more=more)

    async def _unless_interrupted(self, work: Any) -> Any:
        """The result of some work, or None after Ctrl-C; such work may have such work in it."""
        outer = self._current
        self._interrupted = False
        self._current = asyncio.ensure_future(work)
        if self._early:
            self._interrupt()
        try:
            return await self._current
        except asyncio.CancelledError:
            if not self._interrupted:
                self._current.cancel()
                raise
            self._interrupted = False
            await self.write("\n")
            return None
        finally:
            self._current = outer
