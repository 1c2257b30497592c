"""The systemd services of a simulated Linux system."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from powervm_sim.guest.distribution import Service
from powervm_sim.guest.processes import ProcessTable


@dataclass
class Unit:
    """A service and its state.

    Attributes:
        since: When the state was reached, in seconds since the epoch; None when it never ran since boot.
        pid: Of its process while it is active.
    """

    service: Service
    enabled: bool
    active: bool = False
    since: float | None = None
    pid: int | None = None


class Units:
    """All services by name.

    Args:
        now: Seconds since the epoch.
    """

    def __init__(self, services: Iterable[Service], now: Callable[[], float]) -> None:
        self._now = now
        self._units = {service.name: Unit(service, service.enabled) for service in services}
        self._processes = ProcessTable(now)

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._units.values())

    def find(self, name: str) -> Unit | None:
        """The service called ``name`` or ``name.service``, if it is installed."""
        return self._units.get(name.removesuffix(".service"))

    def boot(self, processes: ProcessTable) -> None:
        """The enabled services start."""
        self._processes = processes
        for unit in self._units.values():
            unit.active, unit.since, unit.pid = False, None, None
            if unit.enabled:
                self.start(unit)

    def start(self, unit: Unit) -> None:
        """Start the service, if it is not active."""
        if unit.active:
            return
        process = self._processes.add(unit.service.program, ended=lambda: self._ended(unit))
        unit.active, unit.since, unit.pid = True, self._now(), process.pid

    def stop(self, unit: Unit) -> None:
        """Stop the service, if it is active."""
        if unit.active:
            self._processes.remove(unit.pid)
            self._ended(unit)

    def _ended(self, unit: Unit) -> None:
        unit.active, unit.since, unit.pid = False, self._now(), None
