"""The live objects of a world: consoles, servers, partitions, and which partition is placed where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from powervm_sim.guest.interface import ConsoleSeat, Guest
from powervm_sim.world.accounts import Account
from powervm_sim.world.consoles import Console
from powervm_sim.world.devices import (
    DEFAULT_SWITCH,
    Backing,
    Devices,
    FibrePort,
    LogicalPort,
    OwnedSlot,
    SharedAdapter,
    Vnic,
)
from powervm_sim.world.gate import Gate
from powervm_sim.world.generations import Generation
from powervm_sim.world.mobility import MoverSettings, SystemMobility
from powervm_sim.world.refcodes import ReferenceCodes
from powervm_sim.world.rmc import Rmc

if TYPE_CHECKING:
    from powervm_sim.world.profile_devices import ProfileDevices

NOT_ACTIVATED = "Not Activated"
STARTING = "Starting"
RUNNING = "Running"
SHUTTING_DOWN = "Shutting Down"
OPEN_FIRMWARE = "Open Firmware"
ERROR = "Error"
MIGRATING = "Migrating - "
HUGE_PAGE = 16_384
"""Megabytes of a huge page."""


@dataclass(frozen=True)
class Amount:
    """The three figures of a resource in a profile or partition."""

    minimum: float
    desired: float
    maximum: float


@dataclass(frozen=True)
class Sharing:
    """How a partition shares processors.

    Attributes:
        mode: ``cap`` or ``uncap`` for shared processors; for dedicated ones what happens to idle ones.
        weight: Of an uncapped partition.
    """

    mode: str = "uncap"
    weight: int = 128


@dataclass
class Profile:
    """A partition profile. ``units`` is None for dedicated processors.

    Attributes:
        devices: Its adapters; None while they are those that the partition has.
        settings: Further attributes, as they are listed, that differ from the usual ones.
    """

    name: str
    memory: Amount
    processors: Amount
    units: Amount | None
    compat_mode: str
    sharing: Sharing = Sharing()
    pool: int = 0
    huge_pages: int = 0
    devices: ProfileDevices | None = None
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ethernet:
    """A virtual Ethernet adapter.

    Attributes:
        additional: The VLANs that go through it with their tags.
        trunk_priority: Of an adapter of a Virtual I/O Server that may bridge.
        hcn_id: It is the backup of the migratable port with this id; 0 otherwise.
    """

    slot: int
    vlan: int
    mac: str
    vswitch: str = DEFAULT_SWITCH
    trunk_priority: int | None = None
    additional: tuple[int, ...] = ()
    required: bool = False
    hcn_id: int = 0

    @property
    def vlans(self) -> tuple[int, ...]:
        """All VLANs that it takes part in."""
        return (self.vlan, *self.additional)


@dataclass(frozen=True)
class Storage:
    """A virtual storage client adapter and where it is hosted now.

    Attributes:
        kind: ``scsi`` or ``fc``.
        host_id: Partition id of the Virtual I/O Server.
        wwpns: Two names for ``fc``, none for ``scsi``.
        fc_port: The physical port of the host that an ``fc`` adapter is mapped to, for example ``fcs0``.
        hosted: The host has the server adapter that belongs to it.
    """

    kind: str
    slot: int
    host_id: int
    host_name: str
    remote_slot: int
    wwpns: tuple[str, ...] = ()
    fc_port: str = ""
    required: bool = False
    hosted: bool = True


@dataclass(frozen=True)
class WaitingAdapter:
    """A server adapter of a Virtual I/O Server that no client adapter is connected to.

    Attributes:
        client_id: Who may connect; None for anybody. Likewise `client_slot`.
    """

    kind: str
    slot: int
    client_id: int | None
    client_slot: int | None


@dataclass(eq=False)
class VirtualIOServerFacts:
    """What only a Virtual I/O Server has."""

    level: str
    storage: frozenset[str]
    fc_ports: tuple[FibrePort, ...] = ()
    shared_adapters: tuple[SharedAdapter, ...] = ()
    mover: MoverSettings = field(default_factory=MoverSettings)

    def fc_port(self, name: str) -> FibrePort | None:
        """A physical fibre channel port by its name."""
        return next((port for port in self.fc_ports if port.name == name), None)


@dataclass(eq=False)
class Partition:
    """A logical partition, wherever it is placed.

    Attributes:
        terminal_open: Somebody looks at its console (``mkvterm``).
        end_terminal: Ends that session; None when there is none.
        seat: The console of a system that is no guest (a Virtual I/O Server).
        boot_mode: Of the last activation: ``norm``, ``sms`` or ``of``.
        settings: Attributes of ``lssyscfg -r lpar`` that were set to something else than usual.
        zoned: World wide port names that were logged in to the fabric for zoning (``chnportlogin``).
    """

    name: str
    uuid: str
    address: str
    account: Account
    memory: Amount
    processors: Amount
    units: Amount | None
    desired_mode: str
    profiles: dict[str, Profile]
    default_profile: str
    ethernet: tuple[Ethernet, ...]
    rmc: Rmc
    distribution: str = ""
    current_mode: str = ""
    current_profile: str = ""
    sync_profile: int = 0
    configured: bool = True
    msp: bool = False
    migration_disabled: bool = False
    dirty_rate: float | None = None
    vios: VirtualIOServerFacts | None = None
    guest: Guest | None = None
    down: bool = False
    off: bool = False
    served_address: str = ""
    gate: Gate = field(default_factory=Gate)
    vnics: tuple[Vnic, ...] = ()
    sharing: Sharing = Sharing()
    huge_pages: int = 0
    max_virtual_slots: int = 200
    power_watchers: list[Callable[[bool], None]] = field(default_factory=list)
    terminal_open: bool = False
    end_terminal: Callable[[], None] | None = None
    seat: ConsoleSeat | None = None
    refcodes: ReferenceCodes = field(default_factory=ReferenceCodes)
    boot_mode: str = "norm"
    settings: dict[str, str] = field(default_factory=dict)
    zoned: set[str] = field(default_factory=set)

    @property
    def is_vios(self) -> bool:
        """Whether it is a Virtual I/O Server."""
        return self.vios is not None

    @property
    def environment(self) -> str:
        """``lpar_env``."""
        return "vioserver" if self.is_vios else "aixlinux"

    @property
    def console_seat(self) -> ConsoleSeat | None:
        """Where its console can be looked at, if it has a system."""
        return self.guest or self.seat

    def power_changed(self, on: bool) -> None:
        """Tell everyone who watches that the operating system came or went."""
        for watcher in tuple(self.power_watchers):
            watcher(on)


@dataclass(eq=False)
class Placement:
    """A partition as one server knows it; while it migrates there is a second one on the other server.

    Attributes:
        state: The words of ``lssyscfg -r lpar -F state``.
        backings: The backing devices of the partition's vNICs on this server.
        ports: The logical ports that it holds on this server.
        slots: The physical slots that it owns.
        pool: The id of its shared processor pool on this server.
        waiting: Server adapters without a client, of a Virtual I/O Server.
    """

    partition: Partition
    server: Server
    lpar_id: int
    state: str
    storage: tuple[Storage, ...] = ()
    backings: tuple[Backing, ...] = ()
    ports: tuple[LogicalPort, ...] = ()
    slots: tuple[OwnedSlot, ...] = ()
    pool: int = 0
    waiting: tuple[WaitingAdapter, ...] = ()

    @property
    def name(self) -> str:
        """The partition's name."""
        return self.partition.name

    @property
    def migrating(self) -> bool:
        """Whether it is in one of the states of a migration."""
        return self.state.startswith(MIGRATING)

    @property
    def powered(self) -> bool:
        """Whether it holds memory and processors."""
        return not self.state.endswith(NOT_ACTIVATED)

    @property
    def running(self) -> bool:
        """Whether its operating system runs, also while it migrates."""
        return self.state.endswith(RUNNING)

    @property
    def rmc_state(self) -> str:
        """The words of ``rmc_state``."""
        return "active" if self.running and self.partition.rmc.listed else "inactive"


