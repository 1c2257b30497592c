"""The network of a simulated Linux partition: interfaces, addresses, routes, neighbours and bonds, as they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Interface, IPv6Interface, ip_address, ip_interface, ip_network
from typing import Any

from powervm_sim.guest.bonding import Bond
from powervm_sim.guest.interface import Adapter, Hardware
from powervm_sim.guest.spec import GuestSpec

_DEFAULT_ADAPTER = Adapter("ibmveth", 0x30000002)
_DRIVERS = ("ibmveth", "ibmvnic", "mlx5_core")

Printed = Callable[[str], None]
"""Takes a line of the kernel at level info."""


@dataclass
class Interface:
    """A network interface.

    Attributes:
        addresses: With prefix length, for example ``10.20.1.7/24``.
        kind: The driver, ``bond``, or ``loopback``.
        up: Whether it was set up (``ip link set NAME up``).
        carrier: Whether the other side is there.
        master: The bond that it is a member of.
        failures: Times that the bond has seen its link go.
        sent: Packets beyond those that flow by themselves.
    """

    index: int
    name: str
    mac: str
    addresses: list[str] = field(default_factory=list)
    mtu: int = 1500
    kind: str = "ibmveth"
    unit: int = 0
    drc_index: int = 0
    hcn_id: int = 0
    up: bool = True
    carrier: bool = True
    master: str = ""
    failures: int = 0
    sent: int = 0
    received: int = 0

    @property
    def loopback(self) -> bool:
        """It is ``lo``."""
        return self.kind == "loopback"

    @property
    def works(self) -> bool:
        """Packets go through."""
        return self.up and self.carrier

    @property
    def state(self) -> str:
        """``operstate`` in capitals."""
        if self.loopback and self.up:
            return "UNKNOWN"
        return "UP" if self.works else "DOWN"

    @property
    def flags(self) -> list[str]:
        """In the order in which ``ip`` prints them."""
        flags = ["LOOPBACK"] if self.loopback else ["BROADCAST", "MULTICAST"]
        if self.up and not self.carrier:
            flags = ["NO-CARRIER", *flags]
        if self.kind == "bond":
            flags.append("MASTER")
        if self.master:
            flags.append("SLAVE")
        if self.up:
            flags.append("UP")
        return [*flags, "LOWER_UP"] if self.works else flags

    def parsed(self) -> Iterator[IPv4Interface | IPv6Interface]:
        """The addresses as objects."""
        return (ip_interface(address) for address in self.addresses)


@dataclass
class Route:
    """A route that was added by hand."""

    destination: str
    gateway: str
    device: str


class Network:
    """All of it.

    Args:
        kernel: Prints a line of the kernel.
    """

    def __init__(self, spec: GuestSpec, hardware: Hardware, kernel: Printed) -> None:
        self._spec = spec
        self._kernel = kernel
        self._next_index = 2
        self.interfaces = [
            Interface(1, "lo", "00:00:00:00:00:00", ["127.0.0.1/8", "::1/128"], mtu=65536, kind="loopback")
        ]
        self.bonds: dict[str, Bond] = {}
        self.routes: list[Route] = []
        self._gateway_dropped = False
        self._count = 0
        adapters = [adapter for adapter in hardware.adapters if adapter.driver in _DRIVERS] or [_DEFAULT_ADAPTER]
        for adapter in adapters:
            self.plug(adapter, hardware.partition_id)
        for adapter in adapters:
            if adapter.hcn_id:
                self.enslave(self.of(adapter), primary=adapter.primary, quiet=True)
        self._spread(spec.addresses)

    # --- looking ---------------------------------------------------------------------------------------------

    def find(self, name: str) -> Interface | None:
        """The interface of that name."""
        return next((interface for interface in self.interfaces if interface.name == name), None)

    def of(self, adapter: Adapter) -> Interface:
        """The interface of an adapter. Raises LookupError."""
        for interface in self.interfaces:
            if (interface.drc_index, interface.unit) == (adapter.drc_index, adapter.unit) and interface.index > 1:
                return interface
        raise LookupError(f"no interface for {adapter}")

    def find_unit(self, adapter: Adapter) -> Interface | None:
        """The interface of an adapter, if it has one."""
        try:
            return self.of(adapter)
        except LookupError:
            return None

    def bond_of(self, hcn_id: int) -> Bond | None:
        """The bond of a hybrid network id."""
        return next((bond for bond in self.bonds.values() if bond.hcn_id == hcn_id), None)

    def addresses(self) -> list[str]:
        """All addresses that are not those of the loopback interface, without prefix length."""
        return [address.partition("/")[0] for interface in self.interfaces[1:] for address in interface.addresses]

    def source(self, address: str) -> Interface | None:
        """The interface that a packet to the address leaves by; None: the network is unreachable."""
        target = ip_address(address)
        if target.is_loopback or address in self.addresses():
            return self.interfaces[0]
        for interface in self.interfaces[1:]:
            if interface.up and any(target in own.network for own in interface.parsed()):
                return interface
        for route in self.table():
            default = route["dst"] == "default"
            if "gateway" in route and (default or target in ip_network(route["dst"], strict=False)):
                return self.find(route["dev"])
        return None

    def table(self) -> list[dict[str, Any]]:
        """The routes as ``ip -j route`` shows them: those that were added, then those of the addresses."""
        routes: list[dict[str, Any]] = []
        first = self.gateway()
        if first is not None and not self._gateway_dropped:
            routes.append({"dst": "default", "gateway": first[1], "dev": first[0].name, "protocol": "static"})
        for route in self.routes:
            entry: dict[str, Any] = {"dst": route.destination, "dev": route.device}
            routes.append(entry | ({"gateway": route.gateway} if route.gateway else {"scope": "link"}))
        for interface in self.interfaces[1:]:
            routes += _connected(interface)
        return [entry | {"flags": []} for entry in routes]

    def gateway(self) -> tuple[Interface, str] | None:
        """The first interface with an address and the first address of its network, where a lab has its router."""
        for interface in self.interfaces[1:]:
            if interface.up and interface.addresses:
                return interface, str(ip_interface(interface.addresses[0]).network[1])
        return None

    @property
    def has_default(self) -> bool:
        """There is a default route."""
        return any(route["dst"] == "default" for route in self.table())

    # --- changing --------------------------------------------------------------------------------------------

    def drop_default(self) -> bool:
        """Take the first default route away; False when there is none."""
        if self.gateway() is None or self._gateway_dropped:
            return False
        self._gateway_dropped = True
        return True

    def plug(self, adapter: Adapter, partition_id: int) -> Interface:
        """An adapter is there: it gets an interface."""
        if adapter.driver == "mlx5_core":
            name = f"enP{adapter.drc_index & 0xFFFF}p1s0"
        else:
            # RHEL names an interface after the slot of its adapter, SLES counts.
            label = adapter.unit & 0xFFFF if self._spec.distribution.startswith("rhel") else self._count
            name = self._spec.system.interface.format(label)
            self._count += 1
        low = adapter.drc_index or adapter.unit
        mac = adapter.mac or f"02:05:{partition_id & 0xFF:02x}:00:00:{low & 0xFF:02x}"
        interface = Interface(
            self._next_index,
            name,
            mac,
            kind=adapter.driver,
            unit=adapter.unit,
            drc_index=adapter.drc_index,
            hcn_id=adapter.hcn_id,
            carrier=adapter.link,
        )
        self._next_index += 1
        self.interfaces.append(interface)
        return interface

    def unplug(self, interface: Interface) -> None:
        """The adapter is gone, with its interface and its place in a bond."""
        bond = self.bonds.get(interface.master)
        if bond is not None:
            bond.release(interface.name, self._kernel)
            self.follow(bond)
        self.interfaces.remove(interface)

    def enslave(self, interface: Interface, *, primary: bool, quiet: bool = False) -> Bond:
        """Make it a member of the bond of its id, which is made when it is not there."""
        bond = self.bond_of(interface.hcn_id)
        if bond is None:
            bond = Bond(f"bond{interface.hcn_id:08x}", interface.hcn_id, self._works)
            self.bonds[bond.name] = bond
            self.interfaces.append(Interface(self._next_index, bond.name, interface.mac, kind="bond"))
            self._next_index += 1
        interface.master = bond.name
        bond.enslave(interface.name, primary=primary, kernel=(lambda _: None) if quiet else self._kernel)
        self.follow(bond)
        return bond

    def release(self, interface: Interface) -> None:
        """Take it out of its bond."""
        bond = self.bonds.get(interface.master)
        interface.master = ""
        if bond is not None:
            bond.release(interface.name, self._kernel)
            self.follow(bond)

    def remove_bond(self, bond: Bond) -> None:
        """The bond is gone; its members are free."""
        for name in list(bond.members):
            member = self.find(name)
            if member is not None:
                member.master = ""
        del self.bonds[bond.name]
        self.interfaces = [interface for interface in self.interfaces if interface.name != bond.name]

    def set_carrier(self, interface: Interface, there: bool) -> None:
        """The other side of the link has gone or come back."""
        if interface.carrier == there:
            return
        interface.carrier = there
        self._noticed(interface)

    def set_up(self, interface: Interface, up: bool) -> None:
        """``ip link set NAME up`` or ``down``."""
        if interface.up == up:
            return
        interface.up = up
        self._noticed(interface)

    def follow(self, bond: Bond) -> None:
        """The bond's own interface shows what its members can do."""
        own = self.find(bond.name)
        if own is not None:
            own.carrier = bond.active is not None

    def _noticed(self, interface: Interface) -> None:
        bond = self.bonds.get(interface.master)
        if bond is None:
            return
        if not interface.works:
            interface.failures += 1
        bond.link_changed(interface.name, interface.works, self._kernel)
        self.follow(bond)

    def _works(self, name: str) -> bool:
        interface = self.find(name)
        return interface is not None and interface.works

    def _spread(self, addresses: tuple[str, ...]) -> None:
        """Each interface that is no member of a bond gets one address, the last one what is left."""
        places = [interface for interface in self.interfaces[1:] if not interface.master]
        # Virtual Ethernet first, as the first address is that of the first such adapter.
        places.sort(key=lambda interface: (interface.kind != "ibmveth", interface.kind == "bond"))
        for number, interface in enumerate(places):
            last = number == len(places) - 1
            interface.addresses = list(addresses[number:] if last else addresses[number : number + 1])


def _connected(interface: Interface) -> list[dict[str, Any]]:
    """The routes that the kernel makes for the addresses of an interface."""
    return [
        {
            "dst": str(own.network),
            "dev": interface.name,
            "protocol": "kernel",
            "scope": "link",
            "prefsrc": str(own.ip),
        }
        for own in interface.parsed()
        if own.version == 4 and interface.up
    ]
