"""One simulated lab for all workers of a pabot run: the first that needs it starts it, and it ends with pabot."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from mobility_keywords.simulation import PROGRAM, START_LIMIT, SimulationFailed
from powervm.waiting import Deadline, DeadlinePassed, wait_until


class SharedSimulation:
    """The simulated lab of a pabot run.

    It is no child of this process, since a worker lives for one suite only. All workers of one pabot meet in a folder
    below ``TMPDIR``. The running lab holds a lock there, so that a dead one is never taken for it.

    Args:
        world: The world file.
        speed: What the durations of long things are divided by; None leaves it to the world file.
        owner: The process that it ends with.

    Attributes:
        leased: Names of the machines that this process has for itself; faults may be made there only.
        faults: Ids of the fault rules that this process has made.

    Raises:
        SimulationFailed: It did not start; the message is the program's own.
    """

    def __init__(self, world: Path, speed: float | None, *, owner: int) -> None:
        self.world = world.resolve()
        self.speed = speed
        self.leased: frozenset[str] = frozenset()
        self.faults: list[str] = []
        self._owner = owner
        key = hashlib.sha256(f"{self.world}\0{speed}".encode()).hexdigest()[:12]
        self._folder = Path(tempfile.gettempdir()) / f"{_prefix()}{owner}-{key}"
        self.ready_file = self._folder / "ready.json"
        self._lock = self._folder / "lock"
        self._log = self._folder / "log.txt"
        self._started = False
        try:
            self.ready: dict[str, Any] = wait_until(self._join, Deadline(START_LIMIT), interval=0.05)
        except DeadlinePassed:
            raise SimulationFailed(
                f"The simulated lab of {self.world.name} did not start within {START_LIMIT:.0f} s.",
                remedy=f"See {self._log}.",
            ) from None

    @property
    def running(self) -> bool:
        """It serves."""
        if not self.ready_file.exists():
            return False
        lock = _take(self._lock)
        if lock is not None:
            os.close(lock)
        return lock is None

    def serves(self, world: Path, speed: float | None) -> bool:
        """It runs, and from this world file at this speed."""
        return (self.world, self.speed) == (world.resolve(), speed) and self.running

    def stop(self) -> None:
        """It goes on: others use it, and it ends with pabot."""

    def _join(self) -> dict[str, Any] | None:
        """The ready document of the lab that runs; starts it when there is none."""
        _private_folder(self._folder)
        lock = _take(self._lock)
        if lock is not None:
            try:
                self._end_of_a_failed_start()
                _sweep()
                self.ready_file.unlink(missing_ok=True)
                self._start(lock)
            finally:
                os.close(lock)  # the lab goes on holding it
            self._started = True
        with suppress(FileNotFoundError):
            document: dict[str, Any] = json.loads(self.ready_file.read_text(encoding="utf-8"))
            if _lives(
                document["pid"]
            ):  # else it is that of a killed one, and another worker is about to start the next
                return document
        return None

    def _end_of_a_failed_start(self) -> None:
        if self._started:
            said = self._log.read_text(encoding="utf-8", errors="replace").strip()
            shutil.rmtree(self._folder, ignore_errors=True)
            raise SimulationFailed(f"The simulated lab of {self.world.name} did not start: {said or 'no message'}")

    def _start(self, lock: int) -> None:
        command = [sys.executable, str(PROGRAM), "--world", str(self.world), "--port", "0"]
        command += ["--ready-file", str(self.ready_file), "--state-dir", str(self._folder / "state")]
        command += ["--with-parent", str(self._owner), "--remove-at-end", str(self._folder)]
        if self.speed is not None:
            command += ["--speed", f"{self.speed:g}"]
        with self._log.open("wb") as log:
            # By way of a shell that ends at once: pabot ends a worker together with all its children
            subprocess.run(
                ["sh", "-c", '"$@" &', "sh", *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                pass_fds=[lock],
                check=True,
            )


def _prefix() -> str:
    return f"shared-simulated-lab-{os.getuid()}-"


def _private_folder(path: Path) -> None:
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise SimulationFailed(
            f"{path}: this is no folder of this user alone.", remedy="Have it removed, or set TMPDIR."
        )


def _take(path: Path) -> int | None:
    """Lock a file; None when it is locked, or is not there any more."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.lstat()):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None


def _sweep() -> None:
    """Take away what labs have left that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_prefix()}*"):
        owner = folder.name.removeprefix(_prefix()).partition("-")[0]
        if owner.isdigit() and not _lives(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
