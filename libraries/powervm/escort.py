"""What accompanies a move: a ping probe in the partition, looks at its bonds, and a comparison of its devices.

Only what the move is about is looked at: a network, a vNIC or storage of its own in the lab file, or migratable ports.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Literal, TypeVar

from powervm import network, outage
from powervm.background import BackgroundCommand
from powervm.console import ManagementConsole
from powervm.device_state import read_clients, read_maps
from powervm.devices import bonds, paths, storage, vnic
from powervm.errors import MobilityError
from powervm.lab import Network
from powervm.operation import Work, ok_finding
from powervm.outcome import BackingLook, BondLook, Ending, Finding, Severity
from powervm.partition import LinuxPartition
from powervm.preflight import Facts
from powervm.settings import SriovPorts, VnicRedundancy, Vnics
from powervm.waiting import Deadline, DeadlinePassed, wait_until

Answer = TypeVar("Answer")

_LAST_TRY = 10.0
"""Seconds to stop the probe when the operation is broken off."""


class Escort:
    """Accompanies one move; every step does nothing where the move is not about it.

    Args:
        work: The operation; gets findings and figures.
        facts: What was true before.
    """

    def __init__(self, work: Work, facts: Facts) -> None:
        self._work = work
        self._before = facts.devices
        self._ping_probe: BackgroundCommand | None = None
        self._bond_watch: BackgroundCommand | None = None
        self._log_size = 0

    @property
    def _guest(self) -> LinuxPartition:
        return self._work.session.partition(self._work.plan.move.partition)

    # --- before -------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Set the address, ping the peer, start the probe, and remember what is compared later.

        Raises:
            Ended: Something of it was not possible: the operation is refused, and nothing has moved.
        """
        work, plan = self._work, self._work.plan
        work.recorder.backing_devices += _backing_looks("before", self._before.vnics)
        if not plan.active:
            return
        try:
            if plan.move.network is not None:
                self._begin_probe(plan.move.network)
            if self._before.bonds:
                work.recorder.bonds += [bond.look("before") for bond in self._before.bonds]
                self._log_size = self._size_of_log()
                self._bond_watch = self._started(
                    BackgroundCommand(
                        self._guest, "the watch of the bonds", bonds.watch_command(self._lifetime), program="bash"
                    )
                )
        except MobilityError as error:
            work.end(Ending.REFUSED, str(error))

    def _begin_probe(self, wish: Network) -> None:
        limits, guest = self._work.session.lab.limits, self._guest
        repair = network.set_up(self._work.session, self._work.plan.move.partition, wish)
        if repair is not None:
            self._work.recorder.repaired(repair)
        patience = 0.0 if repair is None else limits.settle  # what was set just now needs a moment
        trouble = outage.ping_until(guest, wish, Deadline(patience), limit=limits.command, interval=limits.poll)
        if trouble is not None:
            raise trouble
        text = f"{wish.peer} answers through {wish.interface} before the move."
        self._work.recorder.add_finding(ok_finding(outage.CHECK, guest.name, text))
        self._ping_probe = self._started(outage.ping_probe(guest, wish, lifetime=self._lifetime))

    @property
    def _lifetime(self) -> float:
        """Seconds after which whatever runs in the partition ends by itself."""
        limits = self._work.session.lab.limits
        return limits.migration + limits.validation + 2 * limits.rmc + 2 * limits.settle

    def _started(self, command: BackgroundCommand) -> BackgroundCommand:
        command.start(Deadline(self._work.session.lab.limits.command))
        return command

    def _size_of_log(self) -> int:
        result = self._guest.run(f"wc -c < {bonds.LOG} 2>/dev/null")
        return int(result.stdout) if result.stdout.strip().isdigit() else 0

    # --- after --------------------------------------------------------------------------------------------------

    def prove(self) -> None:
        """Compare what the move is about with what it was; what does not fit becomes an error finding."""
        before = self._before
        if not (before.vnics or before.storage_plan or before.bonds or self._work.plan.move.network):
            return
        with self._work.recorder.phase("device proof"):
            for step in (self._prove_vnics, self._prove_storage, self._prove_disks, self._prove_bonds, self._ping):
                try:
                    step()
                except MobilityError as error:
                    self._work.fail("devices", self._work.plan.partition, error)

    def end(self, deadline: Deadline | None = None) -> None:
        """Stop what runs in the partition, once, and judge what the probe has measured."""
        recorder, wish = self._work.recorder, self._work.plan.move.network
        limit = deadline or Deadline(self._work.session.lab.limits.settle)
        probe, self._ping_probe = self._ping_probe, None
        lines = self._stopped(probe, limit)
        if lines is not None and wish is not None:
            answers = outage.Answers().read(lines)
            recorder.outage = answers.outage(wish)
            if not answers.whole:
                name = self._work.plan.move.partition
                recorder.warn(f"{name}: the ping probe ended before it was stopped; it may not have seen every outage.")
            self._add([outage.judge_outage(self._work.plan.move.partition, recorder.outage)])
        self._end_watch(limit)

    def _end_watch(self, limit: Deadline) -> list[BondLook]:
        watch, self._bond_watch = self._bond_watch, None
        looks = bonds.read_watched(self._stopped(watch, limit) or ())
        self._work.recorder.bonds += looks
        return looks

    def _stopped(self, command: BackgroundCommand | None, limit: Deadline) -> list[str] | None:
        if command is None or not command.started:
            return None
        try:
            return command.stop(limit)
        except MobilityError as error:
            self._work.recorder.warn(f"What ran in the partition meanwhile could not be read: {error}")
            return None

    def give_up(self) -> None:
        """Nobody waits for the move: stop what runs in the partition, as far as that goes."""
        self.end(Deadline(_LAST_TRY))

    def _prove_vnics(self) -> None:
        before, plan = self._before.vnics, self._work.plan
        if not before or not plan.active:
            return
        planned = self._before.vnic_plan.devices if self._before.vnic_plan else ()
        fewer_devices = plan.settings.vnic_redundancy is VnicRedundancy.ALLOW_FEWER
        fewer_vnics = plan.settings.vnics is Vnics.AVAILABLE
        words = ["lshwres", "-r", "virtualio", "--rsubtype", "vnic", "--level", "lpar", *self._filter()]

        def read() -> list[vnic.VirtualNic]:
            return [vnic.read_vnic(row) for row in self._console.rows(words)]

        def judge(after: Sequence[vnic.VirtualNic]) -> list[Finding]:
            return vnic.compare_vnics(
                plan.partition, before, after, planned, fewer_devices=fewer_devices, fewer_vnics=fewer_vnics
            )

        after = self._settled(read, judge)
        self._work.recorder.backing_devices += _backing_looks("after", after)
        self._add(judge(after))

    def _prove_storage(self) -> None:
        planned = self._before.storage_plan
        if planned is None:
            return
        plan, limit = self._work.plan, Deadline(self._work.session.lab.limits.command)
        after = read_clients(self._console, plan.target.system, plan.partition, limit)
        maps = read_maps(self._console, plan.target.system, after, limit)
        self._add(storage.compare_clients(plan.partition, self._before.clients, after, maps, planned.adapters))

    def _prove_disks(self) -> None:
        before, guest = self._before.disks, self._guest
        if not before or not self._work.plan.active:
            return

        def read() -> list[paths.Disk]:
            return paths.read_disks(guest.run(paths.LIST).stdout)

        def judge(after: Sequence[paths.Disk]) -> list[Finding]:
            return paths.compare_disks(guest.name, before, after)

        self._add(judge(self._settled(read, judge)))

    def _prove_bonds(self) -> None:
        before, guest, recorder = self._before.bonds, self._guest, self._work.recorder
        if not before or not self._work.plan.active:
            return
        fewer = self._work.plan.settings.sriov_ports is SriovPorts.AVAILABLE

        def read() -> list[bonds.Bond]:
            return bonds.read_bonds(guest.run(bonds.LIST).stdout)

        def judge(after: Sequence[bonds.Bond]) -> list[Finding]:
            return bonds.compare_bonds(guest.name, before, after, fewer_ports=fewer)

        after = self._settled(read, judge, limit=self._work.session.lab.limits.rmc)
        during = self._end_watch(Deadline(self._work.session.lab.limits.settle))
        recorder.bonds += [bond.look("after") for bond in after]
        self._add(judge(after))
        self._add(bonds.judge_looks(guest.name, before, during))
        lines = guest.run(f"tail -c +{self._log_size + 1} {bonds.LOG} 2>/dev/null").stdout
        self._add(bonds.judge_log(guest.name, lines))

    def _ping(self) -> None:
        wish, guest = self._work.plan.move.network, self._guest
        if wish is None or not self._work.plan.active:
            return
        limits = self._work.session.lab.limits
        deadline = Deadline(limits.settle)
        trouble = outage.ping_until(guest, wish, deadline, limit=limits.command, interval=limits.poll)
        if trouble is not None:
            raise trouble
        text = f"{wish.peer} answers through {wish.interface} after the move."
        self._add([ok_finding(outage.CHECK, guest.name, text)])

    # --- small things -------------------------------------------------------------------------------------------

    @property
    def _console(self) -> ManagementConsole:
        return self._work.session.console(self._work.plan.target.console)

    def _filter(self) -> list[str]:
        plan = self._work.plan
        return ["-m", plan.target.system, "--filter", f"lpar_names={plan.partition}"]

    def _add(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            self._work.recorder.add_finding(finding)

    def _settled(
        self, read: Callable[[], Answer], judge: Callable[[Answer], Sequence[Finding]], *, limit: float | None = None
    ) -> Answer:
        """Read until nothing is wrong any more, since devices come back after the move; the last reading counts.

        Raises:
            MobilityError: It could not be read even once.
        """
        limits = self._work.session.lab.limits
        deadline = Deadline(limits.settle if limit is None else limit)
        found: list[Answer] = []
        errors: list[MobilityError] = []

        def good() -> bool:
            try:
                found.append(read())
            except MobilityError as error:
                errors.append(error)
                return False
            return all(item.severity is Severity.OK for item in judge(found[-1]))

        with suppress(DeadlinePassed):
            wait_until(good, deadline, interval=limits.poll)
        if not found:
            raise errors[-1]
        return found[-1]


def _backing_looks(moment: Literal["before", "after"], vnics: Sequence[vnic.VirtualNic]) -> list[BackingLook]:
    return [
        BackingLook(
            moment=moment,
            slot=item.slot,
            host=device.host,
            adapter=device.adapter,
            port=device.port,
            priority=device.priority,
            active=device.active,
            status=device.status,
        )
        for item in vnics
        for device in item.devices
    ]
