"""RMC between a console and a partition: waiting for it, and the ladder of repairs.

After a migration the connection is down until the partition has found the console of its new server; IBM's advice is to
allow five minutes. The rungs of the ladder follow IBM's page on checking the status of RMC connections.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from powervm.console import ManagementConsole, PartitionStatus
from powervm.errors import MobilityError
from powervm.partition import LinuxPartition
from powervm.ssh import AuthenticationFailed, CommandResult, HostKeyChanged
from powervm.waiting import Deadline, ask_until

_ONE_QUESTION = 20.0
"""Seconds for one question: one that the console does not answer must not use up all the time."""


@dataclass(frozen=True)
class RmcLink:
    """The connection between a console and one partition of a managed system."""

    console: ManagementConsole
    system: str
    partition: str
    poll: float = 1.0

    def active(self, deadline: Deadline) -> bool:
        """Whether the console says that RMC is active now."""
        status = self._status(deadline)
        return status is not None and status.rmc_active

    def wait(self, deadline: Deadline) -> None:
        """Wait until RMC is active; a console that does not answer for a moment is asked again.

        Raises:
            DeadlinePassed: It was not, up to the deadline.
        """
        what = f"an active RMC connection between {self.console.name} and {self.partition}"
        ask_until(
            self.active,
            deadline,
            each=_ONE_QUESTION,
            interval=self.poll,
            what=what,
            final=(AuthenticationFailed, HostKeyChanged),
            late=self.console.connection.close,
        )

    def _status(self, deadline: Deadline) -> PartitionStatus | None:
        return self.console.partition(self.system, self.partition, deadline)


Rung = tuple[str, Callable[[Deadline], list[CommandResult]]]
"""A repair: what it is, for people, and how it is done."""


def climb_ladder(
    link: RmcLink,
    guest: LinuxPartition | None,
    deadline: Deadline,
    *,
    report: Callable[[str, bool], None],
    first: Sequence[Rung] = (),
) -> bool:
    """Try the repairs one after the other until RMC is active; True when it is.

    Args:
        link: The connection to mend.
        guest: The partition, or None when it cannot be reached; then only the console's own repair is tried.
        deadline: For all rungs together; each gets an equal share of what is left.
        report: Is told each rung that was tried, and whether RMC came up after it.
        first: Rungs before the others, such as a firewall that was found closed.
    """
    rungs: list[Rung] = [*first, ("diagrmc --autocorrect on the console", lambda limit: _diagnose(link, limit))]
    if guest:
        rungs.append(("rmcctrl -z, -A and -p in the partition", guest.restart_rmc))
        rungs.append(("recfgct in the partition", guest.rebuild_rmc))
    for position, (what, repair) in enumerate(rungs):
        share = deadline.within(deadline.remaining / (len(rungs) - position))
        worked = _try(repair, share) and _comes_up(link, share)
        report(f"RMC: {what}", worked)
        if worked:
            return True
    return False


def _try(repair: Callable[[Deadline], list[CommandResult]], deadline: Deadline) -> bool:
    """Whether every command of a repair succeeded; one that fails or is late leaves the next rung to be tried."""
    try:
        return all(result.ok for result in repair(deadline))
    except MobilityError:
        return False


def _diagnose(link: RmcLink, deadline: Deadline) -> list[CommandResult]:
    status = link.console.partition(link.system, link.partition, deadline)
    if status is None or not status.rmc_address:
        return []
    return [link.console.repair_rmc(link.system, status, deadline)]


def _comes_up(link: RmcLink, deadline: Deadline) -> bool:
    try:
        link.wait(deadline)
    except MobilityError:
        return False
    return True
