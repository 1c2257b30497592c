"""Keywords that collect the evidence of a moment, and judge the kernel log."""

from __future__ import annotations

from robot.api import logger
from robot.api.deco import keyword

from mobility_keywords.desk import Way
from mobility_keywords.stage_tables import kernel_table
from mobility_keywords.topic import Topic
from powervm.errors import MobilityError
from powervm.kernel_log import RuleClass, Verdict
from powervm.stage_logs import Manifest


class KernelLogNotClean(MobilityError):
    """The kernel has logged an error, or nobody knows whether it has.

    Attributes:
        verdict: All of it.
    """

    def __init__(self, partition: str, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(f"{partition}: {verdict.sentence()}")


class StageLogsIncomplete(MobilityError):
    """Something could not be collected."""


class StageLogKeywords(Topic):
    """Evidence."""

    @keyword(tags=("logs",))
    def collect_stage_logs(
        self, stage: str, *, move: str | None = None, way: Way = "there", partition: str | None = None,
        iteration: int = 1,
    ) -> Manifest:  # fmt: skip
        """Collect the logs of the partition, the consoles and all Virtual I/O Servers, all at the same time.

        They go to ``stage-logs/TEST/ITERATION/STAGE`` in the output directory, with a ``manifest.json`` that tells of
        every item where it came from, how it went, and why something is missing. Nothing is cleared or left behind on
        any machine. What does not answer is left out and told; the test goes on. The lists of what is collected are in
        ``libraries/powervm/stage_logs/items.yaml``; a lab file adds to them (``logs``).

        Args:
            stage: Name of the moment, for example ``pre-forward``.
            move: A move of the lab file: only its machines; by default all of the lab.
            way: ``there``, or ``back`` for the reverse move.
            partition: Its name in the lab file; by default that of the move.
            iteration: Which round of the test.

        Returns:
            The manifest: ``status`` (complete, partial, nothing), ``sources`` with their ``items``, ``duration``.

        Example:
        | Collect Stage Logs    pre-forward    move=crosshmc
        | Collect Stage Logs    now    partition=lp1
        """
        return self._collect(stage, move, way, partition, iteration, failure=False)

    @keyword(tags=("logs", "check"))
    def stage_logs_should_be_complete(self, manifest: Manifest) -> None:
        """Check that nothing is missing in stage logs.

        Args:
            manifest: What `Collect Stage Logs` returned.

        Raises:
            StageLogsIncomplete: Something is missing; all of it is said, with the reason.

        Example:
        | ${manifest} =    Collect Stage Logs    now
        | Stage Logs Should Be Complete    ${manifest}
        """
        missing = manifest.missing()
        if missing:
            raise StageLogsIncomplete(f"Stage logs of {manifest.stage} are incomplete.\n" + "\n".join(missing))

    @keyword(tags=("logs",))
    def collect_failure_logs(
        self, stage: str = "failure", *, move: str | None = None, way: Way = "there", partition: str | None = None,
        iteration: int = 1,
    ) -> Manifest:  # fmt: skip
        """The same as `Collect Stage Logs`, and the slow archives as well.

        These are ``sos report`` or ``supportconfig`` of the partition with its checksum verified, ``snap`` of every
        Virtual I/O Server, ``pedbg`` and the list of migration debug data of the consoles. It takes many minutes on
        real machines.

        Args:
            stage: Name of the moment.
            move: A move of the lab file: only its machines; by default all of the lab.
            way: ``there``, or ``back`` for the reverse move.
            partition: Its name in the lab file; by default that of the move.
            iteration: Which round of the test.

        Returns:
            The manifest.

        Example:
        | [Teardown]    Run Keyword If Test Failed    Collect Failure Logs    move=crosshmc
        """
        return self._collect(stage, move, way, partition, iteration, failure=True)

    @keyword(tags=("logs",))
    def mark_kernel_log(self, partition: str) -> None:
        """Let the next `Kernel Log Should Be Clean` look at what comes from now on only; nothing is cleared.

        Args:
            partition: Its name in the lab file.

        Example:
        | Mark Kernel Log    lp1
        """
        self._desk.logbook.mark_kernel_log(partition)

    @keyword(tags=("logs", "check"))
    def kernel_log_should_be_clean(self, partition: str) -> dict[str, int]:
        """Check what the kernel has logged since the last `Mark Kernel Log` or check; since the boot without one.

        Every line of level err or above is an error, and so is every sign of a crash, a lockup, a failed device or lost
        data, whatever its level. Rules say which lines belong to a good migration, and which are worth a warning; they
        are in ``libraries/powervm/kernel_log/rules.yaml``, and a lab file adds to them (``kernel_rules``). Lines that
        may be lost fail the check, too.

        Args:
            partition: Its name in the lab file.

        Returns:
            How many events there are of each class: ``expected``, ``noteworthy``, ``known-issue``, ``error``.

        Raises:
            KernelLogNotClean: The message is the first line that is an error; the log shows all, with their context.

        Example:
        | Mark Kernel Log    lp1
        | Migrate Partition    local
        | Kernel Log Should Be Clean    lp1
        """
        check = self._desk.logbook.check_kernel_log(partition)
        verdict = check.verdict
        logger.info(f"{kernel_table(partition, verdict)}<br>{self._desk.link(check.file)}", html=True)
        for means in (RuleClass.NOTEWORTHY, RuleClass.KNOWN_ISSUE):
            for item in verdict.of(means):
                logger.warn(f"[{self._desk.label}] {partition}: {item.event.first.text} [{item.reason}]")
        if not verdict.clean:
            raise KernelLogNotClean(partition, verdict)
        return verdict.counts

    def _collect(
        self, stage: str, move: str | None, way: Way, partition: str | None, iteration: int, *, failure: bool
    ) -> Manifest:
        desk = self._desk
        plan = desk.plan(move, way=way) if move else None
        done = desk.logbook.collect(desk.stage(stage, iteration), plan=plan, partition=partition, failure=failure)
        desk.show_collection(done)
        return done.manifest
