"""Keywords that ask and check where a partition is and how it is."""

from __future__ import annotations

from datetime import timedelta

from robot.api import logger
from robot.api.deco import keyword

from mobility_keywords.topic import Topic
from powervm.console import PartitionStatus
from powervm.errors import MobilityError
from powervm.placement import find_partition
from powervm.rmc import RmcLink
from powervm.waiting import Deadline


class PartitionKeywords(Topic):
    """Where a partition is, and how it is."""

    @keyword(tags=("state",))
    def get_partition_state(self, partition: str, server: str | None = None) -> str:
        """The state of a partition in the console's words, for example ``Running`` or ``Not Activated``.

        Args:
            partition: Its name in the lab file.
            server: Ask this server; by default the one that has the partition now.

        Raises:
            MobilityError: The partition is not there.

        Example:
        | ${state} =    Get Partition State    lp1
        """
        state = self._status(partition, server or self.get_partition_server(partition)).state
        logger.info(f"{partition} is {state}.")
        return state

    @keyword(tags=("state",))
    def get_partition_server(self, partition: str) -> str:
        """The server of the lab that has the partition now, by its name in the lab file.

        Args:
            partition: Its name in the lab file.

        Raises:
            MobilityError: No server of the lab has it.

        Example:
        | ${server} =    Get Partition Server    lp1
        """
        place = find_partition(self._desk.session, self._desk.lab.partition(partition).partition)
        if place is None:
            raise MobilityError(f"{partition} is on no server of the lab.", remedy="Check its name in the lab file.")
        return place.server

    @keyword(tags=("state", "check"))
    def partition_should_be_running_on(self, partition: str, server: str) -> None:
        """Check that a partition is Running on a server, and on no other one of the lab.

        Args:
            partition: Its name in the lab file.
            server: The server's name in the lab file.

        Raises:
            MobilityError: It is elsewhere, or in another state; the message says which.

        Example:
        | Partition Should Be Running On    lp1    p9a
        """
        self._should_be(partition, server, "Running")

    @keyword(tags=("state", "check"))
    def partition_should_be_powered_off_on(self, partition: str, server: str) -> None:
        """Check that a partition is Not Activated on a server, and on no other one of the lab.

        Args:
            partition: Its name in the lab file.
            server: The server's name in the lab file.

        Example:
        | Partition Should Be Powered Off On    lp3    p8a
        """
        self._should_be(partition, server, "Not Activated")

    @keyword(name="Wait Until RMC Is Active", tags=("rmc",))
    def wait_until_rmc_is_active(self, partition: str, *, limit: timedelta | None = None) -> None:
        """Wait until the console of the partition's present server has an RMC connection to it.

        Args:
            partition: Its name in the lab file.
            limit: How long at most; by default the lab file's limit for RMC.

        Raises:
            DeadlinePassed: RMC was not active in time.

        Example:
        | Wait Until RMC Is Active    lp1    limit=5 min
        """
        desk = self._desk
        server = desk.lab.server(self.get_partition_server(partition))
        name = desk.lab.partition(partition).partition
        link = RmcLink(desk.session.console(server.console), server.system, name, poll=desk.lab.limits.poll)
        link.wait(Deadline(limit.total_seconds() if limit else desk.lab.limits.rmc))

    def _should_be(self, partition: str, server: str, wanted: str) -> None:
        expected = self._desk.lab.server(server).name
        actual = self.get_partition_server(partition)
        state = self._status(partition, actual).state
        if (actual, state) != (expected, wanted):
            raise MobilityError(f"{partition} should be {wanted} on {expected}, and it is {state} on {actual}.")
        logger.info(f"{partition} is {state} on {actual}.")

    def _status(self, partition: str, server: str) -> PartitionStatus:
        entry = self._desk.lab.server(server)
        console = self._desk.session.console(entry.console)
        status = console.partition(entry.system, self._desk.lab.partition(partition).partition)
        if status is None:
            raise MobilityError(f"{partition} is not on {entry.name}.", remedy="Ask without a server to find it.")
        return status
