"""The prompt that a user sets for himself."""

from __future__ import annotations

import pytest

from powervm_sim.shell.prompts import prompt


def shown(*, more: bool = False, user: str = "root", **variables: str) -> str:
    variables = {"PWD": "/root/logs", "HOME": "/root", **variables}
    return prompt(variables, "own# ", host="lp1.example.com", user=user, status=7, more=more)


def test_the_machine_has_one_of_its_own():
    assert shown() == "own# "
    assert shown(more=True) == "> "


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("[PEXPECT]\\$ ", "[PEXPECT]# "),
        ("\\u@\\h:\\w\\$ ", "root@lp1:~/logs# "),
        ("\\[\\e[1m\\]\\H \\W\\n", "\x1b[1mlp1.example.com logs\n"),
        ("$? $HOME $nothing> ", "7 /root > "),
        ("\\q\\\\", "\\q\\"),
        ("", ""),
    ],
)
def test_bash_escapes_and_variables_are_filled_in(text, answer):
    assert shown(PS1=text) == answer


def test_users_have_a_dollar_and_incomplete_lines_a_prompt_too():
    assert shown(PS1="\\$ ", user="padmin") == "$ "
    assert shown(PS1="one ", PS2="more ", more=True) == "more "
