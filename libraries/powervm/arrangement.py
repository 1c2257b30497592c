"""What chosen settings need before migrlpar is asked: movers looked up on the console, and set for the migration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

from powervm.console import ConsoleCommandFailed, MigrationRequest, MoverEnd, MoverFigures, MoverPair
from powervm.console.mover_answers import CONFIGURED, LEVEL
from powervm.errors import MobilityError
from powervm.operation import Work, finding_of, ok_finding
from powervm.outcome import Ending, Repair, Side
from powervm.settings import MigrationSettings, Mover
from powervm.waiting import Deadline

CHECK = "movers chosen"


def arrange(work: Work, *, change: bool = True) -> Work:
    """Look the chosen movers up in what the console offers, and set how many migrations they take.

    Args:
        work: The operation, after its preflight.
        change: Settings of movers may be changed; not for a validation.

    Returns:
        The same work, whose request has the movers by name and address.

    Raises:
        Ended: A mover is not offered, or cannot be set; nothing was migrated.
    """
    settings = work.plan.request.settings
    if any(settings.pair) or any(settings.second_pair):
        work = _with_movers(work, settings)
    if change:
        _set_movers(work, work.plan.request.settings)
    return work


def _with_movers(work: Work, settings: MigrationSettings) -> Work:
    request = work.plan.request
    console = work.session.console(work.plan.source.console)
    offered: Sequence[MoverPair] = []
    try:
        offered = console.mover_pairs(request)
    except MobilityError as error:
        work.recorder.warn(str(error))
    wishes = [mover for mover in (*settings.pair, *settings.second_pair) if mover is not None]
    if not offered and not any(mover.subnet for mover in wishes):
        work.recorder.warn(f"{console.name}: offers no pairs of movers, so that those chosen are sent as they are.")
        return work
    first, second = _choose(work, offered, settings)
    chosen: dict[str, Any] = {
        "source_mover": _named(settings.source_mover, first.source),
        "target_mover": _named(settings.target_mover, first.target),
    }
    if second is not None:
        chosen["source_mover"], chosen["target_mover"] = _whole(first)
        chosen["second_source_mover"], chosen["second_target_mover"] = _whole(second)
    resolved = replace(settings, **chosen)
    work.recorder.add_finding(ok_finding(CHECK, console.name, f"offers {_shown(resolved)}."))
    return _with_request(work, replace(request, settings=resolved))


def _choose(
    work: Work, offered: Sequence[MoverPair], settings: MigrationSettings
) -> tuple[MoverPair, MoverPair | None]:
    """The first pair that is as wished, and one that can stand by for it; what is not offered ends the operation."""
    fitting = _fitting(offered, settings.pair)
    if not fitting:
        _refuse(work, offered, settings.pair)
    if not any(settings.second_pair):
        return fitting[0], None
    standing_by = ((first, _fitting(_apart(offered, first), settings.second_pair)) for first in fitting)
    found = next(((first, seconds[0]) for first, seconds in standing_by if seconds), None)
    if found is None:
        _refuse(work, _apart(offered, fitting[0]), settings.second_pair)
    return found


def _fitting(offered: Sequence[MoverPair], wishes: tuple[Mover | None, Mover | None]) -> list[MoverPair]:
    return [
        pair
        for pair in offered
        if all(
            wish is None or wish.fits(name=end.name, number=end.number, address=end.address)
            for wish, end in zip(wishes, (pair.source, pair.target), strict=True)
        )
    ]


def _apart(offered: Sequence[MoverPair], first: MoverPair) -> list[MoverPair]:
    """Those of two other servers: one that fails cannot stand by for itself through another of its addresses."""
    return [pair for pair in offered if pair.source.name != first.source.name and pair.target.name != first.target.name]


def _refuse(work: Work, offered: Sequence[MoverPair], wishes: tuple[Mover | None, Mover | None]) -> NoReturn:
    plan = work.plan
    wanted = " and ".join(
        f"{wish} on {side.server}" for wish, side in zip(wishes, plan.sides, strict=True) if wish is not None
    )
    offers = "; ".join(map(str, offered)) or "none"
    text = f"{plan.source.console}: offers no pair of movers with {wanted}. It offers for {plan.title}: {offers}."
    work.end(Ending.REFUSED, f"{text} Choose one of these, or leave the movers to the console.")


def _named(wish: Mover | None, found: MoverEnd) -> Mover | None:
    """A wish by its name on the console; the address is said only where it was wished for."""
    if wish is None:
        return None
    return Mover(name=found.name, address=found.address if wish.address or wish.subnet else "")


def _whole(pair: MoverPair) -> tuple[Mover, Mover]:
    """Both movers of a pair that stands in a list of pairs, where nothing is left to the console."""
    return Mover(pair.source.name, None, pair.source.address), Mover(pair.target.name, None, pair.target.address)


def _shown(settings: MigrationSettings) -> str:
    pairs = [settings.pair, settings.second_pair] if any(settings.second_pair) else [settings.pair]
    return " and ".join(" -> ".join(str(mover or "any mover") for mover in pair) for pair in pairs)


def _with_request(work: Work, request: MigrationRequest) -> Work:
    return replace(work, plan=replace(work.plan, request=request))


def _set_movers(work: Work, settings: MigrationSettings) -> None:
    wanted = {
        name: value
        for name, value in ((LEVEL, settings.concurrency_level), (CONFIGURED, settings.concurrent_migrations))
        if value is not None
    }
    if not wanted:
        return
    sides = zip(work.plan.sides, zip(settings.pair, settings.second_pair, strict=True), strict=True)
    for side, chosen in sides:
        names = {mover.name for mover in chosen if mover is not None}
        try:
            movers = work.session.console(side.console).movers(side.system)
            for mover in movers:
                if mover.name in names or not names:
                    _set_mover(work, side, mover, wanted)
        except MobilityError as error:
            work.recorder.add_finding(finding_of("concurrency", side.console, error))
            work.end(Ending.REFUSED, str(error))


def _set_mover(work: Work, side: Side, mover: MoverFigures, wanted: dict[str, int]) -> None:
    """Set what is different on one mover, and remember how it was."""
    most = mover.supported
    if most is not None and wanted.get(CONFIGURED, 0) > most:
        raise MobilityError(
            f"{mover.name} on {side.server}: takes at most {most} active migrations at once, and concurrent_migrations "
            f"is {wanted[CONFIGURED]}.",
            remedy=f"Choose 1 to {most}.",
        )
    now = {LEVEL: mover.level, CONFIGURED: mover.configured}
    changes = {name: value for name, value in wanted.items() if now[name] != value}
    if not changes:
        return
    before = {name: figure for name in changes if (figure := now[name]) is not None}
    if before.keys() != changes.keys():
        missing = ", ".join(sorted(changes.keys() - before.keys()))
        raise MobilityError(
            f"{side.console}: does not tell {missing} of {mover.name}, so that it could not be put back.",
            remedy="Leave the setting out.",
        )
    trouble: MobilityError | None = None
    try:
        work.session.console(side.console).set_mover_figures(side.system, mover.name, changes)
    except ConsoleCommandFailed:
        raise
    except MobilityError as error:  # nobody heard how it ended: it is put back all the same
        trouble = error
    told = ", ".join(f"{name} {before[name]} -> {value}" for name, value in changes.items())
    repair = Repair(what=f"set for this test: {told}", subject=mover.name, worked=trouble is None, put_back=False)
    undo = partial(_put_back, work, side, mover.name, before)
    what = f"{', '.join(before)} of {mover.name} on {side.server}"
    work.session.put_back_later(repair, what, undo, shared=(side.server,))
    work.recorder.repaired(repair)
    if trouble is not None:
        raise trouble


def _put_back(work: Work, side: Side, mover: str, before: dict[str, int], deadline: Deadline) -> None:
    work.session.console(side.console).set_mover_figures(side.system, mover, before, deadline)
