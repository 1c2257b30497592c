"""Loads in a partition over real SSH: what outlives what, what is left, and what is told."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from powervm.errors import MobilityError
from powervm.lab import load_lab, load_ready
from powervm.migration import migrate
from powervm.plan import lab_note, plan_move
from powervm.secret import Password
from powervm.session import LabSession
from powervm.waiting import Deadline, DeadlinePassed, wait_until
from powervm.workload import Kind, LoadEnding, Order, Workload, WorkloadNotStarted, load, make_order, start_workload
from support.simulated import ROOT, joined_lab_file, simulated_lab

from .conftest import Bench

SCHEMA = json.loads((ROOT / "docs" / "workload.schema.json").read_text(encoding="utf-8"))
STRESS = "stress-ng --cpu 2 --vm 1 --vm-bytes 64M --timeout 1h --metrics-brief"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One lab for all of them; each leaves the partition as it was."""
    folder = tmp_path_factory.mktemp("workloads")
    with simulated_lab(folder / "world", speed=200) as running:
        running.run("lp4", "rm /usr/bin/stress-ng")
        file = joined_lab_file(folder, running, {"limits.poll": 0.1})
        with LabSession(load_lab(file).join(load_ready(running.ready_file))) as session:
            yield Bench(running, session)


def begin(lab: Bench, order: Order, partition: str = "lp1") -> Workload:
    session = lab.session
    return start_workload(
        lambda: session.partition(partition), order, console_name=partition, lab=lab_note(session.lab), limit=20
    )


def left(lab: Bench, partition: str = "lp1") -> str:
    """Files and processes of loads that are still in the partition."""
    look = "ls -d /var/tmp/mobility-workload* 2>/dev/null; ps -e -o args= | grep -E '[m]obility-workload|[s]tress-ng'"
    return lab.running.run(partition, look)[1]


def move(lab: Bench, workload: Workload, name: str = "local", *, back: bool = False) -> None:
    found = lab.session.lab.move(name)
    outcome = migrate(lab.session, plan_move(lab.session.lab, found.back() if back else found), keep=workload.note)
    assert outcome.error is None


def test_a_load_runs_across_two_moves_although_its_connection_breaks(lab: Bench, tmp_path: Path) -> None:
    workload = begin(lab, make_order(STRESS))
    _, rule = lab.running.run(
        "lab", "lab fault add kind=endpoint-down endpoint=lp1 phase=resume partition=lp1 duration=40 times=1"
    )
    move(lab, workload)
    lab.running.run("lab", f"lab fault clear {rule}")
    assert workload.complaint() == ""
    move(lab, workload, back=True)
    record = workload.finish(tmp_path)
    jsonschema.validate(json.loads(record.model_dump_json()), SCHEMA)
    assert (record.passed, record.error, record.ending, record.exit_status) == (True, None, LoadEnding.STOPPED, 0)
    assert (record.moves_made, record.moves_crossed) == (2, 2)
    assert [item.stressor for item in record.metrics] == ["cpu", "vm"]
    assert "successful run completed" in (tmp_path / "out.txt").read_text(encoding="utf-8")
    assert workload.finish(tmp_path) is record
    assert left(lab) == ""


def test_a_load_that_ends_too_early_did_not_run_across(lab: Bench, tmp_path: Path) -> None:
    workload = begin(lab, make_order("stress-ng --cpu 1 --timeout 1"))
    wait_until(lambda: not workload.look().runs, Deadline(10), interval=0.1)
    move(lab, workload)
    move(lab, workload, back=True)
    record = workload.finish(tmp_path)
    assert (record.ending, record.exit_status, record.passed, record.moves_crossed) == ("by_itself", 0, False, 0)
    assert record.error is not None
    assert record.error.startswith("lp1: the workload (stress-ng) did not run across lp1 p9a -> p10a: it ended ")
    assert left(lab) == ""


def test_secrets_reach_the_load_and_nothing_else(lab: Bench, tmp_path: Path) -> None:
    script = 'test "$TOKEN" = Canary-3f9a && echo "token $TOKEN"; sleep 600'
    order = make_order(script, environment={"TOKEN": Password("Canary-3f9a")})
    seen = []
    lab.session._observer = seen.append
    lab.session.close()
    workload = begin(lab, order)
    assert "Canary" not in lab.running.run("lp1", "ps -e -o args=")[1]
    assert workload.load.output() == "token ********\n"
    record = workload.finish(tmp_path)
    lab.session._observer = None
    lab.session.close()
    assert (record.passed, record.exit_status, record.kind) == (True, 143, "command")
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "token ********\n"
    assert seen
    assert [item for item in seen if "Canary" in f"{item.command} {item.stdout} {item.stderr}"] == []
    assert "Canary" not in record.model_dump_json()


