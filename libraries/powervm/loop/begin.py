"""Beginning a loop: a fresh one, or one that a run which died or was broken off has left half done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from powervm.errors import MobilityError
from powervm.loop.journal import NAME, Journal, Past, fresh, newest, read_past
from powervm.loop.round_trip import LoopPlan, Steps
from powervm.loop.runner import Loop, check_same, head_of
from powervm.session import LabSession


@contextmanager
def open_loop(session: LabSession, plan: LoopPlan, root: Path, steps: Steps, *, resume: bool) -> Iterator[Loop]:
    """A loop that is ready to be run, and its journal locked for this run.

    A fresh one gets a folder of its own below ``loops``; those of former loops stay.

    Args:
        session: The opened lab.
        plan: What is asked for.
        root: Output directory.
        steps: What the loop is made of.
        resume: Go on with the loop of this move that was begun last in this output directory, when it is not done;
            a fresh one is begun when there is none, and when it is done nothing is left to do.

    Raises:
        MobilityError: It was about another lab or move, or another run is writing its journal.
    """
    move = plan.there.move.name
    before = newest(root, move) if resume else None
    folder = before or fresh(root, move)
    journal = Journal(folder)
    try:
        past = None
        if before is not None:
            past = _past(session, plan, folder)
        if past is None:
            journal.write("loop", **head_of(session, plan))
        else:
            journal.write("resume", iterations=plan.iterations, time_box=plan.time_box, on_failure=plan.on_failure)
        loop, past = Loop(session, plan, journal, past, steps), None  # a long past is not kept in memory
        yield loop
    finally:
        journal.close()


def _past(session: LabSession, plan: LoopPlan, folder: Path) -> Past | None:
    if not (folder / NAME).stat().st_size:  # the run died before its first line
        return None
    past = read_past(folder / NAME)
    check_same(past, session, plan, folder)
    return past


def unfinished(root: Path, move: str) -> Path | None:
    """The folder of a loop that was begun last and is not done; None when there is none."""
    folder = newest(root, move)
    if folder is None:
        return None
    try:
        return None if read_past(folder / NAME).reason.whole else folder
    except (MobilityError, OSError):
        return None
