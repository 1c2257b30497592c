"""The checks before a migration: everything is looked at, and everything that is wrong is said at once."""

from __future__ import annotations

from powervm.outcome import Recorder
from powervm.plan import MovePlan
from powervm.preflight.checks import check_all
from powervm.preflight.facts import Facts, gather
from powervm.preflight.repairs import Mender
from powervm.session import LabSession
from powervm.waiting import Deadline

__all__ = ["Facts", "check_all", "gather", "run_preflight"]


def run_preflight(session: LabSession, plan: MovePlan, recorder: Recorder, deadline: Deadline) -> Facts:
    """Gather the facts, mend what may be mended, and record all findings.

    Returns:
        The facts as they are after the repairs; whether the move may begin is told by ``recorder.errors``.
    """
    with recorder.phase("preflight"):
        facts = gather(session, plan, deadline)
        if Mender(session, plan, recorder, deadline).mend(facts):
            facts = gather(session, plan, deadline)
        for finding in check_all(facts, plan):
            recorder.add_finding(finding)
    return facts
