"""The simulated labs that this process uses."""

from __future__ import annotations

from pathlib import Path

from mobility_keywords.pabot_worker import pabot
from mobility_keywords.shared_simulation import SharedSimulation
from mobility_keywords.simulation import Simulation
from powervm.errors import MobilityError
from powervm.lab import Lab, load_ready


class Simulations:
    """The simulated labs of this process; one that runs already is used again."""

    def __init__(self) -> None:
        self._running: list[Simulation | SharedSimulation] = []

    def get(
        self, world: Path, *, speed: float | None = None, pabot: int | None = None
    ) -> Simulation | SharedSimulation:
        """A running lab of this world and speed, started if there is none. It is the latest one from then on.

        Args:
            world: The world file.
            speed: What the durations of long things are divided by; None leaves it to the world file.
            pabot: The process of pabot, whose workers share the lab; None for one of this process alone.
        """
        kind = Simulation if pabot is None else SharedSimulation
        found = next((item for item in self._running if isinstance(item, kind) and item.serves(world, speed)), None)
        if found is None:
            found = Simulation(world, speed=speed) if pabot is None else SharedSimulation(world, speed, owner=pabot)
        self._running = [*(item for item in self._running if item is not found), found]
        return found

    @property
    def latest(self) -> Simulation | SharedSimulation | None:
        """The one that was started or joined last, if it still runs."""
        return next((item for item in reversed(self._running) if item.running), None)

    @property
    def shared(self) -> list[SharedSimulation]:
        """Those that other workers use, too."""
        return [item for item in self._running if isinstance(item, SharedSimulation)]

    def shared_of(self, ready_file: Path | None) -> SharedSimulation | None:
        """The lab of this ready file, or the latest one, if other workers use it, too."""
        latest = self.latest
        wanted = ready_file.absolute() if ready_file else latest.ready_file if latest else None
        return next((item for item in self.shared if item.ready_file == wanted), None)

    def stop_all(self) -> None:
        """Stop all of them; those that others share go on."""
        while self._running:
            self._running.pop().stop()


SIMULATIONS = Simulations()
"""Child processes belong to the process, so this is the one registry that is not kept in an object."""


def ready_document(lab: Lab, *, shared: bool) -> dict[str, object]:
    """The ready document of the simulated lab that a lab file asks for, which is started where it has to be.

    Args:
        lab: It.
        shared: The workers of a pabot run have one together.
    """
    simulated = lab.simulated
    if simulated and simulated.ready_file:
        return load_ready(simulated.ready_file)
    if simulated and simulated.world:
        together = pabot() if shared else None
        return SIMULATIONS.get(simulated.world, speed=simulated.speed, pabot=together).ready
    raise MobilityError(f"{lab.file}: the simulated lab has neither a world nor a ready file.")
