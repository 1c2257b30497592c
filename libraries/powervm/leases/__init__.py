"""What a run takes for itself of a lab's machines, against all other runs on this computer."""

from powervm.leases.leases import LeaseRefused, Leases, Sharing, Tell
from powervm.leases.locks import FOLDER_VARIABLE, LockFolder, LocksUnusable
from powervm.leases.sessions import ConsoleFull, ConsoleSessions

__all__ = [
    "FOLDER_VARIABLE",
    "ConsoleFull",
    "ConsoleSessions",
    "LeaseRefused",
    "Leases",
    "LockFolder",
    "LocksUnusable",
    "Sharing",
    "Tell",
]
