"""Migratable ports around an active migration: taken from the operating system before it, given back after it."""

from __future__ import annotations

from dataclasses import replace

from powervm_sim.hsc import HscError
from powervm_sim.migration.migration import Migration
from powervm_sim.migration.wishes import Kind
from powervm_sim.world.hardware import hardware_of, port_adapter
from powervm_sim.world.model import Placement


class PortRefused(Exception):
    """The operating system does not give a port away."""

    def __init__(self, error: HscError) -> None:
        super().__init__(str(error))
        self.error = error


def take_ports(migration: Migration) -> None:
    """Take the migratable ports from the source, one after the other. Raises PortRefused: the system keeps one."""
    source, guest = migration.source, migration.partition.guest
    if migration.kind is Kind.INACTIVE or guest is None:
        return
    for port in source.ports:
        if not port.migratable:
            continue
        status = guest.remove_port(port_adapter(port, source.server))
        if status:
            text = f"The partition {source.name} did not release the SR-IOV logical port {port.number:08x}: the removal"
            raise PortRefused(HscError("HSCLAF4B", f"{text} ended with the return code {status}."))
        source.ports = tuple(other for other in source.ports if other is not port)
        migration.taken.append(port)
        guest.hardware_changed(hardware_of(source))


def give_ports(migration: Migration, placement: Placement) -> list[int]:
    """Plug the ports in where the partition is now: the new ones on the target, or on the source those it had.

    Returns what the operating system answered when it could not configure one.
    """
    taken, guest = tuple(migration.taken), migration.partition.guest
    migration.taken.clear()
    if not taken or guest is None:
        return []
    if placement is migration.source:
        placement.ports += taken
    adapters = [port_adapter(port, placement.server) for port in placement.ports if port.migratable]
    answers = [guest.add_port(adapter) for adapter in adapters]
    guest.hardware_changed(hardware_of(placement))
    return [answer for answer in answers if answer]


def without_ports(placement: Placement) -> Placement:
    """The partition as it is at its first moment on the target."""
    return replace(placement, ports=tuple(port for port in placement.ports if not port.migratable))
