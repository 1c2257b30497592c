"""The common lab of a pabot run: who starts it, who joins, and what is left; a process that sleeps stands for pabot."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mobility_keywords.shared_simulation import SharedSimulation, _private_folder
from mobility_keywords.simulation import SimulationFailed
from mobility_keywords.simulations import Simulations
from support.pabot_run import wait_for
from support.simulated import WORLD


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def owner() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "300"]) as process:
        yield process
        process.kill()


def test_one_lab_for_all_and_a_new_one_after_its_death(temporary: Path, owner: subprocess.Popen[bytes]) -> None:
    (temporary / f"shared-simulated-lab-{os.getuid()}-1-dead").mkdir()  # of a process that lives: it stays
    dead = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, text=True).stdout.strip()
    (temporary / f"shared-simulated-lab-{os.getuid()}-{dead}-old").mkdir()
    first, second = (SharedSimulation(WORLD, 50, owner=owner.pid) for _ in range(2))
    assert first.ready == second.ready
    assert first.serves(WORLD, 50)
    assert not first.serves(WORLD, 20)
    first.stop()
    assert second.running
    assert sorted(path.name.rpartition("-")[2] for path in temporary.iterdir() if "-1-" in path.name) == ["dead"]
    assert not list(temporary.glob("*-old"))
    os.kill(first.ready["pid"], signal.SIGKILL)
    wait_for(lambda: not first.running)
    third = Simulations().get(WORLD, speed=50, pabot=owner.pid)
    assert isinstance(third, SharedSimulation)
    assert third.ready["pid"] != first.ready["pid"]
    owner.kill()
    owner.wait()
    wait_for(lambda: not third.ready_file.parent.exists())


def test_a_lab_that_does_not_start_says_why(temporary: Path, owner: subprocess.Popen[bytes], tmp_path: Path) -> None:
    world = tmp_path / "world.yaml"
    world.write_text("name: 7\n")
    for _ in range(2):
        with pytest.raises(SimulationFailed, match=r"world\.yaml did not start: powervm_sim: .*world\.yaml"):
            SharedSimulation(world, None, owner=owner.pid)
        assert list(temporary.iterdir()) == []


def test_a_folder_that_others_could_write_to_is_refused(temporary: Path) -> None:
    for name, mode in (("open", 0o777), ("read", 0o755)):
        (temporary / name).mkdir()
        (temporary / name).chmod(mode)
        with pytest.raises(SimulationFailed, match="no folder of this user alone"):
            _private_folder(temporary / name)
    (temporary / "own").mkdir(mode=0o700)
    _private_folder(temporary / "own")
    (temporary / "link").symlink_to(temporary / "own")
    with pytest.raises(SimulationFailed, match="no folder of this user alone"):
        _private_folder(temporary / "link")
