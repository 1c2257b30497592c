"""Stopping a running migration, and recovering a failed one."""

from __future__ import annotations

from collections.abc import Callable

from powervm.console import ConsoleCommandFailed
from powervm.errors import MobilityError
from powervm.operation import Keeper, Work, run_operation
from powervm.outcome import Ending, Outcome, Recorder, Repair
from powervm.placement import Where, settle
from powervm.plan import MovePlan
from powervm.session import LabSession
from powervm.ssh import CommandResult
from powervm.waiting import Deadline


def stop_move(session: LabSession, plan: MovePlan, *, keep: Keeper) -> Outcome:
    """Stop a running migration; done when the partition is back on the source alone."""
    return run_operation("stop", session, plan, keep, _stop)


def recover_move(session: LabSession, plan: MovePlan, *, keep: Keeper, force: bool = False) -> Outcome:
    """Recover a failed migration; done when the partition is whole on one server, whichever it is.

    Args:
        session: The opened lab.
        plan: The move that failed.
        keep: Is given the outcome.
        force: Go on in spite of errors; leftovers may remain and have to be removed by hand.
    """
    return run_operation("recover", session, plan, keep, lambda work: _recover(work, force=force))


def ask_to_stop(session: LabSession, plan: MovePlan, recorder: Recorder) -> bool:
    """Ask the source's console to stop the migration (``migrlpar -o s``); True when it agreed.

    Only the console of the source can stop, and only before the partition was resumed on the target: a refusal is a
    warning, since the place of the partition decides what is to be done.
    """
    console = session.console(plan.source.console)
    with recorder.phase("stop"):
        return _ask(recorder, lambda limit: console.stop_migration(plan.request, limit), session.lab.limits.settle)


def ask_to_recover(session: LabSession, plan: MovePlan, recorder: Recorder, *, force: bool = False) -> bool:
    """Ask the source's console to recover (``migrlpar -o r``); True when it agreed. Recorded as a repair."""
    console = session.console(plan.source.console)
    with recorder.phase("recover"):
        worked = _ask(
            recorder,
            lambda limit: console.recover_migration(plan.request, limit, force=force),
            session.lab.limits.validation,
        )
    recorder.repaired(Repair(what="migration recovered with migrlpar -o r", subject=console.name, worked=worked))
    return worked


def _ask(recorder: Recorder, question: Callable[[Deadline], CommandResult], limit: float) -> bool:
    try:
        result = question(Deadline(limit))
    except MobilityError as error:
        recorder.warn(str(error))
        return False
    if not result.ok:
        recorder.heard(result.stdout)
        recorder.warn(str(ConsoleCommandFailed(result)))
    return result.ok


def _stop(work: Work) -> Outcome:
    asked = ask_to_stop(work.session, work.plan, work.recorder)
    where = _settle(work)
    return _judge(work, where, good=asked and where is Where.SOURCE, wanted=f"on {work.plan.source.server} alone")


def _recover(work: Work, *, force: bool) -> Outcome:
    asked = ask_to_recover(work.session, work.plan, work.recorder, force=force)
    where = _settle(work)
    return _judge(work, where, good=asked and where in (Where.SOURCE, Where.TARGET), wanted="whole on one server")


def _settle(work: Work) -> Where:
    with work.recorder.phase("locate"):
        where, work.recorder.places = settle(work.session, work.plan, Deadline(work.session.lab.limits.settle))
    return where


def _judge(work: Work, where: Where, *, good: bool, wanted: str) -> Outcome:
    recorder, name = work.recorder, work.plan.partition
    if good:
        return recorder.finish(Ending.DONE)
    said = recorder.last_warning or f"{name} is not {wanted}."
    whole = where in (Where.SOURCE, Where.TARGET)
    ending = Ending.REFUSED if whole else Ending.FAILED_AND_MANUAL
    return recorder.finish(ending, f"{said} {name} is {where.value} ({work.plan.title}).")
