"""Keywords that check, validate, migrate, stop, recover and bring home."""

from __future__ import annotations

from typing import Any

from robot.api.deco import keyword

from mobility_keywords.desk import Way
from mobility_keywords.identity_desk import IdentityDesk
from mobility_keywords.settings_arguments import YesOrNo, settings_from, takes_settings
from mobility_keywords.topic import Topic
from powervm.homecoming import bring_home
from powervm.migration import check_move, migrate, start_move, validate_move
from powervm.outcome import Ending, Outcome
from powervm.plan import MovePlan
from powervm.recovery import recover_move, stop_move


class MigrationKeywords(Topic):
    """The migration itself.

    A move is named as in the lab file; ``way=back`` turns it round. With ``to`` the first argument is a partition
    instead, which moves from wherever it is to that server.
    """

    @keyword(tags=("migration", "check"))
    def check_prerequisites(self, move: str, *, to: str | None = None, way: Way = "there") -> Outcome:
        """Check all that a move needs, and mend what the lab file allows to be mended.

        Looked at: every machine answers; both servers are Operating and capable; the partition is on the source, in a
        fitting state and not on the target; mover service; RMC; packages, subsystems and firewall in the partition;
        processor modes; memory and processing units; free migration slots; trust between the consoles.

        Args:
            move: A move of the lab file, or a partition when ``to`` is given.
            to: Server to move to.
            way: ``there``, or ``back`` for the reverse move.

        Returns:
            The outcome record; its ``findings`` are everything that was looked at.

        Raises:
            OperationFailed: Something is missing; all of it is said, each with a remedy.

        Example:
        | Check Prerequisites    crosshmc
        """
        desk = self._desk
        return desk.settle(check_move(desk.session, desk.plan(move, way=way, to=to), keep=desk.keep))

    @keyword(tags=("migration",))
    @takes_settings
    def validate_migration(
        self, move: str, *, to: str | None = None, way: Way = "there", options: str | None = None, **settings: Any
    ) -> Outcome:
        """Check the prerequisites of a move, then let the console validate it (``migrlpar -o v``).

        Args:
            move: A move of the lab file, or a partition when ``to`` is given.
            to: Server to move to.
            way: ``there``, or ``back`` for the reverse move.
            options: Options for migrlpar as text, instead of those of the lab file, for example ``--mpio 2``.
            settings: Each of them; see `takes_settings`.

        Returns:
            The outcome record, with the console's warnings.

        Raises:
            OperationFailed: A prerequisite is missing, or the console refused; message codes are explained.

        Example:
        | Validate Migration    crosshmc
        | Validate Migration    lp1    to=p10a
        """
        desk = self._desk
        plan = desk.plan(move, way=way, to=to, options=options, settings=settings_from(settings))
        return desk.settle(validate_move(desk.session, plan, keep=desk.keep))

    @keyword(tags=("migration",))
    @takes_settings
    def migrate_partition(
        self,
        move: str,
        *,
        to: str | None = None,
        way: Way = "there",
        options: str | None = None,
        stage_logs: YesOrNo | None = None,
        identity: YesOrNo = False,
        **settings: Any,
    ) -> Outcome:
        """Move a partition, and prove that the move was good.

        Checks the prerequisites, lets the console validate, migrates and follows, then looks where the partition *is*
        on every console involved. For a running partition the proof is read inside it: same boot id, uptime went on,
        serial number and model of the target; then RMC has to be back. A failed migration is recovered.

        The time limits are those of the lab file (``limits``). While it runs, a terminal shows one live line.

        Args:
            move: A move of the lab file, or a partition when ``to`` is given.
            to: Server to move to.
            way: ``there``, or ``back`` for the reverse move.
            options: Options for migrlpar as text, instead of those of the lab file, for example ``--mpio 2``.
            settings: Each of them; see `takes_settings`.
            stage_logs: Collect logs before and after, as `Collect Stage Logs` does, and the slow archives after a
                failure; by default what the lab file says (``stage_logs``).
            identity: Record the partition before, and check afterwards that it is unchanged, as
                `Partition Identity Should Be Unchanged` does.

        Returns:
            The outcome record: ``duration`` in seconds, ``phases``, ``bytes``, ``findings``, ``rmc_wait`` and more.
            It is also written to ``mobility`` in the output directory.

        Raises:
            OperationFailed: It ended in any other way than "done"; the message is the first error.

        Example:
        | ${outcome} =    Migrate Partition    crosshmc
        | Log    Took ${outcome.duration} seconds.
        | Migrate Partition    local    processor_pool=SharedPool01    redundant_movers=if available    wait=10 min
        """
        plan = self._desk.plan(move, way=way, to=to, options=options, settings=settings_from(settings))
        return self._migrate(plan, way, stage_logs, identity)

    @keyword(tags=("migration",))
    @takes_settings
    def migrate_partition_back(
        self,
        move: str,
        *,
        options: str | None = None,
        stage_logs: YesOrNo | None = None,
        identity: YesOrNo = False,
        **settings: Any,
    ) -> Outcome:
        """Do a move of the lab file the other way round; the same as `Migrate Partition` with ``way=back``.

        Args:
            move: A move of the lab file.
            options: Options for migrlpar as text, instead of those of the lab file.
            settings: Each of them; see `takes_settings`.
            stage_logs, identity: As for `Migrate Partition`.

        Returns:
            The outcome record.

        Raises:
            OperationFailed: It ended in any other way than "done".

        Example:
        | Migrate Partition Back    crosshmc
        """
        plan = self._desk.plan(move, way="back", options=options, settings=settings_from(settings))
        return self._migrate(plan, "back", stage_logs, identity)

    @keyword(tags=("migration",))
    @takes_settings
    def start_migration(
        self, move: str, *, to: str | None = None, way: Way = "there", options: str | None = None, **settings: Any
    ) -> None:
        """Check and validate a move, start it, and come back while it runs; `Wait For Migration` does the rest.

        For tests that do something meanwhile, such as `Stop Migration`. A migration that is not waited for goes on
        when the lab is closed, and its outcome is "interrupted".

        Args:
            move: A move of the lab file, or a partition when ``to`` is given.
            to: Server to move to.
            way: ``there``, or ``back`` for the reverse move.
            options: Options for migrlpar as text, instead of those of the lab file.
            settings: Each of them; see `takes_settings`.

        Raises:
            OperationFailed: A prerequisite is missing, or the console refused.

        Example:
        | Start Migration    local
        | Stop Migration    local
        | Wait For Migration    local    ending=failed and recovered
        """
        desk = self._desk
        plan = desk.plan(move, way=way, to=to, options=options, settings=settings_from(settings))
        started = start_move(desk.session, plan, keep=desk.keep)
        if isinstance(started, Outcome):
            desk.settle(started)
        else:
            desk.begin(started)

    @keyword(tags=("migration",))
    def wait_for_migration(self, move: str, *, way: Way = "there", ending: Ending = Ending.DONE) -> Outcome:
        """Follow a move that `Start Migration` began to its end, and prove it as `Migrate Partition` does.

        Args:
            move: The move of the lab file that was started, or ``PARTITION-to-SERVER`` when it was started with ``to``.
            way: ``there``, or ``back`` when the reverse move was started.
            ending: The ending that the test is about, for example ``failed and recovered`` after a stop.

        Returns:
            The outcome record.

        Raises:
            OperationFailed: It ended in another way.

        Example:
        | Start Migration    local
        | ${outcome} =    Wait For Migration    local
        """
        desk = self._desk
        started = desk.take(move, way=way)
        with desk.watching() as watch:
            outcome = started.finish(keep=desk.keep, watch=watch)
        return desk.settle(outcome, ending)

    @keyword(tags=("recovery",))
    def stop_migration(self, move: str, *, way: Way = "there") -> Outcome:
        """Stop a running migration (``migrlpar -o s``) and wait until the partition is back on the source.

        Past the point where the partition was resumed on the target, a console refuses to stop. One that still
        validates a move that `Start Migration` began is asked again until there is something to stop.

        Args:
            move: The move of the lab file that is running.
            way: ``there``, or ``back`` when the reverse move is running.

        Returns:
            The outcome record.

        Raises:
            OperationFailed: The console refused, or the partition is not on the source alone afterwards.

        Example:
        | Stop Migration    crosshmc
        """
        desk = self._desk
        plan = desk.plan(move, way=way)
        return desk.settle(stop_move(desk.session, plan, keep=desk.keep, under_way=lambda: desk.runs(plan)))

    @keyword(tags=("recovery",))
    def recover_partition(self, move: str, *, way: Way = "there", force: YesOrNo = False) -> Outcome:
        """Recover a failed migration (``migrlpar -o r``) and wait until the partition is whole on one server.

        Args:
            move: The move of the lab file that failed.
            way: ``there``, or ``back`` when the reverse move failed.
            force: Go on in spite of errors; leftovers may remain and have to be removed by hand.

        Returns:
            The outcome record; its ``places`` say where the partition is.

        Raises:
            OperationFailed: The console refused, or the partition is not whole on one server afterwards.

        Example:
        | Recover Partition    crosshmc
        """
        desk = self._desk
        return desk.settle(recover_move(desk.session, desk.plan(move, way=way), keep=desk.keep, force=force))

    @keyword(tags=("recovery",))
    def bring_partition_home(self, move: str) -> Outcome | None:
        """Bring the partition of a move back to where that move starts, whatever a test left behind.

        For teardowns: it also runs after a failure, a timeout or Ctrl-C. A migration that leads away is stopped, one
        that leads home is waited for, a failed one is recovered, and a partition on the target is migrated back. A
        partition that is at home stays there.

        Args:
            move: A move of the lab file.

        Returns:
            The outcome record; None when no lab is in use, since nothing was moved then.

        Raises:
            OperationFailed: It is not at home afterwards; a person has to look.

        Example:
        | [Teardown]    Bring Partition Home    crosshmc
        """
        desk = self._desk
        if not desk.in_use:
            return None
        plan = desk.plan(move)
        standing = desk.standings.get(plan.move.partition)
        if standing is not None and standing.server == plan.source.server:
            desk.restore(standing.name)
        with desk.watching() as watch:
            outcome = bring_home(desk.session, plan, keep=desk.keep, watch=watch)
        if outcome.done:  # whatever was started for this partition is over now
            desk.give_up_moves(plan.partition)
        return desk.settle(outcome)

    def _migrate(self, plan: MovePlan, way: Way, stage_logs: bool | None, identity: bool) -> Outcome:
        desk = self._desk

        def move() -> Outcome:
            with desk.watching() as watch:
                return migrate(desk.session, plan, keep=desk.keep, watch=watch)

        with IdentityDesk(desk).watched(plan.move.partition, identity):
            return desk.settle(desk.accompanied(plan, way, stage_logs, move))
