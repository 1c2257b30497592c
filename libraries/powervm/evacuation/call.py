"""One call of migrlpar for several partitions: started, followed, and judged for each by where it is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from time import monotonic

from powervm.console import ConsoleCommandFailed, ManagementConsole, MigrationStatus
from powervm.errors import MobilityError
from powervm.evacuation.calls import said_about, together
from powervm.messages import codes_in
from powervm.migration import conclude
from powervm.operation import Work
from powervm.outcome import Ending, Outcome
from powervm.outcome.model import Bytes
from powervm.parallel import ask_all
from powervm.placement import Where, judge, look, settle
from powervm.preflight import Facts
from powervm.progress import PHASES, PhaseClock, Progress, Watcher, note_movers
from powervm.recovery import ask_to_stop
from powervm.session import LabSession, Started
from powervm.ssh import CommandResult, ConnectionLost, RunningCommand, SshError
from powervm.verdict import End
from powervm.waiting import Deadline, DeadlinePassed, wait_until

_QUESTION = 30.0
"""Seconds that one question about the state may take."""
BROKEN_OFF = ("HSCLA2CF", "HSCL365C")
"""Codes of a migration that had begun."""
_MARGIN = 10.0
"""Seconds beyond three times the longest validation within which the migrations begin."""
_WORKERS = 4
"""How many partitions are looked for and proved at the same time."""


class Passenger:
    """One partition in the call, and what was seen of its migration.

    Attributes:
        movers: The movers that the console named.
        last: The last answer about it; None before the first one, and for one that has left.
    """

    def __init__(self, work: Work, facts: Facts, read_at: float) -> None:
        self.work, self.facts, self.read_at = work, facts, read_at
        self.movers: list[tuple[str, str]] = []
        self.last: MigrationStatus | None = None
        self.begun = False
        self.bytes = Bytes()
        self.clock = PhaseClock()
        self.end_phase = work.recorder.begin_phase("migration")

    @property
    def name(self) -> str:
        """Its name on the consoles."""
        return self.work.plan.partition

    def see(self, status: MigrationStatus | None) -> None:
        """What the source's console says of it now; None when it has left."""
        self.last = status
        if status is None:
            self.begun = True
            self.clock.see(PHASES["Migration Complete"])
            return
        note_movers(self.movers, status)
        self.begun = self.begun or status.migrating or status.failed
        if self.begun and not status.migrating and not status.failed:
            self.clock.end()  # it is over for this one: rolled back
            return
        self.clock.see(PHASES.get(status.state, status.state))
        if status.transmitted or status.remaining:
            self.bytes = Bytes(transmitted=status.transmitted, remaining=status.remaining)

    def close(self) -> None:
        """Nothing more is seen."""
        self.clock.end()
        self.end_phase()
        self.work.recorder.add_phases(self.clock.phases)
        self.work.recorder.bytes = self.bytes
        self.work.recorder.migration_ended()


