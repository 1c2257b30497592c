"""What the preflight may mend by itself, when the lab file allows it. Every repair is recorded."""

from __future__ import annotations

from functools import partial

from powervm.console import ConsoleCommandFailed
from powervm.devices.bonds import check_bonds
from powervm.errors import MobilityError
from powervm.lab import Repair as Allowed
from powervm.operation import finding_of
from powervm.outcome import Recorder, Repair, Severity, Side
from powervm.plan import MovePlan
from powervm.preflight.checks import inactive_subsystems
from powervm.preflight.facts import Facts, ServerFacts
from powervm.rmc import RmcLink, Rung, climb_ladder
from powervm.session import LabSession
from powervm.ssh import CommandResult
from powervm.trust import Exchanged, ensure_trust
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
            ensure_trust(self._session, one, other, self._deadline, report=partial(self._key_exchanged, one))
        except MobilityError as error:
            self._recorder.add_finding(finding_of("trust between consoles", one, error))
            return False
        return True

    def _key_exchanged(self, subject: str, key: Exchanged) -> None:
        repair = Repair(what=str(key), subject=subject, worked=True, put_back=False)
        self._recorder.repaired(repair)
        name = f"the key of {key.way.here.name} on {key.way.there}"
        if key.comment is not None:
            undo = partial(key.undo, self._session)
            self._session.put_back_later(repair, name, undo, shared=(key.way.here.name, key.way.there))
        else:
            why = "nothing tells it apart from other keys there"
            self._recorder.warn(f"{key.way.there}: {name} stays: {why}. Remove it by hand with mkauthkeys --remove.")

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

        deadline = self._deadline.within(limits.rmc)
        first = self._firewall_rung(name) if facts.guest and facts.guest.firewall_active else []
        climb_ladder(link, guest, deadline, report=report, first=first)
        return True

    def _firewall_rung(self, name: str) -> list[Rung]:
        """Opening the ports of RMC, when firewalld keeps them closed; they are closed again with the lab."""
        try:
            closed = self._session.partition(name).closed_rmc_ports(self._deadline)
        except MobilityError as error:
            self._recorder.warn(f"{error} Whether its firewall lets RMC in is not known.")
            return []
        if not closed:
            return []
        ports = " and ".join(closed)

        def open_them(limit: Deadline) -> list[CommandResult]:
            result = self._session.partition(name).open_ports(closed, limit)
            repair = Repair(what=f"firewall: {ports} opened until the lab is closed", subject=name,
                            worked=result.ok, put_back=False if result.ok else None)  # fmt: skip
            self._recorder.repaired(repair)
            if result.ok:
                self._session.put_back_later(
                    repair,
                    f"{ports} of {name} closed by the firewall again",
                    lambda later: self._session.partition(name).close_ports(closed, later),
                )
            return [result]

        return [(f"firewall-cmd --add-port for {ports} in the partition", open_them)]

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
        worked = True
        try:
            self._set_mover(side, name, self._deadline, enabled=True)
        except MobilityError as error:
            self._recorder.add_finding(finding_of("mover service", side.console, error))
            if isinstance(error, ConsoleCommandFailed):
                self._recorder.repaired(Repair(what=what, subject=name, worked=False))
                return False
            worked = False  # nobody heard how it ended: it is switched off again all the same
        repair = Repair(what=what, subject=name, worked=worked, put_back=False)
        self._session.put_back_later(
            repair,
            f"mover service of {name} on {side.server} off again",
            lambda limit: self._set_mover(side, name, limit, enabled=False),
            shared=(side.server,),
        )
        self._recorder.repaired(repair)
        return worked

    def _set_mover(self, side: Side, server: str, deadline: Deadline, *, enabled: bool) -> None:
        # the console is looked up each time: its connection may have been replaced since
        self._session.console(side.console).set_mover(side.system, server, enabled=enabled, deadline=deadline)
