"""A small valid lab to start from, in both formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lab_texts import ENVIRONMENT, OPTEST, VALID

from powervm.lab import LabFileError, load_lab

Write = Callable[..., Path]
Complaints = Callable[..., list[str]]


@pytest.fixture
def valid() -> str:
    return VALID


@pytest.fixture
def optest() -> str:
    return OPTEST


@pytest.fixture
def environment() -> dict[str, str]:
    return dict(ENVIRONMENT)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a lab file and give its path."""

    def write_file(text: str, name: str = "mylab.yaml", mode: int = 0o600) -> Path:
        file = tmp_path / name
        file.write_text(text)
        file.chmod(mode)
        return file

    return write_file


@pytest.fixture
def complaints(write: Write, tmp_path: Path) -> Complaints:
    """Load a file that cannot be used; give its problems as the user sees them, without the folder."""

    def load(text: str, name: str = "mylab.yaml", mode: int = 0o600, environment: dict[str, str] = ENVIRONMENT):
        with pytest.raises(LabFileError) as caught:
            load_lab(write(text, name, mode), environment=environment)
        return [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems]

    return load
