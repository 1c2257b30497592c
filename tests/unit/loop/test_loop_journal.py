"""The journal of a loop after every kind of death, what is kept of its evidence, and the table of its figures."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from powervm.loop.figures import Rows
from powervm.loop.journal import NAME, Journal, JournalError, fresh, interrupted, newest, read_past
from powervm.loop.keeping import Keeping, folder_of_iteration
from powervm.loop.model import EndReason, IterationRecord, Verdict, WayRecord

NOON = datetime(2026, 8, 26, 12, 0, tzinfo=timezone.utc)


def record(number: int, verdict: Verdict = Verdict.PASSED, seconds: float = 10.0) -> IterationRecord:
    """An iteration whose two ways took half of it each."""
    ways = [
        WayRecord(
            way=way, ending="done", error=None, duration=seconds / 2, own_time=seconds / 2 - 0.5,
            phases={"migration": seconds / 4}, rmc_wait=1.0, blackout=0.2,
        )
        for way in ("there", "back")
    ]  # fmt: skip
    return IterationRecord(
        iteration=number, verdict=verdict, error=None if verdict is Verdict.PASSED else "It broke.", started=NOON,
        ended=NOON, duration=seconds, overhead=1.0, ways=ways, sample={"client_adapters": 4.0, "unknown": 1.0},
    )  # fmt: skip


def written(folder: Path, *records: IterationRecord, half_done: int | None = None) -> Path:
    journal = Journal(folder)
    journal.write("loop", format=1, move="local")
    journal.write("baseline", sample={"client_adapters": 4.0})
    for item in records:
        journal.begin(item.iteration)
        journal.end(item)
    if half_done:
        journal.begin(half_done)
    journal.close()
    return folder / NAME


def test_a_half_done_iteration_is_counted_as_interrupted(tmp_path: Path) -> None:
    past = read_past(written(tmp_path, record(1), record(2, Verdict.FAILED), half_done=3))
    assert [(item.iteration, item.verdict) for item in past.records] == [
        (1, Verdict.PASSED), (2, Verdict.FAILED), (3, Verdict.INTERRUPTED),
    ]  # fmt: skip
    assert (past.half_done, past.reason, past.baseline) == (3, EndReason.RUNNING, {"client_adapters": 4.0})


def test_half_a_line_at_the_end_is_cut_before_the_loop_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path, record(1))
    with path.open("a", encoding="utf-8") as file:
        file.write('{"event": "end", "rec')
    assert len(read_past(path).records) == 1
    journal = Journal(tmp_path)
    journal.write("resume")
    journal.begin(2)
    journal.write("closed", reason="interrupted")
    journal.close()
    past = read_past(path)
    assert (past.resumed, past.half_done, past.reason) == (1, 2, EndReason.INTERRUPTED)


def test_two_runs_cannot_write_one_journal(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    with pytest.raises(JournalError, match="another run is writing it"):
        Journal(tmp_path)
    first.close()
    Journal(tmp_path).close()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("not json", "line 3: this is no line of a journal"),
        ("[1]", "line 3: this is no line of a journal"),
        ("{}", "line 3: this is no line of a journal"),
        ('{"event": "end", "at": "2026-08-26T12:00:00+00:00", "record": {"iteration": 1}}', "cannot be understood"),
        ('{"event": "end"}', "cannot be understood"),
    ],
)
def test_a_journal_that_is_none_is_refused(line: str, said: str, tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(f"{path.read_text()}{line}\n", encoding="utf-8")
    with pytest.raises(JournalError, match=said):
        read_past(path)


def test_a_journal_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text('{"event": "loop", "format": 99, "at": "2026-08-26T12:00:00+00:00"}\n', encoding="utf-8")
    with pytest.raises(JournalError, match="another version"):
        read_past(path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(JournalError, match="no loop in it"):
        read_past(path)


def test_an_output_directory_that_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(JournalError, match="Choose another output directory"):
        Journal(tmp_path / "file")


def test_a_full_disk_is_told_once_and_the_journal_can_be_closed(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal._file.close()
    journal._file = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115
    with pytest.raises(JournalError, match="Make room there"):
        journal.begin(1)
    journal.close()


def test_a_loop_of_another_move_is_not_taken_for_the_second_one(tmp_path: Path) -> None:
    first, other = fresh(tmp_path, "local"), fresh(tmp_path, "local-2")
    written(first)
    journal = Journal(other)
    journal.write("loop", format=1, move="local-2")
    journal.close()
    assert newest(tmp_path, "local") == first
    assert newest(tmp_path, "local-2") == other
    third = fresh(tmp_path, "local")
    written(third)
    assert newest(tmp_path, "local") == third


def test_each_fresh_loop_has_a_folder_and_the_newest_is_resumed(tmp_path: Path) -> None:
    assert newest(tmp_path, "local") is None
    names = []
    for _ in range(3):
        folder = fresh(tmp_path, "local")
        written(folder)
        names.append(folder.name)
        assert newest(tmp_path, "local") == folder
    assert names == ["local", "local-2", "local-3"]
    assert fresh(tmp_path, "a b/c").parent == tmp_path / "loops"


def test_what_is_kept_of_a_thousand_iterations(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path, [])
    for number in range(1, 1001):
        folder_of_iteration(tmp_path, number).mkdir(parents=True)
        verdict = {40: Verdict.FAILED, 700: Verdict.INTERRUPTED}.get(number, Verdict.PASSED)
        keeping.thin(record(number, verdict))
    kept = sorted(int(path.name) for path in (tmp_path / "iterations").iterdir())
    assert kept == [1, 39, 40, 699, 700, 996, 997, 998, 999, 1000]
    again = Keeping(tmp_path, [record(40, Verdict.FAILED), interrupted(700, NOON, NOON)])
    again.thin(record(1001))
    kept = sorted(int(path.name) for path in (tmp_path / "iterations").iterdir())
    assert kept == [1, 39, 40, 699, 700, 997, 998, 999, 1000]


def test_the_figures_are_those_of_the_iterations_that_passed() -> None:
    rows = Rows()
    rows.begin({"client_adapters": 4.0})
    for number in range(1, 21):
        rows.add(record(number, seconds=float(number)))
    rows.add(record(21, Verdict.FAILED, seconds=1000.0))
    table = {(item.way, item.phase): item for item in rows.figures()}
    assert list(table)[:2] == [("there", "total"), ("there", "own time")]
    total = table["round trip", "total"]
    assert (total.count, total.minimum, total.median, total.p95, total.maximum) == (20, 1.0, 10.5, 19.05, 20.0)
    assert rows.watched()["client_adapters"] == [4.0] * 21
    assert (rows.counts[Verdict.FAILED], rows.active) == (1, 1210.0)
