"""The one record that every operation returns, whatever its ending."""

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
    "Ending",
    "Finding",
    "Identified",
    "LabNote",
    "Message",
    "Outcome",
    "Phase",
    "Place",
    "Recorder",
    "Repair",
    "Severity",
    "Side",
]
