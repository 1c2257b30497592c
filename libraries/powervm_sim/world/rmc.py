"""The monitoring and control connection (RMC) between a partition and the console that manages it."""

from __future__ import annotations

import math
from collections.abc import Callable


class Rmc:
    """Whether the console has a connection: the partition must be ready for it, and some time must have passed.

    Args:
        ready: Whether everything in the partition that RMC needs is running.
        now: The lab's monotonic clock.

    Attributes:
        blocked: The console's firewall lets nothing of it pass.
        stale: The console's lists show it as inactive although it is there.
    """

    def __init__(self, ready: Callable[[], bool], now: Callable[[], float]) -> None:
        self._ready = ready
        self._now = now
        self._was_ready = False
        self._from = math.inf
        self._held = 0
        self.blocked = False
        self.stale = False

    @property
    def waiting(self) -> bool:
        """The partition is ready and the connection only takes its time."""
        return not self.active and not self.blocked and not self._held and self._ready()

    @property
    def listed(self) -> bool:
        """Whether the console lists it as active."""
        return self.active and not self.stale

    @property
    def active(self) -> bool:
        """Whether there is a connection right now."""
        return not self._held and not self.blocked and self._was_ready and self._ready() and self._now() >= self._from

    def hold(self) -> Callable[[], None]:
        """Nothing gets through from now on, whatever the partition does. Returns what ends that."""
        self._held += 1

        def release() -> None:
            self._held -= 1

        return release

    def reconnect(self, delay: float) -> None:
        """Lost (a restart, a move); it is back after so many real seconds if the partition is ready."""
        self._was_ready = self._ready()
        self._from = self._now() + delay

    def changed(self, delay: float) -> None:
        """Something in the partition was started or stopped: a partition that has just become ready takes a while."""
        if self._ready() and not self._was_ready:
            self._from = self._now() + delay
        self._was_ready = self._ready()
