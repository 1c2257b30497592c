"""Rules decide by counting, by seed and by time; lasting faults begin, end and are undone."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powervm_sim.faults.engine import FaultImpossible, Faults
from powervm_sim.faults.kinds import RULES
from powervm_sim.faults.reading import RuleError, misplaced, parse_document, parse_rule, parse_words
from powervm_sim.faults.rule import Occasion, command_matches
from powervm_sim.world.history import History
from powervm_sim.world.pace import Pace

FAILS = {"kind": "command-fails", "endpoint": "hmc1", "text": "no"}
DOWN = {"kind": "rmc-down", "endpoint": "lp1"}
COMMAND = Occasion(endpoint="hmc1", command=("lssyscfg", "-r", "sys"))


class Bench:
    """An engine with a clock that a test sets."""

    def __init__(self, seed: int = 1) -> None:
        self.time = 0.0
        self.history = History(lambda: self.time)
        pace = Pace(10.0, sleep=self._sleep, now=lambda: self.time)
        self.faults = Faults(lambda purpose: random.Random(f"{seed}/{purpose}"), pace, self.history, self._start)
        self._waiting: list[tuple[float, asyncio.Future[None]]] = []
        self.bad = 0

    async def _sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((self.time + seconds, future))
        await future

    @staticmethod
    def _start(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        return asyncio.get_running_loop().create_task(work)

    async def at(self, time: float) -> None:
        await settle()
        self.time = time
        for when, future in self._waiting:
            if when <= time and not future.done():
                future.set_result(None)
        await settle()

    def effect(self, _rule: Any) -> Callable[[], None]:
        self.bad += 1

        def undo() -> None:
            self.bad -= 1

        return undo

    def fails(self, occasion: Occasion = COMMAND) -> bool:
        return bool(self.faults.take(RULES["command-fails"], occasion))

    def events(self) -> list[str]:
        return [event.facts["event"] for event in self.history.events("fault")]


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@given(st.integers(0, 10), st.integers(1, 10), st.integers(0, 30))
def test_so_many_pass_and_so_many_fire(after: int, times: int, calls: int):
    bench = Bench()
    armed = bench.faults.add(parse_rule({**FAILS, "after": after, "times": times}))
    fired = [bench.fails() for _ in range(calls)]
    assert fired == [after <= number < after + times for number in range(calls)]
    assert (armed.matched, armed.fired) == (calls, sum(fired))


@given(st.integers(0, 1 << 30), st.floats(0.05, 0.95), st.integers(1, 1 << 30), st.integers(0, 3))
def test_the_same_seed_chooses_the_same_occasions_whatever_else_happens(seed, probability, world_seed, others):
    def outcome(number: int) -> list[bool]:
        bench = Bench(world_seed)
        for _ in range(number):
            bench.faults.add(parse_rule({**FAILS, "endpoint": "hmc2", "probability": 0.5}))
        bench.faults.add(parse_rule({**FAILS, "probability": probability, "seed": seed}))
        return [bench.fails() for _ in range(20)]

    assert outcome(0) == outcome(others)


def test_other_seeds_choose_other_occasions():
    def outcome(seed: int) -> tuple[bool, ...]:
        bench = Bench()
        bench.faults.add(parse_rule({**FAILS, "probability": 0.5, "seed": seed}))
        return tuple(bench.fails() for _ in range(20))

    assert len({outcome(seed) for seed in range(10)}) > 5


@given(st.floats(0.1, 0.9))
def test_a_probability_is_about_right(probability: float):
    bench = Bench()
    bench.faults.add(parse_rule({**FAILS, "probability": probability, "seed": 3}))
    share = sum(bench.fails() for _ in range(2000)) / 2000
    assert abs(share - probability) < 0.06


WORDS = st.text(st.sampled_from("abc-/. "), min_size=1, max_size=6).filter(lambda word: word.strip("/"))


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_a_command_is_meant_by_its_name_by_itself_and_by_a_star(words: list[str]):
    name = words[0].rpartition("/")[2]
    assert command_matches("*", words)
    if name and " " not in name:
        assert command_matches(name, words)
        assert command_matches(f"{name} *", [*words, "end"])
        assert not command_matches(f"{name}x", words)


@pytest.mark.parametrize(
    ("pattern", "words", "meant"),
    [
        ("migrlpar -o m*", ("migrlpar", "-o", "m", "-m", "s"), True),
        ("migrlpar -o m*", ("migrlpar", "-o", "v"), False),
        ("rmcctrl", ("/opt/rsct/bin/rmcctrl", "-z"), True),
        ("lsmap", ("ioscli", "lsmap", "-all"), True),
        ("ioscli lsmap*", ("ioscli", "lsmap", "-all"), True),
        ("lsmap -all", ("ioscli", "lsmap", "-all"), True),
        ("ioscli", ("ioscli",), True),
        ("ls", ("lsmap",), False),
    ],
)
def test_what_a_command_pattern_means(pattern: str, words: tuple[str, ...], meant: bool):
    assert command_matches(pattern, words) is meant


def test_the_copy_is_looked_at_once_for_each_migration():
    bench = Bench()
    bench.faults.add(parse_rule({"kind": "mover-link-lost", "partition": "lp*", "at": 50, "after": 1}))

    def lost(number: int, percent: float) -> bool:
        occasion = Occasion(partition="lp1", migration=number, phase="copy", percent=percent)
        return bool(bench.faults.take(RULES["mover-link-lost"], occasion))

    assert [lost(1, percent) for percent in (0, 49, 50, 60)] == [False] * 4
    assert [lost(2, percent) for percent in (0, 49, 50, 60)] == [False, False, True, False]


def test_where_there_is_room_for_one_a_second_rule_has_not_happened():
    bench = Bench()
    first, second = (bench.faults.add(parse_rule({**FAILS, "times": 1})) for _ in range(2))
    chosen = [bench.faults.take_first(RULES["command-fails"], COMMAND) for _ in range(3)]
    assert [taken and taken[0] for taken in chosen] == [first, second, None]
    assert (first.fired, second.fired) == (1, 1)


def test_a_rule_sleeps_and_is_over_in_the_seconds_of_the_lab():
    async def scenario() -> None:
        bench = Bench()
        bench.faults.add(parse_rule({**FAILS, "delay": 10, "duration": 20}))
        assert not bench.fails()
        await bench.at(1.0)
        assert bench.fails()
        await bench.at(3.0)
        assert not bench.fails()
        assert bench.events() == ["added", "fired", "ended"]

    asyncio.run(scenario())


def test_a_lasting_fault_begins_after_its_delay_and_is_undone_after_its_duration():
    async def scenario() -> None:
        bench = Bench()
        bench.faults.bind(RULES["rmc-down"], "lp1", bench.effect)
        bench.faults.bind(RULES["rmc-down"], "lp2", bench.effect)
        bench.faults.add(parse_rule({**DOWN, "delay": 10, "duration": 10}))
        assert bench.bad == 0
        await bench.at(1.0)
        assert bench.bad == 1
        await bench.at(2.0)
        assert bench.bad == 0
        assert bench.events() == ["added", "fired", "ended"]

    asyncio.run(scenario())


def test_clearing_undoes_what_has_begun_and_what_was_to_begin_never_does():
    async def scenario() -> None:
        bench = Bench()
        bench.faults.bind(RULES["rmc-down"], "lp1", bench.effect)
        bench.faults.add(parse_rule(DOWN))
        bench.faults.add(parse_rule({**DOWN, "delay": 10}))
        assert bench.bad == 1
        assert bench.faults.clear() == ["f1", "f2"]
        await bench.at(5.0)
        assert bench.bad == 0

    asyncio.run(scenario())


def test_a_machine_that_is_bound_later_gets_the_faults_that_are_on():
    bench = Bench()
    bench.faults.add(parse_rule({**DOWN, "endpoint": "lp?"}))
    bench.faults.bind(RULES["rmc-down"], "lp1", bench.effect)
    bench.faults.bind(RULES["rmc-down"], "vios1", bench.effect)
    assert bench.bad == 1
    bench.faults.clear("f1")
    assert bench.bad == 0


def test_a_trigger_starts_a_fault_as_often_as_stated():
    bench = Bench()
    bench.faults.bind(RULES["rmc-down"], "lp1", bench.effect)
    armed = bench.faults.add(parse_rule({**DOWN, "partition": "lp2", "phase": "suspend", "times": 2}))
    for number in range(4):
        bench.faults.happened(Occasion(partition="lp2", migration=number, phase="suspend"))
        bench.faults.happened(Occasion(partition="lp3", migration=number, phase="suspend"))
    assert (armed.matched, armed.fired, bench.bad) == (4, 2, 1)


def test_a_fault_that_cannot_come_about_now_is_no_rule():
    bench = Bench()

    def impossible(_rule: Any) -> Callable[[], None]:
        raise FaultImpossible("lp1 has no such thing")

    bench.faults.bind(RULES["rmc-down"], "lp1", impossible)
    with pytest.raises(RuleError, match="lp1 has no such thing"):
        bench.faults.add(parse_rule(DOWN))
    assert list(bench.faults) == []
    armed = bench.faults.add(parse_rule({**DOWN, "phase": "copy", "endpoint": "lp?"}))
    bench.faults.happened(Occasion(partition="lp1", migration=1, phase="copy"))
    assert (bench.events()[-1], armed.fired) == ("failed", 0)
    bench.faults.bind(RULES["rmc-down"], "lp2", bench.effect)
    bench.faults.happened(Occasion(partition="lp1", migration=2, phase="copy"))
    assert (bench.events()[-1], armed.fired, bench.bad) == ("fired", 1, 1)


@given(st.dictionaries(st.text(max_size=8), st.one_of(st.none(), st.integers(), st.text(max_size=8)), max_size=5))
def test_any_data_is_a_rule_or_an_error(data: dict[str, Any]):
    for kind in (data.get("kind"), *RULES):
        with contextlib.suppress(RuleError):
            parse_rule({**data, "kind": kind})


@given(st.text(max_size=60))
def test_any_text_on_the_standard_input_is_rules_or_an_error(text: str):
    with contextlib.suppress(RuleError):
        for entry in parse_document(text):
            parse_rule(entry)


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_words_are_keys_and_values_or_an_error(words: list[str]):
    with contextlib.suppress(RuleError):
        parse_rule(parse_words(words))


def test_values_of_words_become_what_the_keys_want():
    words = ["kind=command-dies", "endpoint=lp1", "seconds=2.5", "status=3", "times=2"]
    rule = parse_rule(parse_words(words))
    assert rule == parse_rule({"kind": "command-dies", "endpoint": "lp1", "seconds": 2.5, "status": 3, "times": 2})


def test_a_pattern_must_mean_a_machine_of_the_right_kind():
    machines = {"hmc1": "console", "vios1": "vios", "lp1": "partition", "lab": "control"}

    def problems(**data: Any) -> list[str]:
        return [text for _, text in misplaced(parse_rule(data), machines)]

    assert problems(kind="rmc-down", endpoint="*1") == []
    assert problems(kind="rmc-down", endpoint="hmc*") == [
        "hmc1 is a console; rmc-down is for a Virtual I/O Server or partition"
    ]
    assert problems(kind="endpoint-down", endpoint="la?")[0].startswith("no console or Virtual I/O Server or partition")
    assert problems(kind="endpoint-down", endpoint="lp1", partition="lp2", at=5) == [
        "no partition is called lp2; did you mean lp1?"
    ]


def test_every_kind_says_in_its_docstring_what_it_is_and_what_its_keys_are():
    for kind, model in RULES.items():
        text = model.__doc__ or ""
        assert text.splitlines()[0].endswith("."), kind
        own = set(model.__annotations__) - {"kind", "needs", "in_phase"}
        described = {line.strip().partition(":")[0] for line in text.splitlines()[1:]}
        assert own <= described, kind
