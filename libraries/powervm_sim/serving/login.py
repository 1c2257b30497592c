"""Logging in: passwords and keys of one machine, and a record of every try."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

import asyncssh
from asyncssh import auth

from powervm_sim.serving.machine import Machine
from powervm_sim.serving.packets import log_no_packets, send_no_padding
from powervm_sim.serving.session import Process, Session
from powervm_sim.serving.terminal_channel import open_channel
from powervm_sim.shell.state import Job
from powervm_sim.world.history import History

_MOST_FAILURES = 6
_KEYBOARD = "keyboard-interactive"


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
        self._failures = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """The connection is there."""
        self._connection = conn
        send_no_padding(conn)
        log_no_packets(conn)

    def begin_auth(self, username: str) -> bool:
        """Everyone has to prove who he is; a machine may greet him first."""
        if not self._user and self._machine.banner and self._connection is not None:
            self._connection.send_auth_banner(self._machine.banner)
        self._user = username
        self._expect_another_try()
        return True

    def password_auth_supported(self) -> bool:
        """Every machine of the lab has passwords."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """One try; a console counts the wrong ones."""
        if self._right(username, password, "password"):
            return True
        notice = self._lock_notice(username)
        if notice and self._connection is not None:
            self._connection.send_auth_banner(notice)
        return self._fail()

    def kbdint_auth_supported(self) -> bool:
        """Every machine of the lab asks for its password in this way, too."""
        return True

    def get_kbdint_challenge(
        self,
        username: str,
        lang: str,  # noqa: ARG002 - asyncssh names them
        submethods: str,  # noqa: ARG002
    ) -> tuple[str, str, str, Sequence[tuple[str, bool]]]:
        """One question, in front of it what a locked account has to tell."""
        self._expect_another_try()
        return "", "", "", [(f"{self._lock_notice(username)}Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        """One try, as with a password."""
        return (len(responses) == 1 and self._right(username, responses[0], _KEYBOARD)) or self._fail()

    def public_key_auth_supported(self) -> bool:
        """Every machine of the lab takes keys."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether the key is authorized; who offers too many is cut off."""
        self._expect_another_try()
        line = key.export_public_key().decode()
        self._method = "publickey"
        account = self._machine.find_account(username)
        if account is not None and account.accepts_key(line):
            return True
        self._record("refused", locked=False)
        return self._fail()

    def auth_completed(self) -> None:
        """Somebody is in."""
        self._record("accepted", locked=False)

    def session_requested(self) -> tuple[asyncssh.SSHServerChannel[str], asyncssh.SSHServerSession[str]]:
        """A session channel is to be opened."""
        assert self._connection is not None
        return open_channel(self._connection, self._machine, self._serve)

    def _serve(self, process: Process) -> Awaitable[None]:
        return Session(self._machine, self._history, process, self._adopt).serve()

    def _right(self, username: str, password: str, method: str) -> bool:
        self._expect_another_try()
        account = self._machine.find_account(username)
        was_locked = account is not None and account.locked
        self._method = method
        right = account is not None and account.try_password(password)
        if not right:
            self._record("refused", locked=was_locked)
        return right

    def _lock_notice(self, username: str) -> str:
        account = self._machine.find_account(username)
        return "" if account is None else account.lock_notice

    def _expect_another_try(self) -> None:
        """Some clients (paramiko) ask for the service anew before each try. OpenSSH takes that, asyncssh does not."""
        if self._connection is not None:
            vars(self._connection)["_next_service"] = b"ssh-userauth"

    def _fail(self) -> bool:
        """False; or the end of the connection, in the words and with the code of OpenSSH, when it was one too many."""
        self._failures += 1
        if self._failures >= _MOST_FAILURES:
            raise asyncssh.DisconnectError(asyncssh.DISC_PROTOCOL_ERROR, "Too many authentication failures")
        return False

    def _record(self, result: str, *, locked: bool) -> None:
        self._history.add(
            "login",
            endpoint=self._machine.name,
            user=self._user,
            method=self._method,
            result=result,
            locked=locked,
        )


def name_methods_like_openssh() -> None:
    """Let refusals name ``publickey,password,keyboard-interactive``: asyncssh has the last two the other way round."""
    methods: list[bytes] = vars(auth).get("_auth_methods", [])
    if _KEYBOARD.encode() in methods:
        methods.remove(_KEYBOARD.encode())
        methods.append(_KEYBOARD.encode())


name_methods_like_openssh()
