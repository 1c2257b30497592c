"""``--affinity``: how near memory and processors would be to each other on the target. The score is made up."""

from __future__ import annotations

from collections.abc import Iterator

from powervm_sim.hsc import HscError
from powervm_sim.migration.wishes import Request
from powervm_sim.world.model import Server, units_of

_WITHOUT_SCORES = ("POWER6", "POWER7", "POWER8")


def affinity_errors(request: Request) -> Iterator[HscError]:
    """A system that has no scores."""
    if request.choices.affinity:
        for server in (request.source, request.target):
            if server.generation.name in _WITHOUT_SCORES:
                text = f"The affinity score is not available: the managed system {server.name} does not support the"
                yield HscError("HSCLA012", f"{text} operation.")


def affinity_warnings(request: Request) -> Iterator[HscError]:
    """A score that is not the best."""
    if request.choices.affinity:
        score = predicted_score(request, request.target)
        if score < 100:
            text = f"The predicted affinity score of the partition {request.partition.name} on the managed system"
            yield HscError("HSCLAF56", f"{text} {request.target.name} is {score}.")


def predicted_score(request: Request, server: Server) -> int:
    """100 when there is twice as much free as is needed, less when it gets tight."""
    need, free = request.partition.memory.desired, server.free_memory
    units = units_of(request.partition)
    room = min(free / need if need else 2.0, server.free_units / units if units else 2.0)
    return max(0, min(100, int(room * 50)))
