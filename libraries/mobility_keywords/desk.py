"""What the topics share: the lab in use, the evidence folder, and how results reach log and terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from mobility_keywords.departures import Departures
from mobility_keywords.device_tables import device_tables
from mobility_keywords.evidence import Evidence
from mobility_keywords.holdings import Holdings, tell
from mobility_keywords.live_line import LiveLine, console_is_quiet
from mobility_keywords.loop_tables import loop_tables
from mobility_keywords.pabot_worker import end_with_pabot
from mobility_keywords.run import in_test, link, output_folder, running_test
from mobility_keywords.simulations import ready_document
from mobility_keywords.stage_tables import manifest_table
from mobility_keywords.tables import findings_table, outcome_tables
from mobility_keywords.workload_tables import workload_tables
from mobility_keywords.workloads import Workloads
from powervm.console.answers import NOT_ACTIVATED
from powervm.errors import MobilityError
from powervm.identity import Snapshot
from powervm.inspection import recognise
from powervm.lab import Lab, Move, MoveKind, load_lab
from powervm.leases import Sharing
from powervm.logbook import Logbook, with_stage_logs
from powervm.loop import LoopSummary
from powervm.migration import MoveUnderWay
from powervm.outcome import Ending, Outcome, Repair, Severity
from powervm.placement import find_partition
from powervm.plan import MovePlan, plan_move
from powervm.progress import Watcher
from powervm.restoring import Standing, note, restore
from powervm.session import LabSession, Refused
from powervm.settings import MigrationSettings
from powervm.stage_logs import Collection, Stage
from powervm.workload import WorkloadRecord

Way = Literal["there", "back"]


class OperationFailed(MobilityError):
    """An operation did not end as it should.

    Attributes:
        outcome: Its record.
    """

    def __init__(self, outcome: Outcome, message: str = "") -> None:
        self.outcome = outcome
        super().__init__(message or outcome.error or outcome.summary())


class Desk:
    """One lab at a time: `use` opens it, `close` puts back what was changed and closes its connections.

    Attributes:
        evidence: What the run leaves in its output directory.
        identities: How each partition was when it was recorded last, by its name in the lab file.
        departures: Whom evacuations have moved, and who did not come home yet.
        standings: How partitions were before their server, mode or power was changed, by their names in the lab file.
    """

    def __init__(self) -> None:
        self._session: LabSession | None = None
        self._refused = Refused()
        self._under_way: dict[str, MoveUnderWay] = {}
        self._logbook: Logbook | None = None
        self._holdings: Holdings | None = None
        self.departures = Departures()
        self._to_put_back: list[tuple[Path, Outcome]] = []
        self.identities: dict[str, Snapshot] = {}
        self.workloads = Workloads()
        self.standings: dict[str, Standing] = {}
        self._started = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        self.evidence = Evidence(Path("mobility"))

    # --- the lab ------------------------------------------------------------------------------------------------

    def use(self, file: str, *, shared: bool = True) -> LabSession:
        """Read a lab file, start or join its simulated lab, and make it the one that all keywords work on.

        Args:
            file: The lab file.
            shared: All workers of a pabot run have the simulated lab together.
        """
        self.close()
        end_with_pabot()
        lab = load_lab(Path(file).expanduser())
        for warning in lab.warnings:
            logger.warn(str(warning))
        self._open(lab.join(ready_document(lab, shared=shared)) if lab.simulated else recognise(lab))
        self._show_label()
        return self.session

    def _open(self, lab: Lab) -> None:
        self.evidence = Evidence(output_folder() / "mobility" / self._started)
        session = LabSession(lab, observer=self.evidence.observe, refused=self._refused)
        self._logbook = Logbook(session, output_folder())
        self.departures = Departures()
        self._session = session
        self._holdings = Holdings(lab)
        session.only_user_of = self._holdings.only_user_of
        try:
            session.reserve_sessions(tell=tell)
        except BaseException:
            self.close()
            raise

    def lease(self, names: Sequence[str], *, servers: Sharing, wait: float | None) -> list[Move]:
        """Lease what moves need. A pool is from then on the move that was chosen from it.

        What is not free is somebody else's: then no lab is in use any more, so that no teardown touches it. Who holds
        something already keeps it and the lab, since a teardown has to bring it home.
        """
        try:
            chosen = self._holdings.take(names, servers=servers, wait=wait) if self._holdings else {}
        except BaseException:
            if not (self._holdings and self._holdings.any):
                self.close()
            raise
        self.session.lab = replace(self.lab, moves={**self.lab.moves, **chosen})
        return list(chosen.values())

    def end_suite(self, suite: str) -> None:
        """What a suite has leased, it has leased until here."""
        if self._holdings is not None:
            self._holdings.end_suite(suite)

    def cover(self, name: str) -> None:
        """Lease a partition or an evacuation that is about to be changed, as far as it is not held yet."""
        if self._holdings is not None:
            self._holdings.cover_name(name)

    @property
    def session(self) -> LabSession:
        """The opened lab.

        Raises:
            MobilityError: No lab is in use.
        """
        if self._session is None:
            raise MobilityError("No lab is in use.", remedy="Call the keyword Use Lab first, in the suite setup.")
        return self._session

    @property
    def logbook(self) -> Logbook:
        """Collects logs in the lab in use.

        Raises:
            MobilityError: No lab is in use.
        """
        if self._logbook is None or self._session is None:
            raise MobilityError("No lab is in use.", remedy="Call the keyword Use Lab first, in the suite setup.")
        return self._logbook

    def stage(self, name: str, iteration: int = 1) -> Stage:
        """A moment of the running test."""
        return Stage(name, test=running_test(), iteration=iteration)

    @property
    def in_use(self) -> bool:
        """A lab is in use."""
        return self._session is not None

    @property
    def lab(self) -> Lab:
        """The description of the lab in use."""
        return self.session.lab

    @property
    def label(self) -> str:
        """``Lab: simulated`` or ``Lab: hardware``."""
        return f"Lab: {self.lab.kind}"

    def close(self) -> None:
        """Put back what was changed for the tests, and close all connections."""
        if self._session is None:
            return
        session = self._session
        self.departures.warn(self.label)
        not_ended: list[str] = []
        try:
            not_ended = self.workloads.end_all(self.evidence.folder, show=self.show_workload)
            forgotten = self.give_up_moves()
            trouble = self._restore_all(forgotten)  # the way home may need what was repaired
            done = session.put_back(unless=forgotten)
        finally:
            self._session = None
            session.close()
            if self._holdings is not None:
                self._holdings.give_back()
        for item in done:
            if item.left:
                label = f"[Lab: {session.lab.kind}]"
                logger.warn(f"{label} Not put back, since another run may rely on it: {item.what}.")
            elif item.error is None:
                logger.info(f"Put back: {item.what}.")
                self._note_put_back(item.repair)
        self._to_put_back.clear()
        self.identities.clear()
        failed = not_ended + trouble + [f"{item.what}: {item.error}" for item in done if item.error]
        if failed:
            raise MobilityError(f"Could not be put back: {'; '.join(failed)}", remedy="Put it back by hand.")

    def remember(self, partition: str) -> Standing:
        """How a partition was before anything about it was changed; noted at the first call."""
        name = self.lab.partition(partition).name
        self.cover(name)
        if name not in self.standings:
            self.standings[name] = note(self.session, name)
        return self.standings[name]

    def restore(self, partition: str) -> None:
        """Bring a partition back to how it was, if it was remembered; after a failure it is tried again later."""
        if partition in self.standings:
            for text in restore(self.session, self.standings[partition], keep=self.keep):
                logger.info(f"Put back: {text}.")
            del self.standings[partition]

    def _restore_all(self, forgotten: str) -> list[str]:
        """Bring all remembered partitions back; what could not be done, as texts."""
        failed = {name: f"{forgotten} may still be under way." for name in self.standings if forgotten}
        for name in [name for name in self.standings if name not in failed]:
            try:
                self.restore(name)
            except MobilityError as error:
                failed[name] = str(error)
        self.standings.clear()
        return [f"{name} as it was: {text}" for name, text in sorted(failed.items())]

    def _note_put_back(self, repair: Repair) -> None:
        """The outcome that tells of a repair tells that it was undone, too."""
        for index, (path, outcome) in enumerate(self._to_put_back):
            if repair in outcome.repairs:
                changed = outcome.with_put_back(repair)
                self._to_put_back[index] = path, changed
                self.evidence.replace_outcome(path, changed)

    def _show_label(self) -> None:
        lab = self.lab
        text = f"{lab.kind} ({lab.name})"
        logger.info(f"Lab: {text}, described in {lab.file}")
        if self.live_line_shown:
            logger.console(f"Lab: {text}")
        with suppress(RobotNotRunningError):
            BuiltIn().set_suite_metadata("Lab", text, top=True)

    # --- moves --------------------------------------------------------------------------------------------------

    def plan(
        self,
        move: str,
        *,
        way: Way = "there",
        to: str | None = None,
        options: str | None = None,
        settings: MigrationSettings | None = None,
    ) -> MovePlan:
        """Work out a named move, or with ``to`` the move of a partition from where it is now."""
        found = self.lab.move(move) if to is None else self._ad_hoc(move, to)
        if way == "back":
            found = found.back()
        if self._holdings is not None:
            self._holdings.cover(found)
        return plan_move(self.lab, found, options=options, settings=settings)

    def _ad_hoc(self, partition: str, to: str) -> Move:
        entry, target = self.lab.partition(partition), self.lab.server(to)
        source = find_partition(self.session, entry.partition)
        if source is None:
            raise MobilityError(f"{partition} is on no server of the lab.", remedy="Check its name in the lab file.")
        if source.server == target.name:
            raise MobilityError(f"{partition} is on {to} already.", remedy="Name another server to move it to.")
        name = f"{partition}-to-{target.name}"
        kind = MoveKind.INACTIVE if source.state == NOT_ACTIVATED else MoveKind.ACTIVE
        return Move(name=name, partition=partition, source=source.server, target=target.name, kind=kind)

    @contextmanager
    def watching(self) -> Iterator[Watcher]:
        """A watcher that shows a live line on the terminal while the block runs."""
        line = LiveLine(self.label)
        try:
            yield line.show
        finally:
            line.close()

    @property
    def live_line_shown(self) -> bool:
        """Whether Robot Framework's console shows anything."""
        return not console_is_quiet()

    # --- a move that goes on between two keywords ---------------------------------------------------------------

    def begin(self, move: MoveUnderWay) -> None:
        """Remember a move that was started, until it is waited for."""
        name = move.work.plan.move.name
        forgotten = self._under_way.pop(name, None)
        if forgotten is not None:
            forgotten.give_up(keep=self.keep)
        self._under_way[name] = move

    def take(self, move: str, *, way: Way) -> MoveUnderWay:
        """The move that was started, to be waited for.

        Raises:
            MobilityError: There is none.
        """
        name = self.lab.move(move).back().name if way == "back" else move
        if name not in self._under_way:
            raise MobilityError(f"The move {name} was not started.", remedy="Call Start Migration first.")
        return self._under_way.pop(name)

    def runs(self, plan: MovePlan) -> bool:
        """Whether a move was started, is not waited for yet, and has not ended."""
        move = self._under_way.get(plan.move.name)
        return move is not None and move.runs

    def give_up_moves(self, partition: str | None = None) -> str:
        """Nobody waits for them any more.

        Args:
            partition: Only moves of this partition, by its name on the consoles.

        Returns:
            What they are, for people; an empty text when there was none.
        """
        names = [name for name, move in self._under_way.items() if partition in (None, move.work.plan.partition)]
        given_up = [self._under_way.pop(name) for name in names]
        for move in given_up:
            move.give_up(keep=self.keep)
        return ", ".join(move.work.plan.title for move in given_up)

    # --- results ------------------------------------------------------------------------------------------------

    def keep(self, outcome: Outcome) -> None:
        """Write an outcome to the evidence folder, and show it in the log."""
        self.workloads.note(outcome)
        try:
            path = self.evidence.write_outcome(outcome)
            where = link(path)
            if any(repair.put_back is False for repair in outcome.repairs):
                self._to_put_back.append((path, outcome))
        except OSError as error:  # the outcome itself is worth more than its file
            where = "not written"
            logger.warn(f"[{self.label}] {self.evidence.folder}: no outcome file: {error.strerror or error}.")
        if outcome.findings:
            logger.info(findings_table(outcome.findings), html=True)
        logger.info("<br>".join([outcome_tables(outcome), *device_tables(outcome), where]), html=True)
        for warning in outcome.warnings:
            logger.warn(f"[{self.label}] {warning}")
        if in_test():
            BuiltIn().set_test_metadata(outcome.title, outcome.result)

    def keep_quietly(self, outcome: Outcome) -> None:
        """Write an outcome, and leave the log to the caller: for operations that are done many times."""
        self.workloads.note(outcome)
        try:
            path = self.evidence.write_outcome(outcome)
        except OSError as error:
            self.evidence.trouble = f"{self.evidence.folder}: no outcome file: {error.strerror or error}."
            return
        if any(repair.put_back is False for repair in outcome.repairs):
            self._to_put_back.append((path, outcome))

    def settle(self, outcome: Outcome, wanted: Ending = Ending.DONE) -> Outcome:
        """Give the outcome back when it ended as wanted, else fail with its first error."""
        if outcome.ending is wanted:
            return outcome
        if outcome.done:
            raise OperationFailed(outcome, f"{outcome.summary()} It should have ended '{wanted.value}'.")
        raise OperationFailed(outcome)

    def link(self, path: Path) -> str:
        """A link to a file of the run; see the function."""
        return link(path)

    def show_workload(self, record: WorkloadRecord, path: Path) -> None:
        """Show what a workload came to in the log."""
        links = " ".join([link(path), *(link(path.parent / file) for file in record.files)])
        logger.info(f"{workload_tables(record)}<br>{links}", html=True)
        for finding in record.findings:
            if finding.severity is Severity.WARNING:
                logger.warn(f"[{self.label}] {finding.sentence()}")
        if in_test():
            BuiltIn().set_test_metadata(f"workload {record.partition}", record.summary())

    def show_loop(self, summary: LoopSummary, path: Path) -> None:
        """Show what a loop came to in the log."""
        logger.info(f"{loop_tables(summary)}<br>{link(path)}", html=True)
        for finding in summary.findings:
            if finding.severity is Severity.WARNING:
                logger.warn(f"[{self.label}] {finding.sentence()}")
        if in_test():
            BuiltIn().set_test_metadata(f"loop {summary.move}", summary.summary())

    def show_collection(self, done: Collection) -> None:
        """Show a stage in the log; what is missing is a warning."""
        logger.info(manifest_table(done.manifest, lambda file, text: link(done.folder / file, text)), html=True)
        for text in done.manifest.missing():
            logger.warn(f"[{self.label}] Stage logs of {done.manifest.stage}: {text}")

    def accompanied(self, plan: MovePlan, way: Way, wanted: bool | None, move: Callable[[], Outcome]) -> Outcome:
        """Do a move with stage logs before and after it, when the lab file or an argument says so."""
        if not (self.lab.stage_logs if wanted is None else wanted):
            return move()
        return with_stage_logs(self.logbook, plan, self.stage, way, move, show=self.show_stage)

    def show_stage(self, done: Collection | MobilityError) -> None:
        """Show a stage in the log, or why there is none."""
        if isinstance(done, Collection):
            self.show_collection(done)
        else:  # the move itself is worth more than its logs
            logger.warn(f"[{self.label}] No stage logs: {done}")

    def log_commands(self) -> None:
        """Show the remote commands since the last call in the log, at level DEBUG."""
        for text in self.evidence.drain():
            logger.debug(text)
        if self.evidence.trouble:
            logger.warn(self.evidence.trouble)
            self.evidence.trouble = ""
