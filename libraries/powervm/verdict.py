"""What a migration came to, decided by where the partition is; what migrlpar said comes second."""

from __future__ import annotations

from dataclasses import dataclass

from powervm.console import ConsoleCommandFailed
from powervm.errors import MobilityError
from powervm.operation import Work
from powervm.outcome import Ending, Outcome
from powervm.placement import Where, unfit
from powervm.ssh import CommandResult


@dataclass(frozen=True)
class End:
    """How migrlpar ended.

    Attributes:
        result: None when it is not known.
        timed_out: Its deadline passed.
        trouble: Why the result is not known; None when the deadline is the reason.
        limit: Seconds that it was given; None for the lab file's limit of one migration.
    """

    result: CommandResult | None
    timed_out: bool = False
    trouble: MobilityError | None = None
    limit: float | None = None

    def seconds(self, work: Work) -> float:
        """How long it was waited for."""
        return work.session.lab.limits.migration if self.limit is None else self.limit


def moved(work: Work, end: End) -> Outcome:
    """The partition is on the target: done, unless the proof, the clock or the console says otherwise."""
    recorder, plan = work.recorder, work.plan
    if recorder.errors:
        return recorder.finish(Ending.FAILED_AND_MANUAL, recorder.errors[0].sentence())
    odd = unfit(plan, Where.TARGET, recorder.places)
    if odd:
        return recorder.finish(Ending.FAILED_AND_MANUAL, odd)
    whole = f"{plan.partition} is whole on {plan.target.server}"
    if end.timed_out:
        text = f"{plan.title} took longer than {end.seconds(work):.0f} s; {whole} now."
        return recorder.finish(Ending.TIMED_OUT, text)
    result = end.result
    if result is not None and not result.ok:
        return recorder.finish(Ending.FAILED_AND_RECOVERED, f"{ConsoleCommandFailed(result)} Yet {whole}.")
    if recorder.phase_seen("recover"):  # a migration that had to be recovered was no good one, whoever heard it fail
        said = f"{end.trouble} " if end.trouble else ""
        return recorder.finish(Ending.FAILED_AND_RECOVERED, f"{said}It had failed and was recovered; {whole}.")
    return recorder.finish(Ending.DONE)


def not_moved(work: Work, where: Where, end: End) -> Outcome:
    """The partition is anywhere else: at home again, or in a place that a person has to look at."""
    recorder, plan = work.recorder, work.plan
    said = _why(work, end)
    odd = unfit(plan, where, recorder.places)
    if odd:
        return recorder.finish(Ending.FAILED_AND_MANUAL, f"{said} {odd}")
    if where is Where.SOURCE:
        ending = Ending.TIMED_OUT if end.timed_out else Ending.FAILED_AND_RECOVERED
        return recorder.finish(ending, f"{said} {plan.partition} is on {plan.source.server}, as before.")
    errors = "".join(f" {place.error}" for place in recorder.places if place.error)
    text = f"{said} {plan.partition} is {where.value}; a person has to look at both servers.{errors}"
    return recorder.finish(Ending.FAILED_AND_MANUAL, text)


def _why(work: Work, end: End) -> str:
    """The first half of the sentence that says why the partition did not move."""
    console, result = work.plan.source.console, end.result
    if end.timed_out:
        return f"{console}: migrlpar did not end within {end.seconds(work):.0f} s."
    if result is None:
        return str(end.trouble)
    if result.ok:
        return f"{console}: migrlpar reported success."
    return str(ConsoleCommandFailed(result))
