"""What counts as a leak and as drift: on literal rows, and as properties of any row."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powervm.loop.drift import RULES, drift_text, judge_rows, leak_text
from powervm.loop.statistics import blocks, percentile, rising, slope

SLOTS, RMC = RULES["client_adapters"], RULES["rmc_there"]
MEMORY = RULES["memory_available"]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([4, 4, 4, 4], ""),
        ([4, 5, 4, 4], ""),  # it came back
        ([4, 4, 5, 3], ""),  # up and down is no leak, and not seen as one
        ([4, 5], "4 adapters at first and 5 adapters at last, since round trip 1 of 1."),
        ([4, 4, 4, 5, 6, 6], "4 adapters at first and 6 adapters at last, since round trip 3 of 5."),
        ([4, 4, 3, 3, 3], "4 adapters at first and 3 adapters at last, since round trip 2 of 4."),
        ([4], ""),
    ],
)
def test_leaks(values: list[float], text: str) -> None:
    said = leak_text(SLOTS, values)
    assert said.removeprefix("virtual adapters of the partition: ") == text


QUIET = [62.0, 58.5, 60.1, 61.2, 59.4, 60.8, 57.9, 60.2, 61.9, 58.8, 60.4, 59.1, 60.6, 61.1, 58.2, 60.0]


def test_a_quiet_row_does_not_drift() -> None:
    assert drift_text(RMC, QUIET) == ""


def test_a_row_that_grows_all_the_time_drifts() -> None:
    grown = [value + 2.0 * place for place, value in enumerate(QUIET)]
    assert drift_text(RMC, grown) == (
        "return of RMC after the way there grew from 67.2 s to 86.2 s (medians of the first and the last third of 16 "
        "values)."
    )


def test_growth_that_does_not_matter_is_none() -> None:
    assert drift_text(RMC, [60.0 + 0.1 * place for place in range(16)]) == ""  # 1.5 s in all, of 60
    assert drift_text(RMC, [0.2 + 0.1 * place for place in range(16)]) == ""  # eight times as long, and yet seconds


def test_one_step_is_no_drift() -> None:
    assert drift_text(RMC, [60.0] * 10 + [90.0] * 10) == ""


def test_nine_values_tell_nothing() -> None:
    assert drift_text(RMC, [10.0 * place for place in range(9)]) == ""


def test_memory_drifts_downwards() -> None:
    falling = [1_600_000.0 - 12_000 * place for place in range(20)]
    assert "available memory inside the partition shrank from" in drift_text(MEMORY, falling)
    assert drift_text(MEMORY, falling[::-1]) == ""


def test_a_row_of_a_thousand_is_judged_quickly_and_alike() -> None:
    numbers = random.Random(7)
    noise = [60 + numbers.gauss(0, 4) for _ in range(1000)]
    assert drift_text(RMC, noise) == ""
    assert drift_text(RMC, [value + place / 40 for place, value in enumerate(noise)]) != ""


def test_false_alarms_are_rare() -> None:
    numbers = random.Random(11)
    shapes = (
        lambda: numbers.gauss(60, 12),
        lambda: numbers.expovariate(1 / 60),
        lambda: numbers.choice((40.0, 41.0, 300.0)),
        lambda: numbers.uniform(30, 90),
    )
    alarms = sum(
        drift_text(RMC, [shape() for _ in range(length)]) != ""
        for shape in shapes
        for length in (10, 20, 60)
        for _ in range(150)
    )
    assert alarms <= 4  # of 1800


values = st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=40)


@given(values, st.floats(0, 1))
def test_a_percentile_lies_within_the_row(row: list[float], share: float) -> None:
    assert min(row) <= percentile(row, share) <= max(row)
    assert percentile(row, 0.0) == min(row)
    assert percentile(row, 1.0) == max(row)


@given(values, st.integers(1, 12))
def test_blocks_keep_the_order_and_the_bounds(row: list[float], most: int) -> None:
    found = blocks(row, most)
    assert len(found) == min(most, len(row))
    assert all(min(row) <= value <= max(row) for value in found)
    assert blocks(sorted(row), most) == sorted(found) or blocks(sorted(row), most) == sorted(blocks(sorted(row), most))


@settings(max_examples=60)
@given(st.lists(st.integers(-50, 50), min_size=10, max_size=40))
def test_what_does_not_grow_never_drifts(steps: list[int]) -> None:
    falling = [1000.0 - sum(abs(step) for step in steps[:place]) for place in range(len(steps))]
    assert drift_text(RMC, falling) == ""
    assert drift_text(RMC, [60.0] * len(steps)) == ""


@settings(max_examples=60)
@given(st.lists(st.floats(-1, 1), min_size=12, max_size=60), st.floats(0.1, 1000))
def test_a_strong_trend_is_found_in_any_noise_and_unit(noise: list[float], unit: float) -> None:
    row = [unit * (100 + 10 * place + value) for place, value in enumerate(noise)]
    assert slope(row) == pytest.approx(10 * unit, rel=0.3)
    assert rising(row) < 0.001
    if 10 * unit * len(row) > 20:
        assert drift_text(RMC, row) != ""


@given(st.lists(st.floats(0, 1e6, allow_nan=False), min_size=4, max_size=30))
def test_a_row_and_its_mirror_cannot_both_rise(row: list[float]) -> None:
    assert rising(row) + rising([-value for value in row]) >= 0.999


def test_findings_of_all_rows() -> None:
    found = judge_rows(
        "lp1", {"client_adapters": [4, 5], "rmc_there": [60.0, 60.0], "rmc_back": [], "memory_total": [1]}
    )
    assert [(item.severity.value, item.check) for item in found] == [("error", "leak"), ("ok", "drift")]
    assert found[1].text.endswith("2 values are too few to tell.")
