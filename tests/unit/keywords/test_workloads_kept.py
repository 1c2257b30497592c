"""What becomes of a load when there is no place for its record."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from mobility_keywords.workloads import Workloads
from powervm.errors import MobilityError
from powervm.workload import Workload


@pytest.mark.parametrize("all_of_them", [False, True])
def test_a_load_is_not_left_running_for_want_of_room_here(all_of_them: bool, tmp_path: Path) -> None:
    (tmp_path / "full").write_text("")  # no folder can be made below it
    done: list[str] = []
    workload = SimpleNamespace(
        subject="lp1",
        record=None,
        discard=lambda: done.append("discarded"),
        load=SimpleNamespace(folder="/var/tmp/x", order=SimpleNamespace(limit=60.0)),
    )
    workloads = Workloads()
    workloads.add(cast(Workload, workload))
    if all_of_them:
        (said,) = workloads.end_all(tmp_path / "full", show=lambda record, path: None)
        assert "was stopped and removed" in said
        assert "is left there" not in said
    else:
        with pytest.raises(MobilityError, match="was stopped and removed, unjudged"):
            workloads.end("lp1", tmp_path / "full", show=lambda record, path: None)
    assert done == ["discarded"]
    assert workloads.running("lp1") is None
