"""Whom evacuations have moved, and who did not come home yet."""

from __future__ import annotations

from robot.api import logger

from powervm.evacuation import Departure


class Departures:
    """By evacuation and partition: whose move was asked for, and how the partition was at home."""

    def __init__(self) -> None:
        self._gone: dict[str, dict[str, Departure]] = {}

    def of(self, evacuation: str) -> dict[str, Departure]:
        """Those of one evacuation, by their names in the lab file; who came home is to be taken out."""
        return self._gone.setdefault(evacuation, {})

    def warn(self, label: str) -> None:
        """Say loudly who is still away."""
        for evacuation, gone in self._gone.items():
            if gone:
                logger.warn(f"[{label}] Evacuation {evacuation}: {', '.join(gone)} did not come home.")
