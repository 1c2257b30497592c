"""What truly happened in the lab, in order: for tests that compare it with what a client believes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any

_LIMIT = 100_000


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes:
        number: 1, 2, 3 ... without a gap.
        time: Seconds since the epoch.
        clock: Seconds of the lab's monotonic clock, for differences.
        kind: For example ``login``, ``command``, ``phase``, ``blackout``, ``place``.
        facts: What belongs to the kind.
    """

    number: int
    time: float
    clock: float
    kind: str
    facts: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        stamp = datetime.fromtimestamp(self.time, timezone.utc).isoformat()
        return {"number": self.number, "time": stamp, "clock": round(self.clock, 6), "kind": self.kind, **self.facts}

    def __str__(self) -> str:
        facts = " ".join(f"{name}={json.dumps(value)}" for name, value in self.facts.items())
        stamp = datetime.fromtimestamp(self.time, timezone.utc).strftime("%H:%M:%S.%f")[:-3]
        return f"{self.number:>5} {stamp} {self.kind:<10} {facts}"


class History:
    """An append-only list of events. Only a lab that runs for days meets its limit; then the oldest half is dropped.

    Attributes:
        watchers: Called with each event after it was recorded.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._events: list[Event] = []
        self._number = 0
        self.watchers: list[Callable[[Event], None]] = []

    def add(self, kind: str, **facts: Any) -> Event:
        """Record that something happened just now."""
        self._number += 1
        event = Event(self._number, time.time(), self._now(), kind, MappingProxyType(facts))
        self._events.append(event)
        if len(self._events) > _LIMIT:
            del self._events[: _LIMIT // 2]
        for watcher in self.watchers:
            watcher(event)
        return event

    def events(self, kind: str | None = None, **facts: Any) -> tuple[Event, ...]:
        """The events so far, of one kind and with these facts when they are given."""
        return tuple(
            event
            for event in self._events
            if (kind is None or event.kind == kind)
            and all(event.facts.get(name) == value for name, value in facts.items())
        )
