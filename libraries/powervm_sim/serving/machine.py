"""What serving needs to know about a machine: the one interface to consoles, Virtual I/O Servers and partitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import asyncssh

from powervm_sim.shell.call import Input, Output, Terminal
from powervm_sim.shell.state import Job
from powervm_sim.world.accounts import Account
from powervm_sim.world.gate import Gate


class LoginShell(Protocol):
    """The shell of one session; its state lasts as long as the session."""

    @property
    def exited(self) -> bool:
        """Whether ``exit`` has ended it."""

    def run_one_command(self) -> None:
        """The session is no login, although it may have a terminal: a client has asked for one command."""

    @property
    def variables(self) -> Mapping[str, str]:
        """The shell's variables."""

    async def run(self, script: str, stdin: Input, stdout: Output, stderr: Output) -> int:
        """Run some text and return the exit status."""

    def complete(self, text: str) -> bool:
        """False when the text needs more lines."""

    async def settle(self) -> None:
        """Wait for the background jobs that keep the session's output open."""

    async def close(self, *, hangup: bool = False) -> list[Job]:
        """The session ends, perhaps because its line was cut.

        Returns:
            The background jobs that go on; they are the machine's from now on.
        """


@dataclass(frozen=True)
class Machine:
    """An endpoint-to-be.

    Attributes:
        kind: ``console``, ``vios``, ``partition`` or ``control``.
        served: The address it wants to listen on.
        open_shell: Makes the shell of a session: user name, the terminal if there is one.
        prompt: What an interactive session shows.
        sessions: Connections at once; more are reset. None for no limit.
        gate: Closed while nothing passes.
        sftp: Makes the SFTP server of a session, for machines that have one.
        up: Whether it listens at the start.
        watch_power: Registers a function that is told when the machine comes up or goes down.
        banner: Shown to every client before it logs in.
        farewell: What a terminal shows when Ctrl-D ends the session.
        others: Further users by name.
        logged_in: Told of every session; what it returns is called when the session ends.
    """

    name: str
    kind: str
    served: str
    account: Account
    open_shell: Callable[[str, Terminal | None], LoginShell]
    prompt: Callable[[str], str]
    sessions: int | None = None
    gate: Gate | None = None
    sftp: Callable[[asyncssh.SSHServerChannel[bytes]], asyncssh.SFTPServer] | None = None
    up: bool = True
    watch_power: Callable[[Callable[[bool], None]], None] | None = None
    banner: str = ""
    farewell: str = "logout\n"
    others: Mapping[str, Account] = field(default_factory=dict)
    logged_in: Callable[[str, Terminal | None], Callable[[], None]] | None = None

    def find_account(self, user: str) -> Account | None:
        """The account of a user, if there is one."""
        return self.account if user == self.account.user else self.others.get(user)

    def accounts(self) -> list[Account]:
        """All of them."""
        return [self.account, *(account for account in self.others.values() if account is not self.account)]
