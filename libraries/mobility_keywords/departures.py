"""Whom evacuations have moved, and who did not come home yet."""

from __future__ import annotations

from robot.api import logger

from powervm.evacuation import Departure


class Departures:
    """By evacuation and partition: whose move was asked for, and how the partition was at home."""

    def __init__(self) -> None:
        self._gone: dict[str, dict[str, Departure]] = {}
        self._all: dict[str, dict[str, None]] = {}

    def leave(self, evacuation: str, departure: Departure) -> None:
        """The move of a partition is asked for."""
        name = departure.plan.move.partition
        self.of(evacuation)[name] = departure
        self._all.setdefault(evacuation, {})[name] = None

    def everybody(self, evacuation: str) -> tuple[str, ...]:
        """Whom it has moved since the lab was opened, also who came home, by their names in the lab file."""
        return tuple(self._all.get(evacuation, ()))

    def of(self, evacuation: str) -> dict[str, Departure]:
        """Those of one evacuation, by their names in the lab file; who came home is to be taken out."""
        return self._gone.setdefault(evacuation, {})

    def warn(self, label: str) -> None:
        """Say loudly who is still away."""
        for evacuation, gone in self._gone.items():
            if gone:
                logger.warn(f"[{label}] Evacuation {evacuation}: {', '.join(gone)} did not come home.")
