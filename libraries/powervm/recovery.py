"""Stopping a running migration, and recovering a failed one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from powervm.console import ConsoleCommandFailed
from powervm.errors import MobilityError
from powervm.operation import Keeper, Work, run_operation
from powervm.outcome import Ending, Outcome, Recorder, Repair
from powervm.placement import Where, settle, unfit
from powervm.plan import MovePlan
from powervm.session import LabSession
from powervm.ssh import CommandResult
from powervm.waiting import Deadline, DeadlinePassed, wait_until


def stop_move(
    session: LabSession, plan: MovePlan, *, keep: Keeper, under_way: Callable[[], bool] = lambda: False
) -> Outcome:
    """Stop a running migration; done when the partition is back on the source alone.

    Args:
        session: The opened lab.
        plan: The move that runs.
        keep: Is given the outcome.
        under_way: Whether its migrlpar runs, as far as the caller knows: while it still validates a console sees
            nothing to stop, so it is asked until it agrees.
    """
    return run_operation("stop", session, plan, keep, lambda work: _stop(work, under_way))


def recover_move(session: LabSession, plan: MovePlan, *, keep: Keeper, force: bool = False) -> Outcome:
    """Recover a failed migration; done when the partition is whole on one server, whichever it is.

    Args:
        session: The opened lab.
        plan: The move that failed.
        keep: Is given the outcome.
        force: Go on in spite of errors; leftovers may remain and have to be removed by hand.
    """
    return run_operation("recover", session, plan, keep, lambda work: _recover(work, force=force))


def ask_to_stop(session: LabSession, plan: MovePlan, recorder: Recorder) -> str:
    """Ask the source's console to stop the migration (``migrlpar -o s``); an empty text when it agreed, else why not.

    Only the console of the source can stop, and only before the partition was resumed on the target: a refusal is a
    warning, since the place of the partition decides what is to be done.
    """
    console = session.console(plan.source.console)
    with recorder.phase("stop"):
        return _ask(recorder, lambda limit: console.stop_migration(plan.request, limit), session.lab.limits.settle)


def ask_to_recover(session: LabSession, plan: MovePlan, recorder: Recorder, *, force: bool = False) -> str:
    """Ask the source's console to recover (``migrlpar -o r``); an empty text when it agreed, else why not.

    It is recorded as a repair.
    """
    console = session.console(plan.source.console)
    with recorder.phase("recover"):
        refusal = _ask(
            recorder,
            lambda limit: console.recover_migration(plan.request, limit, force=force),
            session.lab.limits.validation,
        )
    what = "migration recovered with migrlpar -o r"
    recorder.repaired(Repair(what=what, subject=console.name, worked=not refusal))
    return refusal


def _ask(recorder: Recorder, question: Callable[[Deadline], CommandResult], limit: float) -> str:
    try:
        result = question(Deadline(limit))
    except MobilityError as error:
        refusal = str(error)
    else:
        recorder.heard(result.stdout)
        refusal = "" if result.ok else str(ConsoleCommandFailed(result))
    if refusal:
        recorder.warn(refusal)
    return refusal


def _stop(work: Work, under_way: Callable[[], bool]) -> Outcome:
    limits = work.session.lab.limits
    refusal = ""

    def agreed() -> bool:
        nonlocal refusal
        refusal = ask_to_stop(work.session, work.plan, work.recorder)
        return not refusal or not under_way()

    with suppress(DeadlinePassed):
        wait_until(agreed, Deadline(limits.validation), interval=limits.poll, what="the console to stop the migration")
    where = _settle(work)
    return _judge(work, where, refusal, good=where is Where.SOURCE)


def _recover(work: Work, *, force: bool) -> Outcome:
    refusal = ask_to_recover(work.session, work.plan, work.recorder, force=force)
    where = _settle(work)
    return _judge(work, where, refusal, good=where in (Where.SOURCE, Where.TARGET))


def _settle(work: Work) -> Where:
    with work.recorder.phase("locate"):
        where, work.recorder.places = settle(work.session, work.plan, Deadline(work.session.lab.limits.settle))
    return where


def _judge(work: Work, where: Where, refusal: str, *, good: bool) -> Outcome:
    """Done when the console agreed and the place is good; what the console said against it comes first otherwise."""
    recorder, plan = work.recorder, work.plan
    odd = unfit(plan, where, recorder.places) if good else ""
    if odd:
        return recorder.finish(Ending.FAILED_AND_MANUAL, f"{refusal} {odd}".strip())
    if good and not refusal:
        return recorder.finish(Ending.DONE)
    whole = where in (Where.SOURCE, Where.TARGET)
    ending = Ending.REFUSED if refusal and whole else Ending.FAILED_AND_MANUAL
    said = refusal or f"{plan.source.console}: the command reported success."
    return recorder.finish(ending, f"{said} {plan.partition} is {where.value} ({plan.title}).")
