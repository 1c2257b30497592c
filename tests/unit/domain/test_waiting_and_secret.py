"""Deadlines, the wait helper, and passwords that do not show."""

from __future__ import annotations

import pickle

import pytest

from powervm.errors import MobilityError
from powervm.secret import Password, masked
from powervm.waiting import Deadline, DeadlinePassed, ask_until, wait_until


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def test_an_inner_deadline_never_ends_later() -> None:
    clock = Clock()
    outer = Deadline(10, clock=clock)
    clock.sleep(7)
    assert outer.within(60).remaining == 3
    assert outer.within(2).remaining == 2
    assert (outer.elapsed, outer.limit, outer.passed) == (7, 10, False)
    clock.sleep(5)
    assert (outer.remaining, outer.passed, outer.within(60).passed) == (0, True, True)


def test_the_answer_comes_back_at_once() -> None:
    clock = Clock()
    assert wait_until(lambda: "yes", Deadline(10, clock=clock), sleep=clock.sleep) == "yes"
    assert clock.pauses == []


def test_it_asks_at_the_interval_and_once_more_at_the_deadline() -> None:
    clock = Clock()
    asked: list[float] = []

    def probe() -> bool:
        asked.append(clock.now)
        return False

    with pytest.raises(DeadlinePassed, match="Waited 5 s for the lamp, and it did not come"):
        wait_until(probe, Deadline(5, clock=clock), interval=2, what="the lamp", sleep=clock.sleep)
    assert asked == [100, 102, 104, 105]


def test_what_becomes_true_in_the_last_pause_is_seen() -> None:
    clock = Clock()
    answer = wait_until(
        lambda: "late" if clock.now >= 105 else None, Deadline(5, clock=clock), interval=4, sleep=clock.sleep
    )
    assert answer == "late"


def test_a_password_shows_nowhere() -> None:
    password = Password("canary-77")
    assert password.reveal() == "canary-77"
    for text in (repr(password), str(password), f"{password}", f"{[password]}"):
        assert "canary" not in text
    with pytest.raises(TypeError, match="not written to any file"):
        pickle.dumps(password)


def test_passwords_are_compared_without_showing_them() -> None:
    assert Password("canary-77").equals(Password("canary-77"))
    assert not Password("canary-77").equals(Password("canary-78"))


def test_a_password_that_was_echoed_is_masked() -> None:
    assert masked("sh: s3cret: not found", [Password("s3cret"), Password("")]) == "sh: ********: not found"


class Broken(MobilityError):
    """A question that failed."""


def test_an_error_is_no_answer_and_not_the_end() -> None:
    answers = iter([Broken("busy"), None, "here"])

    def question(limit: Deadline) -> str | None:
        assert 5 <= limit.limit <= 7
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert ask_until(question, Deadline(10), each=7, interval=0.001, what="it") == "here"


def test_the_last_error_is_told() -> None:
    def question(limit: Deadline) -> str:
        raise Broken("hmc1: HSCL3205 busy.", remedy="Try later.")

    with pytest.raises(DeadlinePassed, match=r"for it, and it did not come. Last: hmc1: HSCL3205 busy. Try later."):
        ask_until(question, Deadline(0.01), each=1, interval=0.001, what="it")


def test_some_errors_are_final_and_a_late_answer_gives_the_connection_up() -> None:
    late: list[str] = []
    errors = iter([DeadlinePassed("late"), Broken("refused")])

    def question(limit: Deadline) -> str:
        raise next(errors)

    with pytest.raises(Broken, match="refused"):
        ask_until(
            question,
            Deadline(10),
            each=1,
            interval=0.001,
            what="it",
            final=(Broken,),
            late=lambda: late.append("closed"),
        )
    assert late == ["closed"]
