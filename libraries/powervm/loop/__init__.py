"""Moves again and again: each round trip with a verdict, and what grows or leaks over many of them."""

from powervm.loop.begin import open_loop, unfinished
from powervm.loop.journal import JournalError
from powervm.loop.model import EndReason, IterationRecord, LoopSummary, Verdict, Way
from powervm.loop.round_trip import LoopPlan, OnFailure, Steps
from powervm.loop.runner import SUMMARY, Loop

__all__ = [
    "SUMMARY",
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
    "unfinished",
]
