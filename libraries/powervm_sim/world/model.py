"""The live objects of a world: consoles, servers, partitions, and which partition is placed where."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from powervm_sim.guest.interface import ConsoleSeat, Guest
from powervm_sim.guest.tree import Tree
from powervm_sim.world.accounts import Account
from powervm_sim.world.gate import Gate
from powervm_sim.world.generations import Generation
from powervm_sim.world.refcodes import ReferenceCodes
from powervm_sim.world.rmc import Rmc
from powervm_sim.world.users import ConsoleUser

NOT_ACTIVATED = "Not Activated"
STARTING = "Starting"
RUNNING = "Running"
SHUTTING_DOWN = "Shutting Down"
OPEN_FIRMWARE = "Open Firmware"
ERROR = "Error"
MIGRATING = "Migrating - "


@dataclass(frozen=True)
class ServiceEvent:
    """A serviceable event of the hardware that a console knows of.

    Attributes:
        time: When it was reported first, in seconds since the epoch.
    """

    number: int
    refcode: str
    text: str
    status: str
    system: str
    time: float


@dataclass(eq=False)
class ConsoleSession:
    """Somebody who is logged in on a console now.

    Attributes:
        terminal: For example ``pts/0``; empty without one.
        since: Seconds since the epoch.
    """

    user: str
    terminal: str
    since: float


@dataclass(eq=False)
class Console:
    """A management console: its level, the address that other consoles know it by, its users and files.

    Attributes:
        account: That of its first user, who is a super administrator.
        users: All users by name, the first one too.
        booted: Seconds since the epoch.
    """

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
    users: dict[str, ConsoleUser] = field(default_factory=dict)
    files: Tree = field(default_factory=Tree)
    service_events: tuple[ServiceEvent, ...] = ()
    logged_in: list[ConsoleSession] = field(default_factory=list)
    booted: float = field(default_factory=time.time)
    collecting: bool = False

    @property
    def short_name(self) -> str:
        """The host name without domain."""
        return self.name.partition(".")[0]

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
    """A partition profile. ``units`` is None for dedicated processors.

    Attributes:
        settings: Attributes as they are listed that differ from the usual ones.
    """

    name: str
    memory: Amount
    processors: Amount
    units: Amount | None
    compat_mode: str
    settings: dict[str, str] = field(default_factory=dict)


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
    fault: MigrationFault | None = None
    vios: VirtualIOServerFacts | None = None
    guest: Guest | None = None
    down: bool = False
    served_address: str = ""
    gate: Gate = field(default_factory=Gate)
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
    vlans: frozenset[int]
    uuid: str
    placements: dict[int, Placement] = field(default_factory=dict)
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
