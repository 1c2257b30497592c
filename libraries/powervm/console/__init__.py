"""The management console (HMC): typed questions and actions."""

from powervm.console.answers import (
    ConsoleLevel,
    ManagedSystem,
    MemoryUse,
    MigrationLimits,
    MigrationStatus,
    PartitionMemory,
    PartitionProcessors,
    PartitionStatus,
    ProcessorUse,
)
from powervm.console.command_line import MigrationRequest, Operation
from powervm.console.console import ConsoleCommandFailed, ManagementConsole
from powervm.console.mover_answers import MoverEnd, MoverFigures, MoverPair

__all__ = [
    "ConsoleCommandFailed",
    "ConsoleLevel",
    "ManagedSystem",
    "ManagementConsole",
    "MemoryUse",
    "MigrationLimits",
    "MigrationRequest",
    "MigrationStatus",
    "MoverEnd",
    "MoverFigures",
    "MoverPair",
    "Operation",
    "PartitionMemory",
    "PartitionProcessors",
    "PartitionStatus",
    "ProcessorUse",
]
