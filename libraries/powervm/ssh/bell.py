"""Waiting that the exception of a signal cannot break."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress

from powervm.waiting import Deadline

_LONGEST_WAIT = 0.1


class Bell:
    """An event that rings once for each `wait`.

    A signal's exception, such as Robot Framework's timeout, can leave a `threading.Event` locked, because that is
    written in Python; whoever sets it then waits for ever. This one is a lock of the interpreter and nothing else. (A
    `queue.SimpleQueue` will not do: its timed ``get`` can wait for ever when the time is over just then.)
    """

    def __init__(self) -> None:
        self._silence = threading.Lock()
        self._silence.acquire()

    def set(self) -> None:
        """Ring, unless it rings already."""
        with suppress(RuntimeError):
            self._silence.release()

    def clear(self) -> None:
        """Do nothing: paramiko calls it when one stream is empty, though another may have something; see `rearm`."""

    def rearm(self) -> None:
        """Forget that it rang."""
        self._silence.acquire(blocking=False)

    def wait(self, seconds: float) -> bool:
        """Wait until it rings; False when it did not in time."""
        return self._silence.acquire(timeout=seconds)


class Places:
    """So many may be taken at once.

    Args:
        number: How many.
    """

    def __init__(self, number: int) -> None:
        self._free = deque([None] * number)
        self._freed = Bell()

    def take(self, deadline: Deadline) -> bool:
        """Take one, or wait until one is free; False when none was in time."""
        while True:
            late = deadline.passed
            with suppress(IndexError):
                self._free.pop()
                return True
            if late:
                return False
            self._freed.wait(min(deadline.remaining, _LONGEST_WAIT))  # the bell wakes only one of those who wait

    def give_back(self) -> None:
        """Make one free."""
        self._free.append(None)
        self._freed.set()
