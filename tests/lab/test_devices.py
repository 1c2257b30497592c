"""Devices of a partition that moves, over real SSH: what is refused before, and what is found after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from powervm.homecoming import bring_home
from powervm.lab import load_lab, load_ready
from powervm.migration import MoveUnderWay, check_move, migrate, start_move
from powervm.outcome import Ending, Outcome
from powervm.plan import MovePlan, plan_move
from powervm.session import LabSession
from support.simulated import RunningLab, joined_lab_file, simulated_lab

from .conftest import Bench

WORLD = {
    "partitions.lp6.distribution": "sles15",
    **{f"durations.{name}": 2 for name in ("validation", "set_up", "clean_up", "rmc_return")},
}
Session = Callable[..., Bench]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    with simulated_lab(tmp_path_factory.mktemp("lab"), WORLD, speed=20) as lab:
        yield lab


@pytest.fixture
def opened(running: RunningLab, tmp_path: Path) -> Iterator[Session]:
    """Opens the lab with a changed lab file; what was changed in the partitions is put back."""
    sessions = []

    def open_session(changes: dict[str, Any] | None = None) -> Bench:
        limits = {"limits.poll": 0.1, "limits.settle": 1, "limits.rmc": 5}
        lab = load_lab(joined_lab_file(tmp_path, running, limits | (changes or {})))
        sessions.append(LabSession(lab.join(load_ready(running.ready_file))))
        return Bench(running, sessions[-1])

    yield open_session
    running.run("lab", "lab fault clear --all")
    for session in sessions:
        assert [item.error for item in session.put_back() if item.error] == []
        session.close()


def plan(bench: Bench, name: str, *, back: bool = False) -> MovePlan:
    move = bench.session.lab.move(name)
    return plan_move(bench.session.lab, move.back() if back else move)


@pytest.mark.parametrize(
    ("move", "changes", "error"),
    [
        (
            "vnic",
            {"moves.vnic.vnic.target_adapters": ["U78D10.001.13C0D40-P1-C4", "P1-C9"]},
            "p10a: has no SR-IOV adapter at P1-C9; it has: U78D10.001.13C0D40-P1-C4, U78D10.001.13C0D40-P1-C5, "
            "U78D10.001.13C0D40-P1-C6. Correct the location code in the lab file.",
        ),
        ("vnic", {"moves.vnic.vnic.target_ports": [3, 0]}, "p10a: port 3 of U78D10.001.13C0D40-P1-C4 (adapter 1) has "),
        ("vnic", {"moves.vnic.vnic.capacity": 3}, "p10a: port 0 of U78D10.001.13C0D40-P1-C5 (adapter 2) gives"),
        ("vnic", {"moves.vnic.vnic.slot": 9}, "lp5: has no vNIC in slot 9 on p9a; it has some in the slots 6."),
        (
            "vnic",
            {"moves.vnic.network": {"interface": "env2", "address": "10.20.1.45/16", "peer": "10.20.1.4"}},
            "lp5: 10.20.1.45 is not set on env2: our own connection comes in through it and could be cut.",
        ),
        ("vnic", {"moves.vnic.options": '-i "dest_lpar_id=77"'}, "lp5: the move has a section 'vnic', and its options"),
        (
            "npiv",
            {"moves.npiv.storage": {"target": [{"slot": 3, "server": "p10a-vios1", "port": "fcs9"}]}},
            "p10a-vios1: has no NPIV port fcs9; it has: fcs0, fcs1.",
        ),
    ],
)  # fmt: skip
def test_what_is_refused_before_anything_is_sent(
    opened: Session, move: str, changes: dict[str, Any], error: str
) -> None:
    bench = opened(changes)
    outcome = check_move(bench.session, plan(bench, move), keep=bench.keep)
    assert outcome.ending is Ending.REFUSED
    assert outcome.error is not None
    assert outcome.error.startswith(error)
    assert "\n" not in outcome.error


def test_an_address_that_answers_and_a_peer_that_does_not(opened: Session) -> None:
    taken = opened({"moves.vnic.network.address": "10.20.1.4/16"})
    outcome = migrate(taken.session, plan(taken, "vnic"), keep=taken.keep)
    assert (outcome.ending, outcome.error) == (
        Ending.REFUSED,
        "lp5: 10.20.1.4 answers already: another machine has it. Choose a free address in the lab file.",
    )
    silent = opened({"moves.vnic.network.peer": "10.20.99.99"})
    outcome = migrate(silent.session, plan(silent, "vnic"), keep=silent.keep)
    assert outcome.ending is Ending.REFUSED
    assert outcome.error is not None
    assert outcome.error.startswith("lp5: 10.20.99.99 does not answer a ping through env6: 3 packets transmitted, ")


def test_a_backing_device_that_does_not_work_fails_the_move(opened: Session) -> None:
    bench = opened({"moves.vnic.network": None})
    assert (
        bench.running.run("lab", "lab fault add kind=backing-changed partition=lp5 slot=6 status='Link Down'")[0] == 0
    )
    outcome = migrate(bench.session, plan(bench, "vnic"), keep=bench.keep)
    assert outcome.ending is Ending.FAILED_AND_MANUAL
    assert outcome.error is not None
    assert outcome.error.startswith("lp5: the backing device on p10a-vios1 adapter 1 port 1 of the vNIC in slot 6")
    home(bench, "vnic")


def test_bonds_of_the_other_distribution(opened: Session) -> None:
    bench = opened()
    outcome = migrate(bench.session, plan(bench, "hnv"), keep=bench.keep)
    assert outcome.error is None
    backups = {look.active for look in outcome.bonds if look.moment == "during" and look.primary is None}
    assert [name[:3] for name in backups if name] == ["eth"]  # eth0 and so on, where RHEL has env2
    assert {look.moment for look in outcome.bonds} == {"before", "during", "after"}


def test_named_mappings_there_and_back(opened: Session) -> None:
    storage = {
        "target": [
            {"slot": 3, "server": "p10a-vios2", "port": "fcs0"},
            {"slot": 4, "server": "p10a-vios1", "port": "fcs1"},
        ],
        "source": [
            {"slot": 3, "server": "p9a-vios1", "port": "fcs1"},
            {"slot": 4, "server": "p9a-vios2", "port": "fcs1"},
        ],
    }
    bench = opened({"moves.npiv.storage": storage})
    there = migrate(bench.session, plan(bench, "npiv"), keep=bench.keep)
    assert there.error is None
    assert there.mappings == {"virtual_fc_mappings": ["3/p10a-vios2///fcs0", "4/p10a-vios1///fcs1"]}
    back = home(bench, "npiv")
    assert back.mappings == {"virtual_fc_mappings": ["3/p9a-vios1///fcs1", "4/p9a-vios2///fcs1"]}


def test_nothing_is_left_running_when_nobody_waits(opened: Session) -> None:
    bench = opened()
    started = start_move(bench.session, plan(bench, "vnic"), keep=bench.keep)
    assert isinstance(started, MoveUnderWay)
    assert "ping" in bench.running.run("lp5", "ps -e -o comm=")[1].split()
    outcome = started.give_up(keep=bench.keep)
    assert outcome.outage is not None
    assert outcome.outage.sent > 0
    assert "ping" not in bench.running.run("lp5", "ps -e -o comm=")[1].split()
    assert bench.running.run("lp5", "ls /tmp")[1] == ""
    assert bring_home(bench.session, plan(bench, "vnic"), keep=bench.keep).error is None


def test_a_partition_comes_home_whatever_is_wrong_with_its_mapping(opened: Session) -> None:
    """The peer does not answer any more, and the lab file names an adapter of the source that is not there."""
    good = opened({"moves.vnic.network": None})
    assert migrate(good.session, plan(good, "vnic"), keep=good.keep).error is None
    bad = opened(
        {"moves.vnic.network.peer": "10.20.99.99", "moves.vnic.vnic.adapters": ["P1-C9", "U78D9.001.78A1B20-P1-C5"]}
    )
    outcome = bring_home(bad.session, plan(bad, "vnic"), keep=bad.keep)
    assert outcome.error is None
    assert any(
        "goes home without the mappings of the lab file: p9a: has no SR-IOV" in text for text in outcome.warnings
    )


def home(bench: Bench, move: str) -> Outcome:
    """The way back, which has to be good."""
    bench.running.run("lab", "lab fault clear --all")
    outcome = migrate(bench.session, plan(bench, move, back=True), keep=bench.keep)
    assert outcome.error is None
    return outcome
