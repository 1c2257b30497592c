"""A login that was refused is not made again, by no connection of the same run."""

from __future__ import annotations

from pathlib import Path

import paramiko
import pytest

from powervm.secret import Password
from powervm.ssh import AuthenticationFailed, Connection, Login, Refusals, greeting, log_in
from powervm.waiting import Deadline
from unit.ssh.server import PASSWORD, USER, Behaviour, RawPeer, Server, endpoint

LIMIT = 10.0


def opened(server: Server, folder: Path, password: str, refusals: Refusals[AuthenticationFailed]) -> Connection:
    login = Login(USER, Password(password))
    return Connection(endpoint(server.port, folder, login=login), refusals=refusals)


def test_the_same_password_is_refused_without_asking(server: Server, behaviour: Behaviour, tmp_path: Path) -> None:
    refusals: Refusals[AuthenticationFailed] = Refusals()
    for _ in range(3):
        with pytest.raises(AuthenticationFailed), opened(server, tmp_path, "wrong", refusals) as connection:
            connection.run("echo a", LIMIT)
    assert behaviour.connections == 1


def test_another_password_has_its_own_attempt(server: Server, tmp_path: Path) -> None:
    refusals: Refusals[AuthenticationFailed] = Refusals()
    with pytest.raises(AuthenticationFailed), opened(server, tmp_path, "wrong", refusals) as connection:
        connection.run("echo a", LIMIT)
    with opened(server, tmp_path, PASSWORD, refusals) as connection:
        assert connection.run("echo a", LIMIT).ok


def test_the_greeting_is_read_without_a_login(server: Server) -> None:
    assert greeting("127.0.0.1", server.port, Deadline(5)).startswith("SSH-2.0-")
    with RawPeer(lambda peer, _number: peer.close()) as silent:
        assert greeting("127.0.0.1", silent.port, Deadline(1)) == ""


def test_a_foreign_client_logs_in_once(server: Server, behaviour: Behaviour, tmp_path: Path) -> None:
    with paramiko.SSHClient() as client:
        log_in(client, endpoint(server.port, tmp_path, login=Login(USER, Password(PASSWORD))))
        assert client.get_transport().is_authenticated()  # type: ignore[union-attr]
    with paramiko.SSHClient() as client, pytest.raises(AuthenticationFailed, match="One attempt was made"):
        log_in(client, endpoint(server.port, tmp_path, login=Login(USER, Password("wrong"))))
    assert behaviour.connections == 2
