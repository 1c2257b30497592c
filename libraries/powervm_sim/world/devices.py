"""Devices: what a server, a Virtual I/O Server and a partition have besides memory and processors.

A server's own devices say what is there; who uses which part of them stands at the placements only (see `usage`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

DEFAULT_SWITCH = "ETHERNET0"

_PORT_BITS = 14
_PORT_BASE = 0x2700_0000
_DRC_BASE = 0x2000_0000
_BRIDGE_BASE = 4096
_BRIDGES_OF_ADAPTER = 64


@dataclass(eq=False)
class PhysicalPort:
    """A port of an SR-IOV adapter.

    Attributes:
        kind: The level of ``lshwres -r sriov --rsubtype physport`` that lists it: ``eth``, ``ethc`` or ``roce``.
        location: For example ``U78D9.001.78A1B20-P1-C4-T1``.
        up: It has a link.
        maximum: So many logical ports can be on it.
        granularity: Capacities are multiples of this, in percent; it is the smallest capacity, too.
        speed: Of the link, in megabits per second.
        mac: Twelve digits.
    """

    number: int
    label: str
    kind: str
    location: str
    mac: str
    up: bool
    maximum: int
    granularity: float
    speed: int
    sub_label: str = ""


@dataclass(eq=False)
class SriovAdapter:
    """A physical adapter that can be shared.

    Attributes:
        drc_index: Of its slot, for example ``21010021``.
        number: Its adapter id; None while it is in dedicated mode.
        location: For example ``U78D9.001.78A1B20-P1-C4``.
        maximum: So many logical ports can be on all of its ports.
    """

    drc_index: str
    number: int | None
    location: str
    maximum: int
    ports: tuple[PhysicalPort, ...]

    @property
    def mode(self) -> str:
        """The word of ``config_state``."""
        return "dedicated" if self.number is None else "sriov"

    def port(self, number: int) -> PhysicalPort | None:
        """One of its ports by the physical port id."""
        return next((port for port in self.ports if port.number == number), None)

    def logical_port_ids(self) -> Iterator[int]:
        """All ids that its logical ports can have, for example ``0x27004001`` and up for adapter 1."""
        if self.number is not None:
            first = _PORT_BASE | self.number << _PORT_BITS
            yield from range(first + 1, first + 1 + self.maximum)


@dataclass(frozen=True)
class VirtualSwitch:
    """A virtual Ethernet switch of the hypervisor.

    Attributes:
        mode: ``VEB`` or ``VEPA``.
    """

    name: str
    mode: str = "VEB"


@dataclass(frozen=True)
class VirtualNetwork:
    """A VLAN of a virtual switch, by the name that migratable ports use for it."""

    name: str
    vlan: int
    vswitch: str
    tagged: bool = False


@dataclass(frozen=True)
class ProcessorPool:
    """A shared processor pool; the default pool has the id 0 and no limit.

    Attributes:
        maximum: Processing units that its partitions can use at most; None for no limit.
        reserved: Units that are kept for its uncapped partitions.
    """

    number: int
    name: str
    maximum: float | None = None
    reserved: float = 0.0


@dataclass(frozen=True)
class PhysicalSlot:
    """A slot of the server with an adapter that a partition can own."""

    drc_index: str
    location: str
    description: str


@dataclass(eq=False)
class Devices:
    """What a server has to offer.

    Attributes:
        huge_pages: Pages of 16 GB that are set aside.
        pending_lmb: Megabytes of a logical memory block after the next start of the server; None for no change.
    """

    sriov: list[SriovAdapter] = field(default_factory=list)
    vswitches: dict[str, VirtualSwitch] = field(default_factory=dict)
    vnetworks: dict[str, VirtualNetwork] = field(default_factory=dict)
    pools: dict[int, ProcessorPool] = field(default_factory=lambda: {0: ProcessorPool(0, "DefaultPool")})
    slots: dict[str, PhysicalSlot] = field(default_factory=dict)
    huge_pages: int = 0
    pending_lmb: int | None = None

    def adapter(self, number: int) -> SriovAdapter | None:
        """The SR-IOV adapter of this adapter id."""
        return next((adapter for adapter in self.sriov if adapter.number == number), None)

    def adapter_in(self, drc_index: str) -> SriovAdapter | None:
        """The SR-IOV adapter in this slot, in either mode."""
        return next((adapter for adapter in self.sriov if adapter.drc_index == drc_index), None)

    def port(self, adapter: int, port: int) -> PhysicalPort | None:
        """A physical port by adapter id and port id."""
        found = self.adapter(adapter)
        return None if found is None else found.port(port)

    def network(self, vswitch: str, vlan: int) -> VirtualNetwork | None:
        """The virtual network of a VLAN on a switch."""
        found = (network for network in self.vnetworks.values() if (network.vswitch, network.vlan) == (vswitch, vlan))
        return next(found, None)


@dataclass(frozen=True)
class FibrePort:
    """A physical fibre channel port of a Virtual I/O Server.

    Attributes:
        name: For example ``fcs0``.
        fabric: The storage network that it is plugged into; empty for no cable.
        npiv: Adapter and switch can do NPIV.
        ports: So many virtual ports can be mapped to it.
        wwpns: So many world wide port names it can have.
    """

    name: str
    location: str
    wwpn: str
    fabric: str = ""
    npiv: bool = True
    ports: int = 64
    wwpns: int = 2048

    @property
    def usable(self) -> bool:
        """Whether a client's port can log in to a fabric through it."""
        return self.npiv and bool(self.fabric)


