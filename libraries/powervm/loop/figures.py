"""The rows of numbers of a loop, kept small, and the table that is made of them."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping

from powervm.loop.drift import RULES
from powervm.loop.model import Figure, IterationRecord, Verdict, WayRecord
from powervm.loop.statistics import median, percentile

ROUND_TRIP = "round trip"
TOTAL, OWN_TIME, OVERHEAD, BLACKOUT = "total", "own time", "overhead", "blackout"
_ORDER = ("there", "back", ROUND_TRIP)


class Rows:
    """Numbers of the iterations that passed, eight bytes each: by way and phase, and for the drift rules.

    Attributes:
        counts: Iterations by verdict.
        active: Seconds of all iterations together.
    """

    def __init__(self) -> None:
        self._spread: dict[tuple[str, str], array[float]] = {}
        self._watched: dict[str, array[float]] = {name: array("d") for name in RULES}
        self.counts: Counter[Verdict] = Counter()
        self.active = 0.0

    def begin(self, sample: Mapping[str, float]) -> None:
        """What was counted before the first iteration."""
        self._watch(sample)

    def add(self, record: IterationRecord) -> None:
        """An iteration has ended."""
        self.counts[record.verdict] += 1
        self.active += record.duration
        if record.verdict is not Verdict.PASSED:
            return
        self._put(ROUND_TRIP, TOTAL, record.duration)
        if record.overhead is not None:
            self._put(ROUND_TRIP, OVERHEAD, record.overhead)
        for way in record.ways:
            self._add_way(way)
        self._watch(record.sample)

    def _watch(self, sample: Mapping[str, float]) -> None:
        for name, value in sample.items():
            if name in self._watched:
                self._watched[name].append(value)

    def _add_way(self, way: WayRecord) -> None:
        self._put(way.way, TOTAL, way.duration)
        self._put(way.way, OWN_TIME, way.own_time)
        for phase, seconds in way.phases.items():
            self._put(way.way, phase, seconds)
        watched = {"rmc": way.rmc_wait, "blackout": way.blackout, "migration": way.phases.get("migration")}
        for name, value in watched.items():
            if value is not None:
                self._watched[f"{name}_{way.way}"].append(value)
        if way.blackout is not None:
            self._put(way.way, BLACKOUT, way.blackout)

    def _put(self, way: str, phase: str, value: float) -> None:
        self._spread.setdefault((way, phase), array("d")).append(value)

    def figures(self) -> list[Figure]:
        """The table: there, back, round trip; phases in the order in which they were seen first."""
        keys = sorted(self._spread, key=lambda key: _ORDER.index(key[0]))
        return [self._figure(way, phase) for way, phase in keys]

    def _figure(self, way: str, phase: str) -> Figure:
        row = self._spread[way, phase]
        return Figure(
            way=way,
            phase=phase,
            count=len(row),
            minimum=min(row),
            median=median(row),
            p95=percentile(row, 0.95),
            maximum=max(row),
        )

    def watched(self) -> dict[str, list[float]]:
        """The rows for the drift rules."""
        return {name: list(row) for name, row in self._watched.items()}
