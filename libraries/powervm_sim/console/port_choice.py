"""Whether a physical port can take a logical port: the checks that plain ports and backing devices have in common."""

from __future__ import annotations

from dataclasses import dataclass

from powervm_sim import hsc
from powervm_sim.console.change import figure
from powervm_sim.console.vnic_rows import percent
from powervm_sim.world.devices import Backing, PhysicalPort
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.state import find_placement
from powervm_sim.world.usage import (
    free_backing_id,
    free_logical_port_ids,
    ports_on,
    used_capacity,
    vnic_host_slot,
)

_FULL = 100.0
_DEFAULT_PRIORITY = 50


@dataclass(frozen=True)
class BackingWish:
    """A backing device as it was typed: ``sriov/vios-name/vios-ID/adapter/port/capacity[/priority[/max-capacity]]``.

    Attributes:
        capacity: None for the smallest one that the port has.
    """

    host: Placement
    adapter: int
    port: int
    capacity: float | None
    priority: int
    max_capacity: float


def physical_port(server: Server, adapter: int, port: int) -> PhysicalPort:
    """A port by adapter id and port id. Raises HscError when there is none."""
    found = server.devices.adapter(adapter)
    if found is None:
        text = f"The managed system {server.name} has no adapter with the ID {adapter} in SR-IOV mode."
        raise hsc.HscError("HSCLAF30", text)
    physical = found.port(port)
    if physical is None:
        raise hsc.HscError("HSCLAF31", f"The SR-IOV adapter {adapter} has no physical port with the ID {port}.")
    return physical


def check_capacity(server: Server, adapter: int, physical: PhysicalPort, capacity: float, config_id: int) -> None:
    """Whether a port has this capacity left.

    Raises:
        HscError: HSCL1295 out of range, HSCL1294 no multiple of the granularity, HSCL1293 too much in total.
    """
    least = physical.granularity
    if not least <= capacity <= _FULL:
        text = f"capacity {percent(capacity)} is outside the valid range {percent(least)} to {percent(_FULL)}."
        raise hsc.HscError("HSCL1295", text)
    if round(capacity / least, 6) % 1:
        raise hsc.HscError(
            "HSCL1294",
            f"The capacity specified for the logical port with configuration ID {config_id} is {percent(capacity)}. "
            "This is not a multiple of the capacity granularity of the specified protocol of this physical port which "
            f"is {percent(least)}.",
        )
    used = used_capacity(server, adapter, physical.number)
    if used + capacity > _FULL:
        text = f"total capacity would exceed {percent(_FULL)}; current capacity is {percent(used)}."
        raise hsc.HscError("HSCL1293", text)


def free_logical_port(server: Server, adapter: int, physical: PhysicalPort) -> int:
    """An unused logical port id. Raises HscError when the port or the adapter has as many as it can have."""
    free = free_logical_port_ids(server, adapter)
    if not free or len(ports_on(server, adapter, physical.number)) >= physical.maximum:
        text = f"The physical port {physical.number} of the SR-IOV adapter {adapter} has no unconfigured logical port"
        raise hsc.HscError("HSCLAF32", f"{text} left. Remove one, or use another physical port.")
    return free[0]


def backing_wish(server: Server, name: str, text: str) -> BackingWish:
    """Take one entry of ``backing_devices`` or ``backup_vnic_backing_device`` apart.

    Raises:
        Refusal: It has another form, HSCL8011, HSCL8012.
    """
    fields = text.split("/")
    if not 6 <= len(fields) <= 8 or fields[0] != "sriov" or not (fields[3].isdecimal() and fields[4].isdecimal()):
        raise hsc.invalid_value(name, text)
    fields += [""] * (8 - len(fields))
    priority = fields[6] or str(_DEFAULT_PRIORITY)
    if not priority.isdecimal() or not 1 <= int(priority) <= 100:
        raise hsc.invalid_value(name, text)
    return BackingWish(
        host=_host(server, name, fields[1], fields[2]),
        adapter=int(fields[3]),
        port=int(fields[4]),
        capacity=figure(name, fields[5]) if fields[5] else None,
        priority=int(priority),
        max_capacity=figure(name, fields[7]) if fields[7] else _FULL,
    )


def _host(server: Server, name: str, host_name: str, number: str) -> Placement:
    if not host_name and not number:
        raise hsc.invalid_value(name, "//")
    host = find_placement(server, name=host_name) if host_name else find_placement(server, number=number)
    if not host.partition.is_vios or (number and number != str(host.lpar_id)):
        raise hsc.invalid_value(name, f"{host_name}/{number}")
    return host


def make_backing(client: Placement, slot: int, wish: BackingWish) -> Backing:
    """A backing device for a vNIC, added to its client.

    Raises:
        HscError: HSCL2957 the Virtual I/O Server has no RMC, or the port has no room.
    """
    server, host = client.server, wish.host
    if not host.running or host.rmc_state != "active":
        raise hsc.no_dlpar(host.name)
    physical = physical_port(server, wish.adapter, wish.port)
    if physical.kind == "roce":
        raise wrong_kind(wish.adapter, physical, "Ethernet")
    capacity = physical.granularity if wish.capacity is None else wish.capacity
    config_id = free_backing_id(host)
    check_capacity(server, wish.adapter, physical, capacity, config_id)
    if not capacity <= wish.max_capacity <= _FULL:
        raise hsc.invalid_value("max_capacity", percent(wish.max_capacity))
    backing = Backing(
        slot=slot,
        host_id=host.lpar_id,
        host_name=host.name,
        host_slot=vnic_host_slot(host),
        adapter=wish.adapter,
        port=wish.port,
        number=free_logical_port(server, wish.adapter, physical),
        config_id=config_id,
        capacity=capacity,
        desired_capacity=capacity,
        max_capacity=wish.max_capacity,
        desired_max_capacity=wish.max_capacity,
        priority=wish.priority,
        chosen=all(other.slot != slot for other in client.backings),
    )
    client.backings += (backing,)
    return backing


def wrong_kind(adapter: int, physical: PhysicalPort, wanted: str) -> hsc.HscError:
    """The port is of another kind than the logical port."""
    text = f"The physical port {physical.number} of the SR-IOV adapter {adapter} is of the type {physical.kind}: it"
    return hsc.HscError("HSCLAF3F", f"{text} has no {wanted} logical ports.")