@dataclass(frozen=True)
class SharedAdapter:
    """A Shared Ethernet Adapter of a Virtual I/O Server: it bridges the VLANs of its trunk adapter.

    Attributes:
        name: For example ``ent8``.
        slot: The virtual slot of its trunk adapter, which knows switch, VLANs and priority.
        backing: The physical adapter below it, for example ``ent0``.
        location: Of the physical adapter.
    """

    name: str
    slot: int
    backing: str
    location: str


@dataclass(frozen=True)
class Vnic:
    """A vNIC client adapter: what goes with the partition. Its backing devices belong to the placement.

    Attributes:
        mac: Twelve digits.
        auto_failover: The operational backing device with the best priority is the active one.
        hcn_id: It is the backup of the migratable port with this id; 0 otherwise.
        disabled: No backing device serves it.
    """

    slot: int
    mac: str
    vlan: int = 0
    vlan_priority: int = 0
    allowed_vlans: str = "all"
    allowed_macs: str = "all"
    auto_failover: bool = True
    required: bool = False
    hcn_id: int = 0
    disabled: bool = False


@dataclass(frozen=True)
class Backing:
    """A backing device of a vNIC: a logical port that a Virtual I/O Server holds for its client.

    Attributes:
        slot: The client's virtual slot.
        host_slot: The virtual slot of the server adapter.
        number: Its logical port id.
        config_id: 16384 and up, counted on its Virtual I/O Server.
        capacity: Percent of the physical port; ``desired_...`` is what was asked for.
        priority: 1 to 100, 1 is the best.
        chosen: It is the active one when the vNIC does not choose by priority and this one is operational.
        fault: What ``status`` shows, when something is broken that nothing else shows.
    """

    slot: int
    host_id: int
    host_name: str
    host_slot: int
    adapter: int
    port: int
    number: int
    config_id: int
    capacity: float
    desired_capacity: float
    max_capacity: float = 100.0
    desired_max_capacity: float = 100.0
    priority: int = 50
    chosen: bool = False
    fault: str = ""


@dataclass(frozen=True)
class LogicalPort:
    """A logical port that a partition itself holds, plain or migratable.

    Attributes:
        config_id: Counts the ports of a partition; it stays when the port moves.
        kind: ``eth`` or ``roce``.
        adapter: Adapter id on the server of the placement; likewise the physical port and `number`.
        number: Its logical port id.
        mac: Twelve digits.
        backup: ``veth`` or ``vnic`` for a migratable port; empty for a plain one.
        backup_slot: Virtual slot of the partition's adapter that stands in during a migration.
        hcn_id: The bond of the port and its backup; it stays when they move. 0 for a plain port.
    """

    config_id: int
    adapter: int
    port: int
    number: int
    mac: str
    capacity: float
    max_capacity: float = 100.0
    kind: str = "eth"
    vlan: int = 0
    vlan_priority: int = 0
    allowed_vlans: str = "all"
    allowed_macs: str = "all"
    promiscuous: bool = False
    required: bool = False
    backup: str = ""
    backup_slot: int = 0
    hcn_id: int = 0

    @property
    def migratable(self) -> bool:
        """Whether it is taken away before a migration and comes back after it."""
        return bool(self.backup)

    @property
    def drc_index(self) -> int:
        """What the operating system knows it by, for example ``0x20004001``."""
        return drc_index(self.number)


@dataclass(frozen=True)
class OwnedSlot:
    """A physical slot that a partition owns. A required one cannot be taken from it while it runs."""

    drc_index: str
    required: bool = False


def drc_index(number: int) -> int:
    """The DRC index of a logical port."""
    return _DRC_BASE | number & 0xFF_FFFF


def drc_name(number: int) -> str:
    """The DRC name of a logical port, for example ``PHB 4229`` for port 5 of adapter 2."""
    adapter, port = (number & 0xFF_FFFF) >> _PORT_BITS, port_index(number)
    return f"PHB {_BRIDGE_BASE + adapter * _BRIDGES_OF_ADAPTER + port}"


def port_index(number: int) -> int:
    """The last part of a logical port's location: 5 for ``...-T1-S5``."""
    return number & (1 << _PORT_BITS) - 1
