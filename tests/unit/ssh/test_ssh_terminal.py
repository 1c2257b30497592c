"""Answering questions on a terminal."""

from __future__ import annotations

import pytest

from powervm.secret import Password
from powervm.ssh import AnswerNotAccepted, CommandDeadlinePassed, Connection
from unit.ssh.server import PASSWORD, Behaviour, Server

LIMIT = 30.0
PROMPT = r"password for user \w+: $"


def test_the_answer_is_sent_once(connection: Connection, behaviour: Behaviour) -> None:
    result = connection.converse("ask", [(PROMPT, Password(PASSWORD))], LIMIT)
    assert (result.status, result.command) == (0, "ask")
    assert result.stdout.splitlines()[-1] == "Done, term vt100"
    assert behaviour.answers == [PASSWORD]


def test_a_wrong_answer_is_not_repeated(connection: Connection, server: Server, behaviour: Behaviour) -> None:
    with pytest.raises(AnswerNotAccepted, match=r"'ask' asked again.*sent once.*Check the password") as e:
        connection.converse("ask", [(PROMPT, Password("wrong-canary"))], LIMIT)
    assert "Permission denied." in e.value.stdout
    assert "canary" not in f"{e.value} {e.value.stdout} {e.value.__cause__}"
    assert server.wait_for(lambda: behaviour.sessions == 0)
    assert [answer for answer in behaviour.answers if answer] == ["wrong-canary"]


def test_an_echoed_password_is_masked(connection: Connection) -> None:
    result = connection.converse("ask echo", [(PROMPT, Password(PASSWORD))], LIMIT)
    assert result.ok
    assert "canary" not in repr(result)
    assert "********\n" in result.stdout


def test_the_same_question_twice_needs_two_answers(connection: Connection, behaviour: Behaviour) -> None:
    result = connection.converse("ask twice", [(PROMPT, Password(PASSWORD)), (PROMPT, PASSWORD)], LIMIT)
    assert result.ok
    assert behaviour.answers == [PASSWORD, PASSWORD]
    with pytest.raises(AnswerNotAccepted):
        connection.converse("ask twice", [(PROMPT, Password(PASSWORD))], LIMIT)


def test_a_question_that_does_not_come(connection: Connection, behaviour: Behaviour) -> None:
    result = connection.converse("ask silent", [("password", Password(PASSWORD))], LIMIT)
    assert (result.status, result.stdout) == (3, "The password is needed.\n")
    assert behaviour.answers == []


def test_a_question_that_is_not_expected(connection: Connection) -> None:
    connection.run("echo connected", LIMIT)
    with pytest.raises(CommandDeadlinePassed, match="waiting for the prompt 'Token'") as e:
        connection.converse("ask", [("Token", "1")], 0.3)
    assert e.value.stdout.endswith("for user hscroot: ")
