"""The gate of a partition: closed while it is suspended, so that nothing passes on any of its connections."""

from __future__ import annotations

from collections.abc import Callable


class Gate:
    """Knows whether it is open and tells those who watch it."""

    def __init__(self) -> None:
        self._open = True
        self._reasons: set[str] = set()
        self._watchers: set[Callable[[bool], None]] = set()

    @property
    def is_open(self) -> bool:
        """Whether anything passes."""
        return self._open

    def watch(self, watcher: Callable[[bool], None]) -> None:
        """Call ``watcher`` with True or False whenever the gate has opened or closed."""
        self._watchers.add(watcher)

    def forget(self, watcher: Callable[[bool], None]) -> None:
        """Do not call it any more."""
        self._watchers.discard(watcher)

    def close(self, reason: str = "suspended") -> None:
        """Let nothing pass from now on."""
        self._reasons.add(reason)
        self._turn(not self._reasons)

    def open(self, reason: str = "suspended") -> None:
        """This is no reason any more; everything passes again when there is no other one."""
        self._reasons.discard(reason)
        self._turn(not self._reasons)

    def _turn(self, is_open: bool) -> None:
        if is_open == self._open:
            return
        self._open = is_open
        for watcher in tuple(self._watchers):
            watcher(is_open)
