"""SR-IOV adapters of a server, their physical ports, and what is taken of them.

Source: rows of ``lshwres -r sriov`` of V10R3 and V11R2 consoles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from powervm.records import Record, flag, integer, number, text

SHARED = "sriov"
"""The ``config_state`` of an adapter that can be shared; the other one is ``dedicated``."""


@dataclass(frozen=True)
class Adapter:
    """One row of ``lshwres -r sriov --rsubtype adapter``.

    Attributes:
        number: Its adapter id; None while it is not in shared mode.
        location: Its location code.
    """

    number: int | None
    location: str
    shared: bool
    status: str


def read_adapter(record: Record) -> Adapter:
    """Read one row; an adapter in dedicated mode has words for nothing in most attributes."""
    return Adapter(
        number=integer(record, "adapter_id"),
        location=record.get("phys_loc", ""),
        shared=record.get("config_state") == SHARED,
        status=text(record, "sriov_status"),
    )


@dataclass(frozen=True)
class Port:
    """One row of ``lshwres -r sriov --rsubtype physport``.

    Attributes:
        used, most: Logical ports that are configured, and that may be; None where the console does not say.
        granularity: Capacities are multiples of this, in percent; None where the console does not say.
    """

    adapter: int
    number: int
    up: bool
    used: int | None = None
    most: int | None = None
    granularity: float | None = None


def read_port(record: Record) -> Port:
    """Read one row of either level, Ethernet or converged Ethernet."""
    kind = text(record, "phys_port_type") or "eth"
    return Port(
        adapter=integer(record, "adapter_id") or 0,
        number=integer(record, "phys_port_id") or 0,
        up=flag(record, "state") is True,
        used=integer(record, f"curr_{kind}_logical_ports"),
        most=integer(record, f"max_{kind}_logical_ports"),
        granularity=number(record, f"min_{kind}_capacity_granularity"),
    )


@dataclass(frozen=True)
class LogicalPort:
    """One row of ``lshwres -r sriov --rsubtype logport``.

    Attributes:
        number: Its id as the console prints it, for example ``27004002``.
        owner: The partition that has it; a Virtual I/O Server for the backing device of a vNIC.
        capacity: Percent of the physical port.
        clients: Names of the partitions whose vNICs it backs.
        backup: ``veth`` or ``vnic`` for a migratable port, else empty.
    """

    number: str
    owner: str
    adapter: int
    port: int
    capacity: float
    clients: str = ""
    migratable: bool = False
    backup: str = ""


def read_logical_port(record: Record) -> LogicalPort:
    """Read one row of the levels that have a capacity."""
    return LogicalPort(
        number=text(record, "logical_port_id"),
        owner=text(record, "lpar_name"),
        adapter=integer(record, "adapter_id") or 0,
        port=integer(record, "phys_port_id") or 0,
        capacity=number(record, "capacity") or 0.0,
        clients=text(record, "client_lpar_names"),
        migratable=flag(record, "migratable") is True,
        backup=text(record, "backup_device_type"),
    )


@dataclass(frozen=True)
class Hardware:
    """What a server has of SR-IOV, as far as it was asked for."""

    adapters: tuple[Adapter, ...] = ()
    ports: tuple[Port, ...] = ()
    logical_ports: tuple[LogicalPort, ...] = ()

    def adapters_at(self, code: str) -> list[Adapter]:
        """The adapters that a location code means.

        A code may be the whole location, its end or any part of it, as in op-test; but ``P1-C1`` does not mean
        ``P1-C12``. What fits as a whole counts before what fits in parts.
        """
        for fits in (_is_whole, _is_part, _is_substring):
            found = [adapter for adapter in self.adapters if fits(code, adapter.location)]
            if found:
                return found
        return []

    def port(self, adapter: int, number: int) -> Port | None:
        """The physical port, if it exists."""
        return next((port for port in self.ports if (port.adapter, port.number) == (adapter, number)), None)

    def ports_of(self, adapter: int) -> list[Port]:
        """The physical ports of an adapter."""
        return [port for port in self.ports if port.adapter == adapter]

    def free(self, adapter: int, number: int) -> float:
        """Percent of a physical port that no logical port has."""
        taken = sum(item.capacity for item in self.logical_ports if (item.adapter, item.port) == (adapter, number))
        return max(0.0, 100.0 - taken)


def with_granularity(ports: Iterable[Port], rows: Sequence[Record]) -> tuple[Port, ...]:
    """The ports, with the granularity that was asked for by name where the default rows do not have it."""
    known = {
        (integer(row, "adapter_id"), integer(row, "phys_port_id")): number(row, "min_eth_capacity_granularity")
        for row in rows
    }
    return tuple(
        port
        if port.granularity is not None
        else Port(port.adapter, port.number, port.up, port.used, port.most, known.get((port.adapter, port.number)))
        for port in ports
    )


def _is_whole(code: str, location: str) -> bool:
    return code == location


def _is_part(code: str, location: str) -> bool:
    return f"-{code}-" in f"-{location}-"


def _is_substring(code: str, location: str) -> bool:
    whole_number = r"(?!\d)" if code[-1].isdigit() else ""
    return re.search(re.escape(code) + whole_number, location) is not None
