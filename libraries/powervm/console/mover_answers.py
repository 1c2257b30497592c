"""What a management console says about mover service partitions (``lslparmigr -r msp``).

Source: IBM's Redbook on partition mobility (SG24-7460), chapter on the command line; attributes are read by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from powervm.records import Record, integer, split_list, text

LEVEL = "concurr_migration_perf_level"
CONFIGURED = "num_active_migrations_configured"


@dataclass(frozen=True)
class MoverFigures:
    """How many migrations a mover takes, and with which share of its resources; None for what is not told.

    Attributes:
        supported: The most that it can be configured for.
        configured: How many active migrations it takes at once.
        running: How many it takes part in now.
        level: 1 to 5; lower takes more of its resources for each migration.
    """

    name: str
    supported: int | None
    configured: int | None
    running: int | None
    level: int | None

    @property
    def free(self) -> int | None:
        """How many more migrations it takes now."""
        return None if self.configured is None else max(0, self.configured - (self.running or 0))


def read_mover_figures(record: Record) -> MoverFigures:
    """Read one row of ``lslparmigr -r msp -m SYSTEM``."""
    return MoverFigures(
        name=text(record, "name") or text(record, "lpar_name"),
        supported=integer(record, "num_active_migrations_supported"),
        configured=integer(record, CONFIGURED),
        running=integer(record, "num_active_migrations_in_progress"),
        level=integer(record, LEVEL),
    )


@dataclass(frozen=True)
class MoverEnd:
    """A mover on one side of a pair; the address is empty where it is not told."""

    name: str
    number: int | None
    address: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.address})" if self.address else self.name


@dataclass(frozen=True)
class MoverPair:
    """Two movers that can reach each other, as the console offers them for a partition and a target."""

    source: MoverEnd
    target: MoverEnd

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"


def read_mover_pairs(record: Record) -> Iterator[MoverPair]:
    """Read one row of ``lslparmigr -r msp -m SOURCE -t TARGET``: one mover of the source and those of the target.

    An entry of ``ipaddr_mappings`` is ``source-address//target-id/target-name/target-address``. Without addresses the
    pairs are made of names and ids.
    """
    name, number = text(record, "source_msp_name"), integer(record, "source_msp_id")
    names = split_list(record.get("dest_msp_names", ""))
    ids = split_list(record.get("dest_msp_ids", ""))
    mapped = [entry.split("/") for entry in split_list(record.get("ipaddr_mappings", ""))]
    pairs = [
        MoverPair(
            MoverEnd(name, number, parts[0]),
            MoverEnd(parts[-2], int(parts[-3]) if parts[-3].isdigit() else None, parts[-1]),
        )
        for parts in mapped
        if len(parts) >= 4
    ]
    known = {pair.target.name for pair in pairs}
    for place, target in enumerate(names):
        if target not in known:
            target_id = ids[place] if place < len(ids) else ""
            pairs.append(MoverPair(MoverEnd(name, number), MoverEnd(target, int(target_id) if target_id else None)))
    yield from pairs
