"""Several partitions leave a server together, each with its own verdict, and come home."""

from powervm.evacuation.evacuate import EvacuationResult, check_evacuation, evacuate, plan_evacuation
from powervm.evacuation.homecoming import bring_evacuated_home
from powervm.evacuation.moving import Departure

__all__ = [
    "Departure",
    "EvacuationResult",
    "bring_evacuated_home",
    "check_evacuation",
    "evacuate",
    "plan_evacuation",
]
