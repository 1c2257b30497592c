"""Questions to several machines, asked together; a question that fails becomes a finding instead of an exception."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from powervm.operation import finding_of
from powervm.outcome import Finding
from powervm.parallel import ask_all

Answer = TypeVar("Answer")


@dataclass
class Slot(Generic[Answer]):
    """Where the answer to a question will be; None until then, and when there was none."""

    value: Answer | None = None


class Inquiry:
    """Collects questions, asks them in parallel, and keeps what went wrong."""

    def __init__(self) -> None:
        self._questions: list[tuple[str, str, Callable[[], Any], Slot[Any]]] = []
        self.failures: list[Finding] = []

    def ask(self, check: str, subject: str, question: Callable[[], Answer]) -> Slot[Answer]:
        """Add a question; its answer is in the slot after `run`."""
        slot: Slot[Answer] = Slot()
        self._questions.append((check, subject, question, slot))
        return slot

    def run(self) -> list[Finding]:
        """Ask everything that was added since the last run; return the findings of what failed."""
        questions, self._questions = self._questions, []
        answers, errors = ask_all({index: item[2] for index, item in enumerate(questions)})
        failures = []
        for index, (check, subject, _, slot) in enumerate(questions):
            slot.value = answers.get(index)
            if index in errors:
                failures.append(finding_of(check, subject, errors[index]))
        new = [failure for failure in failures if failure not in self.failures]
        self.failures += dict.fromkeys(new)
        return failures
