"""Keywords about what a suite has for itself while other runs go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from robot.api import logger
from robot.api.deco import keyword

from mobility_keywords.topic import Topic
from powervm.lab import Move
from powervm.leases import Sharing


class LeaseKeywords(Topic):
    """Leases."""

    @keyword(tags=("lab", "lease"))
    def lease_moves(
        self,
        *names: str,
        servers: Sharing = "shared",
        wait: timedelta | Literal["refuse"] | None = None,
        missing: Literal["refused", "ignored"] = "refused",
    ) -> list[Move]:
        """Have the partitions of some moves to itself, and their servers together with others, until `Close Lab`.

        Nobody else on this computer can lease the same partition meanwhile, neither another worker of pabot nor another
        run, also of another user and with another lab file. All that is named is taken together or not at all. When
        something is not free, it is waited for, and terminal and log say who has it. A lease ends with `Close Lab`,
        with the suite, and with the process, however that ends.

        A pool of the lab file (``pools``) stands for the first of its moves that is free, and is used like a move from
        then on.

        A move that was not leased is leased when it is used first. When the first lease of a suite is refused, no lab
        is in use any more, so that a teardown cannot touch what others have. What a suite has already it keeps.

        Args:
            names: Moves, pools, evacuations or partitions of the lab file; a partition may go to any server.
            servers: ``shared`` with other moves, or ``exclusive``: nobody else leases a move from or to them.
            wait: How long it is waited for what is not free, or ``refuse``; by default what the lab file says
                (``leases``).
            missing: Whether a name that the lab file does not have is ``refused`` or ``ignored``; for suites whose
                tests are skipped where the lab has not got what they need.

        Returns:
            The moves, in the order of the names; evacuations and partitions are left out.

        Raises:
            LeaseRefused: Something is not free, and did not become so in time; the message says who has it.

        Example:
        | Lease Moves    local
        | Lease Moves    night    wait=10 min
        | Lease Moves    local    crosshmc    servers=exclusive    wait=refuse
        """
        seconds = 0.0 if wait == "refuse" else wait.total_seconds() if isinstance(wait, timedelta) else None
        lab = self._desk.lab
        known = lab.moves.keys() | lab.pools.keys() | lab.evacuations.keys() | lab.partitions.keys()
        wanted = [name for name in names if missing == "refused" or name in known]
        moves = self._desk.lease(wanted, servers=servers, wait=seconds)
        for move in moves:
            logger.info(f"Leased: {move.partition}, from {move.source} to {move.target}, for {move.name}.")
        return moves
