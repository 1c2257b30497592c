"""The frame around every operation on a move: one recorder, one outcome, kept whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from powervm.errors import MobilityError
from powervm.outcome import Ending, Finding, Outcome, Recorder, Severity
from powervm.outcome.recorder import OperationName
from powervm.plan import MovePlan, lab_note
from powervm.session import LabSession

Keeper = Callable[[Outcome], None]
"""Is given every outcome, also that of an operation that is broken off."""


class Ended(Exception):
    """An operation has come to its end early; carries the outcome out of the steps."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(str(outcome))


@dataclass(frozen=True)
class Work:
    """What the steps of one operation share."""

    session: LabSession
    plan: MovePlan
    recorder: Recorder

    def end(self, ending: Ending, error: str | None = None) -> NoReturn:
        """End the operation here."""
        raise Ended(self.recorder.finish(ending, error))

    def fail(self, check: str, subject: str, error: MobilityError) -> None:
        """Record an error as a finding, and go on."""
        self.recorder.add_finding(finding_of(check, subject, error))


def finding_of(check: str, subject: str, error: MobilityError) -> Finding:
    """An error as a finding about a machine, whose name is not said twice."""
    text = error.message.removeprefix(f"{subject}: ")
    return Finding(severity=Severity.ERROR, check=check, subject=subject, text=text, remedy=error.remedy)


def ok_finding(check: str, subject: str, text: str) -> Finding:
    """A check that was passed."""
    return Finding(severity=Severity.OK, check=check, subject=subject, text=text)


def open_work(name: OperationName, session: LabSession, plan: MovePlan) -> Work:
    """Begin the record of an operation."""
    recorder = Recorder(
        name,
        lab=lab_note(session.lab),
        move=plan.move.name,
        partition=plan.partition,
        kind=plan.kind,
        source=plan.source,
        target=plan.target,
    )
    return Work(session, plan, recorder)


Result = TypeVar("Result")


def conduct(work: Work, keep: Keeper, steps: Callable[[Work], Result]) -> Result | Outcome:
    """Take steps of an operation; when it comes to its end by them, its outcome is kept and returned.

    A `MobilityError` that no step expected ends it as "failed and manual". An exception from outside, such as Ctrl-C
    or a timeout of the test, is raised again after the outcome "interrupted" was kept.
    """
    result: Result | Outcome
    try:
        result = steps(work)
    except Ended as ended:
        result = ended.outcome
    except MobilityError as error:
        result = work.recorder.finish(Ending.FAILED_AND_MANUAL, str(error))
    except BaseException as error:
        keep(work.recorder.finish(Ending.INTERRUPTED, f"Broken off by {type(error).__name__}."))
        raise
    if isinstance(result, Outcome):
        keep(result)
    return result


def run_operation(
    name: OperationName, session: LabSession, plan: MovePlan, keep: Keeper, steps: Callable[[Work], Outcome]
) -> Outcome:
    """Do a whole operation; see `conduct`."""
    return conduct(open_work(name, session, plan), keep, steps)
