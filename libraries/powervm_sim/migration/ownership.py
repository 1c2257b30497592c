"""What belongs to one server and keeps a partition there."""

from __future__ import annotations

from collections.abc import Iterator

from powervm_sim.hsc import HscError
from powervm_sim.migration.wishes import Kind, Request


def ownership_errors(request: Request) -> Iterator[HscError]:
    """Physical slots, plain ports, huge pages, reporting errors; paging servers without shared memory."""
    placement, name = request.placement, request.partition.name
    if placement.partition.is_vios:
        return
    active = request.kind is Kind.ACTIVE
    owned = [slot.drc_index for slot in placement.slots if slot.required or active]
    if owned:
        text = f"The partition {name} owns the physical I/O slots {', '.join(owned)}. Remove them from the partition"
        yield HscError("HSCLAF4C", f"{text} and from its profile.")
    plain = [f"{port.number:08x}" for port in placement.ports if not port.migratable]
    if plain:
        text = f"The partition {name} has the SR-IOV logical ports {', '.join(plain)}, which are not migratable."
        yield HscError("HSCLAF4D", text)
    if request.partition.huge_pages:
        yield HscError("HSCLAF5B", f"The partition {name} uses huge pages.")
    if request.partition.settings.get("redundant_err_path_reporting") == "1":
        yield HscError("HSCLAF78", f"The partition {name} reports the errors of its server (redundant error path).")
    if request.paging:
        text = f"The partition {name} does not use shared memory and needs no paging VIOS partition"
        yield HscError("HSCLAF46", f"{text} ({', '.join(map(str, request.paging))}).")
