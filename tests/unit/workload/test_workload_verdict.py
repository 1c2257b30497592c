"""Whether a load went well, and whether it ran across the migrations: by times, statuses and reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import cast

import pytest

from powervm.outcome import Ending, Outcome
from powervm.outcome.model import Phase
from powervm.workload.kinds import Kind
from powervm.workload.load import read_look
from powervm.workload.model import LoadEnding
from powervm.workload.stress import read_report
from powervm.workload.verdict import Facts, Stretch, crossing, judge, stretch_of

T0 = datetime(2026, 8, 26, 10, 0, tzinfo=timezone.utc)
GOOD = "stress-ng: info:  [7] failed: 0\nstress-ng: info:  [7] successful run completed in 30 secs\n"


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


THERE = Stretch("lp1 p9a -> p10a", "done", at(10), at(20))
BACK = Stretch("lp1 p10a -> p9a", "done", at(30), at(40))
GOOD_FACTS = Facts(
    subject="lp1",
    kind=Kind.STRESS_NG,
    ending=LoadEnding.STOPPED,
    started=T0,
    ended=at(45),
    status=0,
    report=read_report(GOOD),
    output=GOOD,
)


def first_error(facts: Facts, *moves: Stretch) -> str:
    errors = [item.sentence() for item in judge(facts, moves or (THERE, BACK)) if item.severity == "error"]
    return errors[0] if errors else ""


def test_a_good_load_says_with_times_what_it_ran_across() -> None:
    texts = [item.text for item in judge(GOOD_FACTS, [THERE, BACK])]
    assert first_error(GOOD_FACTS) == ""
    assert texts[0] == "the workload (stress-ng) ended with success (stopped by us, exit status 0)."
    assert texts[2] == (
        "the workload (stress-ng) ran across lp1 p10a -> p9a: "
        "from 30.0 s before its begin, and for 5.0 s after its end."
    )


def test_one_that_ends_in_the_middle_of_a_move_is_named_with_its_status_and_its_words() -> None:
    said = "stress-ng: fail:  [9] vm: detected 1 bit errors while stressing memory"
    facts = replace(
        GOOD_FACTS, ending=LoadEnding.BY_ITSELF, ended=at(33.2), status=2, report=read_report(said), output=said
    )
    assert first_error(facts) == (
        "lp1: the workload (stress-ng) ended by itself with exit status 2 (one or more stressors failed), in the "
        f"middle of lp1 p10a -> p9a, 3.2 s after the begin of that move. It said: '{said}'."
    )


def test_one_that_ended_with_success_before_the_last_move_did_not_run_across() -> None:
    facts = replace(GOOD_FACTS, ending=LoadEnding.BY_ITSELF, ended=at(38))
    assert first_error(facts) == (
        "lp1: the workload (stress-ng) did not run across lp1 p10a -> p9a: it ended 2.0 s before the end of that move. "
        "Let it run longer (--timeout of stress-ng), so that it is still running after the last move."
    )
    assert first_error(replace(facts, ended=at(40.1))) == ""


def test_one_that_was_started_too_late() -> None:
    assert "was started 2.0 s after the begin of lp1 p9a -> p10a" in first_error(replace(GOOD_FACTS, started=at(12)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ending": LoadEnding.LOST, "ended": None, "status": None}, "is gone without an exit status."),
        (
            {"ending": LoadEnding.LOST, "ended": None, "status": None, "same_boot": False},
            "is gone without an exit status: the partition was restarted meanwhile.",
        ),
        ({"ending": LoadEnding.KILLED, "ended": None, "status": None}, "had to be killed"),
        ({"ending": LoadEnding.TIME_LIMIT, "status": 124, "limit": 45.0}, "was ended by its limit of 45 s"),
        ({"status": 5}, "exit status 5 (a stressor was killed by a signal"),
        ({"status": 0, "report": read_report("")}, "without its summary"),
        ({"status": 0, "report": read_report(GOOD.replace("[7] succ", "[7] unsucc"))}, "'unsuccessful run completed'"),
    ],
)
def test_everything_that_is_not_good_fails(changes: dict[str, object], said: str) -> None:
    assert said in first_error(replace(GOOD_FACTS, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "ending", "status", "output", "good"),
    [
        (Kind.COMMAND, LoadEnding.STOPPED, 143, "", True),
        (Kind.COMMAND, LoadEnding.STOPPED, 3, "", False),
        (Kind.COMMAND, LoadEnding.BY_ITSELF, 143, "", False),
        (Kind.COMMAND, LoadEnding.BY_ITSELF, 0, "", True),
        (Kind.FIO, LoadEnding.STOPPED, 128, '{"jobs": [{"jobname": "a", "error": 0}]}', True),
        (Kind.FIO, LoadEnding.BY_ITSELF, 0, '{"jobs": [{"jobname": "a", "error": 5}]}', False),
        (Kind.IPERF3, LoadEnding.STOPPED, 1, '{"error": "interrupt - the client has terminated"}', True),
        (Kind.IPERF3, LoadEnding.BY_ITSELF, 1, '{"error": "control socket has closed unexpectedly"}', False),
    ],
)
def test_rules_of_the_kinds(kind: Kind, ending: LoadEnding, status: int, output: str, good: bool) -> None:
    facts = replace(GOOD_FACTS, kind=kind, ending=ending, status=status, output=output, report=read_report(""))
    assert (first_error(facts) == "") is good


def test_a_load_that_still_runs_has_crossed_what_it_was_there_before() -> None:
    facts = replace(GOOD_FACTS, ending=LoadEnding.RUNNING, ended=None, status=None)
    assert crossing(facts, BACK).crossed
    assert not crossing(replace(facts, started=at(31)), BACK).crossed


def test_a_look_is_read_and_placed_in_our_time() -> None:
    text = "boot-1\n1787738162.500\n1787738100.000\n2 1787738160.250\nthere\n"
    look = read_look(text, at(0), "boot-1")
    assert (look.status, look.ended, look.runs) == (2, 1787738160.25, False)
    assert look.ours(look.ended or 0.0) == at(-2.25)
    running = read_look("boot-1\n5.5\n1.0\n-\nthere\n", at(0), "boot-1")
    assert (running.status, running.runs) == (None, True)
    assert not read_look("boot-2\n5.5\n1.0\n-\nthere\n", at(0), "boot-1").runs
    with pytest.raises(Exception, match="when asked for its workload"):
        read_look("bash: no such thing\n", at(0), "boot-1")


def test_of_two_calls_the_last_one_is_the_migration() -> None:
    phases = [
        Phase(name=name, started=at(begin), ended=at(end), duration=end - begin)
        for name, begin, end in (("migration", 10, 11), ("transfer", 21, 28), ("migration", 20, 30))
    ]
    side = SimpleNamespace(server="p9a")
    outcome = SimpleNamespace(phases=phases, partition="lp1", source=side, target=side, ending=Ending.DONE)
    move = stretch_of(cast(Outcome, outcome))
    assert (move.started, move.ended) == (at(20), at(30))
