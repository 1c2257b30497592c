"""Moves again and again: each round trip with a verdict, and what grows or leaks over many of them."""

from powervm.loop.begin import open_loop
from powervm.loop.journal import JournalError
from powervm.loop.model import EndReason, IterationRecord, LoopSummary, Verdict, Way
from powervm.loop.runner import Loop, LoopPlan, OnFailure, Steps

__all__ = [
    "EndReason",
    "IterationRecord",
    "JournalError",
    "Loop",
    "LoopPlan",
    "LoopSummary",
    "OnFailure",
    "Steps",
    "Verdict",
    "Way",
    "open_loop",
]
