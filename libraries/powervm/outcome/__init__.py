"""The one record that every operation returns, whatever its ending."""

from powervm.outcome.devices import BackingLook, BondLook, Outage
from powervm.outcome.model import (
    Ending,
    Finding,
    Identified,
    LabNote,
    Message,
    Outcome,
    Phase,
    Place,
    Repair,
    Severity,
    Side,
)
from powervm.outcome.recorder import Recorder

__all__ = [
    "BackingLook",
    "BondLook",
    "Ending",
    "Finding",
    "Identified",
    "LabNote",
    "Message",
    "Outage",
    "Outcome",
    "Phase",
    "Place",
    "Recorder",
    "Repair",
    "Severity",
    "Side",
]
