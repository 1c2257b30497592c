"""Keywords that move a partition again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Literal

from robot.api import logger
from robot.api.deco import keyword

from mobility_keywords.desk import Desk
from mobility_keywords.loop_tables import iteration_line
from mobility_keywords.run import output_folder
from mobility_keywords.tables import outcome_tables
from mobility_keywords.topic import Topic
from powervm.errors import MobilityError
from powervm.homecoming import bring_home
from powervm.logbook import with_stage_logs
from powervm.loop import (
    SUMMARY,
    EndReason,
    IterationRecord,
    LoopPlan,
    LoopSummary,
    OnFailure,
    Steps,
    Verdict,
    Way,
    open_loop,
    unfinished,
)
from powervm.migration import migrate
from powervm.outcome import Ending, Outcome
from powervm.plan import MovePlan

StageLogs = Literal["no", "few", "all"]
_SHOWN = 25
"""Failures with all their tables in the log, and distinct warnings there; the files have them all."""


class LoopFailed(MobilityError):
    """A loop did not pass.

    Attributes:
        summary: What it came to.
    """

    def __init__(self, summary: LoopSummary) -> None:
        self.summary = summary
        super().__init__(summary.error or summary.summary())


class LoopKeywords(Topic):
    """A partition moves there and back, many times."""

    @keyword(tags=("migration", "loop"))
    def repeat_round_trips(
        self,
        move: str,
        *,
        iterations: int | None = None,
        duration: timedelta | None = None,
        on_failure: OnFailure = "stop",
        resume: Literal["no", "yes"] = "no",
        stage_logs: StageLogs | None = None,
    ) -> LoopSummary:
        """Move a partition there and back, so many times or for so long, and judge what many times bring to light.

        Each iteration has a verdict of its own. After one that failed, the partition is brought home before the next
        one. A workload that was started before has to run all the time.

        After each iteration memory and adapters are counted, on the consoles and in the partition. At the end, what
        leaked fails the loop, and what grew all the time is a warning: ``docs/endurance.md`` has the rules.

        The log has one line for each iteration, and the tables of the end; everything else is below ``loops`` in the
        output directory: a journal, ``summary.json``, and the evidence of the first, the last five and all failed
        iterations. When the run dies, ``resume=yes`` with the same output directory goes on with the loop.

        Args:
            move: A move of the lab file.
            iterations: How many round trips that end with a verdict; by default what the lab file says, else 1.
            duration: A time box: no iteration is begun after it; by default what the lab file says. Stating one of the
                two puts both values of the lab file out of force.
            on_failure: ``stop`` after the first iteration that failed, or ``continue``.
            resume: ``yes`` goes on with the loop that was begun last in this output directory.
            stage_logs: ``few`` collects logs around the first, the last and the failed iterations, ``all`` around each;
                by default ``few`` when the lab file says ``stage_logs: true``, else ``no``.

        Returns:
            The summary: ``counts``, ``figures`` (min, median, p95, max of each phase), ``findings`` and more.

        Raises:
            LoopFailed: An iteration failed, or something leaked; the message is the first one.

        Example:
        | Repeat Round Trips    local    iterations=10
        | Repeat Round Trips    local    duration=8 h    on_failure=continue
        """
        desk = self._desk
        plan = self._loop_plan(move, iterations, duration, on_failure)
        root = output_folder()
        if resume == "no" and (left := unfinished(root, move)):
            logger.warn(f"[{desk.label}] {left}: a loop there is not done; resume=yes would go on with it.")
        run = _Run(desk, stage_logs or ("few" if desk.lab.stage_logs else "no"))
        with open_loop(desk.session, plan, root, run.steps(), resume=resume == "yes") as loop:
            try:
                summary = loop.run()
            except BaseException:
                desk.show_loop(loop.summary(EndReason.INTERRUPTED), loop.folder / SUMMARY)
                raise
            finally:
                run.show_left_out()
        desk.show_loop(summary, loop.folder / SUMMARY)
        if not summary.passed:
            raise LoopFailed(summary)
        return summary

    def _loop_plan(
        self, move: str, iterations: int | None, duration: timedelta | None, on_failure: OnFailure
    ) -> LoopPlan:
        """What is asked for; the lab file says what no argument says."""
        lab = self._desk.lab
        if iterations is None and duration is None:
            count, seconds = lab.iterations, lab.duration
        else:
            count, seconds = iterations, duration.total_seconds() if duration else None
        if count is None and seconds is None:
            count = 1
        there, back = self._desk.plan(move), self._desk.plan(move, way="back")
        return LoopPlan(there, back, count, seconds, on_failure)


class _Run:
    """The steps of one loop, as a desk does them: the log stays small, whatever the number of iterations."""

    def __init__(self, desk: Desk, stage_logs: StageLogs) -> None:
        self._desk = desk
        self._stage_logs = stage_logs
        self._partition = ""
        self._warned: set[str] = set()
        self._left_out = 0
        self._shown = 0

    def steps(self) -> Steps:
        """For the loop."""
        return Steps(move=self._move, home=self._bring_home, place=self._place, check=self._check, told=self._told)

    @contextmanager
    def _place(self, folder: Path) -> Iterator[None]:
        with self._desk.evidence.elsewhere(folder):
            yield

    def _move(self, plan: MovePlan, way: Way, iteration: int, last: bool) -> Outcome:
        desk = self._desk
        self._partition = plan.move.partition

        def move() -> Outcome:
            with desk.watching() as watch:
                return migrate(desk.session, plan, keep=self._keep, watch=watch)

        stage = partial(desk.stage, iteration=iteration)
        around = self._stage_logs == "all" or (self._stage_logs == "few" and (iteration == 1 or last))
        if around:
            return with_stage_logs(desk.logbook, plan, stage, way, move, show=desk.show_stage)
        outcome = move()
        if self._stage_logs == "few" and outcome.ending not in (Ending.DONE, Ending.REFUSED):
            try:
                name = "post-forward" if way == "there" else "post-backward"
                desk.show_stage(desk.logbook.collect(stage(name), plan=plan, failure=True))
            except MobilityError as error:
                desk.show_stage(error)
        return outcome

    def _bring_home(self, plan: MovePlan) -> Outcome:
        desk = self._desk
        with desk.watching() as watch:
            return bring_home(desk.session, plan, keep=self._keep, watch=watch)

    def _keep(self, outcome: Outcome) -> None:
        self._desk.keep_quietly(outcome)
        for warning in outcome.warnings:
            self._warn(warning)
        if not outcome.done and self._shown < _SHOWN:
            self._shown += 1
            logger.info(outcome_tables(outcome), html=True)

    def _warn(self, text: str) -> None:
        """Each warning once; those with numbers in them may be many."""
        if text in self._warned:
            return
        if len(self._warned) >= _SHOWN:
            self._left_out += 1
            return
        self._warned.add(text)
        logger.warn(f"[{self._desk.label}] {text}")

    def _check(self) -> str:
        """Whether a workload that was started for the loop's partition still runs."""
        workload = self._desk.workloads.running(self._partition)
        return workload.complaint() if workload else ""

    def _told(self, record: IterationRecord, folder: Path) -> None:
        line = iteration_line(record)
        if record.verdict is Verdict.PASSED:
            logger.info(line)
        else:
            logger.info(f"{line} [{folder}]")
        if self._desk.live_line_shown:
            logger.console(line)

    def show_left_out(self) -> None:
        """Say what the log does not have."""
        if self._left_out:
            logger.warn(f"[{self._desk.label}] {self._left_out} further warnings are in the outcome records only.")
