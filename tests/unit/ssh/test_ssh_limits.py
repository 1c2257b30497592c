"""Limits: of time against frozen peers, of channels, and what an interruption leaves behind."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from paramiko.packet import Packetizer

from powervm.ssh import CommandDeadlinePassed, Connection, ConnectionLost, OutputTooLong, SshError, TooManySessions
from powervm.ssh.exchange import Exchange
from powervm.ssh.watchdog import Watchdog
from powervm.waiting import Deadline
from unit.ssh.server import Behaviour, Server

LIMIT = 30.0
Opener = Callable[..., Connection]


@contextmanager
def ends_soon(seconds: float = 8.0) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


@pytest.fixture
def frozen(connection: Connection, server: Server) -> Iterator[Connection]:
    """A connection whose peer keeps TCP up and says nothing."""
    connection.run("echo connected", LIMIT)
    server.freeze()
    yield connection
    server.thaw()


def test_frozen_before_a_command(frozen: Connection) -> None:
    with ends_soon(), pytest.raises(CommandDeadlinePassed, match=r"within 0\.3 s \(no channel was opened\)"):
        frozen.run("echo a", 0.3)


def test_frozen_before_the_answer_to_the_request(
    connection: Connection, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one wait that paramiko gives no limit at all."""
    connection.run("echo connected", LIMIT)
    wire = connection._link.wire
    opened = wire.open_session
    monkeypatch.setattr(wire, "open_session", lambda **options: (opened(**options), server.freeze())[0])
    with ends_soon(), pytest.raises(CommandDeadlinePassed):
        connection.run("echo a", 0.3)
    monkeypatch.undo()
    server.thaw()
    assert connection.run("echo a", LIMIT).ok
    assert connection.connects == 1


def test_frozen_while_a_command_runs(connection: Connection, server: Server) -> None:
    with connection.start("sleep 0.1") as running:
        server.freeze()
        with ends_soon():
            assert not running.wait(0.4)
        server.thaw()
        assert running.wait(LIMIT)
        assert running.result().stdout == "started\nended\n"


def test_a_blackout_shorter_than_the_deadline_costs_nothing(frozen: Connection, server: Server) -> None:
    timer = threading.Timer(0.3, server.thaw)
    timer.start()
    assert frozen.run("echo a", LIMIT).stdout == "a\n"
    timer.join()
    assert frozen.connects == 1


def test_a_frozen_peer_with_full_buffers(frozen: Connection, server: Server) -> None:
    """Writing blocks then, in the thread that sends and in every other one; only breaking the connection helps."""
    server.thaw()
    with frozen.start("sleep 5"), ThreadPoolExecutor(1) as pool:
        sender = pool.submit(frozen.run, "cat", 2.0, input="x" * 50_000_000)
        assert server.wait_for(lambda: "cat" in server.behaviour.commands)
        server.freeze()
        time.sleep(0.3)  # the sender fills the buffers meanwhile
        with ends_soon(), pytest.raises((CommandDeadlinePassed, ConnectionLost)):
            frozen.run("echo a", 0.3)
        with ends_soon(), pytest.raises((CommandDeadlinePassed, ConnectionLost)):
            sender.result()
        server.thaw()
    assert frozen.run("echo a", LIMIT).ok


def test_channels_that_open_late_are_closed(connection: Connection, server: Server, behaviour: Behaviour) -> None:
    """Else each poll during a blackout would cost a session for ever."""
    connection.run("echo connected", LIMIT)
    behaviour.slow_open = threading.Event()
    for _ in range(3):
        with pytest.raises(CommandDeadlinePassed):
            connection.run("echo late", 0.2)
    behaviour.slow_open.set()
    behaviour.slow_open = None
    assert connection.run("echo a", LIMIT).ok
    assert server.wait_for(lambda: behaviour.sessions == 0)
    assert connection.connects == 1
    assert "echo late" not in behaviour.commands


def test_no_more_commands_at_once_than_allowed(server: Server, behaviour: Behaviour, open_connection: Opener) -> None:
    connection = open_connection(server.port, channels=3)
    with ThreadPoolExecutor(9) as pool:
        assert all(result.ok for result in pool.map(lambda _: connection.run("sleep 0.05", LIMIT), range(18)))
    assert behaviour.most_running == 3


def test_waiting_for_a_place_ends_at_the_deadline(server: Server, open_connection: Opener) -> None:
    connection = open_connection(server.port, channels=1)
    with connection.start("sleep 60"), ends_soon(), pytest.raises(CommandDeadlinePassed, match="1 others were running"):
        connection.run("echo a", 0.2)
    assert connection.run("echo a", LIMIT).ok


def test_a_full_server_is_asked_again(server: Server, behaviour: Behaviour, open_connection: Opener) -> None:
    connection = open_connection(server.port, channels=8)
    behaviour.max_sessions = 2
    with ThreadPoolExecutor(8) as pool:
        assert all(result.ok for result in pool.map(lambda _: connection.run("sleep 0.05", LIMIT), range(16)))
    assert behaviour.refused_sessions > 0
    assert connection.connects == 1


