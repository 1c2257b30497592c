"""What real machines printed comes out of the simulated ones, byte by byte; see ``support/replay.py``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import paramiko
import pytest
from running_lab import ROOT, RunningLab, start

from support.replay import WORLD, Case, cases

CASES = cases()
_FAST = 100_000
_ANSWER_LIMIT = 20


@pytest.fixture(scope="module")
def lab_of(tmp_path_factory):
    """The lab that a case asks for, started once."""
    with ExitStack() as stack:
        labs: dict[str, RunningLab] = {}

        def find(name: str) -> RunningLab:
            if name not in labs:
                labs[name] = stack.enter_context(start(tmp_path_factory.mktemp(name), world=WORLD, speed=_FAST))
            return labs[name]

        yield find


def marked(case: Case):
    mark = pytest.mark.xfail(reason=f"not simulated yet: {case.section}", strict=False)
    return pytest.param(case, id=f"{case.section}-{case.id}", marks=[mark] if case.pending else [])


@pytest.mark.parametrize("case", [marked(case) for case in CASES if not case.tested])
def test_a_published_answer_is_given(case, lab_of):
    lab = lab_of(case.lab)
    for step in case.before:
        assert lab.run(step["at"], step["command"]) == ("", "", 0)
    with ExitStack() as stack:
        if case.meanwhile:
            stack.enter_context(session(lab, case.at, case.meanwhile["command"], case.meanwhile["until"]))
        answer, errors, status = ask(lab, case)
    same = case.fits(answer)
    if case.differs:
        assert not same, "the difference is gone: take its reason out of the data"
        return
    if not same:
        assert case.compared(answer) == case.wanted
    assert errors == case.stderr
    assert case.status in (status, "any")


def ask(lab: RunningLab, case: Case) -> tuple[str, str, int | str]:
    if not case.terminal:
        return lab.run(case.at, case.command)
    with session(lab, case.at, case.command, case.until, case.input) as (text, channel):
        return text, "", "any" if case.until else channel.recv_exit_status()


@contextmanager
def session(
    lab: RunningLab, name: str, command: str, until: str, typed: tuple[str, ...] = ()
) -> Iterator[tuple[str, paramiko.Channel]]:
    """A session with a terminal; each thing is typed when the session has become quiet."""
    with lab.channel(name) as channel:
        channel.settimeout(_ANSWER_LIMIT)
        channel.get_pty("xterm", 200, 50)
        channel.exec_command(command) if command else channel.invoke_shell()
        text = ""
        for line in typed:
            text += quiet(channel)
            channel.sendall(line.encode())
        end = time.monotonic() + _ANSWER_LIMIT
        while not (until and until in text):
            assert time.monotonic() < end, text
            data = channel.recv(4096)
            if not data:
                break
            text += data.decode()
        yield text[: text.index(until) + len(until)] if until else text, channel


def quiet(channel: paramiko.Channel) -> str:
    """What comes until nothing more comes for a moment, but something."""
    text = channel.recv(4096).decode()
    end = time.monotonic() + 0.15
    while time.monotonic() < end:
        if channel.recv_ready():
            text += channel.recv(4096).decode()
            end = time.monotonic() + 0.15
        time.sleep(0.01)
    return text


def test_each_case_has_its_own_name():
    names = [case.id for case in CASES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", [case for case in CASES if case.tested and not case.pending], ids=lambda case: case.id)
def test_what_is_tested_elsewhere_is_there(case):
    assert (ROOT / case.tested.partition("::")[0]).is_file()
