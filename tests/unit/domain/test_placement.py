"""Where a partition is: the table, all of it."""

from __future__ import annotations

import itertools

import pytest

from powervm.outcome import Place
from powervm.placement import Where, judge


def place(present: bool | None, state: str | None = None, migration: str | None = None) -> Place:
    error = "hmc: no answer" if present is None else None
    return Place(server="s", console="c", present=present, state=state, migration_state=migration, error=error)


GONE = place(False)
HERE = place(True, "Running", "Not Migrating")
MOVING = place(True, "Migrating - Running", "Migration In Progress")
FAILED = place(True, "Migrating - Running", "Migration Failed")
SILENT = place(None)


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (HERE, GONE, Where.SOURCE),
        (GONE, HERE, Where.TARGET),
        (HERE, HERE, Where.BOTH),
        (GONE, GONE, Where.NOWHERE),
        (MOVING, GONE, Where.MOVING),
        (GONE, MOVING, Where.MOVING),
        (MOVING, MOVING, Where.MOVING),
        (FAILED, MOVING, Where.FAILED),
        (HERE, FAILED, Where.FAILED),
        (SILENT, HERE, Where.UNKNOWN),
        (HERE, SILENT, Where.UNKNOWN),
        (SILENT, SILENT, Where.UNKNOWN),
        (SILENT, MOVING, Where.MOVING),
        (place(True, "Running", "Migration Complete"), GONE, Where.MOVING),
        (place(True, "migrating running"), GONE, Where.MOVING),
        (place(True, "Running", None), GONE, Where.SOURCE),
        (place(True, "Not Activated", "Not Migrating"), GONE, Where.SOURCE),
    ],
)
def test_the_table(source: Place, target: Place, expected: Where) -> None:
    assert judge(source, target) is expected


def test_only_moving_and_unknown_are_worth_waiting_for() -> None:
    assert [where for where in Where if not where.settled] == [Where.MOVING, Where.UNKNOWN]


def test_the_table_answers_every_pair() -> None:
    for source, target in itertools.product((GONE, HERE, MOVING, FAILED, SILENT), repeat=2):
        assert judge(source, target) in Where
