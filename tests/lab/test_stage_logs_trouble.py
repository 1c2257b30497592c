"""Stage logs when machines die, freeze, fill up or babble, and when the collection itself is broken off."""

from __future__ import annotations

import errno
import hashlib
import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from powervm.stage_logs import Collection, ItemRecord, ItemStatus, Stage, StageStatus, collect, collector, items, taking
from powervm.waiting import Deadline, wait_until
from support import memory
from support.simulated import ROOT, joined_lab_file

from .conftest import Bench, Open

SNAP = "/home/padmin/snap.pax.Z"


def inject(lab: Bench, words: str) -> None:
    status, output = lab.running.run("lab", f"lab fault add {words}")
    assert status == 0, output


def fired(lab: Bench, rule: str) -> int:
    state = json.loads(lab.running.run("lab", "lab state --json")[1])
    return int(next(entry["fired"] for entry in state["faults"] if entry["id"] == rule))


def item(done: Collection, machine: str, name: str) -> ItemRecord:
    source = next(source for source in done.manifest.sources if source.name == machine)
    return next(record for record in source.items if record.name == name)


def statuses(done: Collection, machine: str) -> set[ItemStatus]:
    source = next(source for source in done.manifest.sources if source.name == machine)
    return {record.status for record in source.items}


def now(lab: Bench, folder: Path, *, failure: bool = False) -> Collection:
    return collect(lab.session, Stage("now"), root=folder, servers=("p9a", "p10a"), partition="lp1", failure=failure)


@pytest.fixture
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every item may take three seconds."""
    real = items.built_in_items()
    monkeypatch.setattr(
        items, "built_in_items", lambda: tuple(entry.model_copy(update={"timeout": 3.0}) for entry in real)
    )


@pytest.mark.usefixtures("short_limits")
def test_one_hangs_one_floods_one_is_dead_and_the_others_are_complete(
    bench: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("powervm.stage_logs.taking.MOST_BYTES", 64 << 20)
    lab = bench({"servers.p9a.virtual_io_servers.p9a-vios2.down": True})
    inject(lab, "kind=command-hangs endpoint=p10a-vios1 command=errlog")
    inject(lab, "kind=command-floods endpoint=p10a-vios2 command=errlog")
    inject(lab, "kind=disk-full endpoint=lp1")
    done = now(lab, tmp_path)
    assert done.manifest.status is StageStatus.PARTIAL
    assert done.manifest.duration <= 3.0 * 1.2 + 1.5
    hangs, floods = item(done, "p10a-vios1", "errlog"), item(done, "p10a-vios2", "errlog")
    assert (hangs.status, hangs.reason) == (ItemStatus.FAILED, "it did not end within 3 s")
    assert floods.status is ItemStatus.PARTIAL
    assert floods.file is not None
    content = (done.folder / floods.file).read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (floods.size, floods.sha256)
    assert {source.name for source in done.manifest.sources if not source.reached} == {"p9a-vios2"}
    for machine in ("lp1", "hmc1", "p9a-vios1"):
        assert statuses(done, machine) <= {ItemStatus.COLLECTED, ItemStatus.ABSENT}
    assert len(done.manifest.missing()) == 3


def test_a_partition_that_freezes_meanwhile_is_left_long_before_the_limits_of_its_items(
    bench: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its journal alone may take five minutes."""
    monkeypatch.setattr(collector, "_LOOK", 0.5)
    monkeypatch.setattr(taking, "_SIGN_OF_LIFE", 1.0)
    monkeypatch.setattr(taking, "_CLEANING", 1.0)
    lab = bench()
    inject(lab, "kind=endpoint-frozen endpoint=lp1 command=journalctl")
    done = now(lab, tmp_path)
    assert done.manifest.duration < 25
    assert item(done, "lp1", "journal").status in (ItemStatus.FAILED, ItemStatus.INTERRUPTED)
    assert any("it stopped answering" in text for text in done.manifest.missing())
    assert statuses(done, "hmc1") == {ItemStatus.COLLECTED}


def test_an_archive_that_somebody_has_left_is_not_replaced(bench: Open, tmp_path: Path) -> None:
    lab = bench(speed=400)
    assert lab.running.run("p9a-vios1", "ioscli snap")[0] == 0
    before = lab.running.run("p9a-vios1", f"ioscli ls -l {SNAP}")
    done = now(lab, tmp_path, failure=True)
    skipped = item(done, "p9a-vios1", "snap")
    assert skipped.status is ItemStatus.SKIPPED
    assert f"{SNAP} is there already" in (skipped.reason or "")
    assert lab.running.run("p9a-vios1", f"ioscli ls -l {SNAP}") == before
    taken = item(done, "p9a-vios2", "snap-archive")
    assert taken.status is ItemStatus.COLLECTED
    assert taken.reason is None
    assert lab.running.run("p9a-vios2", f"ioscli ls {SNAP}")[0] != 0


def test_the_failure_set_is_there_verified_and_nothing_stays_behind(bench: Open, tmp_path: Path) -> None:
    lab = bench(speed=400)
    done = now(lab, tmp_path, failure=True)
    for machine, name in (("lp1", "sos-report-archive"), ("p10a-vios1", "snap-archive"), ("hmc1", "pedbg-archive")):
        record = item(done, machine, name)
        assert record.status is ItemStatus.COLLECTED, record
        assert record.file is not None
        content = (done.folder / record.file).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (record.size, record.sha256)
    assert "the machine keeps it as /dump/" in (item(done, "hmc1", "pedbg-archive").reason or "")
    assert lab.running.run("lp1", "ls -d /var/tmp/stage-logs-*")[0] != 0


