"""What a lab is: the file that describes it, and the model that the library works with."""

from powervm.lab.entries import (
    Access,
    ConsoleEntry,
    Entry,
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
    Vnic,
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
    "Lab",
    "LabFileError",
    "Limits",
    "Logs",
    "Move",
    "MoveKind",
    "PartitionEntry",
    "PeerEntry",
    "Problem",
    "ReadyError",
    "Repair",
    "Route",
    "ServerEntry",
    "Simulated",
    "ViosEntry",
    "Vnic",
    "WorkloadEntry",
    "load_lab",
    "load_ready",
]
