"""What the identity keywords share with `Migrate Partition`: recording, checking, and what becomes of the records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from robot.api import logger

from mobility_keywords.desk import Desk
from mobility_keywords.identity_tables import comparison_table, snapshot_table
from powervm.errors import MobilityError
from powervm.identity import (
    Catalogue,
    Comparison,
    Snapshot,
    bad_states,
    built_in_catalogue,
    check,
    read_catalogue,
    take,
)
from powervm.power import switch_of
from powervm.waiting import Deadline


class IdentityChanged(MobilityError):
    """A partition is not what it was.

    Attributes:
        comparison: Every item.
    """

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        super().__init__("\n".join(comparison.sentences()))


class IdentityDesk:
    """Records and checks partitions of the lab in use.

    Args:
        desk: The desk.
        catalogue: A file with more readings or other rules; None for the built-in ones.
    """

    def __init__(self, desk: Desk, catalogue: str | None = None) -> None:
        self._desk = desk
        own = read_catalogue(Path(catalogue).expanduser()) if catalogue else Catalogue()
        self._catalogue = built_in_catalogue().with_first(own)

    def record(self, name: str) -> Snapshot:
        """Record a partition and remember it; see the keyword."""
        desk = self._desk
        partition = self._partition(name)
        snapshot = take(desk.session, partition, self._catalogue, Deadline(desk.lab.limits.command))
        self._show(snapshot)
        told = {item.machine for item in snapshot.items}
        for item in snapshot.unread:
            if item.machine not in told:
                raise MobilityError(f"{partition} could not be recorded: {item.reason}")
            logger.warn(f"[{desk.label}] {partition}: {item.reading} is not compared: {item.reason}")
        for text in bad_states(snapshot, self._catalogue):
            logger.warn(f"[{desk.label}] {text}")
        desk.identities[partition] = snapshot
        return snapshot

    def check(self, name: str, before: Snapshot | None, may_change: Sequence[str], limit: float | None) -> Comparison:
        """Compare a partition with its record; see the keyword."""
        desk = self._desk
        partition = self._partition(name)
        known = before or desk.identities.get(partition)
        if known is None:
            raise MobilityError(
                f"{partition} was not recorded in this lab.", remedy="Call Record Partition Identity before the move."
            )
        catalogue = self._catalogue.allowing(*may_change)
        checked = check(desk.session, known, catalogue, desk.lab.limits.settle if limit is None else limit)
        self._show(checked.after)
        comparison = checked.comparison
        words = f"{comparison.partition} {comparison.before} {comparison.after} compared"
        where = self._write(words, comparison)
        logger.info(f"{comparison_table(comparison)}<br>{where}", html=True)
        for item in comparison.of("better"):
            logger.warn(f"[{desk.label}] {item.sentence(partition)}")
        if not comparison.unchanged:
            raise IdentityChanged(comparison)
        return comparison

    @contextmanager
    def watched(self, partition: str, wanted: bool) -> Iterator[None]:
        """Record before the block and check after it, when that is wanted and the block went well."""
        if wanted:
            self.record(partition)
        yield
        if wanted:
            self.check(partition, None, (), None)

    def prove_server(self, name: str) -> None:
        """Compare what a partition says of its server with what the console says; see the keyword."""
        partition = self._partition(name)
        switch = switch_of(self._desk.session, partition)
        system = switch.console.system(switch.server.system)
        said = self._desk.session.partition(partition).identity()
        if (said.serial, said.type_model) != (system.serial, system.type_model):
            raise MobilityError(
                f"{partition} says that it runs on {said.type_model} {said.serial}; {switch.server.name} is "
                f"{system.type_model} {system.serial}.",
                remedy="Compare the console's list of partitions with the device tree in the partition.",
            )
        logger.info(f"{partition} says that it runs on {said.type_model} {said.serial}, which is {switch.server.name}.")

    def _partition(self, name: str) -> str:
        lab = self._desk.lab
        return (
            lab.move(name).partition if name not in lab.partitions and name in lab.moves else lab.partition(name).name
        )

    def _show(self, snapshot: Snapshot) -> None:
        where = self._write(f"{snapshot.partition} {snapshot.server}", snapshot)
        logger.info(f"{snapshot_table(snapshot)}<br>{where}", html=True)

    def _write(self, words: str, record: Snapshot | Comparison) -> str:
        """Write a record; what is shown as its place. The check itself is worth more than its file."""
        desk = self._desk
        try:
            return desk.link(desk.evidence.write_record("identity", words, record.model_dump_json(indent=2)))
        except OSError as error:
            logger.warn(f"[{desk.label}] {desk.evidence.folder}: no identity record: {error.strerror or error}.")
            return "not written"
