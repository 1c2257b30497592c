"""A console takes some forty SSH connections at once and resets further ones: whoever connects takes a place first.

What counts is the connection (TCP, one login), not the commands on it. This library holds one to each console in each
process; a place is a lock like those of the leases, so that all runs on this computer count together.
"""

from __future__ import annotations

from powervm.errors import MobilityError
from powervm.lab import Lab
from powervm.leases.leases import Tell, silent
from powervm.leases.locks import Lock, LockFolder
from powervm.leases.wants import session_at
from powervm.waiting import Deadline, DeadlinePassed, wait_until

_INTERVAL = 0.2
_AT_ONCE = 0.1


class ConsoleFull(MobilityError):
    """All sessions of a console are taken."""


class ConsoleSessions:
    """The places of this process at the consoles of a lab.

    Args:
        lab: The lab, with the addresses of its consoles.
        folder: Where the locks are.
    """

    def __init__(self, lab: Lab, *, folder: LockFolder | None = None) -> None:
        self._lab = lab
        self._folder = folder or LockFolder()
        self._held: dict[str, list[Lock]] = {}

    def take_first(self, console: str, *, tell: Tell = silent) -> None:
        """Take a place at a console unless there is one already; see `take`."""
        if console not in self._held:
            self.take(console, tell=tell)

    def take(self, console: str, *, tell: Tell = silent) -> None:
        """Take one more place at a console; it is waited for as long as for a lease.

        Args:
            console: Its name in the lab file.
            tell: Called once with a sentence, when it has to be waited.

        Raises:
            ConsoleFull: None became free in time.
        """
        most, limit = self._lab.consoles[console].sessions, self._lab.lease_wait
        deadline = Deadline(max(limit, _AT_ONCE))
        text = f"{console}: all {most} sessions that runs on this computer may hold there are taken."
        told = False

        def attempt() -> Lock | None:
            nonlocal told
            for number in range(1, most + 1):
                lock = self._folder.try_lock(session_at(self._lab, console, number))
                if lock is not None:
                    return lock
            if limit and not told:
                tell(f"{text} Waiting for one, {limit:g} s at most.")
                told = True
            return None

        try:
            lock = wait_until(attempt, deadline, interval=_INTERVAL)
        except DeadlinePassed:
            remedy = f"End other runs, or raise 'sessions' of {console} in the lab file (consoles fail above 40)."
            raise ConsoleFull(f"{text} Waited {limit:g} s." if limit else text, remedy=remedy) from None
        self._held.setdefault(console, []).append(lock)

    def release(self) -> None:
        """Give all places back; the second time nothing happens."""
        held, self._held = self._held, {}
        for lock in (lock for locks in held.values() for lock in locks):
            lock.release()