@dataclass(eq=False)
class Server:
    """A managed system."""

    name: str
    console: Console
    type_model: str
    serial: str
    generation: Generation
    firmware: str
    state: str
    memory: int
    lmb: int
    processors: int
    capable: bool
    migration_limit: int
    uuid: str
    devices: Devices = field(default_factory=Devices)
    placements: dict[int, Placement] = field(default_factory=dict)
    mobility: SystemMobility = field(default_factory=SystemMobility)
    affinity_scores: bool = True
    refcodes: ReferenceCodes = field(default_factory=ReferenceCodes)

    @property
    def type_model_serial(self) -> str:
        """For example ``9009-22A*78A1B20``."""
        return f"{self.type_model}*{self.serial}"

    @property
    def operating(self) -> bool:
        """Whether resource commands are possible."""
        return self.state == "Operating"

    @property
    def virtual_io_servers(self) -> list[Placement]:
        """Its Virtual I/O Servers by id."""
        return [place for _, place in sorted(self.placements.items()) if place.partition.is_vios]

    @property
    def vlans(self) -> frozenset[int]:
        """The VLANs of any switch that a Virtual I/O Server bridges."""
        return frozenset(vlan for name in self.devices.vswitches for vlan in self.bridged(name))

    def bridged(self, vswitch: str) -> frozenset[int]:
        """The VLANs of one switch that a Shared Ethernet Adapter bridges."""
        return frozenset(
            vlan
            for place in self.virtual_io_servers
            for adapter in place.partition.ethernet
            if adapter.vswitch == vswitch and adapter.trunk_priority is not None and bridges(place, adapter)
            for vlan in adapter.vlans
        )

    @property
    def firmware_memory(self) -> int:
        """Megabytes that the hypervisor keeps for itself: a thirty-second part, whole blocks."""
        return -(-self.memory // 32 // self.lmb) * self.lmb

    @property
    def free_memory(self) -> int:
        """Megabytes that no partition holds and that are not set aside as huge pages."""
        held = sum(int(place.partition.memory.desired) for place in self.placements.values() if place.powered)
        return self.memory - self.firmware_memory - self.devices.huge_pages * HUGE_PAGE - held

    @property
    def free_huge_pages(self) -> int:
        """Huge pages that no partition holds."""
        return self.devices.huge_pages - sum(
            place.partition.huge_pages for place in self.placements.values() if place.powered
        )

    @property
    def free_units(self) -> float:
        """Processing units that no partition holds and no pool reserves."""
        held = sum(units_of(place.partition) for place in self.placements.values() if place.powered)
        held += sum(pool.reserved for pool in self.devices.pools.values())
        return round(self.processors - held, 2)

    def free_id(self, wanted: int) -> int:
        """``wanted`` if it is free, else the lowest free id."""
        if wanted not in self.placements:
            return wanted
        return next(number for number in range(1, 1000) if number not in self.placements)

    def placement_of(self, partition: Partition) -> Placement | None:
        """Where this partition stands here."""
        return next((place for place in self.placements.values() if place.partition is partition), None)

    def add(self, placement: Placement) -> None:
        """Put a partition here."""
        self.placements[placement.lpar_id] = placement

    def remove(self, placement: Placement) -> None:
        """Take a partition away."""
        del self.placements[placement.lpar_id]


def units_of(partition: Partition) -> float:
    """Processing units that a partition holds; a dedicated processor is one."""
    return partition.units.desired if partition.units else partition.processors.desired


def bridges(host: Placement, adapter: Ethernet) -> bool:
    """Whether a Shared Ethernet Adapter of a Virtual I/O Server uses this trunk adapter."""
    vios = host.partition.vios
    return vios is not None and any(shared.slot == adapter.slot for shared in vios.shared_adapters)


def pool_room(server: Server, pool: int) -> float:
    """Processing units that partitions can still be given in a shared processor pool, its maximum considered."""
    found = server.devices.pools[pool]
    if found.maximum is None:
        return server.free_units
    held = sum(
        place.partition.units.desired
        for place in server.placements.values()
        if place.powered and place.pool == pool and place.partition.units
    )
    return round(min(server.free_units, found.maximum - found.reserved - held), 2)
