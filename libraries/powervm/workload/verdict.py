"""Whether a load went well: pure functions from what was seen to findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from powervm.outcome import Finding, Outcome, Severity
from powervm.workload.kinds import Kind, explain_status
from powervm.workload.model import Crossing, LoadEnding
from powervm.workload.stress import StressReport, complaints
from powervm.workload.tools import fio_complaints, iperf3_complaints, read_json

CHECK = "workload"

STOPPED_STATUSES = frozenset({0, 124, 128 + 2, 128 + 15})
"""What a script may end with after it got SIGTERM from us."""

_FIO_STOPPED = frozenset({0, 128, 128 + 15})
_IPERF3_STOPPED = frozenset({0, 1, 128 + 15})


@dataclass(frozen=True)
class Facts:
    """What is known of a load.

    Attributes:
        started, ended: By our clock; None for what has not happened.
        ending: How.
        status: Exit status, if it is known.
        report: What stress-ng has said.
        document: What fio or iperf3 have said.
        last_line: The last line of its output, for messages.
        same_boot: The partition was not restarted meanwhile.
    """

    subject: str
    kind: Kind
    ending: LoadEnding
    started: datetime
    ended: datetime | None
    status: int | None
    quiet: bool = False
    report: StressReport = field(default_factory=StressReport)
    output: str = field(default="", repr=False)
    same_boot: bool = True
    limit: float = 0.0


@dataclass(frozen=True)
class Stretch:
    """A migration that ended while a load was watched."""

    title: str
    ending: str
    started: datetime
    ended: datetime


def stretch_of(outcome: Outcome) -> Stretch:
    """The time in which a migration truly ran: that of ``migrlpar``, else that of the whole operation.

    Of several calls the last one counts: an evacuation asks again when its first call was refused as a whole.
    """
    phase = next((phase for phase in reversed(outcome.phases) if phase.name == "migration"), None)
    begin, end = (phase.started, phase.ended) if phase else (outcome.started, outcome.ended)
    title = f"{outcome.partition} {outcome.source.server} -> {outcome.target.server}"
    return Stretch(title, outcome.ending.value, begin, end)


def crossing(facts: Facts, move: Stretch) -> Crossing:
    """Whether the load ran from the beginning of a migration to its end."""
    margin = None if facts.ended is None else (facts.ended - move.ended).total_seconds()
    crossed = facts.started <= move.started and (margin is None or margin >= 0) and facts.ending is not LoadEnding.LOST
    return Crossing(
        title=move.title, ending=move.ending, started=move.started, ended=move.ended, crossed=crossed, margin=margin
    )


def judge(facts: Facts, moves: Sequence[Stretch]) -> list[Finding]:
    """All findings; the first error is the one that the keyword fails with."""
    errors = [_error(facts, text, remedy) for text, remedy in _errors(facts, moves)]
    if errors:
        return errors
    found = [_finding(facts, Severity.OK, f"it ended with success ({_how(facts)}).")]
    found += [_finding(facts, Severity.OK, _crossed_text(crossing(facts, move), facts)) for move in moves[-2:]]
    if facts.report.counts.get("skipped"):
        text = f"{facts.report.counts['skipped']} stressors were skipped, so the load was lighter than asked."
        found.append(_finding(facts, Severity.WARNING, text, "Ask for fewer stressors or less memory."))
    return found


def _crossed_text(item: Crossing, facts: Facts) -> str:
    end = "it still ran at its end" if item.margin is None else f"and for {item.margin:.1f} s after its end"
    before = (item.started - facts.started).total_seconds()
    return f"it ran across {item.title}: from {before:.1f} s before its begin, {end}."


def _how(facts: Facts) -> str:
    word = "stopped by us" if facts.ending is LoadEnding.STOPPED else facts.ending.value.replace("_", " ")
    return f"{word}, exit status {facts.status}" if facts.status is not None else word


def _errors(facts: Facts, moves: Sequence[Stretch]) -> Iterator[tuple[str, str]]:
    when = _when(facts, moves)
    if facts.ending is LoadEnding.LOST:
        why = "" if facts.same_boot else ": the partition was restarted meanwhile"
        yield f"it is gone without an exit status{why}.", "Look for a crash, or for the OOM killer in the kernel log."
    elif facts.ending is LoadEnding.KILLED:
        yield "it did not end when it was asked, and had to be killed, so what it came to is not known.", ""
    elif facts.ending is LoadEnding.TIME_LIMIT:
        yield f"it was ended by its limit of {facts.limit:.0f} s{when}.", "Give it a longer limit, or stop it sooner."
    elif _bad_status(facts):
        meaning = explain_status(facts.kind, facts.status or 0)
        ended = "ended by itself" if facts.ending is LoadEnding.BY_ITSELF else "ended"
        yield f"it {ended} with exit status {facts.status} ({meaning}){when}.{_last_word(facts)}", ""
    for text in _reported(facts):
        yield text, ""
    yield from _not_across(facts, moves)


def _last_word(facts: Facts) -> str:
    """What it said about its failure, or at last."""
    said = [*facts.report.failures, *facts.report.errors]
    lines = [line.strip() for line in facts.output.splitlines() if line.strip() and not line.startswith("Try '")]
    word = said[0] if said else (lines[-1] if lines and facts.kind is not Kind.FIO else "")
    return f" It said: '{word[:300]}'." if word else ""


def _bad_status(facts: Facts) -> bool:
    if facts.status is None or facts.ending is LoadEnding.RUNNING:
        return False
    if facts.ending is LoadEnding.STOPPED:
        fine = {Kind.COMMAND: STOPPED_STATUSES, Kind.FIO: _FIO_STOPPED, Kind.IPERF3: _IPERF3_STOPPED}
        return facts.status not in fine.get(facts.kind, {0})
    return facts.status != 0


def _reported(facts: Facts) -> Iterator[str]:
    if facts.ending in (LoadEnding.RUNNING, LoadEnding.LOST, LoadEnding.KILLED):
        return
    if facts.kind is Kind.STRESS_NG:
        yield from complaints(facts.report, quiet=facts.quiet or _bad_status(facts))
    elif facts.kind in (Kind.FIO, Kind.IPERF3):
        document = read_json(facts.output)
        if document is None:
            return  # without JSON the exit status decides
        if facts.kind is Kind.FIO:
            yield from fio_complaints(document)
        else:
            yield from iperf3_complaints(document, stopped=facts.ending is LoadEnding.STOPPED)


def _not_across(facts: Facts, moves: Sequence[Stretch]) -> Iterator[tuple[str, str]]:
    for move in moves:
        item = crossing(facts, move)
        if item.crossed:
            continue
        if facts.started > move.started:
            late = (facts.started - move.started).total_seconds()
            yield f"it was started {late:.1f} s after the begin of {move.title}.", "Start it before the move."
        elif item.margin is not None:
            text = f"it did not run across {move.title}: it ended {-item.margin:.1f} s before the end of that move."
            longer = "Let it run longer (--timeout of stress-ng), so that it is still running after the last move."
            yield text, "" if _bad_status(facts) else longer
        else:
            yield f"whether it ran across {move.title} is not known, since it is gone.", ""


def _when(facts: Facts, moves: Sequence[Stretch]) -> str:
    """In which migration it ended, as the end of a sentence."""
    ended = facts.ended
    if ended is None:
        return ""
    for move in moves:
        if move.started <= ended <= move.ended:
            seconds = (ended - move.started).total_seconds()
            return f", in the middle of {move.title}, {seconds:.1f} s after the begin of that move"
    before = [move for move in moves if move.ended < ended]
    if before:
        return f", {(ended - before[-1].ended).total_seconds():.1f} s after the end of {before[-1].title}"
    return f", {(ended - facts.started).total_seconds():.1f} s after its start"


def _error(facts: Facts, text: str, remedy: str) -> Finding:
    return _finding(facts, Severity.ERROR, text, remedy)


def _finding(facts: Facts, severity: Severity, text: str, remedy: str = "") -> Finding:
    name = "the workload" if facts.kind is Kind.COMMAND else f"the workload ({facts.kind.value})"
    named = f"{name} {text[3:]}" if text.startswith("it ") else f"{name}: {text}"
    return Finding(severity=severity, check=CHECK, subject=facts.subject, text=named, remedy=remedy)
