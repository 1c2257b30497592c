"""The network interfaces of a simulated Linux partition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_interface

from powervm_sim.guest.interface import Adapter, Hardware
from powervm_sim.guest.spec import GuestSpec

_DEFAULT_ADAPTER = Adapter("ibmveth", 0x30000002)


@dataclass(frozen=True)
class Interface:
    """A network interface.

    Attributes:
        addresses: With prefix length, for example ``10.20.1.7/24``.
        state: ``UP`` or ``UNKNOWN`` (the loopback interface).
    """

    index: int
    name: str
    mac: str
    addresses: tuple[str, ...]
    mtu: int = 1500
    state: str = "UP"

    @property
    def loopback(self) -> bool:
        """It is ``lo``."""
        return self.name == "lo"


LOOPBACK = Interface(1, "lo", "00:00:00:00:00:00", ("127.0.0.1/8", "::1/128"), mtu=65536, state="UNKNOWN")


def interfaces(spec: GuestSpec, hardware: Hardware) -> tuple[Interface, ...]:
    """``lo`` and one interface for each virtual network adapter; one at least, so that addresses have a place."""
    adapters = [adapter for adapter in hardware.adapters if adapter.driver in ("ibmveth", "ibmvnic")]
    return (LOOPBACK, *_ethernet(spec, hardware, adapters or [_DEFAULT_ADAPTER]))


def _ethernet(spec: GuestSpec, hardware: Hardware, adapters: list[Adapter]) -> Iterator[Interface]:
    last = len(adapters) - 1
    for number, adapter in enumerate(adapters):
        # RHEL names an interface after the slot of its adapter, SLES counts.
        label = adapter.unit & 0xFFFF if spec.distribution.startswith("rhel") else number
        addresses = spec.addresses[number:] if number == last else spec.addresses[number : number + 1]
        mac = adapter.mac or f"02:05:{hardware.partition_id & 0xFF:02x}:00:00:{adapter.unit & 0xFF:02x}"
        yield Interface(number + 2, spec.system.interface.format(label), mac, addresses)


def gateway(interface: Interface) -> str:
    """The first address of the interface's network, which is where a lab has its router."""
    return str(ip_interface(interface.addresses[0]).network[1])
