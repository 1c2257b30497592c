"""What a lab consists of: consoles, servers, Virtual I/O Servers, partitions, peers and moves.

All of it is read only. Durations are in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import ClassVar

from powervm.lab.devices import Network, Storage, Vnic
from powervm.secret import Password
from powervm.settings import NO_SETTINGS, MigrationSettings
from powervm.ssh import Login


class MoveKind(str, Enum):
    """How a partition moves."""

    ACTIVE = "active"
    """It runs meanwhile."""
    INACTIVE = "inactive"
    """It is powered off."""


class Repair(str, Enum):
    """What a check may mend by itself."""

    RMC = "rmc"
    SERVICES = "services"
    MOVER_SERVICE = "mover_service"


@dataclass(frozen=True, kw_only=True)
class Access:
    """How a machine is logged in to, as far as the lab file says so.

    Attributes:
        host: None for a machine that is known by name only.
        user: None for the default user of its kind.
        host_keys: Its public host keys, where whoever runs it has published them.
    """

    host: str | None = None
    port: int = 22
    user: str | None = None
    password: Password | None = None
    key_file: Path | None = None
    passphrase: Password | None = None
    agent: bool = False
    host_keys: tuple[str, ...] = ()

    @property
    def has_credentials(self) -> bool:
        """There is something to log in with."""
        return self.password is not None or self.key_file is not None or self.agent

    def login(self, default_user: str) -> Login:
        """The same for the SSH client."""
        return Login(
            user=self.user or default_user,
            password=self.password,
            key_file=self.key_file,
            passphrase=self.passphrase,
            agent=self.agent,
        )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A machine of the lab.

    Attributes:
        name: Its endpoint name.
        access: How it is logged in to.
    """

    KIND: ClassVar[str] = ""
    """In messages, and in the ready document of a simulated lab."""
    TITLE: ClassVar[str] = ""
    DEFAULT_USER: ClassVar[str] = "root"

    name: str
    access: Access

    @property
    def user(self) -> str:
        """Who logs in."""
        return self.access.user or self.DEFAULT_USER


@dataclass(frozen=True)
class Route:
    """How one console reaches another: for ``migrlpar --ip`` and ``-u``."""

    address: str
    user: str


@dataclass(frozen=True, kw_only=True)
class ConsoleEntry(Entry):
    """A management console.

    Attributes:
        routes: How it reaches other consoles, by their names; the user is None for the one of the lab file there.
        sessions: SSH connections that all runs on this computer together hold to it at most.
    """

    KIND = "console"
    TITLE = "console"
    DEFAULT_USER = "hscroot"

    routes: Mapping[str, tuple[str, str | None]]
    sessions: int = 30


@dataclass(frozen=True, kw_only=True)
class ViosEntry(Entry):
    """A Virtual I/O Server.

    Attributes:
        server: Name of the managed system that it belongs to.
        partition: Its name on the console.
    """

    KIND = "vios"
    TITLE = "Virtual I/O Server"
    DEFAULT_USER = "padmin"

    server: str
    partition: str


@dataclass(frozen=True, kw_only=True)
class PartitionEntry(Entry):
    """A mobile partition.

    Attributes:
        partition: Its name on the consoles.
        profile: What it is activated with after an inactive move.
    """

    KIND = "partition"
    TITLE = "partition"

    partition: str
    profile: str | None = None


@dataclass(frozen=True, kw_only=True)
class PeerEntry(Entry):
    """A host that watches from outside."""

    KIND = "peer"
    TITLE = "peer"


@dataclass(frozen=True, kw_only=True)
class ServerEntry:
    """A managed system.

    Attributes:
        console: Name of the console that manages it.
        system: Its name on that console.
        virtual_io_servers: By their names within the server.
    """

    name: str
    console: str
    system: str
    virtual_io_servers: Mapping[str, ViosEntry]


@dataclass(frozen=True, kw_only=True)
class Move:
    """A move that suites can ask for by name.

    Attributes:
        partition: Name of the partition in the lab file.
        source: Name of the server where it is.
        target: Name of the server that it goes to.
        options: More options for migrlpar, as text.
        profile: Profile on the target, or None.
        settings: What is chosen by name.
        vnic: The vNIC whose backing devices are mapped.
        network: The network that is watched.
        storage: How storage is mapped; None leaves it to the console.
    """

    name: str
    partition: str
    source: str
    target: str
    kind: MoveKind = MoveKind.ACTIVE
    options: str = ""
    profile: str | None = None
    settings: MigrationSettings = NO_SETTINGS
    vnic: Vnic | None = None
    network: Network | None = None
    storage: Storage | None = None

    def back(self) -> Move:
        """The same way in the other direction; its name ends with ``-back``, and the way back of that does not."""
        name = self.name[: -len("-back")] if self.name.endswith("-back") else f"{self.name}-back"
        return replace(
            self,
            name=name,
            source=self.target,
            target=self.source,
            settings=self.settings.back(),
            vnic=self.vnic and self.vnic.back(),
            storage=self.storage and self.storage.back(),
        )


@dataclass(frozen=True, kw_only=True)
class Evacuation:
    """Several partitions that leave a server together.

    Attributes:
        partitions: Names of partitions in the lab file; None for all of the lab file's that are there and can move.
        stays: Partitions among them that are expected to be left behind, since they cannot move.
        options, settings: As for a move; for all of them.
    """

    name: str
    source: str
    target: str
    partitions: tuple[str, ...] | None = None
    stays: tuple[str, ...] = ()
    options: str = ""
    settings: MigrationSettings = NO_SETTINGS


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long things may take, in seconds."""

    migration: float
    validation: float
    rmc: float
    connect: float
    command: float
    poll: float
    settle: float


@dataclass(frozen=True, kw_only=True)
class Logs:
    """What is collected beside the built-in lists; ``limit`` is the seconds that each item may take."""

    os_files: tuple[str, ...] = ()
    os_commands: tuple[str, ...] = ()
    vios_commands: tuple[str, ...] = ()
    console_commands: tuple[str, ...] = ()
    limit: float = 600.0


@dataclass(frozen=True, kw_only=True)
class WorkloadEntry:
    """What a partition does while it moves.

    Attributes:
        command: Command line or script.
        kind: ``stress-ng``, ``fio``, ``iperf3`` or ``command``; None for what the command line looks like.
        limit: Seconds after which the partition ends it; None for the default.
        environment: Variables for it, whose values are secret.
    """

    command: str
    kind: str | None = None
    limit: float | None = None
    environment: Mapping[str, Password] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """The simulated lab that answers: one that is started from a world file, or one that runs already."""

    world: Path | None = None
    speed: float | None = None
    ready_file: Path | None = None
