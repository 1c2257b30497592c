"""What a management console answers, in the field's words, and how it is read from its output.

All readers go by attribute name: the order of attributes is not proven, levels add some and leave out others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from powervm.records import Record, RecordError, flag, integer, number, read_records, split_list, text

RUNNING = "Running"
NOT_ACTIVATED = "Not Activated"
OPERATING = "Operating"
NOT_MIGRATING = "Not Migrating"
MIGRATION_FAILED = "Migration Failed"
RMC_ACTIVE = "active"
VIRTUAL_IO_SERVER = "vioserver"


@dataclass(frozen=True)
class ConsoleLevel:
    """What ``lshmc -V`` says, for example version 10, release 3, service pack 1060, base ``V10R3``."""

    version: str
    release: str
    service_pack: str
    build: str
    base: str
    fixes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.base} service pack {self.service_pack}"


def read_console_level(output: str) -> ConsoleLevel:
    """Read ``lshmc -V``: quoted attributes whose values span lines."""
    rows = read_records(output)
    if not rows:
        raise RecordError("The console printed no level.", remedy="Try 'lshmc -V' on it by hand.")
    record = rows[0]
    version = record.get("version", "")
    return ConsoleLevel(
        version=_after(version, "Version:"),
        release=_after(version, "Release:"),
        service_pack=_after(version, "Service Pack:"),
        build=_after(version, "HMC Build level"),
        base=record.get("base_version", "").strip(),
        fixes=tuple(line for line in version.splitlines() if re.match(r"M[FH]\d+( -|:)", line)),
    )


def _after(lines: str, label: str) -> str:
    match = re.search(rf"{re.escape(label)}\s*(\S+)", lines)
    return match[1] if match else ""


@dataclass(frozen=True)
class ManagedSystem:
    """A server as its console lists it.

    Attributes:
        type_model: For example ``9009-22A``.
        serial: Seven characters.
        active_mobility, inactive_mobility: False when the console says that it is not capable.
        processor_modes: The processor compatibility modes it offers; ``default`` is left out.
    """

    name: str
    type_model: str
    serial: str
    state: str
    active_mobility: bool
    inactive_mobility: bool
    processor_modes: tuple[str, ...]

    @property
    def operating(self) -> bool:
        """The console can work with it."""
        return self.state == OPERATING


def read_managed_system(record: Record) -> ManagedSystem:
    """Read one row of ``lssyscfg -r sys``."""
    return ManagedSystem(
        name=record["name"],
        type_model=text(record, "type_model"),
        serial=text(record, "serial_num"),
        state=record.get("state", ""),
        active_mobility=flag(record, "active_lpar_mobility_capable") is not False,
        inactive_mobility=flag(record, "inactive_lpar_mobility_capable") is not False,
        processor_modes=tuple(
            mode for mode in split_list(record.get("lpar_proc_compat_modes", "")) if mode != "default"
        ),
    )


@dataclass(frozen=True)
class PartitionStatus:
    """A partition, a Virtual I/O Server too, as the console lists it (``lssyscfg -r lpar``).

    Attributes:
        state: The console's word, for example ``Running`` or ``Migrating - Running``.
        mover: Whether a Virtual I/O Server is a mover service partition; None where the console does not say.
        rmc_address: The address that RMC uses; may be filled while RMC is inactive.
        desired_mode: The processor compatibility mode that the profile asks for; ``default`` leaves it to the server.
        current_mode: The mode that it runs in; empty while it is powered off.
        migration_disabled: The console refuses to migrate it.
    """

    name: str
    partition_id: int
    environment: str
    state: str
    rmc_state: str
    rmc_address: str
    os_version: str
    profile: str
    desired_mode: str
    current_mode: str
    mover: bool | None
    migration_disabled: bool

    @property
    def migrating(self) -> bool:
        """A migration is not over: every ``Migrating ...`` state, in any spelling."""
        return self.state.casefold().startswith("migrating")

    @property
    def running(self) -> bool:
        """The operating system is up, as far as the console knows."""
        return self.state == RUNNING

    @property
    def not_activated(self) -> bool:
        """It is powered off."""
        return self.state == NOT_ACTIVATED

    @property
    def rmc_active(self) -> bool:
        """The console can reach it over RMC."""
        return self.rmc_state == RMC_ACTIVE

    @property
    def is_virtual_io_server(self) -> bool:
        """It is a Virtual I/O Server."""
        return self.environment == VIRTUAL_IO_SERVER


def read_partition_status(record: Record) -> PartitionStatus:
    """Read one row of ``lssyscfg -r lpar``."""
    return PartitionStatus(
        name=record["name"],
        partition_id=integer(record, "lpar_id") or 0,
        environment=text(record, "lpar_env"),
        state=record.get("state", ""),
        rmc_state=text(record, "rmc_state") or "none",
        rmc_address=text(record, "rmc_ipaddr"),
        os_version=text(record, "os_version"),
        profile=text(record, "curr_profile") or text(record, "default_profile"),
        desired_mode=text(record, "desired_lpar_proc_compat_mode"),
        current_mode=text(record, "curr_lpar_proc_compat_mode"),
        mover=flag(record, "msp"),
        migration_disabled=flag(record, "migration_disabled") is True,
    )


@dataclass(frozen=True)
class MigrationStatus:
    """How far a migration is (``lslparmigr -r lpar``).

    Attributes:
        state: The console's word, for example ``Migration In Progress``.
        transmitted: Bytes sent so far; 0 before the transfer starts.
        remaining: Bytes left; may rise again when pages are written while they are copied.
        source_mover, target_mover: Names of the mover service partitions, empty when not known.
        leaves_to: The target's name while the partition leaves this system; likewise ``comes_from``.
    """

    state: str
    transmitted: int
    remaining: int
    source_mover: str = ""
    target_mover: str = ""
    leaves_to: str = ""
    comes_from: str = ""

    @property
    def migrating(self) -> bool:
        """A migration of this partition is not over."""
        return self.state != NOT_MIGRATING and not self.failed

    @property
    def failed(self) -> bool:
        """A migration failed and waits to be recovered."""
        return self.state == MIGRATION_FAILED

    @property
    def fraction(self) -> float:
        """Share of the bytes that are sent, 0.0 to 1.0."""
        total = self.transmitted + self.remaining
        return self.transmitted / total if total else 0.0


def read_migration_status(record: Record) -> MigrationStatus:
    """Read one row of ``lslparmigr -r lpar``."""
    return MigrationStatus(
        state=record.get("migration_state", "").replace("_", " "),
        transmitted=integer(record, "bytes_transmitted") or 0,
        remaining=integer(record, "bytes_remaining") or 0,
        source_mover=text(record, "source_msp_name"),
        target_mover=text(record, "dest_msp_name"),
        leaves_to=text(record, "dest_sys_name"),
        comes_from=text(record, "source_sys_name"),
    )


@dataclass(frozen=True)
class MigrationLimits:
    """How many migrations a managed system takes at once, and how many run (``lslparmigr -r sys``).

    None stands for a figure that the console does not print.
    """

    active_supported: int | None
    active_running: int | None
    inactive_supported: int | None
    inactive_running: int | None


def read_migration_limits(record: Record) -> MigrationLimits:
    """Read the row of ``lslparmigr -r sys``."""
    return MigrationLimits(
        active_supported=integer(record, "num_active_migrations_supported"),
        active_running=integer(record, "num_active_migrations_in_progress"),
        inactive_supported=integer(record, "num_inactive_migrations_supported"),
        inactive_running=integer(record, "num_inactive_migrations_in_progress"),
    )


@dataclass(frozen=True)
class MemoryUse:
    """Memory of a managed system in megabytes; ``block`` is the size of a logical memory block."""

    available: int | None
    block: int | None


def read_memory_use(record: Record) -> MemoryUse:
    """Read the row of ``lshwres -r mem --level sys``."""
    return MemoryUse(available=integer(record, "curr_avail_sys_mem"), block=integer(record, "mem_region_size"))


@dataclass(frozen=True)
class ProcessorUse:
    """Processing units of a managed system that no partition has."""

    available: float | None


def read_processor_use(record: Record) -> ProcessorUse:
    """Read the row of ``lshwres -r proc --level sys``."""
    return ProcessorUse(available=number(record, "curr_avail_sys_proc_units"))


@dataclass(frozen=True)
class PartitionMemory:
    """Megabytes that a partition has."""

    current: int | None


def read_partition_memory(record: Record) -> PartitionMemory:
    """Read one row of ``lshwres -r mem --level lpar``."""
    return PartitionMemory(current=integer(record, "curr_mem"))


@dataclass(frozen=True)
class PartitionProcessors:
    """Processing units that a partition is entitled to; a dedicated processor counts as 1.0.

    Attributes:
        pool_id, pool_name: Its shared processor pool; None and empty where there is none or the console does not tell.
    """

    units: float | None
    pool_id: int | None = None
    pool_name: str = ""


def read_partition_processors(record: Record) -> PartitionProcessors:
    """Read one row of ``lshwres -r proc --level lpar``."""
    if record.get("curr_proc_mode") == "ded":
        processors = integer(record, "curr_procs")
        return PartitionProcessors(units=None if processors is None else float(processors))
    side = "curr" if text(record, "curr_shared_proc_pool_id") else "pend"
    return PartitionProcessors(
        units=number(record, "curr_proc_units"),
        pool_id=integer(record, f"{side}_shared_proc_pool_id"),
        pool_name=text(record, f"{side}_shared_proc_pool_name"),
    )
