"""The world file: which machines there are and how they behave. Read from YAML by `reading`."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, field_validator

from powervm_sim.faults.reading import parse_rule
from powervm_sim.faults.rule import Rule
from powervm_sim.world.device_file import PartitionDevices, ServerDevices, ViosDevices
from powervm_sim.world.devices import DEFAULT_SWITCH
from powervm_sim.world.entry import Entry as _Entry
from powervm_sim.world.entry import Name, Slot, Vlan
from powervm_sim.world.generator import GenerateEntry

Seconds = Annotated[float, Field(ge=0, le=86_400)]
Milliseconds = Annotated[float, Field(ge=0, le=600_000)]
Megabytes = Annotated[int, Field(gt=0, le=1 << 32)]
FaultRule = Annotated[Rule, PlainValidator(parse_rule)]
Mode = Annotated[str, Field(pattern=r"^(default|POWER\d+(_base|\+)?)$")]


class ServedEntry(_Entry):
    """Something that has an SSH endpoint.

    Attributes:
        serve: Address that the endpoint listens on; a loopback address.
        address: Address inside the world, as its machines know each other.
        password: The password of its user; a random one when it is not stated.
        down: Nothing listens there.
        banner: What every client is shown before it logs in.
    """

    serve: str
    address: str
    password: str | None = Field(default=None, repr=False)
    down: bool = False
    banner: str = Field(default="", max_length=4096)

    @field_validator("serve", "address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            raise ValueError("expected an IP address such as 127.0.10.1") from None


class LockoutEntry(_Entry):
    """When a console locks an account; see `accounts.Lockout`."""

    failures: int = Field(default=3, ge=1)
    seconds: Seconds = 300.0


class ConsoleUserEntry(_Entry):
    """A further user of a console; without a password of his own he has that of the console.

    Attributes:
        systems: The managed systems of his resource role; all when it is not stated.
        pwage: Days until a password expires.
    """

    role: Literal["hmcsuperadmin", "hmcoperator", "hmcviewer", "hmcservicerep", "hmcpe"]
    password: str | None = Field(default=None, repr=False)
    description: str = ""
    systems: tuple[Name, ...] | None = None
    pwage: int = Field(default=99_999, ge=1, le=99_999)


class ServiceEventEntry(_Entry):
    """A serviceable event that a console knows of at the start."""

    system: Name
    refcode: str
    text: str = "Platform firmware has reported an error."
    status: Literal["Open", "Closed"] = "Open"
    hours_ago: float = Field(default=1.0, ge=0)


class ConsoleEntry(ServedEntry):
    """A management console."""

    version: int
    release: str
    service_pack: str
    build: str
    fixes: tuple[str, ...] = ()
    type_model: str = "7063-CR2"
    serial: str
    user: Name = "hscroot"
    sessions: int = Field(default=44, ge=1, le=10_000)
    lockout: LockoutEntry = LockoutEntry()
    users: dict[Name, ConsoleUserEntry] = Field(default={})
    service_events: tuple[ServiceEventEntry, ...] = ()


RmcBehaviour = Literal["working", "broken", "dead", "firewall", "stale"]
"""``firewall``: the console does not let it in; ``stale``: the console's lists do not show that it is there."""


class VirtualIOServerEntry(ServedEntry, ViosDevices):
    """A Virtual I/O Server partition."""

    id: int = Field(ge=1, le=999)
    level: str = "4.1.0.10"
    memory: Megabytes = 8192
    units: float = Field(default=1.0, gt=0)
    msp: bool = True
    rmc: Literal["working", "dead", "firewall", "stale"] = "working"
    storage: tuple[Literal["scsi", "fc"], ...] = ("scsi", "fc")
    user: Name = "padmin"


class ServerEntry(ServerDevices):
    """A managed system."""

    console: Name
    type_model: str = Field(pattern=r"^\w{4}-\w{3}$")
    serial: str = Field(pattern=r"^[0-9A-Z]{7}$")
    generation: Literal["POWER8", "POWER9", "POWER10", "POWER11"]
    firmware: str
    state: str = "Operating"
    memory: Megabytes
    lmb: Megabytes = 256
    processors: int = Field(gt=0)
    capable: bool = True
    affinity_scores: bool = True
    migrations: int = Field(default=16, ge=0)
    virtual_io_servers: dict[Name, VirtualIOServerEntry] = Field(default={})


class EthernetEntry(_Entry):
    """A virtual Ethernet adapter."""

    slot: Slot
    vlan: Vlan = 1
    additional_vlans: tuple[Vlan, ...] = Field(default=(), max_length=20)
    vswitch: Name = DEFAULT_SWITCH


