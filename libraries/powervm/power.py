"""Switches partitions off and on, and changes the processor mode that their profiles ask for.

A mode that a profile asks for takes effect when the partition is activated with that profile: set it, shut the
partition down, and activate it with the profile.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from powervm.console import ManagementConsole, PartitionStatus
from powervm.errors import MobilityError
from powervm.lab import ServerEntry
from powervm.placement import find_partition
from powervm.rmc import RmcLink
from powervm.session import LabSession
from powervm.ssh import AuthenticationFailed, ConnectionLost, HostKeyChanged
from powervm.waiting import Deadline, ask_until

_ONE_QUESTION = 20.0


@dataclass(frozen=True)
class Switch:
    """The power of one partition on the server that has it now.

    Attributes:
        name: The partition's name in the lab file.
        partition: Its name on the console.
    """

    session: LabSession
    name: str
    partition: str
    server: ServerEntry

    @property
    def console(self) -> ManagementConsole:
        """The console that manages the server."""
        return self.session.console(self.server.console)

    def status(self, deadline: Deadline | None = None) -> PartitionStatus:
        """The partition as its console lists it.

        Raises:
            MobilityError: It is not on the server any more.
        """
        found = self.console.partition(self.server.system, self.partition, deadline)
        if found is None:
            raise MobilityError(f"{self.name} is not on {self.server.name} any more.", remedy="Look where it is.")
        return found

    def shut_down(self, limit: float, *, at_once: bool = False) -> None:
        """Shut the partition down and wait until it is Not Activated; nothing is done when it is so.

        Through the operating system: over RMC, or from within where RMC does not reach it, as for minutes after a move.
        At once, when it does not answer there either. Its connection is closed.

        Args:
            limit: Seconds.
            at_once: Do not ask the operating system.

        Raises:
            MobilityError: The console refused, or the partition was not off in time.
        """
        status = self.status()
        if status.not_activated:
            return
        deadline = Deadline(limit)
        if at_once or status.rmc_active or not (status.running and self._ask_inside(status, deadline)):
            orderly = status.rmc_active and not at_once
            self.console.shut_down(self.server.system, self.partition, orderly=orderly, deadline=deadline)
        with suppress(MobilityError):  # a machine that is known by name only has none
            self.session.connection(self.name).close()
        self._wait(lambda found: found.not_activated, deadline, "Not Activated")

    def _ask_inside(self, status: PartitionStatus, deadline: Deadline) -> bool:
        """Ask the system itself to power off; whether it has been asked.

        The machine that answers at the address of the lab file has to be this very partition.
        """
        for _ in range(2):  # a connection may be a dead one after a move
            try:
                guest = self.session.partition(self.name)
                said = guest.identity(deadline.within(_ONE_QUESTION))
                serial = self.console.system(self.server.system, deadline).serial
                if (said.serial, said.partition_id) != (serial, status.partition_id):
                    return False
                try:
                    return guest.run("systemctl poweroff", deadline.within(_ONE_QUESTION)).ok
                except ConnectionLost:  # it may have gone down before it could say so
                    return True
            except MobilityError:
                with suppress(MobilityError):
                    self.session.connection(self.name).close()
        return False

    def force_off(self, limit: float) -> None:
        """Shut the partition down; at once, when it does not end in an orderly way. For putting things back."""
        try:
            self.shut_down(limit)
        except MobilityError:
            self.shut_down(limit, at_once=True)

    def activate(self, limit: float, *, profile: str = "") -> None:
        """Activate the partition and wait until its system answers and RMC is active.

        Args:
            limit: Seconds until its system answers, and again until RMC is active.
            profile: With this profile; by default with the current configuration.

        Raises:
            MobilityError: The console refused, or the partition did not come up in time.
        """
        self.console.activate(self.server.system, self.partition, profile=profile, deadline=Deadline(limit))
        booting = Deadline(limit)
        self._wait(lambda found: found.running, booting, "Running")
        ask_until(
            self.session.partition(self.name).identity,
            booting,
            each=_ONE_QUESTION,
            interval=self.session.lab.limits.poll,
            what=f"an answer of {self.name}",
            final=(AuthenticationFailed, HostKeyChanged),
            late=self.session.connection(self.name).close,
        )
        poll = self.session.lab.limits.poll
        RmcLink(self.console, self.server.system, self.partition, poll=poll).wait(Deadline(limit))

    def profile_mode(self, profile: str) -> str:
        """The processor mode that a profile of the partition asks for."""
        return self.console.profile_mode(self.server.system, self.partition, profile)

    def set_profile_mode(self, profile: str, mode: str) -> None:
        """Let a profile of the partition ask for a processor mode.

        Raises:
            ConsoleCommandFailed: The console refused, for example a mode that the server does not offer.
        """
        self.console.set_profile_mode(self.server.system, self.partition, profile, mode)

    def _wait(self, is_so: Callable[[PartitionStatus], bool], deadline: Deadline, state: str) -> None:
        """Wait for a state; a console that does not answer for a moment is asked again."""
        ask_until(
            lambda limit: is_so(self.status(limit)),
            deadline,
            each=_ONE_QUESTION,
            interval=self.session.lab.limits.poll,
            what=f"{self.name} to be {state} on {self.server.name}",
            final=(AuthenticationFailed, HostKeyChanged),
            late=self.console.connection.close,
        )


def switch_of(session: LabSession, name: str) -> Switch:
    """The power switch of a partition, wherever in the lab it is.

    Args:
        session: The opened lab.
        name: The partition's name in the lab file.

    Raises:
        MobilityError: No server has it, or a console did not answer.
    """
    partition = session.lab.partition(name).partition
    place = find_partition(session, partition)
    if place is None:
        raise MobilityError(f"{name} is on no server of the lab.", remedy="Check its name in the lab file.")
    return Switch(session, name, partition, session.lab.server(place.server))
