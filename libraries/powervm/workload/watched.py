"""A load from its start to its record: which migrations it ran across, and what it came to."""

from __future__ import annotations

import shlex
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from powervm.errors import MobilityError
from powervm.outcome import Finding, LabNote, Outcome, Severity
from powervm.partition import LinuxPartition
from powervm.ssh import CommandDeadlinePassed
from powervm.waiting import Deadline
from powervm.workload.kinds import LIMIT_REACHED, Kind, explain_status
from powervm.workload.leftovers import FOLDERS, clear_leftovers
from powervm.workload.load import Load, Look, read_output
from powervm.workload.model import LoadEnding, WorkloadRecord
from powervm.workload.order import Order
from powervm.workload.starting import WorkloadNotStarted, start
from powervm.workload.stress import read_report
from powervm.workload.tools import fio_figures, iperf3_figures, read_json
from powervm.workload.verdict import Facts, Stretch, crossing, judge, stretch_of

_MOST_MOVES = 100


class WorkloadFailed(MobilityError):
    """A load did not go well.

    Attributes:
        record: What it came to.
    """

    def __init__(self, record: WorkloadRecord) -> None:
        self.record = record
        super().__init__(record.error or record.summary())


class Workload:
    """A load that runs in a partition, or has run there.

    Args:
        load: It, started.
        subject: The partition's name in the lab file.
        partition: Its name on the consoles, as outcomes have it.
        lab: For the record.

    Attributes:
        record: What it came to; None while it was not finished.
        remarks: What was found in the partition when it was started, as sentences.
    """

    def __init__(self, load: Load, *, subject: str, partition: str, lab: LabNote) -> None:
        self.load = load
        self.subject = subject
        self._partition = partition
        self._lab = lab
        self._pending: list[Stretch] = []
        self._recent: deque[Stretch] = deque(maxlen=_MOST_MOVES)
        self._crossed = 0
        self._made = 0
        self.record: WorkloadRecord | None = None
        self.remarks: list[str] = []

    def note(self, outcome: Outcome) -> None:
        """A migration has ended; one of another partition does not matter."""
        if self.record is not None or outcome.operation != "migrate" or outcome.partition != self._partition:
            return
        if outcome.phase("migration") is None:
            return  # it was refused before it began
        move = stretch_of(outcome)
        self._made += 1
        self._pending.append(move)
        self._recent.append(move)

    def look(self) -> Look:
        """Look how it is; what it has run across so far is known then."""
        look = self.load.look()
        if look.runs:
            facts = self._facts(look, "")
            self._crossed += sum(crossing(facts, move).crossed for move in self._pending)
            self._pending = [move for move in self._pending if not crossing(facts, move).crossed]
        return look

    def complaint(self) -> str:
        """Why it does not run as it should, as a sentence; an empty text while it does."""
        look = self.look()
        if look.runs:
            return ""
        facts = self._facts(look, self.load.output())
        errors = [item for item in judge(facts, self._pending) if item.severity is Severity.ERROR]
        if errors:
            return errors[0].sentence()
        return f"{self.subject}: the workload ({facts.kind.value}) ended by itself with success; it should still run."

    def wait(self, deadline: Deadline, interval: float) -> None:
        """Wait until it has ended by itself. Raises DeadlinePassed."""
        self.load.wait(deadline, interval)

    def finish(self, place: Path) -> WorkloadRecord:
        """Stop it if it runs, fetch its output, remove it from the partition, and say what it came to.

        Whatever fails on the way, its removal is tried.

        Args:
            place: A new folder for its output.

        Raises:
            MobilityError: The partition does not answer; it ends by its limit there.
        """
        if self.record is not None:
            return self.record
        self.look()
        look = self.load.stop()
        remarks: list[str] = []
        files: list[Path] = []
        try:
            files = self.load.collect(place)
        except (MobilityError, OSError) as error:
            remarks.append(f"its output could not be fetched: {error}")
        try:
            self.load.remove()
        except MobilityError as error:
            remarks.append(f"it could not be removed: {error}")
        self.record = self._record(look, files, remarks)
        return self.record

    def discard(self) -> None:
        """Stop it if it runs, and remove it from the partition, without a verdict.

        Raises:
            MobilityError: The partition does not answer; it ends by its limit there.
        """
        self.load.stop()
        self.load.remove()

    def _facts(self, look: Look, output: str) -> Facts:
        load, order = self.load, self.load.order
        begun = load.first
        started = begun.ours(begun.started) if begun.started is not None else begun.at
        ended = look.ours(look.ended) if look.ended is not None else None
        return Facts(
            subject=self.subject,
            kind=order.kind,
            ending=_ending(load, look, ended),
            started=started,
            ended=ended,
            status=look.status,
            quiet=order.quiet,
            report=read_report(output),
            output=output,
            same_boot=look.boot_id == load.boot_id,
            limit=order.limit,
        )

    def _record(self, look: Look, files: list[Path], remarks: list[str]) -> WorkloadRecord:
        order = self.load.order
        output = read_output(files)
        facts = self._facts(look, output)
        findings = judge(facts, self._pending or list(self._recent))
        crossed = self._crossed + sum(crossing(facts, move).crossed for move in self._pending)
        for text in remarks:
            findings.append(Finding(severity=Severity.WARNING, check="workload", subject=self.subject, text=text))
        errors = [item.sentence() for item in findings if item.severity is Severity.ERROR]
        return WorkloadRecord(
            lab=self._lab,
            partition=self.subject,
            kind=order.kind.value,
            command=order.shown,
            ending=facts.ending,
            passed=not errors,
            error=errors[0] if errors else None,
            exit_status=facts.status,
            meaning=None if facts.status is None else explain_status(order.kind, facts.status),
            started=facts.started,
            ended=facts.ended,
            duration=None if facts.ended is None else (facts.ended - facts.started).total_seconds(),
            limit=order.limit,
            moves=[crossing(facts, move) for move in self._recent],
            moves_made=self._made,
            moves_crossed=crossed,
            findings=findings,
            metrics=facts.report.metrics,
            counts=facts.report.counts,
            figures=_figures(order.kind, output),
            files=[f"{path.parent.name}/{path.name}" for path in files],
        )


