"""How the world (servers, firmware, migrations) and an operating system in a partition meet.

The world calls a `Guest`; a guest reads `Hardware` and calls the functions in `Firmware`. Neither knows more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Adapter:
    """A virtual adapter that firmware shows to the operating system.

    Attributes:
        driver: ``ibmveth``, ``ibmvscsi``, ``ibmvfc``, ``ibmvnic`` or ``mlx5_core`` (a logical port of an SR-IOV
            adapter): the Linux driver for this kind of adapter.
        unit: Unit address, for example ``0x30000002`` for the adapter in virtual slot 2; 0 for a logical port.
        mac: Of a network adapter, for example ``02:05:a1:b2:00:02``.
        host_name: Virtual I/O Server that serves a storage adapter, with its partition id.
        host_device: The server's side, for example ``vfchost3``.
        host_location: Location code of the server's physical side, for example ``U78D2.001.WZS00AB-P1-C8-T1``.
        drc_index: Of a logical port, for example ``0x20004005``; it makes the interface ``enP16389p1s0``.
        hcn_id: Of a migratable logical port and of its backup: both are members of the bond of that id. 0 otherwise.
        primary: It is the logical port of the two, not the backup.
        link: Of a vNIC: a backing device serves it.
        wwpns: The two names of a virtual Fibre Channel adapter, for example ``c05076ab12cd0010``.
    """

    driver: str
    unit: int
    mac: str = ""
    host_name: str = ""
    host_id: int = 1
    host_device: str = ""
    host_location: str = ""
    drc_index: int = 0
    hcn_id: int = 0
    primary: bool = False
    link: bool = True
    wwpns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hardware:
    """What firmware tells the operating system about the server that it runs on and its share of it.

    Attributes:
        type_model: For example ``9009-22A``.
        serial: Seven characters, for example ``78A1B20``.
        processor: ``POWER8`` ... ``POWER11``: the silicon.
        compatibility_mode: What the hypervisor gave at activation, for example ``POWER9_base``.
        firmware: For example ``FW950.30 (VL950_092)``.
        memory: Megabytes; likewise the other memory figures.
        units: Entitled processing units; None for dedicated processors.
        adapters: The virtual adapters, with who serves them on this server.
    """

    type_model: str
    serial: str
    processor: str
    compatibility_mode: str
    firmware: str
    partition_id: int
    partition_name: str
    memory: int
    minimum_memory: int
    maximum_memory: int
    processors: int
    minimum_processors: int
    maximum_processors: int
    units: float | None
    minimum_units: float | None
    maximum_units: float | None
    capped: bool
    weight: int
    pool_id: int
    server_processors: int
    consoles: tuple[ConsoleContact, ...]
    adapters: tuple[Adapter, ...] = ()


@dataclass(frozen=True)
class ConsoleContact:
    """A management console as a partition knows it (``lsrsrc IBM.MCP``)."""

    name: str
    address: str
    type_model_serial: str


@dataclass(frozen=True)
class Neighbour:
    """Another machine, as the network shows it.

    Attributes:
        answers: It is up, so that packets are answered.
        ports: TCP ports that are open.
    """

    address: str
    answers: bool
    ports: frozenset[int] = frozenset({22})


@dataclass(frozen=True)
class Firmware:
    """What a guest may do to the world.

    Attributes:
        rmc_changed: To be called whenever something that RMC needs was started, stopped or re-configured.
        power_off: The operating system has shut itself down; the argument is True for a restart.
        neighbour: Finds another machine of the world by name or address.
        long: Lets so many seconds of something long pass; they are fewer in a fast lab.
    """

    rmc_changed: Callable[[], None]
    power_off: Callable[[bool], None]
    neighbour: Callable[[str], Neighbour | None] = lambda _: None
    long: Callable[[float], Awaitable[None]] = asyncio.sleep


class ConsoleListener(Protocol):
    """Who looks at the console of a partition."""

    def write(self, text: str) -> None:
        """It has shown this; lines end with CR LF."""

    async def room(self) -> None:
        """Returns when not too much is waiting to be looked at."""


Authenticate = Callable[[str, str], bool]
"""Whether a user name and a password belong together."""


class ConsoleSeat(Protocol):
    """A system whose console can be looked at."""

    def attach_console(self, listener: ConsoleListener, authenticate: Authenticate) -> Callable[[str], None]:
        """Somebody looks at the system's console. Returns what is to be called with the characters that are typed."""

    def detach_console(self) -> None:
        """Nobody looks any more; who is logged in there stays so."""


class Guest(ConsoleSeat, Protocol):
    """An operating system in a partition, as the world sees it. All calls return at once."""

    @property
    def rmc_ready(self) -> bool:
        """The subsystems that RMC needs are active and remote clients are allowed."""

    @property
    def running(self) -> bool:
        """It is booted (also while suspended)."""

    @property
    def dirty_rate(self) -> float:
        """Megabytes of memory that its load writes in a second, beyond what a quiet system writes."""

    def boot(self, hardware: Hardware) -> None:
        """The partition was activated: a new boot id, an empty kernel log with boot lines, uptime 0."""

    def stop(self) -> None:
        """The power is gone: every process ends; files in /var survive, /proc and the ring buffer do not."""

    def check_migration(self, stream_id: int, target_id: int) -> int:
        """``drmgr -m -c pmig -p check`` is run; returns its exit status (0: the operating system agrees)."""

    @property
    def objection(self) -> str:
        """What programs of the operating system have printed that made the last check fail; empty otherwise."""

    def start_migration(self, stream_id: int, target_id: int) -> None:
        """``drmgr -m -c pmig -p pre`` is run: the copy goes on while the partition runs."""

    def remove_port(self, adapter: Adapter) -> int:
        """A migratable port is about to go (``hcnqrydev``, ``hcnrmdev``): 0, or why not, such as 16: no backup."""

    def add_port(self, adapter: Adapter) -> int:
        """A port was plugged in (``hcncfgdrc``): it joins its bond; 0, or the number of the error."""

    def hardware_changed(self, hardware: Hardware) -> None:
        """Memory, processors or adapters were added or taken away while it runs (or is about to boot)."""

    def fail_over(self, adapter: Adapter) -> None:
        """Another backing device serves this vNIC from now on."""

    def suspend(self) -> None:
        """Last moment on the source: the suspend lines are logged, then nothing runs until `resume`."""

    def resume(self, hardware: Hardware) -> None:
        """First moment on the target (or on the source again): lines are logged, everything goes on."""

    def end_migration(self, status: int) -> None:
        """The kernel's call has returned: 0, or an errno such as 5 when the migration was stopped."""
