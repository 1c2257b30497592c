"""Keywords around the lab: which one, whether all of it answers, passwords, trust between consoles."""

from __future__ import annotations

from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import Secret

from mobility_keywords.desk import Way
from mobility_keywords.settings_arguments import YesOrNo
from mobility_keywords.tables import findings_table
from mobility_keywords.topic import Topic
from powervm.errors import MobilityError
from powervm.inspection import Scope, inspect_lab
from powervm.lab import Move
from powervm.outcome import Outcome, Severity
from powervm.secret import Password
from powervm.trust import directions, exchange_keys


class LabChecksFailed(MobilityError):
    """Something in the lab does not answer, or is not what the lab file says."""


class LabKeywords(Topic):
    """Which lab, and whether it is in order."""

    @keyword(tags=("lab",))
    def use_lab(self, file: str, *, shared: YesOrNo = True) -> None:
        """Take the lab that ``file`` describes; all other keywords work on it.

        Nothing is connected yet: a machine is connected to when it is needed first, and once. A lab file with a section
        ``simulated`` starts a simulated lab, which later suites of the run share, or joins one that is running. All
        workers of a pabot run have one together. The lab is named in log and report (suite metadata ``Lab``).

        Args:
            file: Path of a lab file (YAML) or an op-test configuration file, relative to the current directory.
            shared: ``no`` starts a simulated lab of the suite's own, also under pabot: for suites that make things go
                wrong on machines that others use, too.

        Raises:
            LabFileError: The file cannot be used; everything that is wrong with it is said at once.
            ConsoleFull: All sessions that runs on this computer may hold to a console are taken.

        Example:
        | Use Lab    ${LAB}
        | Use Lab    ${LAB}    shared=no
        """
        self._desk.use(file, shared=shared)

    @keyword(tags=("lab",))
    def close_lab(self) -> None:
        """Put back what was changed for the tests, and close all connections.

        For a suite teardown. A simulated lab goes on until the end of the run. Without a lab in use nothing happens.

        Raises:
            MobilityError: Something could not be put back; it says what.

        Example:
        | [Teardown]    Close Lab
        """
        self._desk.close()

    @keyword(tags=("lab", "check"))
    def check_lab(self, *moves: str, partitions: YesOrNo = True) -> None:
        """Check that every machine of the lab answers, and that the consoles know the servers and partitions.

        All machines are asked at the same time. The log shows one table of everything that was looked at.

        Args:
            moves: Only what these moves and evacuations of the lab file need: their servers with consoles and Virtual
                I/O Servers, and their partitions. Without any the whole lab is checked.
            partitions: Whether partitions are looked at when no move is named.

        Raises:
            LabChecksFailed: Something does not answer or is not known; all of it is said, each with a remedy.

        Example:
        | Check Lab
        | Check Lab    local
        """
        lab = self._desk.lab
        scope = Scope.of(lab, moves) if moves else Scope.everything(lab, partitions=partitions)
        findings = inspect_lab(self._desk.session, scope)
        logger.info(findings_table(findings), html=True)
        errors = [finding.sentence() for finding in findings if finding.severity is Severity.ERROR]
        if errors:
            raise LabChecksFailed("\n".join(errors))

    @keyword(tags=("lab",))
    def set_lab_password(self, endpoint: str, password: Secret) -> None:
        """Log in to a machine of the lab with this password from now on.

        Args:
            endpoint: Name of the machine in the lab file.
            password: A Robot Framework secret; plain text is refused.

        Example:
        | VAR    ${PASSWORD: Secret}    %{HMC1_PASSWORD}
        | Set Lab Password    hmc1    ${PASSWORD}
        """
        session = self._desk.session
        session.replace_lab(session.lab.with_password(endpoint, Password(password.value)))

    @keyword(tags=("trust",))
    def exchange_console_keys(
        self,
        move: str,
        *,
        source_password: Secret | None = None,
        target_password: Secret | None = None,
        on_command_line: YesOrNo = False,
    ) -> Outcome:
        """Make the two consoles of a move trust each other, in both directions, as far as they do not yet.

        The password goes to the question of ``mkauthkeys`` on a terminal, once. A move within one console needs no
        trust: nothing happens then.

        Args:
            move: Name of a move of the lab file.
            source_password: Password of the source's console; by default that of the lab file.
            target_password: Password of the target's console; by default that of the lab file.
            on_command_line: Give the password as an argument of ``mkauthkeys`` instead, for old consoles whose
                question does not work. Other users of that console can see it while the command runs.

        Returns:
            The outcome record; its findings say which keys were exchanged.

        Raises:
            OperationFailed: A password is missing or was not taken; it is tried once.

        Example:
        | Exchange Console Keys    crosshmc
        """
        desk = self._desk
        plan = desk.plan(move)
        given = {plan.source.console: source_password, plan.target.console: target_password}
        outcome = exchange_keys(
            desk.session,
            plan,
            keep=desk.keep,
            passwords={name: Password(secret.value) for name, secret in given.items() if secret is not None},
            on_command_line=on_command_line,
        )
        return desk.settle(outcome)

    @keyword(tags=("trust", "check"))
    def consoles_should_trust_each_other(self, move: str) -> None:
        """Check that the two consoles of a move have each other's keys.

        Args:
            move: Name of a move of the lab file.

        Raises:
            MobilityError: A console has no key for the other one.

        Example:
        | Consoles Should Trust Each Other    crosshmc
        """
        plan = self._desk.plan(move)
        if plan.route is None:
            return
        for way in directions(self._desk.session, plan.source.console, plan.target.console):
            if not way.here.trusts(way.route.address, way.route.user):
                raise MobilityError(
                    f"{way.here.name}: has no key for {way.route.user} on {way.there}.",
                    remedy="Call Exchange Console Keys.",
                )

    @keyword(tags=("lab",))
    def get_lab_names(self) -> list[str]:
        """The names of all machines of the lab that can be logged in to.

        Example:
        | ${names} =    Get Lab Names
        """
        return list(self._desk.lab.endpoint_names())

    @keyword(tags=("lab",))
    def get_move(self, move: str, *, way: Way = "there") -> Move:
        """A move of the lab file, with the attributes ``partition``, ``source``, ``target``, ``kind`` and ``options``.

        Args:
            move: Its name.
            way: ``there``, or ``back`` for the reverse move.

        Example:
        | ${move} =    Get Move    crosshmc
        | Log    ${move.partition} goes to ${move.target}.
        """
        found = self._desk.lab.move(move)
        return found.back() if way == "back" else found
