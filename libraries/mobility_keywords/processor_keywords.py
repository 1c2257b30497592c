"""Keywords about processor compatibility modes, and about moves that have to be refused."""

from __future__ import annotations

from robot.api import logger
from robot.api.deco import keyword
from robot.api.exceptions import SkipExecution

from mobility_keywords.desk import OperationFailed, Way
from mobility_keywords.tables import findings_table
from mobility_keywords.topic import Topic
from powervm.errors import MobilityError
from powervm.lab import MoveKind
from powervm.migration import check_move, validate_move
from powervm.modes import prove_mode, read_mode
from powervm.outcome import Ending, Outcome, Severity
from powervm.power import switch_of
from powervm.restoring import Wanted, arrange


class ProcessorKeywords(Topic):
    """Processor modes of partitions.

    A pair of modes is written ``preferred/current``, for example ``default/POWER9``: what the profile asks for, and
    what the partition runs in. The preferred mode counts for every move, the current one for a running partition only.
    """

    @keyword(tags=("processor", "check"))
    def processor_mode_should_be(self, partition: str, mode: str) -> None:
        """Check the processor mode that a partition runs in: on its console, and inside it.

        Inside, ``AT_PLATFORM`` of the auxiliary vector and the ``cpu`` line of ``/proc/cpuinfo`` have to tell it.

        Args:
            partition: Its name in the lab file.
            mode: As consoles write it, for example ``POWER8`` or ``POWER9_base``.

        Raises:
            MobilityError: One of them tells another mode; the message says which.

        Example:
        | Processor Mode Should Be    lp30    POWER8
        """
        desk = self._desk
        switch = switch_of(desk.session, desk.lab.partition(partition).name)
        inside = read_mode(desk.session.partition(switch.name))
        findings = prove_mode(partition, mode, switch.status(), inside)
        logger.info(findings_table(findings), html=True)
        wrong = [finding.sentence() for finding in findings if finding.severity is Severity.ERROR]
        if wrong:
            raise MobilityError("\n".join(wrong))

    @keyword(tags=("processor",))
    def prepare_partition(self, partition: str, *, server: str, modes: str, kind: MoveKind = MoveKind.ACTIVE) -> None:
        """Bring a partition to where and how a test of a move needs it, whatever tests before have left.

        Nothing is done when it is so. Otherwise it is put back as it was before the first test, moved to the server,
        restarted with the preferred mode if need be, and powered off for an inactive move. When the lab is closed, it
        is put back.

        Args:
            partition: Its name in the lab file.
            server: The server that has to have it.
            modes: Preferred and current mode, for example ``default/POWER9``.
            kind: ``active`` for a running partition, ``inactive`` for one that is powered off.

        Raises:
            MobilityError: It cannot be brought there; the message says how it is instead.

        Example:
        | Prepare Partition    lp31    server=p9a    modes=default/POWER9
        """
        desk = self._desk
        desired, slash, current = modes.partition("/")
        if not (desired and slash and current):
            raise MobilityError(
                f"'{modes}' is no pair of modes.", remedy="Write it like default/POWER9 or POWER8/POWER8."
            )
        wanted = Wanted(desk.lab.server(server).name, kind is MoveKind.ACTIVE, desired, current)
        arrange(desk.session, desk.remember(partition), wanted, keep=desk.keep)

    @keyword(tags=("check", "migration"))
    def preflight_should_refuse_the_move(
        self, move: str, *, because: str, to: str | None = None, way: Way = "there"
    ) -> Outcome:
        """Check that our own checks refuse a move, and for this reason only.

        Args:
            move: A move of the lab file, or a partition when ``to`` is given.
            because: The check that has to refuse it, as its findings call it, for example ``processor mode``.
            to: Server to move to.
            way: ``there``, or ``back`` for the reverse move.

        Returns:
            The outcome record of the checks.

        Raises:
            OperationFailed: Nothing is wrong with the move, or something else is.

        Example:
        | Preflight Should Refuse The Move    lp31    to=p8a    because=processor mode
        """
        desk = self._desk
        outcome = check_move(desk.session, desk.plan(move, way=way, to=to), keep=desk.keep)
        wrong = [finding for finding in outcome.findings if finding.severity is Severity.ERROR]
        others = [finding for finding in wrong if finding.check != because]
        if others:
            raise OperationFailed(outcome, f"Not only the {because} is against it: {others[0].sentence()}")
        if outcome.ending is not Ending.REFUSED or not wrong:
            raise OperationFailed(outcome, f"{outcome.summary()} It should have been refused because of: {because}.")
        logger.info(f"Refused as it should be: {outcome.error}")
        return outcome

    @keyword(tags=("check", "migration"))
    def console_should_refuse_the_move(
        self, move: str, *, to: str | None = None, way: Way = "there", code: str | None = None
    ) -> Outcome:
        """Check that the console refuses a move, too: it validates it (``migrlpar -o v``) without our own checks.

        A validation changes nothing.

        Args:
            move: A move of the lab file, or a partition when ``to`` is given.
            to: Server to move to.
            way: ``there``, or ``back`` for the reverse move.
            code: A message code that has to be among those that the console prints; by default any.

        Returns:
            The outcome record of the validation.

        Raises:
            OperationFailed: The console agreed, did not answer, or refused with other codes.

        Example:
        | Console Should Refuse The Move    lp31    to=p8a
        """
        desk = self._desk
        plan = desk.plan(move, way=way, to=to)
        outcome = validate_move(desk.session, plan, keep=desk.keep, checked_first=False)
        codes = [message.code for message in outcome.messages]
        if outcome.done:
            raise OperationFailed(outcome, f"{plan.source.console} agreed to {plan.title}; it should have refused.")
        if outcome.ending is not Ending.REFUSED or not codes:
            raise OperationFailed(outcome)
        if code is not None and code not in codes:
            raise OperationFailed(outcome, f"{outcome.error} It should have refused with {code}.")
        logger.info(f"Refused as it should be: {outcome.error}")
        return outcome

    @keyword(tags=("lab",))
    def skip_unless_the_lab_has(self, *names: str) -> None:
        """Skip the test when the lab file has not all of these servers and partitions.

        For tables whose rows name machines: with a smaller lab, or an op-test file, the rows about others are skipped.

        Args:
            names: Servers and partitions, by their names in the lab file.

        Example:
        | Skip Unless The Lab Has    lp31    p9a    p10a
        """
        lab = self._desk.lab
        missing = [name for name in names if name not in lab.servers and name not in lab.partitions]
        if missing:
            raise SkipExecution(f"{lab.file.name} has no {', '.join(missing)}.")
