"""Commands that take long: started and looked after, or read line by line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from powervm.ssh import (
    CommandDeadlinePassed,
    CommandFailed,
    CommandRefused,
    CommandResult,
    Connection,
    ConnectionLost,
    StillRunning,
)
from unit.ssh.server import Behaviour, Server, memory_peak

LIMIT = 30.0
Opener = Callable[..., Connection]


def test_start_comes_back_at_once(connection: Connection) -> None:
    with connection.start("sleep 0.3") as running:
        assert not running.wait(0)
        with pytest.raises(StillRunning, match=r"'sleep 0\.3' has not ended"):
            running.result()
        assert connection.run("echo beside it", LIMIT).ok
        assert running.wait(LIMIT)
        assert running.wait(0)
        assert running.result().stdout == "started\nended\n"
        assert 0.3 <= running.result().duration == running.elapsed < LIMIT
    assert connection.connects == 1


def test_started_command_that_writes_a_lot_is_never_blocked(connection: Connection) -> None:
    size = 8 * 1024 * 1024
    with connection.start(f"big {size} {size}") as running:
        while not running.wait(0.05):
            assert running.elapsed < LIMIT
    assert len(running.result().stdout) == size


def test_started_command_on_a_lost_connection(connection: Connection, server: Server) -> None:
    running = connection.start("sleep 60")
    server.drop_all()
    with pytest.raises(ConnectionLost, match="during 'sleep 60'"):
        running.wait(LIMIT)
    assert connection.run("echo a", LIMIT).ok


def test_closing_a_started_command_ends_it(connection: Connection, server: Server, behaviour: Behaviour) -> None:
    running = connection.start("sleep 60")
    assert not running.wait(0.05)
    running.close()
    running.close()
    assert server.wait_for(lambda: behaviour.sessions == 0)
    assert behaviour.signals == ["TERM"]


def test_closing_can_leave_the_command_alone(connection: Connection, server: Server, behaviour: Behaviour) -> None:
    with connection.start("sleep 60", stop_on_close=False) as running:
        assert not running.wait(0.05)
    assert server.wait_for(lambda: behaviour.sessions == 0)
    assert behaviour.signals == []


def test_an_ended_command_gets_no_signal(connection: Connection, server: Server, behaviour: Behaviour) -> None:
    with connection.start("echo a") as running:
        assert running.wait(LIMIT)
    assert server.wait_for(lambda: behaviour.sessions == 0)
    assert behaviour.signals == []


def test_start_of_a_refused_command(connection: Connection) -> None:
    for _ in range(connection.endpoint.channels + 1):
        with pytest.raises(CommandRefused):
            connection.start("refuse")


def test_observer_hears_of_a_started_command_once(server: Server, open_connection: Opener) -> None:
    seen: list[CommandResult] = []
    with open_connection(server.port, observer=seen.append).start("echo a") as running:
        running.wait(LIMIT)
        running.wait(LIMIT)
    assert seen == [running.result()]


def test_a_complaining_observer_does_not_lose_the_result(server: Server, open_connection: Opener) -> None:
    def complain(_: CommandResult) -> None:
        raise ValueError("no")

    running = open_connection(server.port, observer=complain).start("echo a")
    with pytest.raises(ValueError, match="no"):
        running.wait(LIMIT)
    assert running.result().stdout == "a\n"


def test_stream_gives_every_line(connection: Connection) -> None:
    with connection.stream("lines 3", LIMIT) as lines:
        assert list(lines) == ["line 0 \u00e4", "line 1 \u00e4", "line 2 \u00e4", "no end of line"]
        assert lines.result is not None
        assert (lines.result.status, lines.result.stdout, lines.result.stderr) == (0, "", "note\n")


def test_stream_that_is_not_entered(connection: Connection) -> None:
    with pytest.raises(RuntimeError, match="Enter the stream first"):
        next(connection.stream("lines 3", LIMIT))


def test_stream_knows_the_status(connection: Connection) -> None:
    with connection.stream("lines 1 7", LIMIT) as lines:
        assert len(list(lines)) == 2
    assert lines.result
    with pytest.raises(CommandFailed, match="status 7: note"):
        lines.result.check()


def test_lines_come_while_the_command_runs(connection: Connection) -> None:
    with connection.stream("sleep 60", LIMIT) as lines:
        assert next(lines) == "started"


def test_stream_left_early_ends_the_command(connection: Connection, server: Server, behaviour: Behaviour) -> None:
    for _ in range(connection.endpoint.channels + 2):
        with connection.stream("flood", LIMIT) as lines:
            assert next(lines) == "y"
        assert next(lines, "nothing") in ("y", "nothing")
    assert server.wait_for(lambda: behaviour.sessions == 0)
    assert connection.connects == 1


def test_stream_needs_constant_memory(connection: Connection) -> None:
    def pass_through(megabytes: int) -> None:
        with connection.stream(f"big {megabytes * 1024 * 1024}", LIMIT) as lines:
            assert sum(len(line) + 1 for line in lines) == megabytes * 1024 * 1024

    pass_through(8)
    with memory_peak() as peak:
        pass_through(64)
    assert peak() < 24


def test_stream_without_ends_of_line(connection: Connection) -> None:
    with connection.stream("cat", LIMIT) as lines:
        lines._split(b"x" * 3_000_000 + b"\ny")
        assert "".join(lines) == "x" * 3_000_000 + "y"


@pytest.mark.parametrize("command", ["sleep 60", "flood"])
def test_stream_ends_at_its_deadline(connection: Connection, command: str) -> None:
    connection.run("echo connected", LIMIT)
    with connection.stream(command, 0.3) as lines, pytest.raises(CommandDeadlinePassed, match=f"'{command}' did not"):
        for _ in lines:
            pass
    assert lines.result is None
    assert connection.run("echo a", LIMIT).ok


def test_stream_on_a_lost_connection(connection: Connection) -> None:
    with connection.stream("drop", LIMIT) as lines:
        assert next(lines) == "so far"
        with pytest.raises(ConnectionLost):
            next(lines)
        assert next(lines, None) is None
