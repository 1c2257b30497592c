"""Where the migratable logical ports of a partition are made again on the target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from powervm_sim.hsc import HscError
from powervm_sim.migration.sriov_room import SriovRoom, kind_and_label, rounded_up
from powervm_sim.migration.wishes import Request
from powervm_sim.world.devices import LogicalPort

_LEAST_FIRMWARE = 950
_LEVEL = re.compile(r"FW(\d+)")


def place_ports(request: Request, room: SriovRoom) -> tuple[tuple[LogicalPort, ...], list[HscError]]:
    """The migratable ports as they will be on the target, and what the user's options do not allow."""
    errors = [*_refusals(request)]
    placed: list[LogicalPort] = []
    for port in migratable(request):
        found = None if errors else _place(request, room, port)
        if found is not None:
            placed.append(found)
        elif request.choices.all_ports and not errors:
            text = f"The migratable SR-IOV logical port {port.number:08x} cannot be set up on the managed system"
            end = "there is no physical port of its kind and label with enough free capacity."
            errors.append(HscError("HSCLAF4A", f"{text} {request.target.name}: {end}"))
    return tuple(placed), errors


def migratable(request: Request) -> list[LogicalPort]:
    """The ports that are taken away before the move and made again after it."""
    return [port for port in request.placement.ports if port.migratable]


def _refusals(request: Request) -> Iterator[HscError]:
    if not migratable(request):
        return
    if request.choices.all_ports is None:
        text = f"The partition {request.partition.name} has migratable SR-IOV logical ports. Specify with --migsriov"
        yield HscError("HSCLAF5D", f"{text} whether all of them must be set up on the destination managed system.")
    for server in (request.source, request.target):
        found = _LEVEL.match(server.firmware)
        if found and int(found[1]) < _LEAST_FIRMWARE:
            text = f"The firmware {server.firmware} of the managed system {server.name} does not support the migration"
            yield HscError("HSCLAF4A", f"{text} of SR-IOV logical ports.")


def _place(request: Request, room: SriovRoom, port: LogicalPort) -> LogicalPort | None:
    for adapter, candidate in room.candidates(*kind_and_label(request.source, port)):
        capacity = rounded_up(port.capacity, candidate.granularity)
        if room.fits(adapter, candidate, capacity):
            number = room.take(adapter, candidate, capacity)
            return replace(port, adapter=adapter, port=candidate.number, number=number, capacity=capacity)
    return None
