"""Questions to several machines, asked together; a question that fails becomes a finding instead of an exception."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from powervm.operation import finding_of
from powervm.outcome import Finding, Severity
from powervm.parallel import ask_all

Answer = TypeVar("Answer")


@dataclass
class Slot(Generic[Answer]):
    """Where the answer to a question will be; None until then, and when there was none."""

    value: Answer | None = None


class Inquiry:
    """Collects questions, asks them in parallel, and keeps what went wrong."""

    def __init__(self) -> None:
        self._questions: list[tuple[str, str, Callable[[], Any], Slot[Any], bool]] = []
        self.failures: list[Finding] = []

    def ask(self, check: str, subject: str, question: Callable[[], Answer], *, needed: bool = True) -> Slot[Answer]:
        """Add a question; its answer is in the slot after `run`.

        Without an answer that is not ``needed``, a check is left out with a warning.
        """
        slot: Slot[Answer] = Slot()
        self._questions.append((check, subject, question, slot, needed))
        return slot

    def run(self) -> list[Finding]:
        """Ask everything that was added since the last run; return the findings of what failed."""
        questions, self._questions = self._questions, []
        answers, errors = ask_all({index: item[2] for index, item in enumerate(questions)})
        failures = []
        for index, (check, subject, _, slot, needed) in enumerate(questions):
            slot.value = answers.get(index)
            if index in errors:
                failure = finding_of(check, subject, errors[index])
                failures.append(failure if needed else failure.model_copy(update={"severity": Severity.WARNING}))
        new = [failure for failure in failures if failure not in self.failures]
        self.failures += dict.fromkeys(new)
        return failures
