"""How fast long things happen: the one place that knows the speed of the lab."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


class Pace:
    """Waits for long things divided by the speed, and for everything that a client can measure in real time.

    Args:
        speed: 20.0 makes a boot of 40 s take 2 s. Clocks that a client can read, and blackouts, are not divided.
        sleep: How to wait for so many real seconds; tests give a clock of their own.
        now: The monotonic clock that belongs to it, seconds.
    """

    def __init__(
        self,
        speed: float = 1.0,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        if not speed > 0:
            raise ValueError(f"a speed is above 0, not {speed}")
        self.speed = speed
        self._sleep = sleep
        self.now = now

    def real_seconds(self, seconds: float) -> float:
        """What a long thing of so many seconds takes here."""
        return seconds / self.speed

    async def long(self, seconds: float) -> None:
        """Let the time of a long thing pass."""
        await self._sleep(self.real_seconds(seconds))

    async def real(self, seconds: float) -> None:
        """Let real time pass."""
        await self._sleep(seconds)
