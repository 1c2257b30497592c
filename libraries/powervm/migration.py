"""A migration from the first check to the last proof: validate, start, follow, finish."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic

from powervm.console import ConsoleCommandFailed, ManagedSystem
from powervm.errors import MobilityError
from powervm.identity import CHECK, identified, prove_move, read_again
from powervm.operation import Keeper, Work, run_operation
from powervm.outcome import Ending, Outcome
from powervm.outcome.model import Bytes
from powervm.placement import Where, settle, unfit
from powervm.plan import MovePlan
from powervm.preflight import Facts, run_preflight
from powervm.progress import Follower, Watcher, nobody
from powervm.recovery import ask_to_recover, ask_to_stop
from powervm.rmc import RmcLink
from powervm.session import LabSession
from powervm.ssh import CommandResult, RunningCommand, SshError
from powervm.waiting import Deadline, DeadlinePassed


def check_move(session: LabSession, plan: MovePlan, *, keep: Keeper) -> Outcome:
    """Check the prerequisites of a move, mend what may be mended, change nothing else."""

    def steps(work: Work) -> Outcome:
        _preflight(work)
        return work.recorder.finish(Ending.DONE)

    return run_operation("check", session, plan, keep, steps)


def validate_move(session: LabSession, plan: MovePlan, *, keep: Keeper) -> Outcome:
    """Check the prerequisites, then let the console validate (``migrlpar -o v``)."""

    def steps(work: Work) -> Outcome:
        _preflight(work)
        _validate(work)
        return work.recorder.finish(Ending.DONE)

    return run_operation("validate", session, plan, keep, steps)


def migrate(session: LabSession, plan: MovePlan, *, keep: Keeper, watch: Watcher = nobody) -> Outcome:
    """Move a partition and prove that the move was good.

    Args:
        session: The opened lab.
        plan: Who goes where.
        keep: Is given the outcome, whatever the ending is.
        watch: Is told how far it is, about once per poll interval, from this thread.

    Returns:
        The outcome; `Ending` says what each ending means.
    """
    return run_operation("migrate", session, plan, keep, lambda work: _migrate(work, watch))


def _migrate(work: Work, watch: Watcher) -> Outcome:
    facts = _preflight(work)
    _validate(work)
    read_at = monotonic()
    if work.plan.active:
        guest = work.session.partition(work.plan.move.partition)
        work.recorder.before = identified(guest.identity())
    result, timed_out = _move(work, watch)
    work.recorder.migration_ended()
    where = _locate(work)
    if where is Where.TARGET:
        if work.plan.active:
            _prove(work, facts.target.system, read_at)
            _wait_for_rmc(work)
        return _moved(work, result, timed_out=timed_out)
    return _not_moved(work, where, result, timed_out=timed_out)


def _preflight(work: Work) -> Facts:
    """All checks; every error ends the operation, and all of them are said."""
    limits = work.session.lab.limits
    facts = run_preflight(work.session, work.plan, work.recorder, Deadline(limits.validation + limits.rmc))
    errors = [error.sentence() for error in work.recorder.errors]
    if errors:
        work.end(Ending.REFUSED, "\n".join(dict.fromkeys(errors)))
    return facts


def _validate(work: Work) -> None:
    """Let the console validate; what it says although it agrees is a warning."""
    console = work.session.console(work.plan.source.console)
    try:
        with work.recorder.phase("validation"):
            result = console.validate(work.plan.request, Deadline(work.session.lab.limits.validation))
    except DeadlinePassed as error:
        work.end(Ending.TIMED_OUT, str(error))
    except MobilityError as error:
        work.end(Ending.REFUSED, str(error))
    explained = work.recorder.heard(result.stdout)
    if not result.ok:
        work.end(Ending.REFUSED, str(ConsoleCommandFailed(result)))
    for item in explained:
        work.recorder.warn(f"{console.name}: {item.text}")


def _move(work: Work, watch: Watcher) -> tuple[CommandResult | None, bool]:
    """Start and follow; the result of migrlpar (None when it is not known), and whether the deadline passed."""
    limits, plan, recorder = work.session.lab.limits, work.plan, work.recorder
    console = work.session.console(plan.source.console)
    deadline = Deadline(limits.migration)
    with recorder.phase("migration"):
        running = console.start_migration(plan.request)
        follower = Follower(console, plan, running, poll=limits.poll, watch=watch)
        try:
            result = follower.until_end(deadline)
            timed_out = result is None and not follower.lost
            if timed_out:
                _stop(work, running)
        finally:
            running.close()
            recorder.add_phases(follower.phases)
            if follower.last:
                recorder.bytes = Bytes(transmitted=follower.last.transmitted, remaining=follower.last.remaining)
    for text in follower.trouble:
        recorder.warn(text)
    if follower.lost:
        recorder.warn(f"{follower.lost} The migration runs on without it; its state is read from the consoles.")
        with recorder.phase("followed by state"):
            settle(work.session, plan, deadline)
    if result is not None:
        recorder.heard(result.stdout)
    return result, timed_out


def _stop(work: Work, running: RunningCommand) -> None:
    """Ask to stop until the console agrees, which it does not while it validates, and let migrlpar end by itself."""
    limits = work.session.lab.limits
    deadline = Deadline(limits.settle)
    refusal = ask_to_stop(work.session, work.plan, work.recorder)
    with suppress(SshError):
        while not running.wait(min(limits.poll, deadline.remaining)):
            if deadline.passed:
                return
            if refusal:
                refusal = ask_to_stop(work.session, work.plan, work.recorder)
        work.recorder.heard(running.result().stdout)


def _locate(work: Work) -> Where:
    """Where the partition is, after a failed migration was recovered as far as that goes."""
    where = _settle(work)
    if where is Where.MOVING:  # migrlpar has ended, and the partition is stuck in between
        ask_to_stop(work.session, work.plan, work.recorder)
        where = _settle(work)
    if where in (Where.FAILED, Where.BOTH, Where.MOVING):
        ask_to_recover(work.session, work.plan, work.recorder)
        where = _settle(work)
    return where


def _settle(work: Work) -> Where:
    with work.recorder.phase("locate"):
        where, work.recorder.places = settle(work.session, work.plan, Deadline(work.session.lab.limits.settle))
    return where


def _prove(work: Work, target: ManagedSystem | None, read_at: float) -> None:
    """Prove the move inside the partition; what does not fit becomes an error finding."""
    plan, recorder, limits = work.plan, work.recorder, work.session.lab.limits
    guest = work.session.partition(plan.move.partition)
    try:
        with recorder.phase("proof"):
            after = identified(read_again(guest, Deadline(limits.settle), interval=limits.poll))
    except MobilityError as error:
        work.fail(CHECK, plan.partition, error)
        return
    recorder.after = after
    if recorder.before is None or target is None:
        return
    elapsed = monotonic() - read_at
    for finding in prove_move(plan.partition, recorder.before, after, target=target, elapsed=elapsed):
        recorder.add_finding(finding)


def _wait_for_rmc(work: Work) -> None:
    plan, recorder, limits = work.plan, work.recorder, work.session.lab.limits
    link = RmcLink(work.session.console(plan.target.console), plan.target.system, plan.partition, poll=limits.poll)
    begun = monotonic()
    try:
        with recorder.phase("RMC return"):
            link.wait(Deadline(limits.rmc))
    except MobilityError as error:
        work.fail("RMC", plan.partition, error)
    finally:
        recorder.rmc_wait = monotonic() - begun


def _moved(work: Work, result: CommandResult | None, *, timed_out: bool) -> Outcome:
    """The partition is on the target: done, unless the proof, the clock or the console says otherwise."""
    recorder, plan = work.recorder, work.plan
    if recorder.errors:
        return recorder.finish(Ending.FAILED_AND_MANUAL, recorder.errors[0].sentence())
    odd = unfit(plan, Where.TARGET, recorder.places)
    if odd:
        return recorder.finish(Ending.FAILED_AND_MANUAL, odd)
    whole = f"{plan.partition} is whole on {plan.target.server}"
    if timed_out:
        text = f"{plan.title} took longer than {work.session.lab.limits.migration:.0f} s; {whole} now."
        return recorder.finish(Ending.TIMED_OUT, text)
    if result is not None and not result.ok:
        return recorder.finish(Ending.FAILED_AND_RECOVERED, f"{ConsoleCommandFailed(result)} Yet {whole}.")
    return recorder.finish(Ending.DONE)


def _not_moved(work: Work, where: Where, result: CommandResult | None, *, timed_out: bool) -> Outcome:
    recorder, plan = work.recorder, work.plan
    said = _why(work, result, timed_out=timed_out)
    odd = unfit(plan, where, recorder.places)
    if odd:
        return recorder.finish(Ending.FAILED_AND_MANUAL, f"{said} {odd}")
    if where is Where.SOURCE:
        ending = Ending.TIMED_OUT if timed_out else Ending.FAILED_AND_RECOVERED
        return recorder.finish(ending, f"{said} {plan.partition} is on {plan.source.server}, as before.")
    errors = "".join(f" {place.error}" for place in recorder.places if place.error)
    text = f"{said} {plan.partition} is {where.value}; a person has to look at both servers.{errors}"
    return recorder.finish(Ending.FAILED_AND_MANUAL, text)


def _why(work: Work, result: CommandResult | None, *, timed_out: bool) -> str:
    """The first half of the sentence that says why the partition did not move."""
    console = work.plan.source.console
    if timed_out:
        return f"{console}: migrlpar did not end within {work.session.lab.limits.migration:.0f} s."
    if result is None:
        return f"{console}: the connection was lost during the migration."
    if result.ok:
        return f"{console}: migrlpar reported success."
    return str(ConsoleCommandFailed(result))
