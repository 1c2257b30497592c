"""Whatever goes wrong: a migration that is called done was good, and the verdict says where the partition truly is."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest

from powervm.migration import migrate
from powervm.outcome import Ending, Outcome
from powervm.plan import plan_move
from support.simulated import ROOT

from .conftest import Bench, Open

LIMITS = {
    "limits.connect": 2,
    "limits.command": 4,
    "limits.validation": 4,
    "limits.migration": 4,
    "limits.settle": 1,
    "limits.rmc": 2,
}
LONGEST = 45.0
"""Seconds: all limits one after the other, with the last look (ten seconds) at each deadline."""

ON_MOVE = "partition=lp1 phase"
MIGRLPAR = "endpoint=hmc1 command='migrlpar -o m*'"
QUESTIONS_FAIL = "kind=command-fails endpoint=hmc1 command=lslparmigr code=HSCL3205 text=Busy. after=4"
CASES: dict[str, tuple[Ending, ...]] = {
    f"kind=command-fails {MIGRLPAR} code=HSCL3205 text=Busy.": (Ending.FAILED_AND_RECOVERED,),
    QUESTIONS_FAIL: (Ending.DONE,),
    f"kind=command-hangs {MIGRLPAR}": (Ending.TIMED_OUT,),
    "kind=command-hangs endpoint=lp1 command=cat": (Ending.REFUSED,),
    "kind=command-slow endpoint=hmc1 command=lslparmigr seconds=20": (Ending.DONE,),
    f"kind=command-floods {MIGRLPAR}": (Ending.TIMED_OUT,),
    f"kind=command-dies {MIGRLPAR} seconds=30 status=2": (Ending.FAILED_AND_RECOVERED,),
    # the migration may go on without it, which is to be waited for
    f"kind=command-dies {MIGRLPAR} status=0": (Ending.DONE, Ending.FAILED_AND_RECOVERED),
    f"kind=session-cut {MIGRLPAR} partition=lp1 at=50": (Ending.DONE,),
    f"kind=endpoint-down endpoint=hmc1 {ON_MOVE}=copy": (Ending.FAILED_AND_MANUAL,),
    f"kind=endpoint-down endpoint=p10a-vios* {ON_MOVE}=copy": (Ending.FAILED_AND_RECOVERED,),
    f"kind=endpoint-down endpoint=lp1 {ON_MOVE}=clean-up": (Ending.FAILED_AND_MANUAL,),
    f"kind=endpoint-refuses endpoint=hmc1 {ON_MOVE}=copy": (Ending.DONE,),
    "kind=endpoint-resets endpoint=hmc1": (Ending.REFUSED,),
    f"kind=endpoint-frozen endpoint=hmc1 {ON_MOVE}=set-up": (Ending.FAILED_AND_MANUAL,),
    f"kind=endpoint-frozen endpoint=lp1 {ON_MOVE}=resume": (Ending.FAILED_AND_MANUAL,),
    f"kind=account-locked endpoint=hmc1 {ON_MOVE}=copy": (Ending.DONE,),
    "kind=trust-lost endpoint=hmc1": (Ending.DONE,),
    f"kind=rmc-down endpoint=lp1 {ON_MOVE}=clean-up": (Ending.FAILED_AND_MANUAL,),
    f"kind=mover-off endpoint=p10a-vios* {ON_MOVE}=set-up": (Ending.DONE,),
    f"kind=disk-full endpoint=lp1 {ON_MOVE}=copy": (Ending.DONE,),
    "kind=validation-refused partition=lp1 after=1": (Ending.FAILED_AND_RECOVERED,),
    "kind=check-vetoed partition=lp1": (Ending.REFUSED,),
    **{
        f"kind=migration-breaks {ON_MOVE}={phase} leave={leave}": (Ending.FAILED_AND_RECOVERED,)
        for phase, leave in (
            ("set-up", "failed"),
            ("copy", "rolled-back"),
            ("suspend", "failed"),
            ("clean-up", "failed"),
        )
    },
    "kind=mover-link-lost partition=lp1 at=30": (Ending.FAILED_AND_RECOVERED,),
    # nobody hears that it failed, and the console does not tell either
    f"kind=migration-breaks {ON_MOVE}=clean-up leave=failed + kind=session-cut {MIGRLPAR} {ON_MOVE}=suspend": (
        Ending.FAILED_AND_RECOVERED,
    ),
    f"kind=migration-breaks {ON_MOVE}=clean-up leave=failed + kind=session-cut {MIGRLPAR} {ON_MOVE}=suspend"
    f" + {QUESTIONS_FAIL}": (Ending.FAILED_AND_RECOVERED,),
}
NO_MATTER_OF_THE_MOVE = {
    *("stress-ng-dies", "path-lost", "link-lost", "port-not-found", "kernel-lines", "backing-changed"),
    *("pool-changed", "address-changed", "adapter-left"),
}
"""What these change is judged by checks of their own, not by the migration."""


def test_every_kind_of_fault_is_looked_at() -> None:
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    kinds = set(re.findall(r"(?m)^### (\S+)$", page))
    assert {kind for case in CASES for kind in re.findall(r"kind=(\S+)", case)} | NO_MATTER_OF_THE_MOVE == kinds


@pytest.mark.parametrize(("rules", "endings"), CASES.items())
def test_the_verdict_is_the_truth(bench: Open, rules: str, endings: tuple[Ending, ...]) -> None:
    lab = bench(lab=LIMITS, speed=100)
    for rule in rules.split(" + "):
        status, output = lab.running.run("lab", f"lab fault add {rule}")
        assert status == 0, output
    started = time.monotonic()
    outcome = migrate(lab.session, plan_move(lab.session.lab, lab.session.lab.move("local")), keep=lab.keep)
    assert time.monotonic() - started < LONGEST
    assert lab.kept == [outcome]
    assert outcome.ending in endings, outcome.error
    _agrees(outcome, truth(lab))


def truth(lab: Bench) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(lab.running.run("lab", "lab state --json")[1])
    return {
        "partition": next(entry for entry in state["partitions"] if entry["name"] == "lp1"),
        "migrations": [entry for entry in state["migrations"] if entry["partition"] == "lp1"],
    }


def _agrees(outcome: Outcome, true: dict[str, Any]) -> None:
    partition = true["partition"]
    if outcome.ending is Ending.DONE:
        assert (partition["server"], partition["state"], partition["rmc"]) == ("p10a", "Running", "active")
    if outcome.ending is not Ending.FAILED_AND_MANUAL:
        assert true["migrations"] == []
    for place in outcome.places:
        assert place.present in (None, place.server == partition["server"])
