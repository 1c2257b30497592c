"""Against the real OpenSSH server, started as this user on a loopback port."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncssh
import pytest

from powervm.secret import Password
from powervm.ssh import (
    AnswerNotAccepted,
    AuthenticationFailed,
    CommandDeadlinePassed,
    Connection,
    Endpoint,
    HostKeyMode,
    HostKeys,
    Login,
)

LIMIT = 60.0
SSHD = "/usr/sbin/sshd"

pytestmark = pytest.mark.skipif(not Path(SSHD).exists(), reason=f"OpenSSH's server is not installed ({SSHD})")

CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
MaxStartups 100
RekeyLimit 1M
LogLevel DEBUG
# bash reads the start file of the user, which may take long, only below this level
SetEnv SHLVL=9
"""


@pytest.fixture(scope="module")
def openssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    folder = tmp_path_factory.mktemp("sshd")
    for name in ("host_key", "id"):
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(folder / name)
        (folder / name).chmod(0o600)
    key.write_public_key(folder / "authorized_keys")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where it drops its rights; made by its service otherwise
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "config").write_text(CONFIG.format(port=port, folder=folder))
    process = subprocess.Popen([SSHD, "-D", "-E", folder / "log", "-f", folder / "config"])
    try:
        wait_for_port(process, port, folder / "log")
        login = Login(getpass.getuser(), key_file=folder / "id")
        yield Endpoint("vios1", "127.0.0.1", port, login, HostKeys(HostKeyMode.ACCEPT_NEW, folder / "known_hosts"))
    finally:
        process.terminate()
        process.wait(10)


def wait_for_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(500):
        if process.poll() is not None:
            pytest.skip(f"OpenSSH's server does not run here: {log.read_text()[-300:]}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.02)
    pytest.fail(f"sshd does not listen: {log.read_text()}")


@pytest.fixture
def connection(openssh: Endpoint) -> Iterator[Connection]:
    with Connection(openssh) as connection:
        yield connection


def test_result(connection: Connection) -> None:
    result = connection.run("echo out; echo err >&2; exit 3", LIMIT)
    assert (result.status, result.stdout, result.stderr) == (3, "out\n", "err\n")
    assert connection.server_version.startswith("SSH-2.0-OpenSSH")


def test_many_threads_on_one_connection(connection: Connection) -> None:
    def work(number: int) -> bool:
        return all(connection.run(f"echo {number}.{turn}", LIMIT).stdout == f"{number}.{turn}\n" for turn in range(100))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
    assert connection.connects == 1


def test_more_threads_than_the_server_allows_sessions(openssh: Endpoint) -> None:
    greedy = Endpoint(openssh.name, openssh.host, openssh.port, openssh.login, openssh.host_keys, channels=24)
    with Connection(greedy) as connection, ThreadPoolExecutor(24) as pool:
        assert all(pool.map(lambda _: connection.run("sleep 0.1", LIMIT).ok, range(48)))
        assert connection.connects == 1


def test_input_that_is_left_unread_does_not_break_the_connection(connection: Connection) -> None:
    """A packet after CLOSE makes OpenSSH drop the connection."""
    text = "x" * 3_000_000
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: connection.run("head -c 1", LIMIT, input=text), range(60)))
    assert {result.stdout for result in results} == {"x"}
    assert connection.connects == 1
    assert connection.run("wc -c", LIMIT, input=text).stdout.strip() == "3000000"


def test_big_output(connection: Connection) -> None:
    result = connection.run("head -c 5000000 /dev/zero | tr '\\0' x | tee /dev/stderr", LIMIT)
    assert (len(result.stdout), len(result.stderr)) == (5_000_000, 5_000_000)


@pytest.mark.skipif(os.getuid() == 0, reason="OpenSSH does not pass signals on in sessions of root")
def test_the_remote_command_does_not_go_on_after_the_deadline(connection: Connection, tmp_path: Path) -> None:
    connection.run("true", LIMIT)
    with pytest.raises(CommandDeadlinePassed):
        connection.run(f"echo $$ > {tmp_path}/pid; sleep 321; echo survived > {tmp_path}/survived", 0.7)
    process = int((tmp_path / "pid").read_text())
    for _ in range(500):
        if not Path(f"/proc/{process}").exists():
            break
        threading.Event().wait(0.02)
    else:
        pytest.fail("the remote command still runs")
    assert not (tmp_path / "survived").exists()
    assert connection.run("true", LIMIT).ok
    assert connection.connects == 1


def test_a_password_prompt_on_a_real_terminal(connection: Connection) -> None:
    ask = 'stty -echo; printf "Password: "; read answer; stty echo; echo; test "$answer" = canary-7 && echo welcome'
    result = connection.converse(f"sh -c '{ask}'", [("Password: $", Password("canary-7"))], LIMIT)
    assert (result.status, result.stdout.split()) == (0, ["Password:", "welcome"])
    echoing = connection.converse(
        "sh -c 'printf Password:; read answer; echo'", [("Password:", Password("canary-7"))], 5
    )
    assert "canary" not in repr(echoing)
    with pytest.raises(AnswerNotAccepted):
        connection.converse(f"sh -c '{ask} || {{ {ask}; }}'", [("Password: $", Password("wrong"))], LIMIT)


def test_stream(connection: Connection) -> None:
    with connection.stream("seq 200000", LIMIT) as lines:
        assert sum(int(line) for line in lines) == 20_000_100_000


def test_fetch(connection: Connection, tmp_path: Path) -> None:
    content = os.urandom(20_000_000)
    (tmp_path / "remote").write_bytes(content)
    assert connection.fetch(str(tmp_path / "remote"), tmp_path / "local", LIMIT).size == len(content)
    assert (tmp_path / "local").read_bytes() == content
    version = connection.fetch("/proc/version", tmp_path / "version", LIMIT)
    assert version.size == len(Path("/proc/version").read_bytes()) > 0


def test_one_attempt(openssh: Endpoint, tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / "other")
    log = openssh.host_keys.file.with_name("log")
    login = Login("somebody", key_file=tmp_path / "other")
    stranger = Endpoint("vios1", openssh.host, openssh.port, login, openssh.host_keys)
    for _ in range(2):
        with pytest.raises(AuthenticationFailed), Connection(stranger) as connection:
            connection.run("true", LIMIT)
    requests = [line for line in log.read_text().splitlines() if "userauth-request for user somebody" in line]
    assert [line.split("method ")[1] for line in requests] == ["publickey [preauth]"] * 2
