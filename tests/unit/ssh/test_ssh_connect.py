"""Connecting: one connection, noticed losses, and readable errors when there is none."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from powervm.errors import MobilityError
from powervm.ssh import (
    Connection,
    ConnectionRefused,
    HandshakeFailed,
    HostUnreachable,
    NoCommonAlgorithms,
    SshError,
    TooManySessions,
)
from powervm.waiting import Deadline
from unit.ssh.server import Behaviour, RawPeer, Server, endpoint, free_port, reset

LIMIT = 30.0
Opener = Callable[..., Connection]


def test_connects_at_first_use_only(connection: Connection, behaviour: Behaviour) -> None:
    assert not connection.connected
    assert (connection.connects, connection.server_version, behaviour.connections) == (0, "", 0)
    connection.run("echo a", LIMIT)
    assert connection.connected
    assert connection.server_version.startswith("SSH-2.0-AsyncSSH")


def test_threads_that_start_at_once_share_one_connection(connection: Connection, behaviour: Behaviour) -> None:
    together = threading.Barrier(12)

    def work(number: int) -> str:
        together.wait(10)
        return connection.run(f"echo {number}", LIMIT).stdout.strip()

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(work, range(12))) == [str(number) for number in range(12)]
    assert (connection.connects, behaviour.connections, len(behaviour.logins)) == (1, 1, 1)


def test_nodelay_is_set(connection: Connection) -> None:
    connection.run("echo a", LIMIT)
    sock = connection._link.wire.sock
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_idle_loss_is_noticed_and_the_next_use_connects_once(connection: Connection, server: Server) -> None:
    connection.run("echo a", LIMIT)
    server.drop_all()
    assert server.wait_for(lambda: not connection.connected)
    assert connection.run("echo b", LIMIT).stdout == "b\n"
    assert connection.connects == 2


def test_loss_that_nobody_noticed_yet(connection: Connection, server: Server, behaviour: Behaviour) -> None:
    connection.run("echo a", LIMIT)
    server.drop_all()
    assert connection.run("echo b", LIMIT).stdout == "b\n"
    assert behaviour.commands == ["echo a", "echo b"]


def test_a_closed_connection_can_be_used_again(connection: Connection) -> None:
    with connection:
        connection.run("echo a", LIMIT)
    assert not connection.connected
    assert connection.run("echo b", LIMIT).ok


def test_refused(open_connection: Opener) -> None:
    with free_port() as port, pytest.raises(ConnectionRefused, match=r"hmc1 \(127\.0\.0\.1:\d+\).*refused.*Check") as e:
        open_connection(port).run("echo", LIMIT)
    assert isinstance(e.value, MobilityError)
    assert (e.value.endpoint, e.value.host, e.value.port) == ("hmc1", "127.0.0.1", port)
    assert isinstance(e.value.__cause__, ConnectionRefusedError)


def test_unknown_name(open_connection: Opener) -> None:
    with pytest.raises(HostUnreachable, match=r"host name hmc\.invalid cannot be resolved"):
        open_connection(22, host="hmc.invalid").run("echo", LIMIT)


def test_slow_name_service(open_connection: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(20) and [])
    deadline = Deadline(0.3)
    with pytest.raises(HostUnreachable, match="name service"):
        open_connection(22, host="hmc.example").run("echo", deadline)
    assert deadline.elapsed < 5
    answered.set()


def test_silent_network(open_connection: Opener) -> None:
    """A full backlog drops SYN packets, as a firewall does."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        with pytest.raises(HostUnreachable, match=r"cannot be reached: no answer within 0\.5 s"):
            open_connection(listener.getsockname()[1], connect_timeout=0.5).run("echo", LIMIT)
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize("sent", [b"", b"SSH-2.0-Frozen\r\n"], ids=["before the banner", "after the banner"])
def test_frozen_peer(open_connection: Opener, sent: bytes) -> None:
    with RawPeer(lambda peer, _: peer.sendall(sent)) as raw:
        before, deadline = threading.active_count(), Deadline(LIMIT)
        with pytest.raises(HostUnreachable, match=r"did not finish the SSH handshake within 0\.5 s"):
            open_connection(raw.port, connect_timeout=0.5).run("echo", deadline)
        assert deadline.elapsed < 5
        assert raw.accepted == 1
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join(0.2)
                assert not thread.is_alive(), "a timer outlives the attempt"
        assert threading.active_count() <= before + 1


def test_the_callers_deadline_is_the_shorter_one(open_connection: Opener) -> None:
    with RawPeer(lambda *_: None) as raw:
        deadline = Deadline(0.3)
        with pytest.raises(HostUnreachable):
            open_connection(raw.port).run("echo", deadline)
        assert deadline.elapsed < 5


def test_resets_are_retried_with_growing_pauses(open_connection: Opener) -> None:
    with RawPeer(lambda peer, _: reset(peer)) as raw:
        with pytest.raises(TooManySessions, match=r"closed \d+ new connection\(s\) before the login"):
            open_connection(raw.port, connect_timeout=1.5).run("echo", LIMIT)
        assert 3 <= raw.accepted <= 6


@pytest.mark.parametrize("opening", [b"", b"SSH-2.0-OpenSSH_9.8\r\n"], ids=["banner", "key exchange"])
def test_a_reset_that_ends_is_survived(server: Server, open_connection: Opener, opening: bytes) -> None:
    def answer(peer: socket.socket, number: int) -> None:
        if number <= 2:
            peer.sendall(opening)
            reset(peer)
        else:
            relay(peer, server.port)

    with RawPeer(answer) as raw:
        connection = open_connection(raw.port)
        assert connection.run("echo a", LIMIT).stdout == "a\n"
        assert (raw.accepted, connection.connects, len(server.behaviour.logins)) == (3, 1, 1)


def relay(peer: socket.socket, port: int) -> None:
    """Join ``peer`` with the server that listens on ``port``."""
    other = socket.create_connection(("127.0.0.1", port))

    def copy(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            return
        finally:
            target.close()

    for pair in ((peer, other), (other, peer)):
        threading.Thread(target=copy, args=pair, daemon=True).start()


def test_something_else_listens(open_connection: Opener) -> None:
    with (
        RawPeer(lambda peer, _: peer.sendall(b"SSH-1.5-Old\r\n")) as raw,
        pytest.raises((HandshakeFailed, NoCommonAlgorithms), match=r"1\.5"),
    ):
        open_connection(raw.port).run("echo", LIMIT)


@pytest.mark.parametrize(
    "options",
    [{"kex_algs": ["diffie-hellman-group14-sha1"]}, {"encryption_algs": ["chacha20-poly1305@openssh.com"]}],
)
def test_old_peer(open_connection: Opener, options: dict[str, object]) -> None:
    with Server(**options) as old, pytest.raises(NoCommonAlgorithms, match=r"share no algorithm.*SHA-1.*Update"):
        open_connection(old.port).run("echo", LIMIT)


def test_nothing_of_paramiko_reaches_stderr(open_connection: Opener, capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, []
    try:
        with Server(kex_algs=["diffie-hellman-group14-sha1"]) as old, pytest.raises(SshError):
            open_connection(old.port).run("echo", LIMIT)
    finally:
        root.handlers = handlers
    assert capfd.readouterr().err == ""


def test_a_password_is_in_no_representation(tmp_path: Path) -> None:
    assert "canary" not in repr(endpoint(22, tmp_path))
