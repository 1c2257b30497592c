"""The mover service partitions of a migration: which ones can be used, which are, and how many at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from powervm_sim.hsc import HscError
from powervm_sim.migration.messages import of_side
from powervm_sim.migration.migration import Migration, MoverPair, State
from powervm_sim.migration.wishes import Kind, MoverWish, PairWish, Redundancy, Request
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.state import World

_IDLE = (State.FAILED, State.WAITING)


def movers(server: Server) -> list[Placement]:
    """The mover service partitions of a server that can be used."""
    return [
        place
        for place in server.virtual_io_servers
        if place.partition.msp and place.running and place.partition.rmc.active
    ]


def running_migrations(world: World, server: Server, kind: Kind | None = None) -> list[Migration]:
    """Migrations from or to a server that are going on now, without those that wait for their turn."""
    return [
        migration
        for migration in world.migrations.values()
        if migration.state not in _IDLE
        and server in (migration.source.server, migration.target.server)
        and kind in (None, migration.kind)
    ]


def load(world: World, mover: Placement) -> int:
    """The migrations that a mover takes part in now."""
    running = running_migrations(world, mover.server)
    return sum(mover in (pair.source, pair.target) for migration in running for pair in migration.movers)


def has_room(world: World, mover: Placement) -> bool:
    """Whether a mover can take part in one more migration."""
    vios = mover.partition.vios
    return vios is not None and load(world, mover) < vios.mover.concurrent


def mover_errors(world: World, request: Request) -> Iterator[HscError]:
    """What is wrong with the movers of a request, but not that they are busy."""
    groups = request.movers or (PairWish(),)
    for server, wishes in _sides(request, groups):
        flagged = [place for place in server.virtual_io_servers if place.partition.msp]
        for wish in wishes:
            if not wish.anything and flagged:
                continue  # one that is flagged and cannot be reached is told by the RMC check
            if not _usable(server, wish):
                text = f"There is no mover service partition on the managed system {server.name} that can be used"
                yield of_side(request, server, HscError("HSCLAF10", f"{text} for this migration."))
    if request.choices.redundant_movers is Redundancy.REQUIRED and len(redundant_pairs(world, request)) < 2:
        text = "Redundant mover service partitions are required, and the managed systems"
        yield HscError("HSCLAF43", f"{text} {request.source.name} and {request.target.name} have no second pair.")


def choose(world: World, request: Request) -> tuple[MoverPair, ...]:
    """The movers that are used now: one pair, two when they are to be redundant; none when they are all busy."""
    if request.kind is Kind.INACTIVE:
        return ()
    pairs = _pairs(world, request, only_free=True)
    if request.choices.redundant_movers is Redundancy.REQUIRED and len(pairs) < 2:
        return ()
    return pairs if request.choices.redundant_movers is not Redundancy.NEVER else pairs[:1]


def redundant_pairs(world: World, request: Request) -> tuple[MoverPair, ...]:
    """Two pairs of different movers, or fewer when there are not so many."""
    return _pairs(world, request, only_free=False)


def busy_errors(world: World, request: Request) -> Iterator[HscError]:
    """What keeps a migration from beginning now, and would be over later."""
    for server in dict.fromkeys((request.source, request.target)):
        if len(running_migrations(world, server, request.kind)) >= server.migration_limit:
            text = f"The managed system {server.name} has as many migrations in progress as it supports"
            error = HscError("HSCLAF09", f"{text} ({server.migration_limit}). Try the operation again later.")
            yield of_side(request, server, error)
    if request.kind is Kind.INACTIVE:
        return
    missing = False
    for server, wishes in _sides(request, request.movers or (PairWish(),)):
        usable = [place for wish in wishes for place in _usable(server, wish)]
        missing = missing or not usable
        if usable and not any(has_room(world, place) for place in usable):
            missing = True
            yield of_side(request, server, _busy(server, usable))
    needed = 2 if request.choices.redundant_movers is Redundancy.REQUIRED else 1
    if not missing and not choose(world, request) and len(redundant_pairs(world, request)) >= needed:
        yield _busy(request.source, movers(request.source))


def _busy(server: Server, places: Iterable[Placement]) -> HscError:
    names = ", ".join(dict.fromkeys(place.name for place in places))
    text = f"The mover service partitions of the managed system {server.name} ({names}) take part in as many"
    return HscError("HSCLAF42", f"{text} migrations as they are configured for. Try the operation again later.")


def _sides(request: Request, groups: Iterable[PairWish]) -> Iterator[tuple[Server, list[MoverWish]]]:
    groups = tuple(groups)
    yield request.source, [group.source for group in groups]
    yield request.target, [group.target for group in groups]


def _usable(server: Server, wish: MoverWish) -> list[Placement]:
    return [place for place in movers(server) if wish.is_placement(place)]


def _pairs(world: World, request: Request, *, only_free: bool) -> tuple[MoverPair, ...]:
    """Pairs of different movers on both sides, those with the fewest migrations first, as the wishes allow."""
    groups = (*request.movers, *(PairWish() for _ in range(2 - len(request.movers))))
    used: set[Placement] = set()
    pairs: list[MoverPair] = []
    for group in groups:
        source = _least_busy(world, _usable(request.source, group.source), used, only_free=only_free)
        target = _least_busy(world, _usable(request.target, group.target), used, only_free=only_free)
        if source is None or target is None:
            break
        used |= {source, target}
        pairs.append(MoverPair(source, target))
    return tuple(pairs)


def _least_busy(
    world: World, places: Iterable[Placement], used: set[Placement], *, only_free: bool
) -> Placement | None:
    free = [place for place in places if place not in used and (has_room(world, place) or not only_free)]
    return min(free, key=lambda place: load(world, place), default=None)
