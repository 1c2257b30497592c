"""What faults do to validations and migrations; asked by those who carry them out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from powervm_sim import hsc
from powervm_sim.faults.arrivals import change_arrival
from powervm_sim.faults.guests import check_hooks
from powervm_sim.faults.move_kinds import MigrationBreaks, MoverLinkLost, ValidationRefused
from powervm_sim.faults.rule import Occasion, named
from powervm_sim.hsc import HscError
from powervm_sim.migration.messages import Explained, Reason, from_target
from powervm_sim.migration.migration import Migration
from powervm_sim.migration.wishes import Kind, Request
from powervm_sim.world.model import Placement
from powervm_sim.world.state import World

_MEGABYTE = 1 << 20
_ARRIVAL = {Kind.ACTIVE: "suspend", Kind.INACTIVE: "clean-up"}
_RESULTS = {
    69: ("fscsi2 is not zoned to the same target ports as the source for this client", "rc = 69 MIG_LACK_RESOURCE"),
    83: ("There are no FC adapters", "Returning from npiv_dest_adapter rc=83"),
}


@dataclass(frozen=True)
class Findings:
    """What a validation has to tell because of faults."""

    errors: tuple[HscError, ...] = ()
    warnings: tuple[HscError, ...] = ()


@dataclass(frozen=True)
class Break:
    """A migration breaks off.

    Attributes:
        recovery: It stays failed until it is recovered.
        messages: What the command ends with.
    """

    recovery: bool
    messages: tuple[HscError, ...]


UNEXPECTED = Break(recovery=False, messages=(hsc.migration_stopped(), hsc.firmware_stopped()))
"""For what nobody has asked for, such as a mover that is gone."""


def reached(world: World, migration: Migration, phase: str) -> None:
    """A migration has come to a phase, or a bit further in the copy: faults that wait for this begin."""
    if phase == _ARRIVAL[migration.kind]:
        change_arrival(world, migration.source, migration.target, replace(_occasion(migration, phase), phase="arrival"))
    world.faults.happened(_occasion(migration, phase))


def breaks(world: World, migration: Migration, phase: str) -> Break | None:
    """How the migration breaks off here, if it does."""
    occasion = _occasion(migration, phase)
    taken = world.faults.take_first(MigrationBreaks, occasion)
    if taken is None:
        return None
    rule = taken[1]
    second = hsc.firmware_stopped() if rule.text is None else HscError(rule.code, rule.text)
    return Break(rule.leave == "failed", (hsc.migration_stopped(), second))


def lost_links(world: World, migration: Migration) -> int:
    """How many connections between movers have just broken, those in use first."""
    pairs = [rule.pair for _, rule in world.faults.take(MoverLinkLost, _occasion(migration, "copy"))]
    return len(migration.movers) if "both" in pairs else len(pairs)


def findings(world: World, request: Request) -> Findings:
    """What a validation finds because of faults; faults that wait for one begin."""
    occasion = _validation(request)
    world.faults.happened(occasion)
    found = [(rule.severity, _refusal(rule, request)) for _, rule in world.faults.take(ValidationRefused, occasion)]
    return Findings(
        tuple(message for severity, message in found if severity == "error"),
        tuple(message for severity, message in found if severity == "warning"),
    )


def ask_guest(world: World, request: Request, stream_id: int) -> int:
    """What the partition answers when it is asked whether it can be moved; 0 if so."""
    guest = request.partition.guest
    if guest is None:
        return 0
    with check_hooks(world, request.partition, _validation(request)):
        return guest.check_migration(stream_id, request.target.free_id(request.placement.lpar_id))


def _validation(request: Request) -> Occasion:
    return Occasion(partition=request.partition.name, phase="validation")


def _occasion(migration: Migration, phase: str) -> Occasion:
    memory = migration.partition.memory.desired * _MEGABYTE
    percent = min(100.0, 100 * migration.sent / memory) if phase == "copy" else 0.0
    return Occasion(partition=migration.partition.name, migration=migration.number, phase=phase, percent=percent)


def _refusal(rule: ValidationRefused, request: Request) -> HscError:
    if rule.code != "HSCLA319":
        return HscError(rule.code, rule.text or "")
    slots = [adapter.slot for adapter in request.placement.storage if adapter.kind == "fc"]
    slot = rule.adapter or next(iter(slots), 4)
    error = HscError(rule.code, rule.text or hsc.fc_not_hosted(slot).text)
    host = _host(rule, request)
    if rule.rc is None or host is None:
        return from_target(request, error)
    lines = (f"Client Target WWPNs: {_storage_ports(request)}", *_RESULTS[rule.rc])
    reason = Reason(host, "fc", slot, request.kind is Kind.ACTIVE, rule.rc, lines)
    return from_target(request, Explained(error, (reason,)))


def _storage_ports(request: Request) -> str:
    """World-wide port names of the storage that the client uses; made from its own names."""
    names = [name for adapter in request.placement.storage for name in adapter.wwpns]
    return " ".join(f"5005076308{name[-6:]}" for name in names) or "none"


def _host(rule: ValidationRefused, request: Request) -> Placement | None:
    places = request.target.virtual_io_servers
    return next((place for place in places if rule.vios is None or named(rule.vios, place.name)), None)
