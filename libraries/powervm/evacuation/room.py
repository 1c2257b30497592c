"""How many migrations may begin now, read from the consoles of both sides."""

from __future__ import annotations

from functools import partial

from powervm.console import MigrationLimits, MoverFigures
from powervm.evacuation.calls import Room, room_of
from powervm.operation import Work
from powervm.outcome import Side
from powervm.parallel import ask_all
from powervm.session import LabSession
from powervm.settings import RedundantMovers
from powervm.waiting import Deadline


def read_room(session: LabSession, work: Work) -> Room:
    """The limits of both systems and of their movers, less what runs already.

    A question that fails is a warning, and no limit: migrlpar lets those wait for which there is no room.

    Args:
        session: The opened lab.
        work: One of those that are to move; its request says which movers are used.
    """
    plan, settings = work.plan, work.plan.request.settings
    deadline = Deadline(session.lab.limits.command)
    systems, errors = ask_all({side.server: partial(_limits, session, side, deadline) for side in plan.sides})
    movers, more = ask_all({side.server: partial(_movers, session, side, deadline) for side in plan.sides})
    for error in [*errors.values(), *more.values()]:
        work.recorder.warn(str(error))
    chosen = zip(plan.sides, settings.pair, settings.second_pair, strict=True)
    usable = [
        [item for item in movers.get(side.server, []) if not names or item.name in names]
        for side, names in ((side, {mover.name for mover in pair if mover}) for side, *pair in chosen)
    ]
    two = settings.redundant_movers is RedundantMovers.MUST or any(settings.second_pair)
    return room_of(systems.values(), usable, pairs=2 if two else 1)


def _limits(session: LabSession, side: Side, deadline: Deadline) -> MigrationLimits:
    return session.console(side.console).migration_limits(side.system, deadline)


def _movers(session: LabSession, side: Side, deadline: Deadline) -> list[MoverFigures]:
    return session.console(side.console).movers(side.system, deadline)
