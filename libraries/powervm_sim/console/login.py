"""Who is logged in on which console, and the frame that every console command runs in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from powervm_sim.console import authority
from powervm_sim.console.options import Options, Syntax
from powervm_sim.hsc import Refusal
from powervm_sim.migration.desk import Desk
from powervm_sim.shell.call import Call, Command
from powervm_sim.world.consoles import Console
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.power import Power
from powervm_sim.world.state import World
from powervm_sim.world.users import ConsoleUser

ViosCommand = Callable[[Placement, str], Awaitable[tuple[str, int]]]
"""Runs a command on a Virtual I/O Server as padmin: its whole output and its status."""


@dataclass(frozen=True)
class ConsoleLogin:
    """A session on a console: what its commands work with."""

    world: World
    power: Power
    desk: Desk
    console: Console
    user: str
    vios_command: ViosCommand

    @property
    def person(self) -> ConsoleUser:
        """The user with his roles."""
        return authority.user_on(self.console, self.user)

    def servers(self) -> list[Server]:
        """The systems of this console that the user's resource role holds."""
        person = self.person
        return [server for server in self.world.servers_of(self.console) if person.may_see(server.name)]

    def server(self, name: str) -> Server:
        """One of them, in whatever state it is. Raises HscError (HSCL8018, HSCL350B)."""
        server = self.world.server_on(self.console, name)
        if not self.person.may_see(server.name):
            raise authority.no_authority()
        return server


Work = Callable[[ConsoleLogin, Options, Call], Awaitable[str]]
"""What a command does: its output, or a `Refusal`."""


@dataclass(frozen=True)
class ConsoleCommand:
    """A command of the console.

    Attributes:
        usage: What ``--help`` prints.
        latency: The field of the world's latencies that it takes, or an empty text for none.
    """

    name: str
    usage: str
    syntax: Syntax
    work: Work
    latency: str = "listing"

    def as_command(self) -> Command:
        """In the form that the shell runs: text on standard output, statuses 0 and 1 only."""

        async def run(call: Call) -> int:
            login: ConsoleLogin = call.session
            try:
                text, status = await self._run(login, call), 0
            except Refusal as refusal:
                text, status = f"{refusal}\n" if str(refusal) else "", 1
            if text:
                await call.stdout.write(text)
            return status

        return run

    async def _run(self, login: ConsoleLogin, call: Call) -> str:
        options = self.syntax.parse(call.arguments)
        if "--help" in options:
            return f"USAGE: {self.usage}\n"
        authority.check(login.person, self.name, options)
        if self.latency:
            await login.world.pace.long(getattr(login.world.settings.latency, self.latency))
        return await self.work(login, options, call)


def not_simulated(what: str) -> Refusal:
    """Something that a real console can do and this one cannot."""
    return Refusal(f"{what}: not simulated")