class StorageEntry(_Entry):
    """A virtual SCSI or fibre channel client adapter and the Virtual I/O Server that hosts it.

    Attributes:
        port: The physical port there for ``fc``; its first usable one when none is stated.
    """

    slot: Slot
    kind: Literal["scsi", "fc"]
    server: Name
    remote_slot: Slot
    port: str | None = None


class PartitionEntry(ServedEntry, PartitionDevices):
    """A mobile partition.

    Attributes:
        state: Where an activated partition stands whose operating system does not run.
        refcodes: Reference codes that it has shown before, the oldest first.
    """

    server: Name
    id: int = Field(ge=1, le=999)
    distribution: Literal["rhel8", "rhel9", "rhel10", "sles15", "sles15sp6"]
    memory: Megabytes = 8192
    processors: int = Field(default=2, ge=1)
    units: float | None = Field(default=0.5, gt=0)
    compat_mode: Mode = "default"
    profile: Name = "default_profile"
    activated: bool = True
    state: Literal["Error", "Open Firmware"] | None = None
    refcodes: tuple[str, ...] = ()
    configured: bool = True
    rmc: RmcBehaviour = "working"
    firewall: Literal["running", "stopped", "absent"] = "running"
    migration_disabled: bool = False
    ethernet: tuple[EthernetEntry, ...] = (EthernetEntry(slot=2),)
    storage: tuple[StorageEntry, ...] = ()
    dirty_rate: float | None = Field(default=None, ge=0)
    user: Name = "root"


class LatencyEntry(_Entry):
    """What a console command takes, in seconds that the speed divides."""

    listing: Seconds = 0.1
    change: Seconds = 1.0
    power: Seconds = 4.1
    creation: Seconds = 4.75
    keys: Seconds = 1.0
    terminal: Seconds = 1.6
    diagnosis: Seconds = 10.0


class DurationsEntry(_Entry):
    """Long things, in seconds that the speed divides."""

    validation: Seconds = 10.0
    set_up: Seconds = 20.0
    clean_up: Seconds = 15.0
    rmc_return: Seconds = 60.0
    activation: Seconds = 6.0
    boot: Seconds = 45.0
    shutdown: Seconds = 15.0
    snap: Seconds = 240.0
    debug_data: Seconds = 600.0
    terminal_release: Seconds = 10.0
    system_power: Seconds = 120.0


class TransferEntry(_Entry):
    """The copy of the memory, in megabytes per second."""

    rate: float = Field(default=600.0, gt=0)
    dirty_rate: float = Field(default=120.0, ge=0)


class BlackoutEntry(_Entry):
    """How long a partition is suspended, in real milliseconds."""

    minimum: Milliseconds = 100.0
    maximum: Milliseconds = 300.0


class WorldFile(_Entry):
    """A whole world.

    Attributes:
        seed: Everything random in the world follows from it.
        faults: Rules of what goes wrong; see `powervm_sim.faults`.
        generate: What the file does not write out; see `generator`.
        prefixed: Virtual I/O Servers need ``ioscli`` in front of a command on a channel without a terminal.
    """

    name: Name
    seed: int = 1
    generate: GenerateEntry | None = None
    consoles: dict[Name, ConsoleEntry] = Field(min_length=1)
    servers: dict[Name, ServerEntry] = Field(min_length=1)
    partitions: dict[Name, PartitionEntry] = Field(default={})
    control: ServedEntry = ServedEntry(serve="127.0.1.1", address="10.20.0.254")
    latency: LatencyEntry = LatencyEntry()
    durations: DurationsEntry = DurationsEntry()
    transfer: TransferEntry = TransferEntry()
    blackout: BlackoutEntry = BlackoutEntry()
    prefixed: bool = True
    faults: tuple[FaultRule, ...] = ()

    def endpoints(self) -> Iterator[tuple[str, ServedEntry]]:
        """Name and entry of everything that is served."""
        yield from self.consoles.items()
        for server in self.servers.values():
            yield from server.virtual_io_servers.items()
        yield from self.partitions.items()
        yield "lab", self.control

    def machines(self) -> dict[str, str]:
        """What every endpoint is: ``console``, ``vios``, ``partition`` or ``control``, by name."""
        kinds = dict.fromkeys(self.consoles, "console")
        for server in self.servers.values():
            kinds |= dict.fromkeys(server.virtual_io_servers, "vios")
        return {**kinds, **dict.fromkeys(self.partitions, "partition"), "lab": "control"}
