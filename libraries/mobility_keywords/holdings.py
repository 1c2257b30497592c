"""What a suite has for itself while a lab is in use: leases, and where it may make faults in a shared simulated lab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from robot.api import logger

from mobility_keywords.lab_control import clear_own_faults
from mobility_keywords.run import running_suite
from mobility_keywords.simulations import SIMULATIONS
from powervm.errors import MobilityError
from powervm.lab import Lab, Move
from powervm.leases import Leases, Sharing


class Holdings:
    """The leases of the running suite.

    Args:
        lab: The lab that was opened.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._suite = running_suite()
        self._leases = Leases(lab, suite=self._suite, tell=tell)

    def only_user_of(self, shared: Sequence[str]) -> bool:
        """Whether nobody else uses a server, or the trust between two consoles; see `Leases.only_user_of`."""
        return self._leases.only_user_of(shared)

    @property
    def any(self) -> bool:
        """Something is leased."""
        return bool(self._leases.held)

    def take(self, names: Sequence[str], *, servers: Sharing, wait: float | None) -> Mapping[str, Move]:
        """Lease what some moves need; see `Leases.take`."""
        moves = self._leases.take(names, servers=servers, wait=wait)
        self._bound_faults()
        return moves

    def cover(self, move: Move) -> None:
        """Lease what a move needs, as far as it is not held yet; see `Leases.cover`."""
        self._leases.cover(move)
        self._bound_faults()

    def cover_name(self, name: str) -> None:
        """Lease a partition that something else is done to than a move, or an evacuation, as far as it is not held."""
        if name in self._lab.partitions:
            self._leases.cover_partition(name)
        else:
            self._leases.take([name])
        self._bound_faults()

    def end_suite(self, suite: str) -> None:
        """A suite that has not closed the lab has leased nothing any more."""
        if suite == self._suite:
            self.give_back()

    def give_back(self) -> None:
        """Faults first: who leases the same next must not meet them."""
        try:
            clear_own_faults()
        except MobilityError as error:
            logger.warn(f"Faults of this suite may be left in the simulated lab: {error}")
        finally:
            self._leases.release()
            self._bound_faults()

    def _bound_faults(self) -> None:
        for shared in SIMULATIONS.shared:
            shared.leased = self._leases.machines


def tell(text: str) -> None:
    """Say it in the log, and at once on the terminal."""
    logger.info(text, also_console=True)
