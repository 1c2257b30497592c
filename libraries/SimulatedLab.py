"""The keywords that start a simulated lab and look behind its scenes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from robot.api.deco import keyword, library

from mobility_keywords.simulation import SIMULATIONS
from powervm.errors import MobilityError
from powervm.lab import load_ready
from powervm.ssh import Connection, Endpoint, HostKeyMode, HostKeys, Login

_CONTROL = "control"


@library(scope="GLOBAL", doc_format="ROBOT", auto_keywords=False)
class SimulatedLab:
    """Starts a simulated lab as a child process, and tells what truly happened in it.

    A lab file with a section ``simulated`` needs none of this: `Use Lab` of PartitionMobility starts the lab by
    itself. These keywords are for tests that want a lab of their own, or want to look behind its scenes.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self

    def close(self) -> None:
        """The run is over: nothing of it may stay behind."""
        SIMULATIONS.stop_all()

    @keyword
    def start_simulated_lab(self, world: Path, *, speed: float | None = None) -> str:
        """Start a simulated lab, or go on with the one of this world and speed that this run has started already.

        It is stopped at the end of the run, however that ends.

        Args:
            world: Path of a world file.
            speed: What the durations of long things are divided by; by default what the world file says.

        Returns:
            The path of its ready file, for ``simulated: {ready_file: ...}`` of a lab file.

        Raises:
            SimulationFailed: It did not start; the message says why.

        Example:
        | ${ready} =    Start Simulated Lab    variables/worlds/two-consoles.yaml    speed=20
        """
        return str(SIMULATIONS.get(world, speed=speed).ready_file)

    @keyword
    def stop_simulated_lab(self) -> None:
        """Stop the simulated labs of this run; without one nothing happens.

        Example:
        | Stop Simulated Lab
        """
        SIMULATIONS.stop_all()

    @keyword
    def get_simulated_lab_history(
        self, *, ready_file: Path | None = None, kind: str | None = None
    ) -> list[dict[str, Any]]:
        """What truly happened in a simulated lab: logins and refusals, commands, phases, blackouts, final places.

        Args:
            ready_file: The ready file of the lab; by default the lab that this run has started last.
            kind: Only events of this kind, for example ``blackout``.

        Returns:
            The events in their order, each with ``number``, ``time``, ``clock`` (seconds), ``kind`` and its facts.

        Raises:
            MobilityError: No simulated lab is running.

        Example:
        | @{blackouts} =    Get Simulated Lab History    kind=blackout
        """
        ready = load_ready(ready_file) if ready_file else _latest()
        with Connection(_control_endpoint(ready)) as connection:
            result = connection.run("lab history --json", 30.0).check()
        events: list[dict[str, Any]] = json.loads(result.stdout)
        return [event for event in events if kind is None or event["kind"] == kind]


def _latest() -> dict[str, Any]:
    simulation = SIMULATIONS.latest
    if simulation is None:
        raise MobilityError("No simulated lab is running.", remedy="Call Start Simulated Lab or Use Lab first.")
    return simulation.ready


def _control_endpoint(ready: dict[str, Any]) -> Endpoint:
    control = next(item for item in ready["endpoints"] if item["kind"] == _CONTROL)
    return Endpoint(
        name=control["name"],
        host=control["address"],
        port=control["port"],
        login=Login(user=control["user"], key_file=Path(control["key_file"])),
        host_keys=HostKeys(HostKeyMode.STRICT, Path(ready["known_hosts"]), tuple(control["host_keys"])),
    )
