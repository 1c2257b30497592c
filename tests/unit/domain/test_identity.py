"""The proof inside the partition: what counts as the same one on the right server."""

from __future__ import annotations

import pytest

from powervm.console import ManagedSystem
from powervm.identity import prove_move
from powervm.outcome import Identified, Severity

TARGET = ManagedSystem("p10b", "9105-22A", "78E1F60", "Operating", True, True, ())
BEFORE = Identified(boot_id="b1", uptime=5000.0, serial="78A1B20", type_model="9009-22A", partition_id=7)
AFTER = Identified(boot_id="b1", uptime=5010.0, serial="78E1F60", type_model="9105-22A", partition_id=9)


def errors(after: Identified) -> list[str]:
    findings = prove_move("lp1", BEFORE, after, target=TARGET, elapsed=10.0)
    return [finding.sentence() for finding in findings if finding.severity is Severity.ERROR]


def test_a_good_move_has_no_error() -> None:
    assert errors(AFTER) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"boot_id": "b2"}, "lp1: the boot id changed from b1 to b2: it was restarted."),
        ({"uptime": 12.0}, "lp1: the uptime went back from 5000 s to 12 s."),
        ({"serial": "78A1B20"}, "lp1: it says it runs on 9105-22A 78A1B20; the target is 9105-22A 78E1F60."),
        ({"type_model": "9009-22A"}, "lp1: it says it runs on 9009-22A 78E1F60; the target is 9105-22A 78E1F60."),
    ],
)
def test_each_lie_is_named(change: dict[str, object], expected: str) -> None:
    (error,) = errors(AFTER.model_copy(update=change))
    assert error.startswith(expected)
