"""Stage logs and kernel logs of a running lab."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from powervm.kernel_log import mark, read_since
from powervm.logbook import Logbook
from powervm.migration import migrate
from powervm.plan import plan_move
from powervm.stage_logs import ItemStatus, Manifest, Stage, StageStatus, collect
from support.simulated import ROOT, joined_lab_file

from .conftest import Open

SCHEMA = json.loads((ROOT / "docs" / "manifest.schema.json").read_text(encoding="utf-8"))


def items(manifest: Manifest, source: str) -> dict[str, ItemStatus]:
    """Status of each item of a machine."""
    return {item.name: item.status for entry in manifest.sources if entry.name == source for item in entry.items}


def test_every_machine_of_the_move_gives_its_logs(bench: Open, tmp_path: Path) -> None:
    lab = bench()
    done = collect(lab.session, Stage("now", "a test: x/y", 3), root=tmp_path, servers=("p9a", "p10b"), partition="lp2")
    assert done.folder == tmp_path / "stage-logs" / "a-test-x-y" / "3" / "now"
    assert done.manifest.missing() == []
    assert done.manifest.status is StageStatus.COMPLETE
    document = json.loads((done.folder / "manifest.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, SCHEMA)
    names = [source.name for source in done.manifest.sources]
    assert names == ["lp2", "hmc1", "hmc2", "p9a-vios1", "p9a-vios2", "p10b-vios1", "p10b-vios2"]
    for source in done.manifest.sources:
        for item in source.items:
            if item.status is ItemStatus.COLLECTED:
                content = (done.folder / (item.file or "")).read_bytes()
                assert (len(content), hashlib.sha256(content).hexdigest()) == (item.size, item.sha256)
    assert {"dmesg", "journal", "lparcfg", "lparstat", "rmc-domain"} <= items(done.manifest, "lp2").keys()
    assert {"partition-p9a", "migration-p9a", "level", "events"} <= items(done.manifest, "hmc1").keys()
    commands = [event["command"] for event in lab.running.history("command")]
    assert not any(word in " ".join(commands) for word in ("sos", "snap", "pedbg", "dmesg -C"))


def test_a_second_collection_of_a_stage_has_a_folder_of_its_own(bench: Open, tmp_path: Path) -> None:
    lab = bench()
    first, second = (collect(lab.session, Stage("now"), root=tmp_path, servers=("p8a",)) for _ in range(2))
    assert (first.folder.name, second.folder.name) == ("now", "now-2")


def test_a_dead_machine_delays_nobody_and_is_told(bench: Open, tmp_path: Path) -> None:
    lab = bench({"servers.p9a.virtual_io_servers.p9a-vios2.down": True, "partitions.lp1.down": True})
    done = collect(lab.session, Stage("now"), root=tmp_path, servers=("p9a", "p10a"), partition="lp1")
    assert done.manifest.status is StageStatus.PARTIAL
    reached = {source.name: source.reached for source in done.manifest.sources}
    assert [name for name, answer in reached.items() if not answer] == ["lp1", "p9a-vios2"]
    assert set(items(done.manifest, "p9a-vios2").values()) == {ItemStatus.SKIPPED}
    assert set(items(done.manifest, "p9a-vios1").values()) == {ItemStatus.COLLECTED}
    assert len(done.manifest.missing()) == 2


def test_a_virtual_io_server_without_a_login_is_asked_through_its_console(bench: Open, tmp_path: Path) -> None:
    lab = bench()
    entry = lab.session.lab.servers["p9a"].virtual_io_servers["p9a-vios1"]
    object.__setattr__(entry, "access", type(entry.access)(host=None))
    done = collect(lab.session, Stage("now"), root=tmp_path, servers=("p9a",))
    assert set(items(done.manifest, "p9a-vios1").values()) <= {ItemStatus.COLLECTED, ItemStatus.ABSENT}
    source = next(source for source in done.manifest.sources if source.name == "p9a-vios1")
    assert {item.source for item in source.items if item.name == "level"} == {
        "viosvrcmd -m p9a -p p9a-vios1 -c ioslevel"
    }


def test_commands_and_files_of_the_lab_file(bench: Open, tmp_path: Path) -> None:
    logs = {
        "os_commands": ["uname -r", "no-such-command", "false"],
        "os_files": ["/etc/os-release", "/no/such/file"],
    }
    lab = bench(lab={"logs": logs})
    done = collect(lab.session, Stage("now"), root=tmp_path, servers=("p9a",), partition="lp1")
    found = items(done.manifest, "lp1")
    assert found["uname-r"] is ItemStatus.COLLECTED
    assert found["etc-os-release"] is ItemStatus.COLLECTED
    assert {found["no-such-command"], found["false"], found["no-such-file"]} == {ItemStatus.FAILED}
    assert done.manifest.status is StageStatus.PARTIAL
    assert len(done.manifest.missing()) == 3


def test_each_stage_has_the_journal_since_the_last_one(bench: Open, tmp_path: Path) -> None:
    lab = bench(speed=60)
    book = Logbook(lab.session, tmp_path)
    plan = plan_move(lab.session.lab, lab.session.lab.move("local"))
    first = book.collect(Stage("pre-forward"), plan=plan)
    assert migrate(lab.session, plan, keep=lab.keep).done
    second = book.collect(Stage("post-forward"), plan=plan)
    before = (first.folder / "lp1" / "journal.txt").read_text(encoding="utf-8")
    after = (second.folder / "lp1" / "journal.txt").read_text(encoding="utf-8")
    assert "Linux version" in before
    assert "Linux version" not in after
    assert "migration rc 0" in after
    assert "migration rc 0" not in before


def test_the_kernel_log_of_a_good_move_is_clean_and_each_line_is_judged_once(bench: Open, tmp_path: Path) -> None:
    lab = bench(speed=60)
    book = Logbook(lab.session, tmp_path)
    plan = plan_move(lab.session.lab, lab.session.lab.move("local"))
    book.mark_kernel_log("lp1")
    assert migrate(lab.session, plan, keep=lab.keep).done
    check = book.check_kernel_log("lp1")
    assert check.verdict.clean
    assert "mobility: calling ibm,suspend-me" in check.file.read_text(encoding="utf-8")
    assert book.check_kernel_log("lp1").verdict.lines == 0


def test_a_marker_that_is_gone_is_told(bench: Open) -> None:
    lab = bench()
    guest = lab.session.partition("lp1")
    marker = mark(guest)
    assert read_since(guest, marker).lost == ""
    gone = type(marker)(marker.boot_id, marker.cursor.replace("i=", "i=f"), marker.time)
    assert "rotated" in read_since(guest, gone).lost
    other = type(marker)("another-boot", gone.cursor, marker.time)
    assert "restarted" in read_since(guest, other).lost


def test_without_a_journal_the_ring_buffer_is_read(bench: Open) -> None:
    lab = bench()
    guest = lab.session.partition("lp1")
    marker = mark(guest)
    ring = type(marker)(marker.boot_id, "", marker.time)
    window = read_since(guest, ring)
    assert (window.method, window.lines, window.lost) == ("ring buffer", (), "")
    everything = read_since(guest, type(marker)(marker.boot_id, "", -1.0))
    assert everything.lines
    assert "does not reach back" in everything.lost


DARK = {
    "consoles.hmc1.down": True,
    "partitions.lp1.down": True,
    **{
        f"servers.{server}.virtual_io_servers.{server}-vios{number}.down": True
        for server in ("p9a", "p10a")
        for number in (1, 2)
    },
}


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [({}, 0, "complete: "), ({"partitions.lp1.down": True}, 1, "partial: "), (DARK, 2, "nothing: ")],
)
def test_from_the_command_line(bench: Open, tmp_path: Path, changes: dict[str, object], status: int, said: str) -> None:
    lab = bench(changes)
    file = joined_lab_file(tmp_path, lab.running)
    words = ["--lab", str(file), "--stage", "night", "--output", str(tmp_path / "out"), "--move", "local"]
    result = subprocess.run(
        [sys.executable, "-m", "powervm.stage_logs", *words],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT / "libraries")}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert said in result.stdout, result.stdout + result.stderr
    assert result.returncode == status
    assert (tmp_path / "out" / "stage-logs" / "by-hand" / "1" / "night" / "manifest.json").exists()
    assert result.stdout.startswith("Lab: simulated (two consoles)")