def _ending(load: Load, look: Look, ended: datetime | None) -> LoadEnding:
    if look.runs:
        return LoadEnding.RUNNING
    if load.killed:
        return LoadEnding.KILLED
    if ended is None:
        return LoadEnding.LOST
    if load.stopped_at is not None and ended >= load.stopped_at:
        return LoadEnding.STOPPED
    over = look.ended is not None and look.started is not None and look.ended - look.started >= load.order.limit
    if look.status == LIMIT_REACHED and over:
        return LoadEnding.TIME_LIMIT
    return LoadEnding.BY_ITSELF


def _figures(kind: Kind, output: str) -> dict[str, float]:
    document = read_json(output) if kind in (Kind.FIO, Kind.IPERF3) else None
    if document is None:
        return {}
    return fio_figures(document) if kind is Kind.FIO else iperf3_figures(document)


def check_workload(guest: LinuxPartition, order: Order, deadline: Deadline) -> list[Finding]:
    """What a load needs in the partition: its program, a place for its folder, and no other load.

    Raises:
        MobilityError: The partition does not answer.
    """
    program, name = order.program, guest.name
    asked = f"command -v {shlex.quote(program)} > /dev/null && echo there" if program else "echo there"
    room = Path(FOLDERS).parent
    script = f"{asked}; [ -w {room} ] && echo room; pgrep -x stress-ng | head -n 1"
    words = guest.run(script, deadline).stdout.split()
    package = _PACKAGES.get(order.kind, "what the command needs, or give its path")
    found = [
        _found("there" in words, name, program or "sh", "installed", f"Install {package}."),
        _found("room" in words, name, str(room), "writable", "Log in as a user who may write there."),
    ]
    others = [word for word in words if word.isdigit()]
    if others:
        text = f"a stress-ng that is not ours runs already, as process {others[0]}; the partition carries both."
        found.append(Finding(severity=Severity.WARNING, check="workload", subject=name, text=text))
    return found


_PACKAGES = {
    Kind.STRESS_NG: "stress-ng (on Red Hat from EPEL: dnf install stress-ng; on SUSE: zypper install stress-ng)",
    Kind.FIO: "fio (dnf install fio, zypper install fio)",
    Kind.IPERF3: "iperf3 (dnf install iperf3, zypper install iperf)",
}


def _found(good: bool, subject: str, what: str, how: str, remedy: str) -> Finding:
    if good:
        return Finding(severity=Severity.OK, check="workload", subject=subject, text=f"{what} is {how}.")
    text = f"{what} is not {how}, and the workload needs it."
    return Finding(severity=Severity.ERROR, check="workload", subject=subject, text=text, remedy=remedy)


def start_workload(
    partition: Callable[[], LinuxPartition], order: Order, *, console_name: str, lab: LabNote, limit: float
) -> Workload:
    """Check what a load needs, start it, and see that it runs.

    Args:
        partition: Gives the partition.
        order: What is to run.
        console_name: The partition's name on the consoles.
        lab: For the record.
        limit: Seconds that a command in the partition may take.

    Raises:
        WorkloadNotStarted: Something is missing, or it ended at once; the message says what it said.
    """
    guest = partition()
    missing = [item for item in check_workload(guest, order, Deadline(limit)) if item.severity is Severity.ERROR]
    if missing:
        raise WorkloadNotStarted("\n".join(item.sentence() for item in missing))
    remarks = clear_leftovers(guest, Deadline(limit))
    load = start(partition, order, limit=limit)
    workload = Workload(load, subject=guest.name, partition=console_name, lab=lab)
    workload.remarks = remarks
    if load.last.runs or load.last.status == 0:
        return workload
    try:
        raise WorkloadNotStarted(workload.complaint())
    finally:
        with suppress(MobilityError, CommandDeadlinePassed):
            load.remove()
