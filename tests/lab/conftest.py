"""Fixtures: the domain against a simulated lab, over real SSH, without Robot Framework."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from powervm.lab import load_lab, load_ready
from powervm.outcome import Outcome
from powervm.session import LabSession
from support.simulated import RunningLab, joined_lab_file, simulated_lab


class Bench:
    """A running lab, a session on it, and the outcomes that were kept."""

    def __init__(self, running: RunningLab, session: LabSession) -> None:
        self.running = running
        self.session = session
        self.kept: list[Outcome] = []

    def keep(self, outcome: Outcome) -> None:
        """What operations are given to keep their outcome."""
        self.kept.append(outcome)


Open = Callable[..., Bench]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Open]:
    """Opens a lab whose world and lab file are changed in some places."""
    with ExitStack() as stack:

        def open_bench(
            world: dict[str, Any] | None = None, lab: dict[str, Any] | None = None, *, speed: float = 60.0
        ) -> Bench:
            running = stack.enter_context(simulated_lab(tmp_path / "world", world, speed=speed))
            file = joined_lab_file(tmp_path, running, {"limits.poll": 0.1} | (lab or {}))
            session = LabSession(load_lab(file).join(load_ready(running.ready_file)))
            stack.callback(session.close)
            return Bench(running, session)

        yield open_bench
