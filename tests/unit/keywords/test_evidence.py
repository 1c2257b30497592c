"""What a run leaves: transcript and outcome records; tables whose cells are escaped."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

from mobility_keywords.evidence import Evidence
from mobility_keywords.tables import findings_table, outcome_tables
from powervm.outcome import Ending, Finding, LabNote, Recorder, Severity, Side
from powervm.ssh import CommandResult


def result(stdout: str) -> CommandResult:
    return CommandResult("hmc1", "lshmc -V", 0, stdout, "", datetime.now(timezone.utc), 0.25)


def recorder() -> Recorder:
    side = Side(server="p9a", system="p9a", console="hmc1")
    lab = LabNote(name="x", kind="hardware", file="x.yaml")
    return Recorder("migrate", lab=lab, partition="lp 1/x", source=side, target=side)


def test_commands_are_in_the_transcript_and_wait_for_the_log(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path / "run")
    evidence.observe(result("first\n"))
    evidence.observe(result("x" * 300_000))
    lines = (tmp_path / "run" / "transcript.jsonl").read_text(encoding="utf-8").splitlines()
    first, second = (json.loads(line) for line in lines)
    assert (first["endpoint"], first["command"], first["status"], first["stdout"]) == ("hmc1", "lshmc -V", 0, "first\n")
    assert len(second["stdout"]) == 100_000
    drained = evidence.drain()
    assert drained[0] == "hmc1: lshmc -V  (status 0, 0.25 s)\nfirst"
    assert evidence.drain() == []


def test_outcomes_are_numbered_and_never_overwritten(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path)
    paths = [evidence.write_outcome(recorder().finish(Ending.DONE)) for _ in range(3)]
    assert [path.name for path in paths] == [f"00{number}-migrate-lp-1-x-p9a-p9a.json" for number in (1, 2, 3)]
    assert json.loads(paths[0].read_text(encoding="utf-8"))["ending"] == "done"


def test_cells_are_escaped() -> None:
    finding = Finding(severity=Severity.ERROR, check="<b>", subject="lp1", text="a & b", remedy="<script>")
    html = findings_table([finding])
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "a &amp; b" in html


def test_a_phase_within_another_one_is_indented() -> None:
    work = recorder()
    with work.phase("migration"), work.phase("transfer"):
        pass
    html = outcome_tables(work.finish(Ending.DONE))
    assert "\u2003transfer" in html
    assert "\u2003migration" not in html
