"""Where a partition is: both servers of a move are asked, each through the console that manages it.

A migration's end is judged by this, never by an exit status alone: a lost SSH session, a console that was restarted
or an error in the clean-up all leave a partition that may be whole on either side, on both, or on none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum
from functools import partial

from powervm.console import MigrationStatus, PartitionStatus
from powervm.console.answers import MIGRATION_FAILED, NOT_ACTIVATED, NOT_MIGRATING, RUNNING
from powervm.errors import MobilityError
from powervm.outcome import Place, Side
from powervm.parallel import ask_all
from powervm.plan import MovePlan
from powervm.session import LabSession
from powervm.waiting import Deadline, DeadlinePassed, wait_until


class Where(Enum):
    """What both consoles together say."""

    SOURCE = "on the source"
    TARGET = "on the target"
    MOVING = "still being migrated"
    FAILED = "in a failed migration"
    BOTH = "on both servers"
    NOWHERE = "on neither server"
    UNKNOWN = "not known, since a console did not answer"

    @property
    def settled(self) -> bool:
        """Waiting longer would not change it."""
        return self not in (Where.MOVING, Where.UNKNOWN)


def judge(source: Place, target: Place) -> Where:
    """Decide by table, from the worst to the best."""
    places = source, target
    if any(place.migration_state == MIGRATION_FAILED for place in places):
        return Where.FAILED
    if any(_moving(place) for place in places):
        return Where.MOVING
    if source.present is None or target.present is None:
        return Where.UNKNOWN
    return {
        (True, True): Where.BOTH,
        (True, False): Where.SOURCE,
        (False, True): Where.TARGET,
        (False, False): Where.NOWHERE,
    }[source.present, target.present]


def _moving(place: Place) -> bool:
    state = (place.state or "").casefold()
    return state.startswith("migrating") or place.migration_state not in (None, "", NOT_MIGRATING, MIGRATION_FAILED)


def look(session: LabSession, plan: MovePlan, deadline: Deadline) -> list[Place]:
    """Ask both servers at the same time; the source's place comes first."""
    questions = {index: partial(_ask, session, plan, side, deadline) for index, side in enumerate(plan.sides)}
    answers, errors = ask_all(questions)
    return [
        answers[index] if index in answers else _unanswered(side, errors[index])
        for index, side in enumerate(plan.sides)
    ]


def settle(
    session: LabSession, plan: MovePlan, deadline: Deadline, *, watch: Callable[[Sequence[Place]], None] | None = None
) -> tuple[Where, list[Place]]:
    """Look until the place does not change any more by itself, or the deadline passes; the last look is returned."""
    places: list[Place] = []
    odd = 0

    def settled() -> bool:
        nonlocal places, odd
        places = look(session, plan, Deadline(max(deadline.remaining, _LAST_LOOK)))
        if watch:
            watch(places)
        where = judge(*places)
        odd = odd + 1 if where in (Where.BOTH, Where.NOWHERE) else 0
        return where.settled and odd not in range(1, _ODD_LOOKS)

    with suppress(DeadlinePassed):  # the last look tells more than the error
        wait_until(settled, deadline, interval=session.lab.limits.poll, what="the partition to settle on one server")
    return judge(*places), places


def find_partition(session: LabSession, partition: str) -> Place | None:
    """The server of the lab that has the partition now, by its name on the consoles; None when no server has it.

    Raises:
        MobilityError: No server has it, and a console did not answer.
    """
    lab = session.lab
    questions = {
        server.name: partial(session.console(server.console).partition, server.system, partition)
        for server in lab.servers.values()
    }
    answers, errors = ask_all(questions)
    places = [
        Place(server=name, console=lab.servers[name].console, present=True, state=status.state)
        for name, status in answers.items()
        if status is not None
    ]
    if len(places) > 1:
        servers = " and ".join(place.server for place in places)
        raise MobilityError(f"{partition} is on {servers} at once.", remedy="Recover the migration that left it there.")
    if places:
        return places[0]
    for error in errors.values():
        raise error
    return None


def unfit(plan: MovePlan, where: Where, places: Sequence[Place]) -> str:
    """What is wrong with the state of a partition that is on one server; an empty text when it is as it has to be."""
    if where not in (Where.SOURCE, Where.TARGET):
        return ""
    place = places[0] if where is Where.SOURCE else places[1]
    wanted = RUNNING if plan.active else NOT_ACTIVATED
    if place.state == wanted:
        return ""
    return f"{plan.partition} is '{place.state}' on {place.server}, not {wanted}; a person has to look at it."


_ODD_LOOKS = 3
"""How often in a row a partition has to be seen on both servers or on none: two consoles share no instant."""

_LAST_LOOK = 10.0
"""Seconds that the look at the deadline may take itself."""


def _ask(session: LabSession, plan: MovePlan, side: Side, deadline: Deadline) -> Place:
    console = session.console(side.console)
    status: PartitionStatus | None = console.partition(side.system, plan.partition, deadline)
    migration: MigrationStatus | None = None
    if status is not None:
        with suppress(MobilityError):  # the partition's state decides; this only adds to it
            migration = console.migration_status(side.system, plan.partition, deadline)
    return Place(
        server=side.server,
        console=side.console,
        present=status is not None,
        state=status.state if status else None,
        migration_state=migration.state if migration else None,
    )


def _unanswered(side: Side, error: MobilityError) -> Place:
    return Place(server=side.server, console=side.console, present=None, error=str(error))
