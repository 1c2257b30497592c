"""Doing independent things at the same time, started, joined and bounded in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from powervm.errors import MobilityError

Key = TypeVar("Key")
Answer = TypeVar("Answer")


def ask_all(
    questions: Mapping[Key, Callable[[], Answer]], *, workers: int = 8
) -> tuple[dict[Key, Answer], dict[Key, MobilityError]]:
    """Ask all questions in parallel; return the answers, and the errors of those that had none.

    Each question has to carry its own deadline: this function waits for all of them. An error that is not a
    `MobilityError` is a defect, and is raised.
    """
    answers: dict[Key, Answer] = {}
    errors: dict[Key, MobilityError] = {}
    with ThreadPoolExecutor(max_workers=max(1, min(workers, len(questions)))) as pool:
        futures = {key: pool.submit(question) for key, question in questions.items()}
        for key, future in futures.items():
            try:
                answers[key] = future.result()
            except MobilityError as error:
                errors[key] = error
    return answers, errors
