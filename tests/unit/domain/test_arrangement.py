"""Which of the movers that a console offers are taken, and what is put back when nobody heard how a setting ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from powervm.arrangement import arrange
from powervm.console import MigrationRequest, MoverEnd, MoverFigures, MoverPair
from powervm.errors import MobilityError
from powervm.operation import Ended, Work
from powervm.outcome import Ending, Repair, Side
from powervm.plan import MovePlan
from powervm.session import LabSession
from powervm.settings import MigrationSettings, Mover

A, B = Side(server="p9a", system="A", console="hmc1"), Side(server="p10a", system="B", console="hmc1")


def pair(source: str, target: str, network: int) -> MoverPair:
    return MoverPair(
        MoverEnd(source, 1, f"10.{network}.1.{source[-1]}"), MoverEnd(target, 1, f"10.{network}.2.{target[-1]}")
    )


OFFERED = [pair(f"v{here}", f"w{there}", network) for here in (1, 2) for there in (1, 2) for network in (1, 2)]


class Console:
    name = "hmc1"
    trouble: MobilityError | None = None

    def mover_pairs(self, request: MigrationRequest) -> list[MoverPair]:
        del request
        return OFFERED

    def movers(self, system: str) -> list[MoverFigures]:
        return [MoverFigures("v1", 16, 8, 0, 3)] if system == "A" else []

    def set_mover_figures(self, system: str, mover: str, figures: Mapping[str, int], deadline: object = None) -> None:
        del system, mover, figures, deadline
        if self.trouble:
            raise self.trouble


def work_with(console: Console, settings: MigrationSettings) -> tuple[Work, list[str], list[Repair]]:
    undone: list[str] = []
    repairs: list[Repair] = []

    def put_back_later(repair: Repair, what: str, undo: Callable[..., None], *, shared: Sequence[str]) -> None:
        del repair, undo
        assert shared  # others may rely on it as well
        undone.append(what)

    session = SimpleNamespace(console=lambda name: console, put_back_later=put_back_later)
    recorder = SimpleNamespace(
        warn=lambda text: None,
        add_finding=lambda finding: None,
        repaired=repairs.append,
        finish=lambda ending, error: SimpleNamespace(ending=ending, error=error),
    )
    request = MigrationRequest(source="A", target="B", partition="lp1", settings=settings)
    plan = MovePlan(cast(Any, None), cast(Any, None), "lp1", A, B, None, None, request)
    return Work(cast(LabSession, session), plan, cast(Any, recorder)), undone, repairs


def chosen(**settings: Any) -> list[str]:
    work, _, _ = work_with(Console(), MigrationSettings(**settings))
    found = arrange(work).plan.request.settings
    return [str(mover) for mover in (*found.pair, *found.second_pair) if mover is not None]


def test_a_mover_does_not_stand_by_for_itself_in_another_network() -> None:
    one, other = Mover(subnet="10.1.0.0/16"), Mover(subnet="10.2.0.0/16")
    assert chosen(
        source_mover=one, target_mover=one, second_source_mover=other, second_target_mover=other
    ) == ["v1/10.1.1.1", "w1/10.1.2.1", "v2/10.2.1.2", "w2/10.2.2.2"]  # fmt: skip


def test_the_first_pair_leaves_the_second_one_what_it_asks_for() -> None:
    names = chosen(source_mover=Mover("v1"), second_source_mover=Mover("v2"), second_target_mover=Mover("w1"))
    assert names == ["v1/10.1.1.1", "w2/10.1.2.2", "v2/10.1.1.2", "w1/10.1.2.1"]


def test_two_pairs_that_cannot_be_apart_are_refused() -> None:
    with pytest.raises(Ended) as ended:
        chosen(target_mover=Mover("w1"), second_target_mover=Mover(subnet="10.0.0.0/8", name="w1"))
    assert ended.value.outcome.ending is Ending.REFUSED


def test_a_setting_whose_end_nobody_heard_is_put_back() -> None:
    console = Console()
    console.trouble = MobilityError("hmc1: the connection was lost.")
    work, undone, repairs = work_with(console, MigrationSettings(concurrency_level=1))
    with pytest.raises(Ended):
        arrange(work)
    assert undone == ["concurr_migration_perf_level of v1 on p9a"]
    assert [repair.worked for repair in repairs] == [False]
