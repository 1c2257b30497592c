"""Logging in: one attempt with what is stated, never a second one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncssh
import pytest

from powervm.secret import Password
from powervm.ssh import AuthenticationFailed, Connection, KeyFileUnusable, Login
from unit.ssh.server import PASSWORD, USER, Behaviour, Server

LIMIT = 30.0
Opener = Callable[..., Connection]


@pytest.fixture
def key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture
def key_file(key: asyncssh.SSHKey, tmp_path: Path) -> Path:
    file = tmp_path / "id"
    key.write_private_key(file)
    return file


def test_password(connection: Connection, behaviour: Behaviour) -> None:
    connection.run("echo a", LIMIT)
    assert behaviour.logins == [("password", PASSWORD)]


def test_password_is_preferred_to_keyboard_interactive(connection: Connection, behaviour: Behaviour) -> None:
    behaviour.kbdint_offered = True
    connection.run("echo a", LIMIT)
    assert behaviour.logins == [("password", PASSWORD)]


def test_keyboard_interactive_when_there_is_nothing_else(connection: Connection, behaviour: Behaviour) -> None:
    behaviour.password_offered, behaviour.kbdint_offered = False, True
    connection.run("echo a", LIMIT)
    assert behaviour.logins == [("keyboard-interactive", PASSWORD)]
    assert (connection.connects, behaviour.connections) == (1, 1)


@pytest.mark.parametrize("method", ["password", "keyboard-interactive"])
def test_a_wrong_password_is_tried_once_for_ever(
    server: Server, behaviour: Behaviour, open_connection: Opener, method: str
) -> None:
    behaviour.password_offered, behaviour.kbdint_offered = method == "password", method != "password"
    connection = open_connection(server.port, login=Login(USER, Password("wrong-canary")))
    errors = []
    for _ in range(3):
        with pytest.raises(AuthenticationFailed, match=r"login as hscroot with the password failed.*One attempt") as e:
            connection.run("echo a", LIMIT)
        errors.append(e.value)
    assert errors[0] is errors[1] is errors[2]
    assert behaviour.logins == [(method, "wrong-canary")]
    assert behaviour.connections == 1
    assert "canary" not in f"{errors[0]!r} {errors[0]} {errors[0].__cause__!r}"


def test_a_second_question_is_not_answered(connection: Connection, behaviour: Behaviour) -> None:
    behaviour.password_offered, behaviour.kbdint_offered = False, True
    behaviour.kbdint_prompts = ("Password: ", "Token: ")
    with pytest.raises(AuthenticationFailed):
        connection.run("echo a", LIMIT)
    assert behaviour.logins == []


def test_only_the_stated_method_is_tried(
    server: Server, behaviour: Behaviour, open_connection: Opener, key_file: Path
) -> None:
    connection = open_connection(server.port, login=Login(USER, Password(PASSWORD), key_file=key_file))
    with pytest.raises(AuthenticationFailed, match=rf"with the key file {key_file} failed.*offers only password"):
        connection.run("echo a", LIMIT)
    assert behaviour.logins == []


def test_a_server_without_passwords(connection: Connection, behaviour: Behaviour, key: asyncssh.SSHKey) -> None:
    behaviour.password_offered = False
    behaviour.client_keys = [key.export_public_key().decode()]
    with pytest.raises(AuthenticationFailed, match="offers only publickey"):
        connection.run("echo a", LIMIT)


def test_nothing_stated(server: Server, behaviour: Behaviour, open_connection: Opener) -> None:
    with pytest.raises(AuthenticationFailed, match=r"nothing is stated to log in with as hscroot; no attempt"):
        open_connection(server.port, login=Login(USER)).run("echo a", LIMIT)
    assert behaviour.connections == 0


@pytest.mark.parametrize(("kind", "form"), [("ssh-ed25519", "openssh"), ("ecdsa-sha2-nistp256", "pkcs1-pem"),
                                            ("ssh-rsa", "pkcs1-pem"), ("ssh-rsa", "openssh")])  # fmt: skip
def test_key_file(
    server: Server, behaviour: Behaviour, open_connection: Opener, tmp_path: Path, kind: str, form: str
) -> None:
    key = asyncssh.generate_private_key(kind)
    key.write_private_key(tmp_path / "id", form)
    behaviour.client_keys = [key.export_public_key().decode()]
    connection = open_connection(server.port, login=Login(USER, key_file=tmp_path / "id"))
    assert connection.run("echo a", LIMIT).ok
    assert behaviour.logins == []


@pytest.mark.filterwarnings("ignore:Warning. bcrypt")  # a secure number of rounds takes seconds
def test_encrypted_key_file(
    server: Server, behaviour: Behaviour, open_connection: Opener, tmp_path: Path, key: asyncssh.SSHKey
) -> None:
    key.write_private_key(tmp_path / "id", "openssh", "phrase-canary", rounds=1)
    behaviour.client_keys = [key.export_public_key().decode()]
    login = Login(USER, key_file=tmp_path / "id", passphrase=Password("phrase-canary"))
    assert open_connection(server.port, login=login).run("echo a", LIMIT).ok


def unusable(tmp_path: Path, key: asyncssh.SSHKey, case: str) -> Login:
    file = tmp_path / "id"
    if case == "directory":
        file.mkdir()
    elif case == "garbled":
        file.write_text(key.export_private_key().decode().replace("b", "c"))
    elif case == "public":
        key.write_public_key(file)
    elif case.startswith("encrypted"):
        file.write_bytes(key.export_private_key("pkcs8-pem" if "PEM" in case else "openssh", "phrase", rounds=1))
    elif case != "missing":
        key.write_private_key(file)
    return Login(USER, key_file=file, passphrase=Password("canary") if "passphrase" in case else None)


@pytest.mark.filterwarnings("ignore:Warning. bcrypt")
@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("missing", "cannot be read: No such file"),
        ("directory", "cannot be read: Is a directory"),
        ("garbled", "is no private key"),
        ("public", "is no private key"),
        ("encrypted", "is encrypted, and no passphrase is stated"),
        ("encrypted PEM", "is encrypted, and no passphrase is stated"),
        ("encrypted, wrong passphrase", "cannot be decrypted with the stated passphrase"),
        ("encrypted PEM, wrong passphrase", "cannot be decrypted with the stated passphrase"),
        ("plain, passphrase", "is not encrypted, but a passphrase is stated"),
    ],
)
def test_unusable_key_file(
    server: Server, behaviour: Behaviour, open_connection: Opener, tmp_path: Path, key: asyncssh.SSHKey,
    case: str, said: str,
) -> None:  # fmt: skip
    connection = open_connection(server.port, login=unusable(tmp_path, key, case))
    with pytest.raises(KeyFileUnusable, match=said) as e:
        connection.run("echo a", LIMIT)
    assert str(tmp_path / "id") in str(e.value)
    assert "canary" not in repr(e.value)
    assert behaviour.connections == 0


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An SSH agent of OpenSSH, for this test alone."""
    program = shutil.which("ssh-agent")
    if program is None:
        pytest.skip("there is no ssh-agent here")
    place = Path(f"/tmp/lpm-agent-{os.getpid()}-{id(tmp_path)}")  # short, as names of sockets have to be
    monkeypatch.setenv("SSH_AUTH_SOCK", str(place))
    process = subprocess.Popen([program, "-D", "-a", place], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            if place.exists():
                break
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.02)
        yield place
    finally:
        process.terminate()
        process.wait(10)
        place.unlink(missing_ok=True)


