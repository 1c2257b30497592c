"""Compares a partition with its record until its states have come back, or for as long as one may wait for them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from powervm.errors import MobilityError
from powervm.identity.catalogue import Catalogue
from powervm.identity.comparing import compare
from powervm.identity.record import Comparison, Snapshot
from powervm.identity.taking import take
from powervm.session import LabSession
from powervm.ssh import AuthenticationFailed, HostKeyChanged
from powervm.waiting import Deadline, DeadlinePassed, wait_until

_ONE_TRY = 20.0
"""Seconds for one snapshot: an old connection may lead nowhere after a move, and a new one does not."""
_SLOWER = 3
"""How many times as long as the record of before it may take, where that is more."""


@dataclass(frozen=True)
class Checked:
    """A partition as it was looked at last, and what that comes to."""

    after: Snapshot
    comparison: Comparison


def check(session: LabSession, before: Snapshot, catalogue: Catalogue, limit: float) -> Checked:
    """Record the partition again and compare, until nothing differs.

    What differs for good ends it at once. States, such as those of paths, and what could not be read are looked at
    again until the limit has passed: after a move they need a while.

    Args:
        session: The opened lab.
        before: How it has to be.
        catalogue: How it is compared.
        limit: Seconds.

    Raises:
        MobilityError: Nobody could tell where the partition is, up to the end.
    """
    deadline = Deadline(limit)
    one_try = max(_ONE_TRY, min(_SLOWER * before.duration, session.lab.limits.command))
    last: Checked | None = None
    trouble: MobilityError | None = None

    def looked() -> bool:
        nonlocal last, trouble
        try:
            after = take(session, before.partition, catalogue, Deadline(one_try))
        except (AuthenticationFailed, HostKeyChanged):
            raise
        except MobilityError as error:  # a console that does not answer for a moment is asked again
            trouble = error
            return False
        if any(item.machine == before.partition for item in after.unread):
            session.connection(before.partition).close()
        comparison = compare(before, after, catalogue)
        last = Checked(after, comparison.model_copy(update={"waited": deadline.elapsed}))
        return comparison.unchanged or not comparison.may_settle

    with suppress(DeadlinePassed):  # the last look tells more than the error
        wait_until(looked, deadline, interval=session.lab.limits.poll, what="the partition to be as it was")
    if last is None:
        raise trouble or MobilityError(f"{before.partition} could not be looked at.")
    return last
