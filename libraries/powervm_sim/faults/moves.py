"""What faults do to validations and migrations; asked by those who carry them out."""

from __future__ import annotations

from dataclasses import dataclass

from powervm_sim import hsc
from powervm_sim.faults.kinds import CheckVetoed, MigrationBreaks, MoverLinkLost, ValidationRefused
from powervm_sim.faults.rule import Occasion, named
from powervm_sim.hsc import HscError
from powervm_sim.migration.migration import Migration, Request
from powervm_sim.world.model import Placement
from powervm_sim.world.state import World

_MEGABYTE = 1 << 20
_RESULTS = {
    69: ("fscsi2 is not zoned to the same target ports as the source for this client", "rc = 69 MIG_LACK_RESOURCE"),
    83: ("There are no FC adapters", "Returning from npiv_dest_adapter rc=83"),
}


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
    world.faults.happened(_occasion(migration, phase))


def breaks(world: World, migration: Migration, phase: str) -> Break | None:
    """How the migration breaks off here, if it does."""
    occasion = _occasion(migration, phase)
    for _, rule in world.faults.take(MigrationBreaks, occasion):
        second = hsc.firmware_stopped() if rule.text is None else HscError(rule.code, rule.text)
        return Break(rule.leave == "failed" and phase != "suspend", (hsc.migration_stopped(), second))
    return None


def lost_links(world: World, migration: Migration) -> str:
    """Which connections between movers have just broken: ``first``, ``both``, or an empty text for none."""
    pairs = [rule.pair for _, rule in world.faults.take(MoverLinkLost, _occasion(migration, "copy"))]
    return max(pairs, key=["first", "both"].index, default="")


def findings(world: World, request: Request) -> tuple[list[HscError], list[HscError]]:
    """Errors and warnings that a validation has because of a fault."""
    occasion = _validation(request)
    world.faults.happened(occasion)
    errors: list[HscError] = []
    warnings: list[HscError] = []
    for _, rule in world.faults.take(ValidationRefused, occasion):
        (errors if rule.severity == "error" else warnings).append(_refusal(rule, request))
    return errors, warnings


def veto(world: World, request: Request) -> CheckVetoed | None:
    """The hook in the partition that does not agree, if there is one."""
    for _, rule in world.faults.take(CheckVetoed, _validation(request)):
        return rule
    return None


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
    text = rule.text or hsc.fc_not_hosted(slot).text
    if rule.rc is not None:
        text = f"{text}\nDetails:\n{_details(rule, request, slot)}"
    return HscError(rule.code, text)


def _details(rule: ValidationRefused, request: Request, slot: int) -> str:
    """The report of a Virtual I/O Server of the target, in its frame."""
    assert rule.rc is not None
    vios = _vios(rule, request)
    finding, result = _RESULTS[rule.rc]
    command = "migmgr -f find_devices -t vfc -C 0x3 -a ACTIVE_LPM -d 1"
    return "\n".join(
        (
            f"HSCLA356 The RMC command issued to partition {vios} failed. This means that destination VIOS partition "
            f"{vios} cannot host the virtual adapter {slot} on the migrating partition.",
            f"HSCLA29A The RMC command issued to partition {vios} failed. The partition command is: {command} The RMC "
            f"return code is: 0 The OS command return code is: {rule.rc} The OS standard out is: Running method "
            "'/usr/lib/methods/mig_vscsi'",
            "VIOS_DETAILED_ERROR",
            f"Client Target WWPNs: {_storage_ports(request)}",
            finding,
            result,
            "End Detailed Message.",
            "The OS standard err is:",
        )
    )


def _storage_ports(request: Request) -> str:
    """World-wide port names of the storage that the client uses; made from its own names."""
    names = [name for adapter in request.placement.storage for name in adapter.wwpns]
    return " ".join(f"5005076308{name[-6:]}" for name in names) or "none"


def _vios(rule: ValidationRefused, request: Request) -> str:
    places: list[Placement] = request.target.virtual_io_servers
    names = [place.name for place in places]
    return next((name for name in names if rule.vios is None or named(rule.vios, name)), rule.vios or "unknown")
