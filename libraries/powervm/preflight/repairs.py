"""What the preflight may mend by itself, when the lab file allows it. Every repair is recorded."""

from __future__ import annotations

from functools import partial

from powervm.devices.bonds import check_bonds
from powervm.errors import MobilityError
from powervm.lab import Repair as Allowed
from powervm.operation import finding_of
from powervm.outcome import Recorder, Repair, Severity, Side
from powervm.plan import MovePlan
from powervm.preflight.checks import inactive_subsystems
from powervm.preflight.facts import Facts, ServerFacts
from powervm.rmc import RmcLink, climb_ladder
from powervm.session import LabSession
from powervm.trust import ensure_trust
from powervm.waiting import Deadline


class Mender:
    """Mends what the facts show to be broken; `mend` tells whether anything was tried.

    Args:
        session: The opened lab; its file says what may be repaired.
        plan: The move.
        recorder: Is told every repair.
        deadline: For all repairs together.
    """

    def __init__(self, session: LabSession, plan: MovePlan, recorder: Recorder, deadline: Deadline) -> None:
        self._session = session
        self._plan = plan
        self._recorder = recorder
        self._deadline = deadline

    def mend(self, facts: Facts) -> bool:
        """Try every repair that is allowed and needed; True when the facts have to be gathered anew."""
        tried = self._mend_trust(facts)
        if self._plan.active:
            tried |= self._mend_movers(facts)
            tried |= self._mend_services(facts)
            tried |= self._mend_bonds(facts)
            tried |= self._mend_rmc(facts)
        return tried

    def _allowed(self, repair: Allowed) -> bool:
        return repair in self._session.lab.repair

    def _mend_trust(self, facts: Facts) -> bool:
        if all(facts.trust.values()) or len(facts.trust) < 2:
            return False
        one, other = self._plan.source.console, self._plan.target.console
        try:
            done = ensure_trust(self._session, one, other, self._deadline)
        except MobilityError as error:
            self._recorder.add_finding(finding_of("trust between consoles", one, error))
            return False
        for key in done:
            repair = Repair(what=str(key), subject=one, worked=True, put_back=False)
            self._recorder.repaired(repair)
            if key.comment is not None:
                undo = partial(key.undo, self._session)
                self._session.put_back_later(repair, f"the key of {key.way.here.name} on {key.way.there}", undo)
        return True

    def _mend_services(self, facts: Facts) -> bool:
        inactive = inactive_subsystems(facts)
        if not inactive or not self._allowed(Allowed.SERVICES):
            return False
        name = self._plan.move.partition
        for subsystem in inactive:
            try:
                worked = self._session.partition(name).start_subsystem(subsystem, self._deadline).ok
            except MobilityError as error:
                self._recorder.add_finding(finding_of("RMC subsystems", name, error))
                worked = False
            self._recorder.repaired(Repair(what=f"started {subsystem}", subject=name, worked=worked))
        return True

    def _mend_bonds(self, facts: Facts) -> bool:
        """Let hcnmgr put ports back into their bonds, as it does at each boot."""
        devices, name = facts.devices, self._plan.move.partition
        if devices.bonds is None or not self._allowed(Allowed.SERVICES):
            return False
        if not any(item.severity is Severity.ERROR for item in check_bonds(name, devices.ports, devices.bonds)):
            return False
        try:
            worked = self._session.partition(name).run("hcnmgr -s", self._deadline).ok
        except MobilityError as error:
            self._recorder.add_finding(finding_of("migratable port", name, error))
            worked = False
        self._recorder.repaired(Repair(what="bonds over migratable ports: hcnmgr -s", subject=name, worked=worked))
        return True

    def _mend_rmc(self, facts: Facts) -> bool:
        partition = facts.source.partition(self._plan.partition)
        if not partition or not partition.running or partition.rmc_active or not self._allowed(Allowed.RMC):
            return False
        name = self._plan.move.partition
        console = self._session.console(self._plan.source.console)
        limits = self._session.lab.limits
        link = RmcLink(console, self._plan.source.system, self._plan.partition, poll=limits.poll)
        guest = self._session.partition(name) if facts.guest else None

        def report(what: str, worked: bool) -> None:
            self._recorder.repaired(Repair(what=what, subject=name, worked=worked))

        climb_ladder(link, guest, self._deadline.within(limits.rmc), report=report)
        return True

    def _mend_movers(self, facts: Facts) -> bool:
        if not self._allowed(Allowed.MOVER_SERVICE):
            return False
        made = [self._make_mover(server) for server in (facts.source, facts.target)]
        return any(made)

    def _make_mover(self, server: ServerFacts) -> bool:
        """Switch the mover service on where no Virtual I/O Server has it; it is put back when the lab is closed."""
        candidates = [item for item in server.virtual_io_servers if item.running and item.rmc_active]
        if not candidates or any(item.mover for item in server.virtual_io_servers):
            return False
        name, side = candidates[0].name, server.side
        what = f"mover service switched on until the lab is closed ({side.server})"
        try:
            self._set_mover(side, name, self._deadline, enabled=True)
        except MobilityError as error:
            self._recorder.add_finding(finding_of("mover service", side.console, error))
            self._recorder.repaired(Repair(what=what, subject=name, worked=False))
            return False
        repair = Repair(what=what, subject=name, worked=True, put_back=False)
        self._session.put_back_later(
            repair,
            f"mover service of {name} on {side.server} off again",
            lambda limit: self._set_mover(side, name, limit, enabled=False),
        )
        self._recorder.repaired(repair)
        return True

    def _set_mover(self, side: Side, server: str, deadline: Deadline, *, enabled: bool) -> None:
        # the console is looked up each time: its connection may have been replaced since
        self._session.console(side.console).set_mover(side.system, server, enabled=enabled, deadline=deadline)
