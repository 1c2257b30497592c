"""The net under waits that cannot be given a limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Watchdog:
    """Calls a function when a block of code takes longer than it may.

    Writing to a connection has no time limit in paramiko, and with a frozen peer and full buffers it blocks. The
    function called here breaks the connection, which ends every wait on it. One thread, and only while it is needed.

    Args:
        name: For the thread.
        interval: Seconds between two looks, which is also how late the function may be called.
    """

    def __init__(self, name: str, *, interval: float = 0.25) -> None:
        self._name = name
        self._interval = interval
        self._lock = threading.Lock()
        self._guarded: dict[object, tuple[float, Callable[[], None]]] = {}
        self._watching = False

    @contextmanager
    def guard(self, seconds: float, action: Callable[[], None]) -> Iterator[None]:
        """Call ``action`` once, from another thread, if the block has not been left after ``seconds``."""
        token = object()
        with self._lock:
            self._guarded[token] = (time.monotonic() + seconds, action)
            start, self._watching = not self._watching, True
        try:
            if start:
                threading.Thread(target=self._watch, name=self._name, daemon=True).start()
            yield
        finally:
            with self._lock:
                self._guarded.pop(token, None)

    def _watch(self) -> None:
        tick = threading.Event()
        while True:
            tick.wait(self._interval)
            with self._lock:
                if not self._guarded:
                    self._watching = False
                    return
                now = time.monotonic()
                late = [token for token, (due, _) in self._guarded.items() if due <= now]
                actions = [self._guarded.pop(token)[1] for token in late]
            for action in actions:
                action()
