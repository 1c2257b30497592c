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


_LAST_QUESTION = 5.0


def ask_until(
    question: Callable[[Deadline], Answer | None],
    deadline: Deadline,
    *,
    each: float,
    interval: float,
    what: str,
    final: tuple[type[MobilityError], ...] = (),
    late: Callable[[], None] | None = None,
) -> Answer:
    """Ask a machine again and again until it gives something true; an error is no answer, and not the end either.

    Args:
        question: Asks once, within the deadline that it is given.
        deadline: When to stop; the last question is asked then, and has five seconds to be answered.
        each: Seconds that one question may take, so that one that hangs does not use up all the time.
        interval: Seconds between the end of one question and the next.
        what: What is waited for, for the message.
        final: Errors after which asking again is of no use; they are raised.
        late: Called when a question did not end in time, for example to give up a connection that is dead.

    Raises:
        DeadlinePassed: There was no true answer; the message ends with the last error.
    """
    last: MobilityError | None = None

    def probe() -> Answer | None:
        nonlocal last
        try:
            return question(Deadline(min(each, max(deadline.remaining, _LAST_QUESTION))))
        except final:
            raise
        except MobilityError as error:
            last = error
            if late and isinstance(error, DeadlinePassed):
                late()
            return None

    try:
        return wait_until(probe, deadline, interval=interval, what=what)
    except DeadlinePassed as passed:
        if last is None:
            raise
        raise DeadlinePassed(f"{passed.message} Last: {last.message}", remedy=last.remedy) from passed
