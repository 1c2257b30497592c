"""Whose a load is that lies around."""

from __future__ import annotations

import os
import socket

import pytest

from powervm.workload.leftovers import is_dead, owner


def test_this_run_is_alive() -> None:
    assert not is_dead(owner())


@pytest.mark.parametrize(
    ("text", "dead"),
    [
        (f"{socket.gethostname()} 999999999 17", True),
        (f"{socket.gethostname()} {os.getpid()} 1", True),  # the number belongs to somebody else now
        ("another-computer 999999999 17", False),
        ("", False),
        (f"{socket.gethostname()} x y", False),
    ],
    ids=["no such process", "its number is taken", "another computer", "empty", "no number"],
)
def test_the_dead_of_this_computer(text: str, dead: bool) -> None:
    assert is_dead(text) is dead
