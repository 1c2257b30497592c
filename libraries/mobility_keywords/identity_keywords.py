"""Keywords that record who a partition is, and check that a move has left it so."""

from __future__ import annotations

from datetime import timedelta

from robot.api.deco import keyword

from mobility_keywords.identity_desk import IdentityDesk
from mobility_keywords.topic import Topic
from powervm.identity import Comparison, Snapshot


class IdentityKeywords(Topic):
    """Who a partition is: everything about it that has to survive a move.

    Recorded are, inside the partition: boot id, kernel, server, processor mode, memory, processors, interfaces with
    their addresses and links, routes, bonds with their members, multipath maps with the state of each path, disks,
    fibre channel ports; on the console: state, profiles, modes, memory, processors and their pool, virtual slots,
    MAC addresses, WWPNs, vNICs with their backing devices, SR-IOV ports, RMC.

    ``libraries/powervm/identity/identity.yaml`` says how each item is read and compared. A file of the same form adds
    to it or says otherwise: argument ``catalogue``.
    """

    @keyword(tags=("identity",))
    def record_partition_identity(self, partition: str, *, catalogue: str | None = None) -> Snapshot:
        """Record who a partition is, for `Partition Identity Should Be Unchanged`.

        All machines are asked at the same time, each over its one connection. Of a partition that is powered off, what
        its console knows is recorded. States that are bad already are warned of, and so is what cannot be read, which is
        not compared then.

        Args:
            partition: Its name in the lab file, or the name of a move: then its partition.
            catalogue: A file with more readings or other rules, in the form of ``identity.yaml``.

        Returns:
            The record, with ``items``. It is also written to ``mobility`` in the output directory.

        Raises:
            MobilityError: The partition is on no server of the lab, or a machine did not answer.

        Example:
        | Record Partition Identity    lp1
        | Migrate Partition    local
        | Partition Identity Should Be Unchanged    lp1
        """
        return IdentityDesk(self._desk, catalogue).record(partition)

    @keyword(tags=("identity", "check"))
    def partition_identity_should_be_unchanged(
        self,
        partition: str,
        *,
        before: Snapshot | None = None,
        may_change: str = "",
        catalogue: str | None = None,
        limit: timedelta | None = None,
    ) -> Comparison:
        """Check that a partition is what it was when it was recorded last.

        Serial number and model of the server, location codes and ids are expected to differ; everything else has to be
        the same. States, such as those of paths, links and backing devices, may take a while to come back.

        Args:
            partition: Its name in the lab file, or the name of a move: then its partition.
            before: What `Record Partition Identity` returned; by default the last record of this partition.
            may_change: Items that may differ in this test, by name or pattern; several are separated by ``;``.
            catalogue: A file with more readings or other rules; by default that of the record.
            limit: How long states may take; by default the lab file's limit ``settle``.

        Returns:
            The comparison, with ``items``. Record and comparison are also written to ``mobility`` in the output
            directory.

        Raises:
            IdentityChanged: Each item that differs is named, with both values and a remedy.

        Example:
        | Record Partition Identity    lp5
        | Migrate Partition    lp5    to=p10a
        | Partition Identity Should Be Unchanged    lp5    may_change=shared processor pool; RMC address
        """
        allowed = [item.strip() for item in may_change.split(";") if item.strip()]
        seconds = limit.total_seconds() if limit is not None else None
        return IdentityDesk(self._desk, catalogue).check(partition, before, allowed, seconds)

    @keyword(tags=("identity", "check"))
    def partition_should_know_its_server(self, partition: str) -> None:
        """Check that the system in a partition names the server that has it, by serial number, type and model.

        After an activation, for which there is no record of before to compare with.

        Args:
            partition: Its name in the lab file, or the name of a move: then its partition.

        Raises:
            MobilityError: It names another server; both are said.

        Example:
        | Activate Partition    lp3
        | Partition Should Know Its Server    lp3
        """
        IdentityDesk(self._desk).prove_server(partition)
