"""A move of the lab file, worked out: who goes where, over which consoles, and what migrlpar is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from powervm.console import MigrationRequest
from powervm.lab import Lab, Move, MoveKind, Route, ViosEntry
from powervm.outcome import LabNote, Side
from powervm.settings import NO_SETTINGS, MigrationSettings, check_settings, read_free_options


@dataclass(frozen=True)
class MovePlan:
    """One migration as it is going to be done.

    Attributes:
        move: The move of the lab file, or one made up by the tester.
        partition: Name of the partition on the consoles.
        route: How the source's console reaches the target's; None when one console manages both servers.
        route_back: The other way.
    """

    lab: Lab
    move: Move
    partition: str
    source: Side
    target: Side
    route: Route | None
    route_back: Route | None
    request: MigrationRequest

    @property
    def active(self) -> bool:
        """The partition runs while it moves."""
        return self.move.kind is MoveKind.ACTIVE

    @property
    def kind(self) -> Literal["active", "inactive"]:
        """``active`` or ``inactive``."""
        return "active" if self.active else "inactive"

    @property
    def moves_ports(self) -> bool:
        """migrlpar is asked to make migratable SR-IOV ports again on the target."""
        request = self.request
        return request.settings.sriov_ports is not None or "--migsriov" in read_free_options(request.options).options

    @property
    def settings(self) -> MigrationSettings:
        """What is chosen, by name or in the free options."""
        return read_free_options(self.request.options).settings().overridden_by(self.request.settings)

    @property
    def has_own_data(self) -> bool:
        """The free options have configuration data of their own."""
        return not read_free_options(self.request.options).options.keys().isdisjoint({"-i", "-f"})

    def with_mappings(self, mappings: Mapping[str, list[str]]) -> MovePlan:
        """The same move, where migrlpar is told about devices, too."""
        data = {**self.request.data, **mappings}
        return replace(self, request=replace(self.request, data=data))

    def virtual_io_servers(self, side: Side) -> Mapping[str, ViosEntry]:
        """The Virtual I/O Servers of a side, by their names in the lab file and in its order."""
        return self.lab.servers[side.server].virtual_io_servers

    def hosts(self, side: Side) -> tuple[str, ...]:
        """Their names on the console."""
        return tuple(entry.partition for entry in self.virtual_io_servers(side).values())

    @property
    def sides(self) -> tuple[Side, Side]:
        """Source and target."""
        return self.source, self.target

    @property
    def title(self) -> str:
        """For people: ``lp1 p9a -> p10a``."""
        return f"{self.partition} {self.source.server} -> {self.target.server}"


def plan_move(
    lab: Lab, move: Move, *, options: str | None = None, settings: MigrationSettings | None = None
) -> MovePlan:
    """Work out a move: names on the consoles, the route between them, the request for migrlpar.

    Args:
        lab: The lab that the move belongs to.
        move: Who goes where.
        options: Options for migrlpar instead of those of the move, as text.
        settings: What is chosen by name; it wins over what the move says.

    Raises:
        BadSettings: Something cannot be chosen together, or not for this kind of move.
    """
    text = move.options if options is None else options
    chosen = move.settings.overridden_by(settings or NO_SETTINGS)
    check_settings(chosen, active=move.kind is MoveKind.ACTIVE, options=text, where=f"Move {move.name}")
    source, target = _side(lab, move.source), _side(lab, move.target)
    crosses = source.console != target.console
    route = lab.route(source.console, target.console) if crosses else None
    route_back = lab.route(target.console, source.console) if crosses else None
    partition = lab.partitions[move.partition].partition
    request = MigrationRequest(
        source=source.system,
        target=target.system,
        partition=partition,
        remote_address=route.address if route else "",
        remote_user=route.user if route else "",
        profile=chosen.profile or move.profile or "",
        settings=chosen,
        options=text,
    )
    return MovePlan(lab, move, partition, source, target, route, route_back, request)


def lab_note(lab: Lab) -> LabNote:
    """Which lab this is, for a record."""
    return LabNote(name=lab.name, kind=lab.kind, file=str(lab.file))


def _side(lab: Lab, server: str) -> Side:
    entry = lab.servers[server]
    return Side(server=server, system=entry.system, console=entry.console)
