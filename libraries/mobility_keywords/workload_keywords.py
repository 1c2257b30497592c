"""Keywords that put load on a partition while it moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import Secret

from mobility_keywords.tables import findings_table
from mobility_keywords.topic import Topic
from powervm.errors import MobilityError
from powervm.lab import WorkloadEntry
from powervm.outcome import Severity
from powervm.plan import lab_note
from powervm.waiting import Deadline
from powervm.workload import (
    Kind,
    Order,
    WorkloadFailed,
    WorkloadNotStarted,
    WorkloadRecord,
    check_workload,
    make_order,
    start_workload,
)

KindName = Literal["auto", "stress-ng", "fio", "iperf3", "command"]


class WorkloadKeywords(Topic):
    """Load in a partition: started, watched, stopped and judged from outside.

    The command is by default that of the lab file (``workload``; ``stressng_command`` of an op-test file). It may be
    any command line: ``stress-ng`` with any options, ``fio``, ``iperf3``, or a script of one's own.
    """

    @keyword(tags=("workload", "check"))
    def check_workload(self, partition: str, command: Secret | str | None = None, *, kind: KindName = "auto") -> None:
        """Check that a partition has what a workload needs: its program, and room for its folder.

        Args:
            partition: Its name in the lab file.
            command: Command line or script; by default that of the lab file.
            kind: As for `Start Workload`.

        Raises:
            WorkloadNotStarted: Something is missing; the message says how to get it.

        Example:
        | Check Workload    lp1
        | Check Workload    lp1    fio --name=verify --rw=randwrite --size=1g --verify=crc32c --output-format=json
        """
        desk = self._desk
        order = self._order(command, kind, None)
        guest = desk.session.partition(desk.lab.partition(partition).name)
        findings = check_workload(guest, order, Deadline(desk.lab.limits.command))
        logger.info(findings_table(findings), html=True)
        errors = [item.sentence() for item in findings if item.severity is Severity.ERROR]
        if errors:
            raise WorkloadNotStarted("\n".join(errors))

    @keyword(tags=("workload",))
    def start_workload(
        self,
        partition: str,
        command: Secret | str | None = None,
        *,
        kind: KindName = "auto",
        limit: timedelta | None = None,
    ) -> None:
        """Start a load in a partition, and come back as soon as it runs.

        It outlives the connection, so that it runs across migrations. Its working directory is a private folder of the
        partition that holds its output, too; it is fetched and removed at the end. The partition itself ends the load
        when its limit is over, whatever became of the run. It is stopped at the latest when the lab is closed, also
        after a failure or Ctrl-C.

        How it is judged: ``stress-ng`` by its exit status, its summary and its ``fail:`` lines; ``fio`` and ``iperf3``
        by exit status and the errors in their JSON output; anything else by its exit status.

        Args:
            partition: Its name in the lab file.
            command: Command line or script for ``sh``; by default that of the lab file. A `Secret` is shown nowhere.
            kind: Which rule judges it; by default what the command line looks like.
            limit: After which it is ended; by default 4 hours, and longer for a stress-ng with a longer ``--timeout``.

        Raises:
            WorkloadNotStarted: Something is missing, or it ended at once; the message says what it said.

        Example:
        | Start Workload    lp1
        | Start Workload    lp1    stress-ng --vm 4 --vm-bytes 2G --verify --timeout 1h
        | Start Workload    lp1    iperf3 -c 192.0.2.9 -t 1800 -J    limit=40 min
        """
        desk = self._desk
        entry = desk.lab.partition(partition)
        desk.cover(entry.name)
        desk.workloads.should_be_free(entry.name)
        session = desk.session
        workload = start_workload(
            lambda: session.partition(entry.name),
            self._order(command, kind, limit),
            console_name=entry.partition,
            lab=lab_note(desk.lab),
            limit=desk.lab.limits.command,
        )
        desk.workloads.add(workload)
        for remark in workload.remarks:
            logger.warn(f"[{desk.label}] {remark}")
        logger.info(f"{partition}: '{workload.load.order.shown}' runs, with its output in {workload.load.folder}.")

    @keyword(tags=("workload", "check"))
    def workload_should_be_running(self, partition: str) -> None:
        """Check that the load of a partition runs, and has run across all migrations since its start.

        Args:
            partition: Its name in the lab file.

        Raises:
            WorkloadNotRunning: It has ended; the message says when, in the middle of which migration, and why.

        Example:
        | Migrate Partition    local
        | Workload Should Be Running    lp1
        """
        desk = self._desk
        complaint = desk.workloads.find(desk.lab.partition(partition).name).complaint()
        if complaint:
            raise WorkloadNotRunning(complaint)

    @keyword(tags=("workload",))
    def wait_for_workload(self, partition: str, *, limit: timedelta) -> None:
        """Wait until the load of a partition has ended by itself, as one does that has a fixed amount of work.

        Args:
            partition: Its name in the lab file.
            limit: How long at most.

        Raises:
            DeadlinePassed: It still runs.

        Example:
        | Wait For Workload    lp1    limit=20 min
        | Workload Should Have Succeeded    lp1
        """
        desk = self._desk
        workload = desk.workloads.find(desk.lab.partition(partition).name)
        workload.wait(Deadline(limit.total_seconds()), desk.lab.limits.poll)

    @keyword(tags=("workload",))
    def stop_workload(self, partition: str) -> WorkloadRecord | None:
        """Stop the load of a partition, fetch its output, and remove it from there; for teardowns, too.

        Args:
            partition: Its name in the lab file.

        Returns:
            What it came to: ``passed``, ``error``, ``exit_status``, ``metrics``, ``moves`` and more; None when no
            workload was started. It is also written to ``mobility`` in the output directory.

        Raises:
            MobilityError: The partition does not answer; the load ends by its limit then.

        Example:
        | ${workload} =    Stop Workload    lp1
        """
        desk = self._desk
        if not desk.in_use or desk.workloads.running(partition) is None:
            return None
        return desk.workloads.end(partition, desk.evidence.folder, show=desk.show_workload)

    @keyword(tags=("workload", "check"))
    def workload_should_have_succeeded(self, partition: str, *, moves: int = 0) -> WorkloadRecord:
        """Stop the load of a partition if it still runs, and check what it came to.

        It has to have ended with success, and to have run across every migration since its start: it was there before
        each began, and went on after each had ended. Both are told with times.

        Args:
            partition: Its name in the lab file.
            moves: How many migrations there have to be at least, so that a test cannot pass without any.

        Returns:
            The record, as `Stop Workload` returns it.

        Raises:
            WorkloadFailed: It failed, ended too early, or has not run across the migrations; the message says which.

        Example:
        | ${workload} =    Workload Should Have Succeeded    lp1    moves=2
        | Log    ${workload.metrics}[0].per_second bogo operations per second
        """
        desk = self._desk
        name = desk.lab.partition(partition).name
        record = desk.workloads.end(name, desk.evidence.folder, show=desk.show_workload)
        if not record.passed:
            raise WorkloadFailed(record)
        if record.moves_crossed < moves:
            raise MobilityError(
                f"{partition}: the workload ran across {record.moves_crossed} migrations, and {moves} were expected.",
                remedy="Migrate the partition between Start Workload and this check.",
            )
        return record

    def _order(self, command: Secret | str | None, kind: KindName, limit: timedelta | None) -> Order:
        """What is asked for, filled up from the lab file."""
        stated = self._desk.lab.workload
        if command is None and stated is None:
            raise MobilityError(
                f"{self._desk.lab.file.name}: there is no workload.",
                remedy="Add 'workload: {command: ...}' (op-test: stressng_command), or give the keyword a command.",
            )
        entry = stated or WorkloadEntry(command="")
        if command is not None:  # the variables of the lab file hold secrets for any command; the rest is about its own
            text = command.value if isinstance(command, Secret) else command
            entry = replace(entry, command=text, kind=None, limit=None)
        named = entry.kind if kind == "auto" else kind
        return make_order(
            entry.command,
            kind=Kind(named) if named else None,
            limit=limit.total_seconds() if limit else entry.limit,
            environment=entry.environment,
            secret=isinstance(command, Secret),
        )


class WorkloadNotRunning(MobilityError):
    """A load that should still run does not."""
