"""The systemd services of a simulated Linux system."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from powervm_sim.guest.distribution import Service
from powervm_sim.guest.processes import ProcessTable

_ORDERLY = frozenset({1, 2, 13, 15})


@dataclass
class Unit:
    """A service and its state.

    Attributes:
        since: When the state was reached, in seconds since the epoch; None when it never ran since boot.
        pid: Of its process while it is active.
        failed: It did not end in order.
        masked: It cannot be started.
    """

    service: Service
    enabled: bool
    active: bool = False
    failed: bool = False
    masked: bool = False
    since: float | None = None
    pid: int | None = None


class Units:
    """All services by name.

    Args:
        now: Seconds since the epoch.
        report: Takes the lines of systemd about starts and stops.
    """

    def __init__(
        self, services: Iterable[Service], now: Callable[[], float], report: Callable[[str], None] = lambda _: None
    ) -> None:
        self._now = now
        self._report = report
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
        unit.active, unit.since, unit.pid, unit.failed = True, self._now(), process.pid, False
        self._report(f"Started {unit.service.description}.")

    def stop(self, unit: Unit) -> None:
        """Stop the service, if it is active."""
        if unit.active:
            self._processes.remove(unit.pid)
            unit.active, unit.since, unit.pid = False, self._now(), None
            self._report(f"Stopped {unit.service.description}.")

    def _ended(self, unit: Unit) -> None:
        """Its process was killed: TERM is an orderly end for systemd, other signals are a failure."""
        signal = self._processes.last_signal
        unit.active, unit.since, unit.pid = False, self._now(), None
        unit.failed = signal not in _ORDERLY
        if unit.failed:
            self._report(f"{unit.service.name}.service: Main process exited, code=killed, status={signal}/KILL")
            self._report(f"{unit.service.name}.service: Failed with result 'signal'.")
