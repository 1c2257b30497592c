"""A migration from the first check to the last proof: validate, start, follow, finish.

`migrate` does all of it; `start_move` comes back while it runs, and `MoveUnderWay.finish` does the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from time import monotonic

from powervm.arrangement import arrange
from powervm.console import ConsoleCommandFailed, ManagedSystem
from powervm.errors import MobilityError
from powervm.escort import Escort
from powervm.identity import CHECK, identified, prove_move, read_again
from powervm.operation import Keeper, Work, conduct, open_work, run_operation
from powervm.outcome import Ending, Outcome
from powervm.outcome.model import Bytes
from powervm.placement import Where, judge, look, settle
from powervm.plan import MovePlan
from powervm.preflight import Facts, run_preflight
from powervm.progress import Follower, Watcher, nobody
from powervm.promises import check_promises
from powervm.recovery import ask_to_recover, ask_to_stop
from powervm.rmc import RmcLink
from powervm.session import LabSession, Started
from powervm.ssh import ConnectionLost, RunningCommand, SshError
from powervm.verdict import End, moved, not_moved
from powervm.waiting import Deadline, DeadlinePassed, wait_until


def check_move(session: LabSession, plan: MovePlan, *, keep: Keeper) -> Outcome:
    """Check the prerequisites of a move, mend what may be mended, change nothing else."""

    def steps(work: Work) -> Outcome:
        preflight(work)
        return work.recorder.finish(Ending.DONE)

    return run_operation("check", session, plan, keep, steps)


def validate_move(session: LabSession, plan: MovePlan, *, keep: Keeper, checked_first: bool = True) -> Outcome:
    """Check the prerequisites, then let the console validate (``migrlpar -o v``).

    Args:
        session: The opened lab.
        plan: Who would go where.
        keep: Is given the outcome.
        checked_first: Without it the console is asked whatever we think of the move.
    """

    def steps(work: Work) -> Outcome:
        if checked_first:
            work, _ = preflight(work)
        validate(arrange(work, change=False))
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
    return run_operation("migrate", session, plan, keep, lambda work: _finish(_start(work), watch))


def start_move(session: LabSession, plan: MovePlan, *, keep: Keeper) -> MoveUnderWay | Outcome:
    """Check, validate and start a migration, and come back while it runs.

    Returns:
        The migration, which has to be finished or given up; or the outcome, when it was refused.
    """
    return conduct(open_work("migrate", session, plan), keep, _start)


_MARGIN = 10.0
"""Seconds that a console's second validation may take beyond three times the first one."""


class MoveUnderWay:
    """A migration that was started.

    Attributes:
        work: What its steps share.
        facts: What was true before it began.
        escort: Looks at devices meanwhile.
        read_at: When the partition's identity had been read, by the monotonic clock.
        command: ``migrlpar`` on its channel; None when it could not be started, or nobody knows whether it was.
        trouble: Why there is no command.
        movers: The movers of source and target that the console named.
    """

    def __init__(self, work: Work, facts: Facts, escort: Escort) -> None:
        limits, plan = work.session.lab.limits, work.plan
        self.work, self.facts, self.escort = work, facts, escort
        self.read_at = monotonic()
        self.deadline = Deadline(limits.migration)
        self.end_phase = work.recorder.begin_phase("migration")
        self.command: RunningCommand | None = None
        self.trouble: MobilityError | None = None
        self.movers: list[tuple[str, str]] = []
        try:
            self.command = work.session.console(plan.source.console).start_migration(plan.request)
            validation = work.recorder.seconds_of("validation")
            patience = min(limits.validation, 3 * validation + _MARGIN)
            work.session.started[plan.partition] = Started(self.command, patience)
        except MobilityError as error:
            self.trouble = error

    def finish(self, *, keep: Keeper, watch: Watcher = nobody) -> Outcome:
        """Follow it to its end, and prove it; see `migrate`."""
        return conduct(self.work, keep, lambda _: _finish(self, watch))

    @property
    def runs(self) -> bool:
        """Whether migrlpar has not ended, as far as its channel tells."""
        if self.command is None:
            return False
        try:
            return not self.command.wait(0)
        except SshError:  # it is told again when the end is waited for
            return False

    def give_up(self, *, keep: Keeper) -> Outcome:
        """Nobody is going to wait for it: keep the outcome "interrupted", and leave the migration alone."""
        if self.command is not None:
            self.command.close()
        self.end_phase()
        self.escort.give_up()
        outcome = self.work.recorder.finish(Ending.INTERRUPTED, f"Nobody waited for the end of {self.work.plan.title}.")
        keep(outcome)
        return outcome


def _start(work: Work) -> MoveUnderWay:
    work, facts = preflight(work)
    work = arrange(work)
    validate(work)
    read_before(work)
    escort = Escort(work, facts)
    try:
        escort.begin()
        return MoveUnderWay(work, facts, escort)
    except BaseException:  # whoever breaks it off, nothing is left running in the partition
        escort.give_up()
        raise


