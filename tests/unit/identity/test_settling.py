"""How long one look at a partition may take when it is compared with its record."""

from __future__ import annotations

from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from powervm.identity import Catalogue, Snapshot, settling
from powervm.outcome import LabNote
from powervm.waiting import Deadline


def snapshot(duration: float) -> Snapshot:
    return Snapshot(
        lab=LabNote(name="lab", kind="hardware", file="lab.yaml"),
        partition="lp1",
        server="p9a",
        console="hmc1",
        running=True,
        taken=datetime.now(timezone.utc),
        duration=duration,
        items=[],
        unread=[],
        optional_unread=[],
    )


@pytest.mark.parametrize(("recorded", "allowed"), [(1.2, 20), (30.0, 90), (100.0, 120)])
def test_a_partition_that_is_slow_to_record_is_given_time(
    monkeypatch: pytest.MonkeyPatch, recorded: float, allowed: float
) -> None:
    """Hundreds of paths, or the console of another server that is down, take as long the second time."""
    given: list[float] = []

    def take(_session: object, _partition: str, _catalogue: Catalogue, deadline: Deadline) -> Snapshot:
        given.append(deadline.limit)
        return snapshot(recorded)

    monkeypatch.setattr(settling, "take", take)
    session: Any = SimpleNamespace(lab=SimpleNamespace(limits=SimpleNamespace(poll=0.1, command=120.0)))
    settling.check(session, snapshot(recorded), Catalogue(), 60)
    assert given == [pytest.approx(allowed)]
