"""Which partitions go into one call of migrlpar, and what that call says: pure functions.

Source: IBM's Redbook on partition mobility (SG24-7460) for the limits; the synopsis of migrlpar for several names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from powervm.console import MigrationLimits, MigrationRequest, MoverFigures
from powervm.errors import MobilityError


class Candidate(Protocol):
    """A partition that is to move."""

    @property
    def partition(self) -> str:
        """Its name on the consoles."""

    @property
    def active(self) -> bool:
        """It runs while it moves."""

    @property
    def memory(self) -> int:
        """Megabytes."""

    @property
    def units(self) -> float:
        """Processing units."""


Someone = TypeVar("Someone", bound=Candidate)


def in_order(candidates: Iterable[Someone]) -> list[Someone]:
    """The largest memory first; the name decides between equals."""
    return sorted(candidates, key=lambda item: (-item.memory, item.partition))


def without_room(candidates: Sequence[Candidate], *, memory: int | None, units: float | None) -> dict[str, str]:
    """Who finds no room on the target once those before have taken theirs.

    Args:
        candidates: Running partitions in their order; one that is off takes nothing before it is activated.
        memory, units: What is free on the target; None when that is not known.

    Returns:
        For each that has no room, by name, what is missing, as a sentence.
    """
    missing = {}
    for item in candidates:
        if not item.active:
            continue
        if memory is not None and item.memory > memory:
            missing[item.partition] = f"{memory} MB are left for it, and it has {item.memory} MB."
        elif units is not None and item.units > units + _ROUNDING:
            missing[item.partition] = f"{units:g} processing units are left for it, and it has {item.units:g}."
        else:
            memory = None if memory is None else memory - item.memory
            units = None if units is None else units - item.units
    return missing


_ROUNDING = 1e-6


@dataclass(frozen=True)
class Room:
    """How many migrations of each kind may begin now; None where no limit is told."""

    active: int | None
    inactive: int | None


def room_of(limits: Iterable[MigrationLimits], movers: Iterable[Sequence[MoverFigures]], *, pairs: int = 1) -> Room:
    """The smallest of all limits.

    Args:
        limits: Of both systems.
        movers: Those that may be used, on each side.
        pairs: How many pairs of movers each migration takes.
    """
    active, inactive = [], []
    for item in limits:
        active += _free(item.active_supported, item.active_running)
        inactive += _free(item.inactive_supported, item.inactive_running)
    for side in movers:
        free = [mover.free for mover in side]
        if free and None not in free:
            active.append(sum(number for number in free if number is not None) // pairs)
    return Room(min(active, default=None), min(inactive, default=None))


def _free(supported: int | None, running: int | None) -> list[int]:
    return [] if supported is None else [max(0, supported - (running or 0))]


def next_call(waiting: Sequence[Someone], room: Room) -> list[Someone]:
    """Those that go into the next call; at least one, since a console that is full says so itself."""
    chosen: list[Someone] = []
    for item in waiting:
        most = room.active if item.active else room.inactive
        same = sum(other.active is item.active for other in chosen)
        if most is None or same < most:
            chosen.append(item)
    return chosen or list(waiting[:1])


PER_PARTITION = {
    "dest_lpar_id": "multiple_dest_lpar_ids",
    "shared_proc_pool_id": "multiple_shared_proc_pools",
    "shared_proc_pool_name": "multiple_shared_proc_pools",
    "virtual_fc_mappings": "multiple_virtual_fc_mappings",
    "virtual_scsi_mappings": "multiple_virtual_scsi_mappings",
    "vnic_mappings": "multiple_vnic_mappings",
}
"""What describes one partition in the input data, and what says the same of several."""


def together(requests: Sequence[MigrationRequest]) -> MigrationRequest:
    """One request for several partitions that move from one server to another one in the same way.

    Raises:
        MobilityError: Two of them want something different that holds for the whole call.
    """
    first = requests[0]
    if len(requests) == 1:
        return first
    data: dict[str, str | Sequence[str]] = {}
    for request in requests:
        if _way(request) != _way(first):
            raise MobilityError(f"{first.partition} and {request.partition} cannot move in one call of migrlpar.")
        own = {**request.settings.data(), **request.data}
        for name, value in own.items():
            if name in PER_PARTITION:
                several = PER_PARTITION[name]
                data[several] = [*data.get(several, []), *_entries(request.partition, name, value)]
            else:
                data[name] = value
    settings = first.settings.without(frozenset({"target_id", "processor_pool"}))
    names = ",".join(request.partition for request in requests)
    shared = settings.data()
    return replace(
        first, partition=names, settings=settings, data={key: data[key] for key in data if key not in shared}
    )


def same_way(request: MigrationRequest) -> tuple[object, ...]:
    """What has to be equal for two partitions to move in one call."""
    return _way(request)


def _way(request: MigrationRequest) -> tuple[object, ...]:
    shared = {
        name: tuple(value) if not isinstance(value, str) else value
        for name, value in {**request.settings.data(), **request.data}.items()
        if name not in PER_PARTITION
    }
    words = tuple(request.settings.words())
    ways = request.source, request.target, request.remote_address, request.remote_user
    return (*ways, request.profile, request.options, words, tuple(sorted(shared.items())))


def _entries(partition: str, name: str, value: str | Sequence[str]) -> list[str]:
    """Each entry with the partition's name in front of it: ``name/id/...``, of which the id is left out."""
    if name == "shared_proc_pool_id":
        return [f"{partition}///{value}"]
    if name == "shared_proc_pool_name":
        return [f"{partition}//{value}/"]
    values = [value] if isinstance(value, str) else value
    return [f"{partition}//{entry}" for entry in values]


def said_about(output: str, partition: str, names: Sequence[str]) -> str:
    """The part of what migrlpar printed that is about one partition, when several were in the call.

    Their names are looked for, never words, which are translated. A line with one name and no message begins the part
    about that partition.

    Returns:
        An empty text when no part is about it alone.
    """
    owner, lines = "", []
    for line in output.splitlines():
        named = [name for name in names if name in line.replace(":", " ").split()]
        if len(named) == 1 and "HSC" not in line:
            owner = named[0]
        elif owner == partition:
            lines.append(line)
    return "\n".join(lines)
