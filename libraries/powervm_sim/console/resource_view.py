"""What the lists of ``lshwres`` have in common: a table, filters, and where the rows come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from powervm_sim.console.output import Row, Table
from powervm_sim.console.picking import BY_PARTITION, Filters, filtered
from powervm_sim.world.model import Placement, Server


@dataclass(frozen=True)
class View:
    """One kind of list.

    Attributes:
        table: Its attributes, as a console of a version knows them.
        rows: The rows of a server; filters by partition are theirs to follow.
        filters: The other filters, each with the attribute that has to have one of the values.
        by_partition: ``lpar_names`` and ``lpar_ids`` are filters, too.
    """

    table: Callable[[int], Table]
    rows: Callable[[Server, Filters], Iterable[Row]]
    filters: Mapping[str, str] = field(default_factory=dict)
    by_partition: bool = False

    @property
    def known_filters(self) -> tuple[str, ...]:
        """Their names."""
        return (*(BY_PARTITION if self.by_partition else ()), *self.filters)

    def select(self, server: Server, filters: Filters) -> list[Row]:
        """The rows that pass all filters."""
        return [row for row in self.rows(server, filters) if self._passes(row, filters)]

    def _passes(self, row: Row, filters: Filters) -> bool:
        return all(
            not set(row.get(attribute, "").split(",")).isdisjoint(filters[name])
            for name, attribute in self.filters.items()
            if name in filters
        )


def fixed(table: Table) -> Callable[[int], Table]:
    """A table that is the same for all versions."""
    return lambda _version: table


def of_partitions(rows: Callable[[Placement], Iterable[Row]]) -> Callable[[Server, Filters], Iterable[Row]]:
    """The rows of each partition that the filters name, by partition id."""
    return lambda server, filters: (row for place in filtered(server, filters) for row in rows(place))
