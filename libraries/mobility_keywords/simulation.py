"""The simulated lab as a child process: started for a run, shared by everything in it, stopped whatever happens."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from powervm.errors import MobilityError
from powervm.waiting import Deadline, DeadlinePassed, wait_until

PROGRAM = Path(__file__).resolve().parent.parent / "powervm_sim"
START_LIMIT = 30.0
_STOP_LIMIT = 10.0


class SimulationFailed(MobilityError):
    """The simulated lab did not start, or is not running any more."""


class Simulation:
    """One running simulated lab.

    Args:
        world: The world file.
        speed: What the durations of long things are divided by; None leaves it to the world file.
        options: Further command-line options of the program.

    Raises:
        SimulationFailed: It did not start; the message is the program's own.
    """

    def __init__(self, world: Path, *, speed: float | None = None, options: tuple[str, ...] = ()) -> None:
        self.world = world.resolve()
        self.speed = speed
        self._folder = Path(tempfile.mkdtemp(prefix="simulated-lab-"))
        self._log = self._folder / "log.txt"
        self.ready_file = self._folder / "ready.json"
        command = [sys.executable, str(PROGRAM), "--world", str(self.world), "--port", "0"]
        command += ["--ready-file", str(self.ready_file), "--with-parent", str(os.getpid())]
        if speed is not None:
            command += ["--speed", f"{speed:g}"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                # Ctrl-C in the terminal is for the run, which still needs the lab for its teardowns
                start_new_session=True,
            )
        atexit.register(self.stop)
        try:
            self.ready = self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def running(self) -> bool:
        """It serves."""
        return self._process.poll() is None

    def serves(self, world: Path, speed: float | None) -> bool:
        """It runs, and from this world file at this speed."""
        return self.running and (self.world, self.speed) == (world.resolve(), speed)

    def stop(self) -> None:
        """Stop it and remove its files; stopping twice does nothing."""
        atexit.unregister(self.stop)
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(_STOP_LIMIT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait_until_ready(self) -> dict[str, Any]:
        try:
            document: dict[str, Any] = wait_until(self._read_ready, Deadline(START_LIMIT), interval=0.02)
        except DeadlinePassed:
            raise SimulationFailed(
                f"The simulated lab of {self.world.name} did not start within {START_LIMIT:.0f} s.",
                remedy="Start it by hand to see why: python libraries/powervm_sim --world FILE --verbose.",
            ) from None
        return document

    def _read_ready(self) -> dict[str, Any] | None:
        if not self.running:
            said = self._log.read_text(encoding="utf-8", errors="replace").strip()
            raise SimulationFailed(f"The simulated lab of {self.world.name} did not start: {said or 'no message'}")
        with contextlib.suppress(FileNotFoundError):
            document: dict[str, Any] = json.loads(self.ready_file.read_text(encoding="utf-8"))
            return document
        return None