class Call:
    """One call of migrlpar.

    Args:
        session: The opened lab.
        ready: Those that move, each with the facts of its checks and when its identity had been read.
        watch: Is told how far they are together.
    """

    def __init__(self, session: LabSession, ready: Sequence[tuple[Work, Facts, float]], watch: Watcher) -> None:
        self._session = session
        self._passengers = [Passenger(*item) for item in ready]
        self._watch = watch
        plan = self._passengers[0].work.plan
        self._plan = plan
        self._console: ManagementConsole = session.console(plan.source.console)
        self._deadline = Deadline(session.lab.limits.migration * len(self._passengers))
        self._start = monotonic()
        self._trouble: list[str] = []

    def run(self) -> dict[str, Outcome] | None:
        """Move all of them. A failing one fails nobody else.

        Returns:
            The outcome of each, by its name on the consoles; None when the console has refused several of them as a
            whole and nobody has moved, so that each may be asked for by itself.
        """
        try:
            end = self._follow()
        finally:
            for passenger in self._passengers:
                passenger.close()
        for text in self._trouble:
            self._passengers[0].work.recorder.warn(text)
        if self._refused_as_a_whole(end):
            return None
        answers, errors = ask_all(
            {item.name: partial(self._conclude, item, end) for item in self._passengers}, workers=_WORKERS
        )
        for item in self._passengers:
            if item.name in errors:
                manual = item.work.recorder.finish(Ending.FAILED_AND_MANUAL, str(errors[item.name]))
                answers[item.name] = manual
        return answers

    def _refused_as_a_whole(self, end: End) -> bool:
        """Nothing has begun for anybody: what is wrong may be one of them, or a word that is for several only."""
        result, limits = end.result, self._session.lab.limits
        if result is None or result.ok or len(self._passengers) == 1 or any(item.begun for item in self._passengers):
            return False
        if any(code in BROKEN_OFF for code in codes_in(result.stdout)):
            return False
        places = [settle(self._session, item.work.plan, Deadline(limits.settle))[0] for item in self._passengers]
        if any(where is not Where.SOURCE for where in places):
            return False
        for item in self._passengers:
            item.work.recorder.heard(result.stdout)
            item.work.recorder.warn(f"{ConsoleCommandFailed(result)} Each of the {len(places)} is asked for by itself.")
        return True

    def _follow(self) -> End:
        try:
            request = together([item.work.plan.request for item in self._passengers])
            running = self._console.start_migration(request)
            self._note_started(running)
        except MobilityError as error:
            if isinstance(error, (ConnectionLost, DeadlinePassed)):
                self._follow_state(begun=False)
            return End(None, trouble=error)
        try:
            result, timed_out = self._until_end(running)
        except SshError as error:  # the migrations run on in firmware
            self._forget(running)
            self._trouble.append(f"{error} The migrations run on without it; their state is read from the consoles.")
            self._follow_state(begun=any(item.begun for item in self._passengers))
            return End(None, trouble=error)
        self._forget(running)
        if result is not None and result.ok and not all(item.begun for item in self._passengers):
            self._follow_state(begun=False)
        return End(result, timed_out=timed_out, limit=self._deadline.limit)

    def _note_started(self, running: RunningCommand) -> None:
        """Until its end was seen the way home has to reckon with it: no state shows it while its console validates."""
        limits = self._session.lab.limits
        longest = max(item.work.recorder.seconds_of("validation") for item in self._passengers)
        patience = min(limits.validation, 3 * longest + _MARGIN)
        for item in self._passengers:
            self._session.started[item.name] = Started(running, patience)

    def _forget(self, running: RunningCommand) -> None:
        for item in self._passengers:
            self._session.started.pop(item.name, None)
        running.close()

    def _until_end(self, running: RunningCommand) -> tuple[CommandResult | None, bool]:
        poll = self._session.lab.limits.poll
        self._report()
        while not running.wait(min(poll, self._deadline.remaining)):
            if self._deadline.passed:
                self._stop(running)
                return None, True
            self._ask()
            self._report()
        return running.result(), False

    def _ask(self) -> None:
        """One question about all of them."""
        try:
            statuses = self._console.migration_statuses(self._plan.source.system, self._deadline.within(_QUESTION))
        except MobilityError as error:
            if str(error) not in self._trouble:
                self._trouble.append(str(error))
            return
        for item in self._passengers:
            item.see(statuses.get(item.name))

    def _report(self) -> None:
        """All of them as one: the sum of their bytes, and how many have left."""
        count = len(self._passengers)
        left = sum(item.begun and item.last is None for item in self._passengers)
        side = f"{self._plan.source.server} -> {self._plan.target.server}"
        self._watch(
            Progress(
                title=f"{count} partitions {side}" if count > 1 else self._plan.title,
                phase=f"{left} of {count} have left",
                elapsed=monotonic() - self._start,
                transmitted=sum(item.bytes.transmitted for item in self._passengers),
                remaining=sum(item.bytes.remaining for item in self._passengers if item.last is not None),
            )
        )

    def _stop(self, running: RunningCommand) -> None:
        """Ask to stop each one that has not left, and let migrlpar end by itself."""
        limits = self._session.lab.limits
        deadline = Deadline(limits.settle)
        staying = [item for item in self._passengers if not (item.begun and item.last is None)]
        with suppress(SshError):
            while not running.wait(min(limits.poll, deadline.remaining)):
                staying = [item for item in staying if ask_to_stop(self._session, item.work.plan, item.work.recorder)]
                if deadline.passed:
                    return

    def _follow_state(self, *, begun: bool) -> None:
        """Wait by the state of each; those that have not begun may still be validated, which no state shows."""
        limits = self._session.lab.limits
        plans = [item.work.plan for item in self._passengers]

        def begins() -> bool:
            looks = (look(self._session, plan, Deadline(limits.connect)) for plan in plans)
            return any(judge(*places) is not Where.SOURCE for places in looks)

        if not begun:
            with suppress(DeadlinePassed):
                patience = self._deadline.within(limits.validation)
                wait_until(begins, patience, interval=limits.poll, what="the migrations to begin")
        for plan in plans:
            settle(self._session, plan, self._deadline)

    def _conclude(self, item: Passenger, end: End) -> Outcome:
        """Where one of them is, and whether that is good. What the call says of others is not its fault."""
        where, _ = settle(self._session, item.work.plan, Deadline(self._session.lab.limits.settle))
        own = self._own_end(item, end, arrived=where is Where.TARGET)
        return conclude(item.work, own, item.facts, item.read_at, movers=item.movers)

    def _own_end(self, item: Passenger, end: End, *, arrived: bool) -> End:
        result = end.result
        if result is None or result.ok:
            return end
        own = said_about(result.stdout, item.name, [one.name for one in self._passengers])
        item.work.recorder.heard(own)
        if arrived and not own and len(self._passengers) > 1:
            others = f"{self._console.name}: migrlpar failed for others of the same call"
            item.work.recorder.warn(f"{others}; {item.name} has arrived.")
            return replace(end, result=None)
        return replace(end, result=replace(result, stdout=own)) if own else end
