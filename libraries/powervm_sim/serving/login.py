"""Logging in: passwords and keys of one machine, and a record of every try."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import asyncssh

from powervm_sim.serving.machine import Machine
from powervm_sim.serving.packets import send_no_padding
from powervm_sim.serving.session import Process, Session
from powervm_sim.serving.terminal_channel import open_channel
from powervm_sim.shell.state import Job
from powervm_sim.world.history import History

_MOST_KEYS = 6


class Login(asyncssh.SSHServer):
    """Decides for one connection who may come in.

    Args:
        adopt: See `Session`.
    """

    def __init__(self, machine: Machine, history: History, adopt: Callable[[Iterable[Job]], None]) -> None:
        self._adopt = adopt
        self._machine = machine
        self._history = history
        self._connection: asyncssh.SSHServerConnection | None = None
        self._user = ""
        self._method = ""
        self._refused_keys = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """The connection is there."""
        self._connection = conn
        send_no_padding(conn)

    def begin_auth(self, username: str) -> bool:
        """Everyone has to prove who he is."""
        self._user = username
        return True

    def password_auth_supported(self) -> bool:
        """Every machine of the lab has passwords."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """One try; a console counts the wrong ones."""
        account = self._machine.account
        was_locked = account.locked
        right = username == account.user and account.try_password(password)
        self._method = "password"
        if not right:
            self._record("refused", locked=was_locked)
            if account.lock_notice and username == account.user and self._connection is not None:
                self._connection.send_auth_banner(account.lock_notice)
        return right

    def public_key_auth_supported(self) -> bool:
        """Every machine of the lab takes keys."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether the key is authorized; who offers too many is cut off."""
        line = key.export_public_key().decode()
        self._method = "publickey"
        if username == self._machine.account.user and self._machine.account.accepts_key(line):
            return True
        self._record("refused", locked=False)
        self._refused_keys += 1
        if self._refused_keys >= _MOST_KEYS:
            reason = asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE
            raise asyncssh.DisconnectError(reason, "Too many authentication failures")
        return False

    def auth_completed(self) -> None:
        """Somebody is in."""
        self._record("accepted", locked=False)

    def session_requested(self) -> tuple[asyncssh.SSHServerChannel[str], asyncssh.SSHServerSession[str]]:
        """A session channel is to be opened."""
        assert self._connection is not None
        return open_channel(self._connection, self._machine, self._serve)

    async def _serve(self, process: Process) -> None:
        await Session(self._machine, self._history, process, self._adopt).serve()

    def _record(self, result: str, *, locked: bool) -> None:
        self._history.add(
            "login",
            endpoint=self._machine.name,
            user=self._user,
            method=self._method,
            result=result,
            locked=locked,
        )