def read_before(work: Work) -> None:
    """Read who the partition is, which the proof after the move compares with."""
    if not work.plan.active:
        return
    guest = work.session.partition(work.plan.move.partition)
    try:
        work.recorder.before = identified(guest.identity())
    except MobilityError as error:
        work.end(Ending.REFUSED, str(error))


def _finish(move: MoveUnderWay, watch: Watcher) -> Outcome:
    try:
        return _conclude(move, watch)
    finally:  # also when it is broken off: nothing of it is left running in the partition
        move.escort.give_up()


def _conclude(move: MoveUnderWay, watch: Watcher) -> Outcome:
    work = move.work
    try:
        end = _follow(move, move.command, watch) if move.command else _follow_blindly(move)
    finally:
        move.end_phase()
    work.recorder.migration_ended()
    return conclude(work, end, move.facts, move.read_at, movers=move.movers, escort=move.escort)


def conclude(
    work: Work,
    end: End,
    facts: Facts,
    read_at: float,
    *,
    movers: Sequence[tuple[str, str]],
    escort: Escort | None = None,
) -> Outcome:
    """Look where the partition is after migrlpar has ended, prove the move if it moved, and judge.

    Args:
        work: The migration.
        end: How migrlpar ended.
        facts: What was true before it began.
        read_at: When the partition's identity had been read, by the monotonic clock.
        movers: The movers of source and target that the console named.
        escort: Who has looked at devices meanwhile, if anybody has.
    """
    where = _locate(work)
    if where is Where.TARGET:
        if work.plan.active:
            _prove(work, facts.target.system, read_at)
        check_promises(work, movers)
        if work.plan.active:
            _wait_for_rmc(work)
        if escort:
            escort.prove()
            escort.end()
        return moved(work, end)
    if escort:
        escort.end()
    return not_moved(work, where, end)


def preflight(work: Work) -> tuple[Work, Facts]:
    """All checks; every error ends the operation, and all of them are said.

    Returns:
        The work, where the request to migrlpar has the mappings of devices that were worked out, and the facts.
    """
    limits = work.session.lab.limits
    facts = run_preflight(work.session, work.plan, work.recorder, Deadline(limits.validation + limits.rmc))
    errors = [error.sentence() for error in work.recorder.errors]
    if errors:
        work.end(Ending.REFUSED, "\n".join(dict.fromkeys(errors)))
    work.recorder.mappings = facts.devices.mappings
    return replace(work, plan=work.plan.with_mappings(facts.devices.mappings)), facts


def validate(work: Work) -> None:
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


def _follow(move: MoveUnderWay, command: RunningCommand, watch: Watcher) -> End:
    """Follow migrlpar to its end, and stop it when that takes too long."""
    work = move.work
    limits, plan, recorder = work.session.lab.limits, work.plan, work.recorder
    console = work.session.console(plan.source.console)
    follower = Follower(console, plan, command, poll=limits.poll, watch=watch)
    timed_out = False
    try:
        result = follower.until_end(move.deadline)
        if result is None and not follower.lost:
            timed_out = True
            _stop(work, command)
        work.session.started.pop(plan.partition, None)
        command.close()
    finally:  # one that is broken off stays open: its end tells the way home that it is over
        recorder.add_phases(follower.phases)
        move.movers += follower.movers
        if follower.last:
            recorder.bytes = Bytes(transmitted=follower.last.transmitted, remaining=follower.last.remaining)
    for text in follower.trouble:
        recorder.warn(text)
    if follower.lost:
        recorder.warn(f"{follower.lost} The migration runs on without it; its state is read from the consoles.")
        _follow_state(move, begun=follower.begun)
    if result is not None:
        recorder.heard(result.stdout)
        if result.ok and not follower.begun:  # a migrlpar that died may say so while its migration is still validated
            _follow_state(move, begun=False)
    return End(result, timed_out=timed_out, trouble=follower.lost)


def _follow_blindly(move: MoveUnderWay) -> End:
    """migrlpar gave no sign of life; when the request was under way already, it may run all the same."""
    assert move.trouble is not None
    if isinstance(move.trouble, (ConnectionLost, DeadlinePassed)):
        move.work.recorder.warn(f"{move.trouble} Whether the migration began is read from the consoles.")
        _follow_state(move, begun=False)
    return End(None, trouble=move.trouble)


def _follow_state(move: MoveUnderWay, *, begun: bool) -> None:
    """Wait by state alone; one that has not begun may still be validated, which no state shows."""
    work, plan = move.work, move.work.plan
    limits = work.session.lab.limits

    def begins() -> bool:
        return judge(*look(work.session, plan, Deadline(limits.connect))) is not Where.SOURCE

    with work.recorder.phase("followed by state"):
        if not begun:
            with suppress(DeadlinePassed):
                patience = move.deadline.within(limits.validation)
                wait_until(begins, patience, interval=limits.poll, what="the migration to begin")
        settle(work.session, plan, move.deadline)


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