def test_a_full_disk_of_the_target_is_told_and_nothing_stays_behind(bench: Open, tmp_path: Path) -> None:
    lab = bench(speed=400)
    for machine in ("lp1", "p9a-vios1"):
        inject(lab, f"kind=disk-full endpoint={machine}")
    done = now(lab, tmp_path, failure=True)
    assert item(done, "lp1", "sos-report").status is ItemStatus.FAILED
    snap = item(done, "p9a-vios1", "snap")
    assert snap.status is ItemStatus.FAILED
    assert "There is not enough space" in (snap.reason or "")
    assert "left on the machine" not in (snap.reason or "")
    assert statuses(done, "p9a-vios2") <= {ItemStatus.COLLECTED, ItemStatus.ABSENT}
    assert lab.running.run("lp1", "ls -d /var/tmp/stage-logs-*")[0] != 0


def test_a_collection_that_is_broken_off_keeps_what_is_there_and_cleans_up(
    bench: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = bench(speed=400)
    inject(lab, "id=hang kind=command-hangs endpoint=lp1 command=sos")
    inject(lab, "kind=command-floods endpoint=p9a-vios1 command=errlog")

    class Impatient(BaseException):
        pass

    def ask(*_: object, **__: object) -> None:
        threading.Thread(target=real, args=_, kwargs=__, daemon=True).start()
        sos = wait_until(
            lambda: fired(lab, "hang"), Deadline(30), interval=0.1, what="sos report to begin",
        )  # fmt: skip
        assert sos
        time.sleep(0.5)
        raise Impatient

    real = collector._collect_from_all
    monkeypatch.setattr(collector, "_collect_from_all", ask)
    started = time.monotonic()
    with pytest.raises(Impatient):
        now(lab, tmp_path, failure=True)
    assert time.monotonic() - started < 40
    folder = tmp_path / "stage-logs" / "by-hand" / "1" / "now"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "interrupted"
    records = {(source["name"], entry["name"]): entry for source in manifest["sources"] for entry in source["items"]}
    assert records["lp1", "dmesg"]["status"] == "collected"
    flood = records["p9a-vios1", "errlog"]
    assert flood["status"] == "interrupted"
    assert (folder / flood["file"]).stat().st_size == flood["size"]
    assert records["lp1", "sos-report"]["status"] == "interrupted"
    assert lab.running.run("lp1", "ls -d /var/tmp/stage-logs-*")[0] != 0
    assert list(folder.rglob("*.part")) == []


LISTENS_TO_CTRL_C = """
import signal, sys
from powervm.stage_logs.__main__ import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main(sys.argv[1:]))
"""
"""What a shell runs in the background ignores it."""


def test_ctrl_c_on_the_command_line(bench: Open, tmp_path: Path) -> None:
    lab = bench()
    inject(lab, "kind=command-hangs endpoint=p9a-vios1 command=errlog")
    file = joined_lab_file(tmp_path, lab.running)
    words = ["--lab", str(file), "--stage", "night", "--output", str(tmp_path / "out"), "--move", "local"]
    with subprocess.Popen(
        [sys.executable, "-c", LISTENS_TO_CTRL_C, *words],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT / "libraries")}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    ) as run:  # fmt: skip
        try:
            assert run.stdout is not None
            for line in run.stdout:
                if line.startswith("p9a-vios2") and "mappings" in line:
                    break
            run.send_signal(signal.SIGINT)
            _, errors = run.communicate(timeout=30)
        finally:
            run.kill()
    assert (run.returncode, errors) == (130, "Broken off; the manifest tells what is there.\n")
    manifest = tmp_path / "out" / "stage-logs" / "by-hand" / "1" / "night" / "manifest.json"
    assert json.loads(manifest.read_text(encoding="utf-8"))["status"] == "interrupted"


def test_a_runner_that_cannot_write_is_told_in_a_sentence(bench: Open, tmp_path: Path) -> None:
    lab = bench()
    file = joined_lab_file(tmp_path, lab.running)
    (tmp_path / "out").write_text("a file, not a folder", encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "powervm.stage_logs", "--lab", str(file), "--output", str(tmp_path / "out")],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT / "libraries")}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert f"{tmp_path / 'out'}" in result.stderr
    assert "cannot be written: Not a directory." in result.stderr


def test_a_manifest_that_cannot_be_written_leaves_no_half_of_it(
    bench: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = bench()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(collector.StageNotWritten, match=r"manifest\.json: .*: No space left on device\."):
        collect(lab.session, Stage("now"), root=tmp_path, servers=("p8a",))
    assert list(tmp_path.rglob("*manifest*")) == []


def test_however_much_comes_it_takes_little_memory(bench: Open, tmp_path: Path) -> None:
    lab = bench()
    inject(lab, "kind=command-floods endpoint=p9a-vios1 command=errlog duration=240")
    file = joined_lab_file(tmp_path, lab.running)
    words = ["--lab", str(file), "--stage", "big", "--output", str(tmp_path / "out"), "--move", "local"]
    result = subprocess.run(
        [sys.executable, "-c", memory.PROGRAM, *words],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT / "libraries")}, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert result.returncode in (0, 1), result.stderr
    (log,) = tmp_path.rglob("p9a-vios1/errlog.txt")
    assert log.stat().st_size > 4 << 20
    assert int(result.stdout.split()[-1]) < 120
