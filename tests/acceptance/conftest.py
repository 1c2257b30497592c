"""Fixtures of the acceptance tests: whole suites, run as a tester runs them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.simulated import RunningLab, simulated_lab


@pytest.fixture(scope="session")
def shared_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """One lab for tests that leave it as it was."""
    with simulated_lab(tmp_path_factory.mktemp("shared-lab")) as running:
        yield running


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The output directory of a run."""
    return tmp_path / "out"
