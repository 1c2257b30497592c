"""The exact way home: each partition that was moved goes back to the server, the id and the pool that it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from powervm.console import PartitionProcessors
from powervm.console.answers import NOT_ACTIVATED
from powervm.errors import MobilityError
from powervm.evacuation.moving import Convoy, Departure
from powervm.homecoming import bring_home
from powervm.lab import MoveKind
from powervm.operation import Keeper, Work, ok_finding, open_work
from powervm.outcome import Finding, Outcome, Place, Severity
from powervm.placement import Where, judge, look
from powervm.plan import MovePlan, plan_move
from powervm.progress import Watcher, nobody
from powervm.session import LabSession
from powervm.settings import BadSettings, NameOrId
from powervm.waiting import Deadline


def bring_evacuated_home(
    session: LabSession, departures: Sequence[Departure], *, keep: Keeper, watch: Watcher = nobody
) -> dict[str, Outcome]:
    """Bring home whoever was moved, whatever the evacuation left behind.

    Those that are whole on the target go home together, in as few calls as the limits allow. A migration that still
    leads away is stopped, a failed one recovered. Who never moved is left alone.

    Args:
        session: The opened lab.
        departures: Those whose move was asked for, and how they were at home.
        keep: Is given the outcome of each.
        watch: Is told how far it is.

    Returns:
        The outcome of each, by its name in the lab file.
    """
    outcomes: dict[str, Outcome] = {}
    whole: list[MovePlan] = []
    limits = session.lab.limits
    homes = {departure.plan.partition: departure for departure in reversed(departures)}  # as it was at first
    for departure in homes.values():
        places = look(session, departure.plan, Deadline(limits.connect))
        if judge(*places) is Where.TARGET:
            whole.append(_way_home(session, departure, places[1]))
        else:
            plan = departure.plan
            outcomes[plan.move.partition] = bring_home(session, plan, keep=keep, watch=watch)
    for name in homes:  # all of them are where they are going to be now
        started = session.started.pop(name, None)
        if started is not None:
            started.command.close()
    if whole:
        convoy = Convoy(session, keep=keep, watch=watch, prove=partial(_prove, homes))
        moved = convoy.move([open_work("migrate", session, plan) for plan in whole])
        names = {plan.partition: plan.move.partition for plan in whole}
        outcomes |= {names[name]: outcome for name, outcome in moved.outcomes.items()}
    return outcomes


def _way_home(session: LabSession, departure: Departure, there: Place) -> MovePlan:
    """The way back, as what it is now, with the id and the pool of before where the console would choose others."""
    away = departure.plan.move
    off = there.state == NOT_ACTIVATED
    plain = settings = away.settings.back().fitting(active=not off)
    plan = departure.plan
    console = session.console(plan.target.console)
    try:
        status = console.partition(plan.target.system, plan.partition)
        processors = console.partition_processors(plan.target.system, plan.partition)
    except MobilityError:  # the way home matters more than the id; what is lost is told by the proof of the next move
        status, processors = None, PartitionProcessors(units=None)
    if status is not None and departure.partition_id not in (None, status.partition_id):
        settings = replace(settings, target_id=departure.partition_id)
    elsewhere = processors.pool_id is not None and (
        (processors.pool_id, processors.pool_name) != (departure.pool_id, departure.pool_name)
    )
    if departure.pool_id is not None and elsewhere:
        settings = replace(settings, processor_pool=NameOrId(number=departure.pool_id))
    kind = MoveKind.INACTIVE if off else MoveKind.ACTIVE
    move = replace(away.back(), kind=kind, settings=settings)
    try:
        return plan_move(session.lab, move)
    except BadSettings:  # the options say an id or a pool, too; what became of it is told by the proof at home
        return plan_move(session.lab, replace(move, settings=plain))


def _prove(homes: Mapping[str, Departure], work: Work) -> None:
    """The id and the pool are those of before; one that came from a console that did not tell is not compared."""
    plan, before = work.plan, homes[work.plan.partition]
    console = work.session.console(plan.target.console)
    try:
        status = console.partition(plan.target.system, plan.partition)
        processors = console.partition_processors(plan.target.system, plan.partition)
    except MobilityError as error:
        work.recorder.warn(f"{plan.partition}: its partition id and pool at home are not known. {error}")
        return
    now = status.partition_id if status else None
    for check, was, found in (
        ("partition id", before.partition_id, now),
        ("processor pool", before.pool_id, processors.pool_id),
    ):
        if was is None:
            continue
        if was == found:
            work.recorder.add_finding(ok_finding(check, plan.partition, f"has the {check} {was} again."))
            continue
        text = f"came home to {plan.target.server} with the {check} {found}, and it left with {was}."
        remedy = "Another partition may have taken it meanwhile; move this one away and back when it is free."
        work.recorder.add_finding(
            Finding(severity=Severity.ERROR, check=check, subject=plan.partition, text=text, remedy=remedy)
        )