def test_a_server_that_stays_full(connection: Connection, behaviour: Behaviour) -> None:
    connection.run("echo connected", LIMIT)
    behaviour.max_sessions = 0
    with ends_soon(), pytest.raises(TooManySessions, match=r"refuses further channels.*MaxSessions"):
        connection.run("echo a", 0.5)
    assert 2 <= behaviour.refused_sessions <= 8
    behaviour.max_sessions = 1
    assert connection.run("echo a", LIMIT).ok


def test_new_keys_are_negotiated_while_commands_run(
    server: Server, open_connection: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After 512 MB in real life; paramiko alone loses the connection when a channel ends just then."""
    monkeypatch.setattr(Packetizer, "REKEY_BYTES", 500_000)
    connection = open_connection(server.port)
    text = "x" * 100_000

    def work(number: int) -> bool:
        return connection.run(f"echo {number}", LIMIT).ok and connection.run("cat", LIMIT, input=text).stdout == text

    with ThreadPoolExecutor(3) as pool, ends_soon(20):
        assert all(pool.map(work, range(90)))
    assert connection.connects == 1


class Interrupted(BaseException):
    """Like Robot Framework's TimeoutExceeded: no Exception."""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("command", ["sleep 60", "flood"])
@pytest.mark.parametrize("delay", [0.05, 0.2])
def test_an_interruption_leaves_the_connection_usable(
    connection: Connection, server: Server, behaviour: Behaviour, command: str, delay: float
) -> None:
    def interrupt(*_: object) -> None:
        raise Interrupted

    connection.run("echo connected", LIMIT)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        for _ in range(connection.endpoint.channels + 1):
            # once more when Python swallows it, as it does with what is raised inside a __del__
            signal.setitimer(signal.ITIMER_REAL, delay, 3.0)
            with pytest.raises(Interrupted):
                connection.run(command, LIMIT)
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert connection.run("echo a", LIMIT).ok
    assert server.wait_for(lambda: behaviour.sessions == 0)
    if command == "sleep 60":
        assert connection.connects == 1, "an interrupted wait harms nothing"


def test_an_interruption_while_connecting(connection: Connection, server: Server) -> None:
    def interrupt(*_: object) -> None:
        raise Interrupted

    server.freeze()
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(Interrupted):
            connection.run("echo a", LIMIT)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    server.thaw()
    assert connection.run("echo a", LIMIT).ok


@pytest.mark.parametrize("lock", ["channel", "transport", "sending"])
def test_an_interruption_inside_paramiko(
    server: Server, open_connection: Opener, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    """It may leave a lock taken for ever; then the connection is given up, not the caller."""

    def interrupt(exchange: Exchange) -> None:
        {
            "channel": exchange._channel.in_buffer._lock,
            "transport": connection._link.wire.lock,
            "sending": connection._link.wire.clear_to_send_lock,
        }[lock].acquire()
        raise Interrupted

    connection = open_connection(server.port)
    with connection.start("sleep 60") as other:
        monkeypatch.setattr("powervm.ssh.exchange.Exchange._read", interrupt)
        with ends_soon(), pytest.raises(Interrupted):
            connection.run("sleep 60", LIMIT)
        monkeypatch.undo()
        with ends_soon():
            assert connection.run("echo a", LIMIT).ok
        assert connection.connects == 2
        with ends_soon(), pytest.raises(ConnectionLost):
            other.wait(20)


def test_closing_while_commands_run(connection: Connection) -> None:
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(connection.run, "sleep 60", LIMIT)
        while not connection.connected:
            time.sleep(0.01)
        time.sleep(0.1)
        connection.close()
        with pytest.raises(SshError):
            running.result(10)


def test_watchdog_calls_late_ones_only() -> None:
    watchdog = Watchdog("test", interval=0.01)
    called = threading.Event()
    with watchdog.guard(0.02, called.set):
        assert called.wait(10)
    unneeded = threading.Event()
    with watchdog.guard(20, unneeded.set), watchdog.guard(0.02, called.clear):
        while called.is_set():
            time.sleep(0.005)
    assert not unneeded.is_set()
    deadline = Deadline(10)
    while any(thread.name == "test" for thread in threading.enumerate()):
        assert not deadline.passed, "its thread goes when it is not needed"
        time.sleep(0.01)


def test_output_that_is_too_long_is_not_held_in_memory_and_never_taken_for_all(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("powervm.ssh.exchange._MOST_KEPT", 65536)
    assert len(connection.run("big 65536", LIMIT).stdout) == 65536
    with pytest.raises(OutputTooLong, match="printed more than"):
        connection.run("big 131072", LIMIT)
    with pytest.raises(CommandDeadlinePassed) as late:
        connection.run("flood", 0.5)
    assert len(late.value.stdout) == 65536
    with connection.start("big 131072") as running:
        assert running.wait(LIMIT)
        assert len(running.result().stdout) == 65536
