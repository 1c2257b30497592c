"""What a lab is: the file that describes it, and the model that the library works with."""

from powervm.lab.devices import Network, Storage, StorageMapping, Vnic
from powervm.lab.entries import (
    Access,
    ConsoleEntry,
    Entry,
    Evacuation,
    Limits,
    Logs,
    Move,
    MoveKind,
    PartitionEntry,
    PeerEntry,
    Repair,
    Route,
    ServerEntry,
    Simulated,
    ViosEntry,
    WorkloadEntry,
)
from powervm.lab.load import load_lab
from powervm.lab.model import SIMULATED, Lab
from powervm.lab.problems import LabFileError, Problem
from powervm.lab.ready import READY_FORMAT, ReadyError, load_ready

__all__ = [
    "READY_FORMAT",
    "SIMULATED",
    "Access",
    "ConsoleEntry",
    "Entry",
    "Evacuation",
    "Lab",
    "LabFileError",
    "Limits",
    "Logs",
    "Move",
    "MoveKind",
    "Network",
    "PartitionEntry",
    "PeerEntry",
    "Problem",
    "ReadyError",
    "Repair",
    "Route",
    "ServerEntry",
    "Simulated",
    "Storage",
    "StorageMapping",
    "ViosEntry",
    "Vnic",
    "WorkloadEntry",
    "load_lab",
    "load_ready",
]
