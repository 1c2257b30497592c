"""Which loop is gone on with, and which is not."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from powervm.errors import MobilityError
from powervm.loop import SUMMARY, LoopPlan, Steps, unfinished
from powervm.loop.journal import Journal, Past, fresh
from powervm.loop.runner import Loop, check_same, head_of
from powervm.outcome import Outcome, Side
from powervm.plan import MovePlan
from powervm.session import LabSession

SESSION = cast(LabSession, SimpleNamespace(lab=SimpleNamespace(name="night lab")))


def plan(move: str = "local", target: str = "p10a", **wishes: Any) -> LoopPlan:
    way = SimpleNamespace(
        move=SimpleNamespace(name=move), partition="lp1", source=SimpleNamespace(server="p9a"),
        target=SimpleNamespace(server=target),
    )  # fmt: skip
    asked = {"iterations": 5, "time_box": None, "on_failure": "stop"} | wishes
    return LoopPlan(cast(MovePlan, way), cast(MovePlan, way), **asked)


def test_other_wishes_are_the_same_loop_and_another_target_is_not(tmp_path: Path) -> None:
    past = Past(dict(head_of(SESSION, plan())))
    check_same(past, SESSION, plan(iterations=50, time_box=3600.0, on_failure="continue"), tmp_path)
    with pytest.raises(MobilityError, match="about target 'p10a', and this one is about 'p11a'"):
        check_same(past, SESSION, plan(target="p11a"), tmp_path)


@pytest.mark.parametrize("wishes", [{"iterations": None}, {"iterations": 0}, {"time_box": 0.0}])
def test_a_loop_that_would_do_nothing_is_refused(wishes: dict[str, Any]) -> None:
    with pytest.raises(MobilityError, match=r"A loop (needs|cannot)"):
        plan(**wishes)


@pytest.mark.parametrize(
    ("reason", "left"),
    [
        (None, True),
        ("interrupted", True),
        ("failure", True),
        ("not_at_home", True),
        ("all_done", False),
        ("time_box", False),
    ],
)
def test_what_is_left_to_be_done(reason: str | None, left: bool, tmp_path: Path) -> None:
    assert unfinished(tmp_path, "local") is None
    folder = fresh(tmp_path, "local")
    journal = Journal(folder)
    journal.write("loop", **head_of(SESSION, plan()))
    if reason:
        journal.write("closed", reason=reason)
    journal.close()
    assert unfinished(tmp_path, "local") == (folder if left else None)


def test_what_broke_a_loop_off_is_not_hidden_by_a_full_disk(tmp_path: Path) -> None:
    side = Side(server="p9a", system="A", console="hmc1")
    way = SimpleNamespace(move=SimpleNamespace(name="local"), partition="lp1", source=side, target=side)
    asked = LoopPlan(cast(MovePlan, way), cast(MovePlan, way), 5, None, "stop")
    lab = SimpleNamespace(name="night lab", kind="simulated", file="lab.yaml")
    journal = Journal(tmp_path)
    journal._file = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115

    def home(_: MovePlan) -> Outcome:
        raise KeyboardInterrupt

    steps = SimpleNamespace(home=home, place=lambda _: nullcontext())
    past = Past({"at": "2026-08-26T12:00:00+00:00"}, baseline={})
    session = cast(LabSession, SimpleNamespace(lab=lab))
    with pytest.raises(KeyboardInterrupt):
        Loop(session, asked, journal, past, cast(Steps, steps)).run()
    assert '"interrupted"' in (tmp_path / SUMMARY).read_text()
    journal.close()
