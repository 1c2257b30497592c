"""Running a command to its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from powervm.ssh import CommandDeadlinePassed, CommandFailed, CommandRefused, CommandResult, Connection, ConnectionLost
from powervm.waiting import Deadline
from unit.ssh.server import Behaviour, Server

LIMIT = 30.0


def test_result_has_status_and_both_streams(connection: Connection, server: Server) -> None:
    result = connection.run("fail 3 stderr", LIMIT)
    assert (result.status, result.stdout, result.stderr.split()[0]) == (3, "", "HSCL1234")
    assert (result.endpoint, result.host, result.port) == ("hmc1", "127.0.0.1", server.port)
    assert result.started.utcoffset() == timedelta(0)
    assert 0 < result.duration < LIMIT
    assert not result.ok


def test_check_shows_the_message_that_a_console_prints_on_stdout(connection: Connection) -> None:
    assert connection.run("echo fine", LIMIT).check().stdout == "fine\n"
    with pytest.raises(CommandFailed, match=r"hmc1 .*'fail 1' ended with status 1: HSCL1234 This did not work\.$") as e:
        connection.run("fail 1", LIMIT).check()
    assert e.value.result.status == 1
    assert (e.value.endpoint, e.value.host) == ("hmc1", "127.0.0.1")


def test_bytes_that_are_no_utf8_are_replaced(connection: Connection) -> None:
    assert connection.run("bytes", LIMIT).stdout == "gr\u00fcn \ufffd"


def test_big_output_on_both_streams(connection: Connection) -> None:
    size = 5 * 1024 * 1024
    result = connection.run(f"big {size} {size}", LIMIT)
    assert (len(result.stdout), len(result.stderr)) == (size, size)


def test_big_input_comes_back(connection: Connection, behaviour: Behaviour) -> None:
    text = "0123456789\u20ac\n" * 400_000
    result = connection.run("cat", LIMIT, input=text)
    assert result.stdout == text
    assert behaviour.inputs["cat"] == len(text.encode())


def test_without_input_a_command_reads_its_end(connection: Connection) -> None:
    assert connection.run("cat", LIMIT).stdout == ""


def test_a_command_that_leaves_its_input_does_not_harm_the_connection(connection: Connection) -> None:
    text = "x" * 4_000_000
    assert [connection.run("first", LIMIT, input=text).stdout for _ in range(20)] == ["x"] * 20
    assert connection.connects == 1


def test_input_is_not_recorded(connection: Connection) -> None:
    assert "canary" not in repr(connection.run("first", LIMIT, input="xcanary"))


def test_lost_connection_is_no_result(connection: Connection) -> None:
    with pytest.raises(ConnectionLost, match=r"connection was lost during 'drop'") as e:
        connection.run("drop", LIMIT)
    assert e.value.command == "drop"
    assert not connection.connected
    assert connection.run("echo back", LIMIT).stdout == "back\n"
    assert connection.connects == 2


def test_missing_exit_status_is_no_result(connection: Connection) -> None:
    with pytest.raises(ConnectionLost, match="killed"):
        connection.run("killed", LIMIT)
    assert connection.run("echo on", LIMIT).ok
    assert connection.connects == 1


def test_refused_command(connection: Connection) -> None:
    with pytest.raises(CommandRefused, match="would not run 'refuse'"):
        connection.run("refuse", LIMIT)
    assert connection.run("echo on", LIMIT).ok


def test_deadline_ends_the_command(connection: Connection, server: Server, behaviour: Behaviour) -> None:
    connection.run("echo connected", LIMIT)
    with pytest.raises(CommandDeadlinePassed, match=r"'sleep 60' did not end within 0\.5 s") as e:
        connection.run("sleep 60", 0.5)
    assert (e.value.command, e.value.limit, e.value.stdout) == ("sleep 60", 0.5, "started\n")
    assert server.wait_for(lambda: behaviour.sessions == 0)
    assert behaviour.signals == ["TERM"]
    assert connection.run("echo on", LIMIT).ok
    assert connection.connects == 1


def test_deadline_holds_against_endless_output(connection: Connection) -> None:
    deadline = Deadline(0.5)
    with pytest.raises(CommandDeadlinePassed):
        connection.run("flood", deadline)
    assert deadline.elapsed < 5


def test_observer_sees_finished_commands_only(server: Server, open_connection: Callable[..., Connection]) -> None:
    seen: list[CommandResult] = []
    connection = open_connection(server.port, observer=seen.append)
    result = connection.run("fail 1", LIMIT)
    with pytest.raises(ConnectionLost):
        connection.run("killed", LIMIT)
    assert len(seen) == 1
    assert seen[0] is result


def test_what_an_observer_raises_reaches_the_caller(server: Server, open_connection: Callable[..., Connection]) -> None:
    def complain(result: CommandResult) -> None:
        raise OSError(f"disk full at {result.command}")

    connection = open_connection(server.port, observer=complain)
    with pytest.raises(OSError, match="disk full at echo a"):
        connection.run("echo a", LIMIT)


def test_connecting_ahead_logs_in_once(connection: Connection) -> None:
    assert not connection.connected
    connection.connect()
    assert connection.connected
    connection.connect()
    assert connection.run("echo fine", LIMIT).ok
    assert connection.connects == 1


def test_a_command_may_be_shown_otherwise_than_it_is_sent(connection: Connection) -> None:
    result = connection.run("echo canary", LIMIT, shown_as="echo ***")
    assert (result.stdout, result.command) == ("canary\n", "echo ***")
    for command in ("fail 3", "sleep 30"):
        with pytest.raises((CommandFailed, CommandDeadlinePassed)) as error:
            connection.run(command, 0.5, shown_as="secret ***").check()
        assert command not in str(error.value)
        assert "secret ***" in str(error.value)
