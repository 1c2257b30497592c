"""Round trips, again and again: each with a verdict, and the partition brought home after one that failed."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from powervm.errors import MobilityError
from powervm.loop.drift import judge_rows
from powervm.loop.figures import Rows
from powervm.loop.journal import FORMAT, Journal, Past
from powervm.loop.keeping import Keeping, folder_of_iteration
from powervm.loop.model import EndReason, Failure, IterationRecord, LoopSummary, Verdict
from powervm.loop.round_trip import LoopPlan, RoundTrip, Steps
from powervm.loop.samples import take_sample
from powervm.outcome import Finding, Severity
from powervm.outcome.recorder import now
from powervm.plan import lab_note
from powervm.session import LabSession

SUMMARY = "summary.json"
_MOST_FAILURES = 100


class Loop:
    """One loop, fresh or gone on with.

    Args:
        session: The opened lab.
        plan: What is asked for.
        journal: Open, and with its first line.
        past: What the journal told before; None for a fresh one.
        steps: What it is made of.
    """

    def __init__(self, session: LabSession, plan: LoopPlan, journal: Journal, past: Past | None, steps: Steps) -> None:
        self._session = session
        self._plan = plan
        self._journal = journal
        self._steps = steps
        records = past.records if past else []
        self._baseline = past.baseline if past else None
        self._rows = Rows()
        self._rows.begin(self._baseline or {})
        for record in records:
            self._rows.add(record)
        self._keeping = Keeping(journal.folder, records)
        self._last = max((record.iteration for record in records), default=0)
        self._failures = [failure_of(record) for record in records if record.verdict is not Verdict.PASSED]
        self._failures = self._failures[:_MOST_FAILURES]
        self._resumed = past.resumed + 1 if past else 0
        self._started = _moment(past.head["at"]) if past else now()
        self._unclean = past is not None

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return self._journal.folder

    def run(self) -> LoopSummary:
        """Do it; the summary is written after every iteration, and whatever ends it.

        Raises:
            JournalError: The output directory takes nothing any more.
            BaseException: Ctrl-C or a timeout of the test; journal and summary say so, and it can be resumed.
        """
        try:
            reason = self._run()
        except BaseException:
            with suppress(MobilityError):  # what broke it off is worth more than a journal that takes nothing
                self._journal.write("closed", reason=EndReason.INTERRUPTED.value)
            write_summary(self._journal.folder, self.summary(EndReason.INTERRUPTED))
            raise
        self._journal.write("closed", reason=reason.value)
        summary = self.summary(reason)
        write_summary(self._journal.folder, summary)
        return summary

    def _run(self) -> EndReason:
        if self._unclean and not self._bring_home():
            return EndReason.NOT_AT_HOME
        self._take_baseline()
        while (reason := self._over()) is None:
            record = self._iterate(self._last + 1)
            if record.verdict is Verdict.FAILED:
                if self._plan.on_failure == "stop":
                    return EndReason.FAILURE
                if not self._bring_home():
                    return EndReason.NOT_AT_HOME
        return reason

    def _over(self) -> EndReason | None:
        """Why no further iteration is begun; None when one is."""
        counts = self._rows.counts
        done = counts[Verdict.PASSED] + counts[Verdict.FAILED]
        if self._plan.iterations is not None and done >= self._plan.iterations:
            return EndReason.ALL_DONE
        if self._plan.time_box is not None and done and self._rows.active >= self._plan.time_box:
            return EndReason.TIME_BOX
        return None

    def _take_baseline(self) -> None:
        """Count before the first iteration, once for a loop."""
        if self._baseline is None:
            with self._steps.place(folder_of_iteration(self._journal.folder, max(1, self._last))):
                self._baseline = take_sample(self._session, self._plan.there)
            self._journal.write("baseline", sample=self._baseline)
            self._rows.begin(self._baseline)

    def _may_be_last(self) -> bool:
        """Whether no iteration is expected after the next one; with a time box, by how long they took up to now."""
        rows, plan = self._rows, self._plan
        done = rows.counts[Verdict.PASSED] + rows.counts[Verdict.FAILED]
        if plan.iterations is not None and done + 1 >= plan.iterations:
            return True
        return plan.time_box is not None and bool(done) and rows.active * (done + 1) / done >= plan.time_box

    def _bring_home(self) -> bool:
        with self._steps.place(folder_of_iteration(self._journal.folder, max(1, self._last))):
            outcome = self._steps.home(self._plan.there)
        self._journal.write("home", ending=outcome.ending.value, error=outcome.error)
        return outcome.done

    def _iterate(self, number: int) -> IterationRecord:
        folder = folder_of_iteration(self._journal.folder, number)
        self._last = number
        self._journal.begin(number)
        round_trip = RoundTrip(self._session, self._plan, self._steps, number, last=self._may_be_last())
        try:
            with self._steps.place(folder):
                round_trip.do()
        except BaseException as error:
            broken = round_trip.record(Verdict.INTERRUPTED, f"Broken off by {type(error).__name__}.")
            with suppress(MobilityError):  # what broke it off is worth more than a journal that takes nothing
                self._end(broken, folder)
            raise
        record = round_trip.record(Verdict.FAILED if round_trip.error else Verdict.PASSED, round_trip.error)
        self._end(record, folder)
        return record

    def _end(self, record: IterationRecord, folder: Path) -> None:
        self._journal.end(record)
        self._rows.add(record)
        if record.verdict is not Verdict.PASSED and len(self._failures) < _MOST_FAILURES:
            self._failures.append(failure_of(record))
        self._keeping.thin(record)
        write_summary(self._journal.folder, self.summary(EndReason.RUNNING))
        self._steps.told(record, folder)

    def summary(self, reason: EndReason) -> LoopSummary:
        """What it has come to so far; drift is judged when it is over."""
        plan, rows = self._plan, self._rows
        findings: list[Finding] = []
        if reason is not EndReason.RUNNING:
            findings = judge_rows(plan.there.partition, rows.watched())
        error = _error(plan, rows.counts, self._failures, reason)
        leaks = [item.sentence() for item in findings if item.severity is Severity.ERROR]
        if leaks and error is None:
            error = f"Loop {plan.there.move.name}: {leaks[0]}"
        return LoopSummary(
            lab=lab_note(self._session.lab),
            move=plan.there.move.name,
            partition=plan.there.partition,
            source=plan.there.source,
            target=plan.there.target,
            iterations=plan.iterations,
            time_box=plan.time_box,
            on_failure=plan.on_failure,
            passed=error is None,
            error=error,
            end_reason=reason,
            started=self._started,
            ended=now(),
            active=rows.active,
            resumed=self._resumed,
            counts={verdict.value: rows.counts[verdict] for verdict in Verdict},
            failures=self._failures,
            figures=rows.figures(),
            findings=findings,
        )


def failure_of(record: IterationRecord) -> Failure:
    """What the summary tells of an iteration that did not pass."""
    way = next((f"{way.way}: " for way in reversed(record.ways)), "")
    return Failure(iteration=record.iteration, verdict=record.verdict, error=f"{way}{record.error or 'no message'}")


def _error(plan: LoopPlan, counts: Counter[Verdict], failures: list[Failure], reason: EndReason) -> str | None:
    """The sentence that a loop fails with."""
    done = counts[Verdict.PASSED] + counts[Verdict.FAILED]
    failed = [failure for failure in failures if failure.verdict is Verdict.FAILED]
    if failed:
        of = f"{counts[Verdict.FAILED]} of {done} iterations failed"
        stopped = " It was stopped there." if reason is EndReason.FAILURE else ""
        return f"Loop {plan.there.move.name}: {of}. Iteration {failed[0].iteration}, {failed[0].error}{stopped}"
    if reason is EndReason.NOT_AT_HOME:
        return f"Loop {plan.there.move.name}: {plan.there.partition} could not be brought home; a person has to look."
    if reason in (EndReason.INTERRUPTED, EndReason.RUNNING):
        return f"Loop {plan.there.move.name}: it has not ended; {done} iterations are done. Go on with it by resuming."
    return None


def write_summary(folder: Path, summary: LoopSummary) -> None:
    """Write the summary, whole or not at all; a disk that takes nothing is told by the journal."""
    path = folder / SUMMARY
    fresh = path.with_suffix(".new")
    try:
        fresh.write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
        fresh.replace(path)
    except OSError:
        return


def head_of(session: LabSession, plan: LoopPlan) -> dict[str, object]:
    """The first line of a fresh journal."""
    return {
        "format": FORMAT,
        "lab": session.lab.name,
        "move": plan.there.move.name,
        "partition": plan.there.partition,
        "source": plan.there.source.server,
        "target": plan.there.target.server,
        **_wishes(plan),
    }


def check_same(past: Past, session: LabSession, plan: LoopPlan, folder: Path) -> None:
    """A loop can only be gone on with where it was begun. Raises MobilityError."""
    for name, value in head_of(session, plan).items():
        if name not in (*_wishes(plan), "format") and past.head.get(name) != value:
            raise MobilityError(
                f"{folder}: the loop there was about {name} '{past.head.get(name)}', and this one is about '{value}'.",
                remedy="Resume it with the same lab file and move, or start a new one.",
            )


def _wishes(plan: LoopPlan) -> dict[str, object]:
    return {"iterations": plan.iterations, "time_box": plan.time_box, "on_failure": plan.on_failure}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
