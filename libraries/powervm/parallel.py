"""Doing independent things at the same time, started, joined and bounded in one place."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeVar

from powervm.errors import MobilityError

Key = TypeVar("Key")
Answer = TypeVar("Answer")


def ask_all(
    questions: Mapping[Key, Callable[[], Answer]], *, workers: int = 8
) -> tuple[dict[Key, Answer], dict[Key, MobilityError]]:
    """Ask all questions in parallel; return the answers, and the errors of those that had none.

    Each question has to carry its own deadline: this function waits for all of them. When it is broken off (Ctrl-C, a
    timeout of Robot Framework), no further question is begun, and those under way end by their deadlines without
    anybody waiting for them.

    Raises:
        BaseException: What a question raised, when that is no `MobilityError`: it is a defect.
    """
    waiting: queue.SimpleQueue[Key] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Key, Answer | BaseException]] = queue.SimpleQueue()
    for key in questions:
        waiting.put(key)

    def work() -> None:
        with suppress(queue.Empty):
            while True:
                key = waiting.get_nowait()
                try:
                    done.put((key, questions[key]()))
                except BaseException as error:  # noqa: BLE001 - it is raised where the answers are read
                    done.put((key, error))

    for number in range(min(workers, len(questions))):
        threading.Thread(target=work, name=f"question {number}", daemon=True).start()
    try:
        return _read(done, len(questions))
    finally:
        with suppress(queue.Empty):
            while True:
                waiting.get_nowait()


def _read(
    done: queue.SimpleQueue[tuple[Key, Answer | BaseException]], count: int
) -> tuple[dict[Key, Answer], dict[Key, MobilityError]]:
    answers: dict[Key, Answer] = {}
    errors: dict[Key, MobilityError] = {}
    for _ in range(count):
        key, answer = done.get()
        if isinstance(answer, MobilityError):
            errors[key] = answer
        elif isinstance(answer, BaseException):
            raise answer
        else:
            answers[key] = answer
    return answers, errors
