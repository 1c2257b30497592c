"""Questions that are asked at the same time."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from powervm.errors import MobilityError
from powervm.parallel import ask_all


def test_answers_and_errors_are_kept_apart() -> None:
    def fail() -> int:
        raise MobilityError("hmc1: no answer.")

    answers, errors = ask_all({"a": lambda: 1, "b": fail, "c": lambda: 3})
    assert answers == {"a": 1, "c": 3}
    assert str(errors["b"]) == "hmc1: no answer."


def test_they_run_at_the_same_time_but_not_all_at_once() -> None:
    together = threading.Barrier(3, timeout=10)
    running: list[int] = []
    most = 0
    lock = threading.Lock()

    def question() -> bool:
        nonlocal most
        with lock:
            running.append(1)
            most = max(most, len(running))
        together.wait()
        with lock:
            running.pop()
        return True

    answers, errors = ask_all(dict.fromkeys(range(6), question), workers=3)
    assert (len(answers), errors, most) == (6, {}, 3)


def test_a_defect_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        ask_all({"a": lambda: 1 // 0})


def test_no_questions() -> None:
    assert ask_all({}) == ({}, {})


def test_an_interrupt_does_not_wait_for_what_is_under_way() -> None:
    release = threading.Event()
    asked: list[int] = []

    def question(number: int) -> None:
        asked.append(number)
        release.wait(30)

    previous = signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    begin = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            ask_all({number: lambda number=number: question(number) for number in range(5)}, workers=2)  # type: ignore[misc]
        assert time.monotonic() - begin < 5
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
        release.set()
    assert sorted(asked) == [0, 1]
