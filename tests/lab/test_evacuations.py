"""Several partitions leave a server together and come home: calls, verdicts, failures in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from powervm.errors import MobilityError
from powervm.evacuation import Departure, EvacuationResult, bring_evacuated_home, check_evacuation, evacuate
from powervm.lab import load_lab, load_ready
from powervm.outcome import Ending, Outcome
from powervm.progress import Progress
from powervm.session import LabSession
from support.simulated import RunningLab, joined_lab_file, simulated_lab

from .conftest import Bench

NIGHT: dict[str, Any] = {
    "from": "p10b",
    "to": "p11a",
    "partitions": ["lp20", "lp21", "lp22", "lp23"],
    "stays": ["lp23"],
}
FAR = {
    "from": "p10b",
    "to": "p10a",
    "partitions": ["lp20", "lp21", "lp4"],
    "settings": {"processor_pool": "SharedPool01"},
}
ALL = {"from": "p8a", "to": "p9a"}
LP9_HAS_THE_ID_OF_LP20 = {"partitions.lp9.id": 20}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    with simulated_lab(tmp_path_factory.mktemp("world"), LP9_HAS_THE_ID_OF_LP20, speed=120) as lab:
        yield lab


class Evacuations(Bench):
    """A bench that remembers who has left."""

    def __init__(self, running: RunningLab, session: LabSession) -> None:
        super().__init__(running, session)
        self.gone: list[Departure] = []

    def evacuate(self, name: str, **more: Any) -> EvacuationResult:
        evacuation = self.session.lab.evacuation(name)
        return evacuate(self.session, evacuation, keep=self.keep, leaving=self.gone.append, **more)

    def home(self) -> dict[str, str]:
        outcomes = bring_evacuated_home(self.session, self.gone, keep=self.keep)
        return {name: outcome.error or outcome.ending.value for name, outcome in outcomes.items()}

    def calls(self) -> list[str]:
        events = self.running.history("command")
        return [event["command"] for event in events if event["command"].startswith("migrlpar -o m")]

    def place(self, partition: str) -> tuple[str, str, str]:
        """Server, id and pool of a partition, as a console lists them."""
        for console, server in (("hmc2", "p10b"), ("hmc2", "p11a"), ("hmc1", "p10a")):
            names = "lpar_id,curr_shared_proc_pool_id"
            command = f"lshwres -r proc -m {server} --level lpar --filter lpar_names={partition} -F {names}"
            status, output = self.running.run(console, command)
            if status == 0:
                number, _, pool = output.strip().partition(",")
                return server, number, pool
        raise AssertionError(f"{partition} is nowhere")


@pytest.fixture
def lab(running: RunningLab, tmp_path: Path) -> Iterator[Evacuations]:
    changes = {"limits.poll": 0.1, "evacuations": {"night": NIGHT, "far": FAR, "all": ALL}}
    file = joined_lab_file(tmp_path, running, changes)
    with LabSession(load_lab(file).join(load_ready(running.ready_file))) as session:
        yield Evacuations(running, session)


def endings(result: EvacuationResult) -> dict[str, str]:
    return {name: outcome.ending.value for name, outcome in result.outcomes.items()}


def test_a_check_tells_order_calls_and_who_stays(lab: Evacuations) -> None:
    before = len(lab.calls())
    result = check_evacuation(lab.session, lab.session.lab.evacuation("night"), keep=lab.keep)
    assert endings(result) == {"lp21": "done", "lp20": "done", "lp22": "done", "lp23": "refused"}
    assert result.calls == (("lp21", "lp20", "lp22"),)
    assert result.problems() == {}
    assert "HSCLAF4C The partition lp23 owns the physical I/O slots" in str(result.outcomes["lp23"].error)
    assert len(lab.calls()) == before


def test_one_that_breaks_off_stops_nobody_and_is_left_alone_on_the_way_home(lab: Evacuations) -> None:
    control = next(item["name"] for item in lab.running.ready["endpoints"] if item["kind"] == "control")
    rule = "lab fault add kind=migration-breaks partition=lp21 phase=copy at=50 times=1"
    assert lab.running.run(control, rule)[0] == 0
    seen: list[Progress] = []
    before = len(lab.calls())
    result = lab.evacuate("night", watch=seen.append)
    assert endings(result) == {"lp21": "failed_and_recovered", "lp20": "done", "lp22": "done", "lp23": "refused"}
    assert list(result.problems()) == ["lp21"]
    assert result.problems()["lp21"].startswith("hmc2: migrlpar failed: HSCLA2CF ")
    assert result.problems()["lp21"].endswith("lp21 is on p10b, as before.")
    assert result.outcomes["lp20"].warnings[-1] == (
        "hmc2: migrlpar failed for others of the same call; lp20 has arrived."
    )
    assert result.outcomes["lp20"].before.boot_id == result.outcomes["lp20"].after.boot_id  # type: ignore[union-attr]
    assert {progress.title for progress in seen} == {"3 partitions p10b -> p11a"}
    assert seen[0].phase == "0 of 3 have left"
    assert lab.home() == {"lp21": "done", "lp20": "done", "lp22": "done"}
    assert lab.calls()[before:] == [
        "migrlpar -o m -m p10b -t p11a -p lp21,lp20,lp22",
        "migrlpar -o m -m p11a -t p10b -p lp20,lp22 -i multiple_shared_proc_pools=lp20///1",
    ]
    assert [lab.place(name)[0] for name in ("lp20", "lp21")] == ["p10b", "p10b"]


def test_calls_as_the_limits_allow_and_home_with_the_same_id_and_pool(lab: Evacuations) -> None:
    """Across two consoles; each mover of the source takes one migration at a time."""
    homes = {name: lab.place(name) for name in ("lp4", "lp20", "lp21")}
    for server in ("p10b-vios1", "p10b-vios2"):
        lab.session.console("hmc2").set_mover_figures("p10b", server, {"num_active_migrations_configured": 1})
    before = len(lab.calls())
    result = lab.evacuate("far")
    assert endings(result) == {"lp4": "done", "lp21": "done", "lp20": "done"}
    assert result.calls == (("lp4", "lp21"), ("lp20",))
    assert {name: lab.place(name)[::2] for name in homes} == dict.fromkeys(homes, ("p10a", "1"))
    assert lab.place("lp20")[1] != "20"
    assert set(lab.home().values()) == {"done"}
    assert {name: lab.place(name) for name in homes} == homes
    assert lab.calls()[before:] == [
        "migrlpar -o m -m p10b -t p10a -p lp4,lp21 --ip 10.20.0.1 -u hscroot "
        "-i '\"multiple_shared_proc_pools=lp4//SharedPool01/,lp21//SharedPool01/\"'",
        "migrlpar -o m -m p10b -t p10a -p lp20 --ip 10.20.0.1 -u hscroot -i shared_proc_pool_name=SharedPool01",
        "migrlpar -o m -m p10a -t p10b -p lp4,lp21 --ip 10.20.0.2 -u hscroot "
        "-i '\"multiple_shared_proc_pools=lp4///0,lp21///0\"'",
        "migrlpar -o m -m p10a -t p10b -p lp20 --ip 10.20.0.2 -u hscroot -i dest_lpar_id=20",
    ]
    lab.session.put_back()
    for server in ("p10b-vios1", "p10b-vios2"):
        lab.session.console("hmc2").set_mover_figures("p10b", server, {"num_active_migrations_configured": 8})


@pytest.mark.parametrize("reports", [1, 3], ids=["while the console validates", "while it moves"])
def test_an_evacuation_that_is_broken_off_can_still_be_brought_home(lab: Evacuations, reports: int) -> None:
    seen: list[Progress] = []

    def impatient(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == reports:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lab.evacuate("night", watch=impatient)
    by_name = {outcome.partition: outcome.ending for outcome in lab.kept}
    assert by_name == dict.fromkeys(("lp20", "lp21", "lp22"), Ending.INTERRUPTED) | {"lp23": Ending.REFUSED}
    assert set(lab.home().values()) == {"done"}
    assert [lab.place(name)[0] for name in ("lp20", "lp21")] == ["p10b", "p10b"]
    states = lab.running.run("hmc2", "lslparmigr -r lpar -m p10b -F migration_state")[1]
    assert set(states.splitlines()) == {"Not Migrating"}
    assert lab.session.started == {}


def test_a_call_that_is_refused_as_a_whole_is_made_for_each(lab: Evacuations) -> None:
    """What is for several partitions only may not be known to a console."""
    control = next(item["name"] for item in lab.running.ready["endpoints"] if item["kind"] == "control")
    refusal = "kind=command-fails endpoint=hmc2 command='migrlpar -o m*lp21,lp20*' code=HSCL1234 text=No. times=1"
    assert lab.running.run(control, f"lab fault add {refusal}")[0] == 0
    result = lab.evacuate("night")
    assert endings(result) == {"lp21": "done", "lp20": "done", "lp22": "done", "lp23": "refused"}
    assert result.calls == (("lp21", "lp20", "lp22"), ("lp21",), ("lp20",), ("lp22",))
    warning = "hmc2: migrlpar failed: HSCL1234 No. Each of the 3 is asked for by itself."
    assert warning in result.outcomes["lp20"].warnings
    assert set(lab.home().values()) == {"done"}


def test_everybody_who_can_leaves_when_nobody_is_named(lab: Evacuations) -> None:
    result = check_evacuation(lab.session, lab.session.lab.evacuation("all"), keep=lab.keep)
    assert endings(result)["lp3"] == "done"
    assert result.problems() == {}
    assert all(outcome.source.server == "p8a" for outcome in result.outcomes.values())


ONLY_LP1 = {"partitions": {"lp1": {}}, "moves": None, "evacuations": {"all": {"from": "p11a", "to": "p10b"}}}


def test_nobody_to_evacuate(lab: Evacuations, tmp_path: Path) -> None:
    file = joined_lab_file(tmp_path, lab.running, ONLY_LP1)
    with (
        LabSession(load_lab(file).join(load_ready(lab.running.ready_file))) as session,
        pytest.raises(MobilityError, match="p11a: has no partition that the lab file describes"),
    ):
        check_evacuation(session, session.lab.evacuation("all"), keep=lab.keep)


def test_one_that_is_elsewhere_is_left_out_and_named(lab: Evacuations, tmp_path: Path) -> None:
    changes = {"evacuations": {"two": {"from": "p9a", "to": "p10b", "partitions": ["lp4", "lp2"]}}}
    file = joined_lab_file(tmp_path, lab.running, {"limits.poll": 0.1} | changes)
    kept: list[Outcome] = []
    with LabSession(load_lab(file).join(load_ready(lab.running.ready_file))) as session:
        result = check_evacuation(session, session.lab.evacuation("two"), keep=kept.append)
    assert list(result.problems()) == ["lp4"]
    assert result.problems()["lp4"].startswith("lp4: is not on p9a; it is on p10b. Move it to the source first")
    assert result.calls == (("lp2",),)
