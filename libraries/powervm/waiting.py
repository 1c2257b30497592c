"""Deadlines, and the only place that waits for something to become true."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from powervm.errors import MobilityError

Answer = TypeVar("Answer")


class DeadlinePassed(MobilityError):
    """What was waited for did not come in time."""


class Deadline:
    """A point in time after which nobody may go on waiting.

    Deadlines are passed down: `within` gives an inner one that never ends later than the outer one.

    Args:
        seconds: How long from now.
        clock: A monotonic clock in seconds.
    """

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self._end = self._start + seconds

    @property
    def limit(self) -> float:
        """Seconds that were allowed at the start."""
        return self._end - self._start

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._start

    @property
    def remaining(self) -> float:
        """Seconds that are left; 0.0 when it has passed."""
        return max(0.0, self._end - self._clock())

    @property
    def passed(self) -> bool:
        """True when no time is left."""
        return self.remaining <= 0.0

    def within(self, seconds: float) -> Deadline:
        """A deadline ``seconds`` from now, or this one's end if that is earlier."""
        return Deadline(min(seconds, self.remaining), clock=self._clock)

    def __repr__(self) -> str:
        return f"<Deadline {self.remaining:.1f} s of {self.limit:.1f} s left>"


def wait_until(
    probe: Callable[[], Answer | None],
    deadline: Deadline,
    *,
    interval: float = 1.0,
    what: str = "the expected state",
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """Ask ``probe`` again and again until it answers with something true, and return that answer.

    The first question is asked at once, one at a time, ``interval`` seconds apart; the last one is asked at the
    deadline, so something that became true during the last pause is still seen.

    Args:
        probe: Gives a true value when the waiting is over, else None or another false value.
        deadline: When to stop.
        interval: Seconds between the end of one question and the next.
        what: What is waited for, for the message.

    Raises:
        DeadlinePassed: The probe's answer was never true.
    """
    while True:
        last = deadline.passed
        answer = probe()
        if answer:
            return answer
        if last:
            raise DeadlinePassed(f"Waited {deadline.limit:.0f} s for {what}, and it did not come.")
        sleep(min(interval, deadline.remaining))