def test_agent(
    server: Server, behaviour: Behaviour, open_connection: Opener, agent: Path, key_file: Path, key: asyncssh.SSHKey
) -> None:
    other = key_file.with_name("other")
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(other)
    for file in (other, key_file):
        file.chmod(0o600)
        subprocess.run(["ssh-add", "-q", file], check=True, capture_output=True)
    behaviour.client_keys = [key.export_public_key().decode()]
    with pytest.raises(AuthenticationFailed, match="with the agent's key SHA256:"):
        open_connection(server.port, login=Login(USER, agent=True)).run("echo a", LIMIT)
    key.write_public_key(key_file.with_name("id.pub"))
    key_file.unlink()
    connection = open_connection(server.port, login=Login(USER, key_file=key_file, agent=True))
    assert connection.run("echo a", LIMIT).ok


def test_no_agent(
    server: Server, behaviour: Behaviour, open_connection: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(KeyFileUnusable, match="agent does not run"):
        open_connection(server.port, login=Login(USER, Password(PASSWORD), agent=True)).run("echo a", LIMIT)
    assert behaviour.connections == 0


def test_frozen_during_the_login(server: Server, open_connection: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a failed login, so it is not remembered."""
    from powervm.ssh import HostUnreachable, handshake  # noqa: PLC0415

    check = handshake.check_host_key
    monkeypatch.setattr(handshake, "check_host_key", lambda *a: (check(*a), server.freeze()))
    connection = open_connection(server.port, connect_timeout=1.0)
    with pytest.raises(HostUnreachable, match="login did not end within"):
        connection.run("echo a", LIMIT)
    server.thaw()
    monkeypatch.setattr(handshake, "check_host_key", check)
    assert connection.run("echo a", LIMIT).ok