@pytest.mark.parametrize(
    ("command", "partition", "said"),
    [
        ("stress-ng --cpus 2", "lp1", "exit status 1 (a wrong option"),
        ("exit 7", "lp1", "ended by itself with exit status 7 (a failure)"),
        ("./no-such-load", "lp1", "./no-such-load is not installed, and the workload needs it."),
        (
            STRESS,
            "lp4",
            "lp4: stress-ng is not installed, and the workload needs it. Install stress-ng (on Red Hat from",
        ),
    ],
)
def test_a_load_that_cannot_run_is_told_at_once(lab: Bench, command: str, partition: str, said: str) -> None:
    with pytest.raises(WorkloadNotStarted) as caught:
        begin(lab, make_order(command), partition)
    assert said in str(caught.value)
    assert left(lab, partition) == ""


def test_the_partition_itself_ends_a_load_that_nobody_stops(lab: Bench, tmp_path: Path) -> None:
    workload = begin(lab, make_order("while :; do sleep 1; done", limit=2))
    lab.session.close()
    wait_until(lambda: not workload.look().runs, Deadline(10), interval=0.1)
    record = workload.finish(tmp_path)
    assert (record.ending, record.exit_status, record.passed) == ("time_limit", 124, False)
    assert record.error is not None
    assert record.error.startswith("lp1: the workload was ended by its limit of 2 s, ")
    assert left(lab) == ""


def test_a_load_that_somebody_kills_is_lost(lab: Bench, tmp_path: Path) -> None:
    workload = begin(lab, make_order("sleep 600"))
    lab.running.run("lp1", f"pkill -KILL -s $(cat {workload.load.folder}/keeper)")
    assert workload.complaint() == (
        "lp1: the workload is gone without an exit status. Look for a crash, or for the OOM killer in the kernel log."
    )
    assert workload.finish(tmp_path).ending is LoadEnding.LOST
    assert left(lab) == ""


def test_what_a_dead_run_has_left_is_removed_and_what_is_alive_is_not(lab: Bench, tmp_path: Path) -> None:
    dead, alive = begin(lab, make_order("sleep 600")), begin(lab, make_order("sleep 601"))
    host = socket.gethostname()
    lab.running.run("lp1", f"echo '{host} 999999999 17' > {dead.load.folder}/owner")
    workload = begin(lab, make_order(STRESS))
    assert [text.partition(" ")[2].partition(" ")[0] for text in workload.remarks] == sorted(
        [dead.load.folder, alive.load.folder]
    )
    assert dead.load.folder not in left(lab)
    assert alive.look().runs
    for item in (workload, alive):
        assert item.finish(tmp_path / item.load.folder.rpartition("-")[2]).passed
    assert left(lab) == ""


def test_a_load_that_does_not_listen_is_killed(lab: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "GRACE", (0.3, 0.3))
    workload = begin(lab, make_order("while :; do sleep 1; done"))
    lab.running.run("lp1", f"rm {workload.load.folder}/pid")  # the signal reaches nobody, as if it were ignored
    record = workload.finish(tmp_path)
    assert (record.ending, record.passed) == ("killed", False)
    assert record.error is not None
    assert "did not end when it was asked, and had to be killed" in record.error
    assert left(lab) == ""


def test_a_partition_without_room_is_told(lab: Bench) -> None:
    _, rule = lab.running.run("lab", "lab fault add kind=disk-full endpoint=lp1")
    with pytest.raises(WorkloadNotStarted, match=r"lp1: the workload's folder .* cannot be made: .*No space left"):
        begin(lab, make_order(STRESS))
    lab.running.run("lab", f"lab fault clear {rule}")
    assert left(lab) == ""


def test_fio_is_judged_by_its_report_and_waited_for(lab: Bench, tmp_path: Path) -> None:
    report = json.dumps({"jobs": [{"jobname": "verify", "error": 84, "write": {"total_ios": 1, "iops": 5.0}}]})
    workload = begin(lab, make_order(f"sleep 1.5; echo '{report}'", kind=Kind.FIO))
    with pytest.raises(DeadlinePassed):
        workload.wait(Deadline(0.1), 0.1)
    workload.wait(Deadline(10), 0.1)
    record = workload.finish(tmp_path)
    assert record.error == "lp1: the workload (fio): the fio job 'verify' ended with error 84."
    assert record.figures == {"verify write: operations per second": 5.0}


def test_a_partition_that_does_not_answer_is_told(lab: Bench, tmp_path: Path) -> None:
    workload = begin(lab, make_order("sleep 600"))
    workload.load.limit = 1.0
    _, rule = lab.running.run("lab", "lab fault add kind=endpoint-refuses endpoint=lp1")
    lab.session.close()
    with pytest.raises(MobilityError, match="lp1"):
        workload.finish(tmp_path / "first")
    lab.running.run("lab", f"lab fault clear {rule}")
    workload.load.limit = 20.0
    assert workload.finish(tmp_path / "second").passed
    assert left(lab) == ""
