"""The live objects of a world: consoles, servers, partitions, and which partition is placed where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from powervm_sim.guest.interface import Guest
from powervm_sim.world.accounts import Account
from powervm_sim.world.gate import Gate
from powervm_sim.world.generations import Generation
from powervm_sim.world.rmc import Rmc

NOT_ACTIVATED = "Not Activated"
STARTING = "Starting"
RUNNING = "Running"
SHUTTING_DOWN = "Shutting Down"
MIGRATING = "Migrating - "


@dataclass(eq=False)
class Console:
    """A management console: its level, the address that other consoles know it by, and its user."""

    name: str
    address: str
    served_address: str
    type_model: str
    serial: str
    version: int
    release: str
    service_pack: str
    build: str
    fixes: tuple[str, ...]
    sessions: int
    account: Account
    down: bool = False

    def answers_to(self, address: str) -> bool:
        """Whether ``--ip`` with this address or host name means this console."""
        return address in (self.address, self.name, self.served_address)


@dataclass(frozen=True)
class Amount:
    """The three figures of a resource in a profile or partition."""

    minimum: float
    desired: float
    maximum: float


@dataclass
class Profile:
    """A partition profile. ``units`` is None for dedicated processors."""

    name: str
    memory: Amount
    processors: Amount
    units: Amount | None
    compat_mode: str


@dataclass(frozen=True)
class Ethernet:
    """A virtual Ethernet adapter."""

    slot: int
    vlan: int
    mac: str
    vswitch: str = "ETHERNET0"
    trunk_priority: int | None = None


@dataclass(frozen=True)
class Storage:
    """A virtual storage client adapter and where it is hosted now.

    Attributes:
        kind: ``scsi`` or ``fc``.
        host_id: Partition id of the Virtual I/O Server.
        wwpns: Two names for ``fc``, none for ``scsi``.
    """

    kind: str
    slot: int
    host_id: int
    host_name: str
    remote_slot: int
    wwpns: tuple[str, ...] = ()


@dataclass
class MigrationFault:
    """What is going to break; see the world file."""

    fail_at: str
    leave: str
    times: int


@dataclass(eq=False)
class VirtualIOServerFacts:
    """What only a Virtual I/O Server has."""

    level: str
    storage: frozenset[str]


@dataclass(eq=False)
class Partition:
    """A logical partition, wherever it is placed."""

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
    fault: MigrationFault | None = None
    vios: VirtualIOServerFacts | None = None
    guest: Guest | None = None
    down: bool = False
    served_address: str = ""
    gate: Gate = field(default_factory=Gate)
    power_watchers: list[Callable[[bool], None]] = field(default_factory=list)

    @property
    def is_vios(self) -> bool:
        """Whether it is a Virtual I/O Server."""
        return self.vios is not None

    @property
    def environment(self) -> str:
        """``lpar_env``."""
        return "vioserver" if self.is_vios else "aixlinux"

    def power_changed(self, on: bool) -> None:
        """Tell everyone who watches that the operating system came or went."""
        for watcher in tuple(self.power_watchers):
            watcher(on)


@dataclass(eq=False)
class Placement:
    """A partition as one server knows it; while it migrates there is a second one on the other server.

    Attributes:
        state: The words of ``lssyscfg -r lpar -F state``.
    """

    partition: Partition
    server: Server
    lpar_id: int
    state: str
    storage: tuple[Storage, ...] = ()

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
        if not self.running:
            return "inactive" if self.partition.configured else "none"
        return "active" if self.partition.rmc.active else "inactive"


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
    vlans: frozenset[int]
    uuid: str
    placements: dict[int, Placement] = field(default_factory=dict)

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
    def firmware_memory(self) -> int:
        """Megabytes that the hypervisor keeps for itself: a thirty-second part, whole blocks."""
        return -(-self.memory // 32 // self.lmb) * self.lmb

    @property
    def free_memory(self) -> int:
        """Megabytes that no partition holds."""
        held = sum(int(place.partition.memory.desired) for place in self.placements.values() if place.powered)
        return self.memory - self.firmware_memory - held

    @property
    def free_units(self) -> float:
        """Processing units that no partition holds."""
        held = sum(units_of(place.partition) for place in self.placements.values() if place.powered)
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
