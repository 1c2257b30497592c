"""Settings of a migration: asked for over SSH, followed by the console, and proved after the move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from powervm.console import ManagementConsole, MoverFigures
from powervm.lab import load_lab, load_ready
from powervm.migration import migrate, validate_move
from powervm.outcome import Ending, Outcome
from powervm.plan import plan_move
from powervm.session import LabSession
from powervm.settings import MigrationSettings, Mover, NameOrId, RedundantMovers
from powervm.waiting import Deadline
from support.simulated import RunningLab, joined_lab_file, simulated_lab

from .conftest import Bench

LAB = {
    "limits.poll": 0.1,
    "moves.local.settings": {
        "processor_pool": "SharedPool01",
        "target_id": 41,
        "source_mover": 2,
        "target_mover": "10.20.2.5/32",
        "concurrency_level": 2,
        "concurrent_migrations": 3,
        "profile": "moved",
    },
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    with simulated_lab(tmp_path_factory.mktemp("world")) as lab:
        yield lab


@pytest.fixture
def lab(running: RunningLab, tmp_path: Path) -> Iterator[Bench]:
    file = joined_lab_file(tmp_path, running, LAB)
    with LabSession(load_lab(file).join(load_ready(running.ready_file))) as session:
        yield Bench(running, session)


def plan(bench: Bench, name: str = "local", *, back: bool = False, **settings: Any) -> Any:
    move = bench.session.lab.move(name)
    chosen = MigrationSettings(**settings)
    return plan_move(bench.session.lab, move.back() if back else move, settings=chosen)


def figures(bench: Bench, system: str, server: str) -> str:
    command = f"lslparmigr -r msp -m {system} -F name,num_active_migrations_configured,concurr_migration_perf_level"
    rows = bench.running.run("hmc1", command)[1].splitlines()
    return next(row.partition(",")[2] for row in rows if row.startswith(server))


def texts(outcome: Outcome, *checks: str) -> list[str]:
    return [item.text for item in outcome.findings if item.check in checks]


def asked(bench: Bench, what: str) -> list[str]:
    return [event["command"] for event in bench.running.history("command") if what in event["command"]]


def test_what_the_lab_file_chooses_is_asked_for_proved_and_put_back(lab: Bench) -> None:
    there = migrate(lab.session, plan(lab), keep=lab.keep)
    assert there.error is None
    assert asked(lab, "migrlpar -o m")[-1] == (
        "migrlpar -o m -m p9a -t p10a -p lp1 -n moved -i dest_lpar_id=41,shared_proc_pool_name=SharedPool01,"
        "source_msp_name=p9a-vios2,dest_msp_name=p10a-vios1,dest_msp_ipaddr=10.20.2.5"
    )
    assert texts(there, "partition id", "processor pool", "profile", "movers") == [
        "has the partition id 41 on p10a, as chosen.",
        "is in the shared processor pool SharedPool01 (1) of p10a, as chosen.",
        "has the profiles default_profile, moved on p10a, as chosen.",
        "was moved by p9a-vios2 -> p10a-vios1, as chosen.",
    ]
    assert (figures(lab, "p9a", "p9a-vios2"), figures(lab, "p10a", "p10a-vios1")) == ("3,2", "3,2")
    assert figures(lab, "p9a", "p9a-vios1") == "8,3"
    assert [item.error for item in lab.session.put_back()] == [None, None]
    assert (figures(lab, "p9a", "p9a-vios2"), figures(lab, "p10a", "p10a-vios1")) == ("8,3", "8,3")


def test_another_pool_than_the_chosen_one_is_an_error_and_movers_have_changed_sides(lab: Bench) -> None:
    control = next(item["name"] for item in lab.running.ready["endpoints"] if item["kind"] == "control")
    assert lab.running.run(control, "lab fault add kind=pool-changed partition=lp1 pool=0 times=1")[0] == 0
    back = migrate(lab.session, plan(lab, back=True, processor_pool=NameOrId(number=1)), keep=lab.keep)
    assert back.ending is Ending.FAILED_AND_MANUAL
    assert back.error is not None
    assert back.error.startswith(
        "lp1: is in the shared processor pool DefaultPool (0) of p9a, and 1 was chosen. The setting was given to hmc1"
    )
    assert texts(back, "movers") == ["was moved by p10a-vios1 -> p9a-vios2, as chosen."]
    lab.session.put_back()


def test_redundant_movers_are_seen(lab: Bench) -> None:
    move = plan(lab, "crosshmc", redundant_movers=RedundantMovers.MUST)
    outcome = migrate(lab.session, move, keep=lab.keep)
    assert outcome.error is None
    (text,) = texts(outcome, "movers")
    assert sorted(text.split()[3].split(",")) == ["p9a-vios1", "p9a-vios2"]
    pairs = {
        "source_mover": Mover("p10b-vios1"),
        "second_source_mover": Mover(subnet="10.20.2.0/24"),
    }
    home = migrate(lab.session, plan(lab, "crosshmc", back=True, **pairs), keep=lab.keep)
    assert home.error is None
    assert (
        "redundant_msps=1/p10b-vios1//10.20.2.7/p9a-vios1//10.20.2.3,1/p10b-vios2//" in asked(lab, "migrlpar -o m")[-1]
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"source_mover": Mover(subnet="10.99.0.0/16")},
            "hmc1: offers no pair of movers with 10.99.0.0/16 on p9a and ",
        ),
        ({"target_mover": Mover("p10a-vios9")}, "hmc1: offers no pair of movers with 2 on p9a and p10a-vios9 on p10a."),
        ({"processor_pool": NameOrId("Nowhere")}, "hmc1: migrlpar failed: HSCLAF16 "),
        ({"target_id": 1}, "hmc1: migrlpar failed: HSCLAF0E "),
    ],
)
def test_what_the_console_does_not_have_is_refused(lab: Bench, settings: dict[str, Any], expected: str) -> None:
    before = len(asked(lab, "migrlpar -o set"))
    outcome = validate_move(lab.session, plan(lab, **settings), keep=lab.keep)
    assert outcome.ending is Ending.REFUSED
    assert outcome.error is not None
    assert outcome.error.startswith(expected)
    assert len(asked(lab, "migrlpar -o set")) == before  # a validation changes nothing


def test_more_migrations_than_a_mover_takes_are_refused_before_anything_is_sent(
    lab: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old levels take eight."""
    real = ManagementConsole.movers

    def old(console: ManagementConsole, system: str, deadline: Deadline | None = None) -> list[MoverFigures]:
        return [replace(mover, supported=8) for mover in real(console, system, deadline)]

    monkeypatch.setattr(ManagementConsole, "movers", old)
    before = len(asked(lab, "migrlpar"))
    outcome = migrate(lab.session, plan(lab, concurrent_migrations=12), keep=lab.keep)
    assert outcome.ending is Ending.REFUSED
    assert outcome.error == (
        "p9a-vios2 on p9a: takes at most 8 active migrations at once, and concurrent_migrations is 12. Choose 1 to 8."
    )
    assert len(asked(lab, "migrlpar")) == before
