"""The console of a simulated partition (``hvc0``): kernel messages, a login, and root's shell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from powervm_sim.guest.interface import Authenticate, ConsoleListener
from powervm_sim.guest.kernel_log import KernelRecord, Level
from powervm_sim.guest.line_discipline import LineDiscipline

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_AFTER_BAD_PASSWORD = 0.5
_INTERRUPTED = 130
_MOST_HELD = 4096


class SystemConsole:
    """What is on the console goes on whether or not somebody looks at it: a login stays when the session ends.

    Args:
        guest: Whose console it is.
    """

    def __init__(self, guest: LinuxGuest) -> None:
        self._guest = guest
        self._listener: ConsoleListener | None = None
        self._authenticate: Authenticate = lambda _user, _password: False
        self._tty = LineDiscipline(self._show, self._interrupt)
        self._getty: asyncio.Task[None] | None = None
        self._current: asyncio.Task[Any] | None = None
        self._interrupted = False
        self._early = False
        self._greeted = False
        self._held = ""
        self._waking: asyncio.Task[None] | None = None

    # --- what the world and the system call --------------------------------------------------------------------

    def attach(self, listener: ConsoleListener, authenticate: Authenticate) -> Callable[[str], None]:
        """Somebody looks. Returns what is to be called with the characters that are typed."""
        self._listener = listener
        self._authenticate = authenticate
        self._tty.begin()
        if self._guest.running:
            self._start()
        return self._typed

    def detach(self) -> None:
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

    async def ask(self, prompt: str, *, echo: bool = True) -> str:
        """Show the prompt, return the line that was typed. Raises EOFError when the user closes the input."""
        self._tty.echoing = echo
        try:
            await self.write(prompt)
            line = await self._tty.readline()
        finally:
            self._tty.echoing = True
        if not line:
            raise EOFError
        return line.rstrip("\n")

    async def write(self, text: str) -> None:
        """Show a text; waits while whoever looks does not take it."""
        await self._guest.awake.wait()
        self._show(text.replace("\n", "\r\n"))
        if self._listener is not None:
            await self._listener.room()
        await asyncio.sleep(0)

    # --- inside ------------------------------------------------------------------------------------------------

    def _typed(self, text: str) -> None:
        if not self._guest.running:
            return
        if self._guest.awake.is_set() and not self._held:
            self._tty.typed(text)
            return
        if not self._held:
            self._waking = asyncio.get_running_loop().create_task(self._type_when_awake())
        self._held = (self._held + text)[:_MOST_HELD]

    async def _type_when_awake(self) -> None:
        await self._guest.awake.wait()
        text, self._held = self._held, ""
        self._tty.typed(text)

    def _show(self, text: str) -> None:
        if self._listener is not None:
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
            password = await self.ask("Password: ", echo=False)
            await self.write("\n")
            if self._authenticate(name, password):
                return
            await self._guest.sleep(_AFTER_BAD_PASSWORD)
            await self.write("Login incorrect\n\n")

    async def _name(self) -> str:
        prompt = f"{self._guest.spec.short_name} login: "
        while True:
            if self._greeted:  # it stands there since the boot
                self._greeted = False
                await self._tty.readline()
            await self.write(f"\n{self._guest.issue}\n\n")
            if name := (await self.ask(prompt)).strip():
                return name

    async def _session(self) -> None:
        shell = self._guest.shell(terminal=self)
        script = ""
        self._early = False
        try:
            while not shell.exited:
                await self.write("> " if script else self._guest.prompt)
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
                    status = await self._unless_interrupted(shell.run(script, self._tty, self, self))
                    if status is None:
                        await shell.run(f"(exit {_INTERRUPTED})", self._tty, self, self)
                script = ""
        finally:
            await shell.close()

    async def _unless_interrupted(self, work: Any) -> Any:
        """The result of some work, or None after Ctrl-C."""
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
            await self.write("\n")
            return None
        finally:
            self._current = None
