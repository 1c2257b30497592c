"""An item that only root gets says so when it was not had."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from powervm.stage_logs import Item, ItemStatus
from powervm.stage_logs.sources import Source
from powervm.stage_logs.taking import Task


def reason(user: str, status: ItemStatus, tmp_path: Path, *, root: bool = True) -> str | None:
    connection = cast(Any, SimpleNamespace(endpoint=SimpleNamespace(login=SimpleNamespace(user=user))))
    item = Item(name="dmesg", machine="partition", command="dmesg -T", when="always", timeout=1, root=root)
    task = Task(Source("lp1", "partition", frozenset({"partition"}), connection), "dmesg", item, {}, tmp_path)
    return task.record(status, 0.0, "status 1: dmesg: read kernel buffer failed").reason


def test_another_user_is_named(tmp_path: Path) -> None:
    assert reason("tester", ItemStatus.FAILED, tmp_path) == (
        "status 1: dmesg: read kernel buffer failed; only root gets it, and the lab file logs in as tester"
    )


@pytest.mark.parametrize(
    ("user", "status", "root"),
    [("root", ItemStatus.FAILED, True), ("tester", ItemStatus.COLLECTED, True), ("tester", ItemStatus.FAILED, False)],
)
def test_nobody_is_blamed_without_need(user: str, status: ItemStatus, root: bool, tmp_path: Path) -> None:
    assert reason(user, status, tmp_path, root=root) == "status 1: dmesg: read kernel buffer failed"
