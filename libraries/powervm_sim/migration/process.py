"""One migration from set-up to its end: what happens when, to whom, and what stays behind when it fails."""

from __future__ import annotations

import asyncio

from powervm_sim import hsc
from powervm_sim.faults import moves
from powervm_sim.hsc import HscError
from powervm_sim.migration.arrival import settle
from powervm_sim.migration.copying import Broken, Copy
from powervm_sim.migration.migration import Migration, State, Step
from powervm_sim.migration.ports import PortRefused, give_ports, take_ports, without_ports
from powervm_sim.migration.wishes import Kind
from powervm_sim.world.hardware import hardware_of
from powervm_sim.world.model import MIGRATING, NOT_ACTIVATED, RUNNING, Placement
from powervm_sim.world.state import World

__all__ = ["Broken", "Copy", "Process"]

_GIVEN_UP = 5


class Process:
    """Carries out one migration that was found to be possible.

    Args:
        world: Where it happens.
        migration: Its record; the shell partition is made by `run`.
    """

    def __init__(self, world: World, migration: Migration) -> None:
        self._world = world
        self._migration = migration
        self._stoppable: asyncio.Task[None] | None = None
        self._copy: Copy | None = None
        self._took_part = False
        self._break = moves.UNEXPECTED

    async def run(self) -> tuple[HscError, ...]:
        """Do all of it. Returns the errors that it ended with; none when the partition is on the target."""
        self._begin()
        self._stoppable = asyncio.create_task(self._until_suspend())
        try:
            await self._stoppable
        except Broken:
            return await self._failed_before_suspend()
        except PortRefused as refused:
            self._phase("failed")
            await self._roll_back_slowly()
            return (refused.error,)
        except asyncio.CancelledError:
            if not self._migration.stopping:
                self._stoppable.cancel()
                raise
            return await self._stopped()
        self._migration.committed = True
        try:
            await self._switch()
        except Broken:
            return await self._failed_before_suspend()
        try:
            if self._copy is not None:
                await self._copy.rest()
            await self._clean_up()
        except Broken:
            return self._leave_failed()
        return ()

    def stop(self) -> bool:
        """Ask it to go back to the source; False when it is past the point of no return."""
        if self._migration.committed or self._stoppable is None or self._stoppable.done():
            return False
        self._migration.stopping = True
        self._stoppable.cancel()
        return True

    def _begin(self) -> None:
        migration = self._migration
        self._world.migrations[migration.partition] = migration
        word = RUNNING if migration.kind is Kind.ACTIVE else NOT_ACTIVATED
        for placement in (migration.source, migration.target):
            placement.state = MIGRATING + word
        migration.target.server.add(migration.target)
        self._phase("set-up")

    async def _until_suspend(self) -> None:
        await self._world.pace.long(self._world.settings.durations.set_up)
        self._break_at("set-up")
        take_ports(self._migration)
        self._migration.state = State.IN_PROGRESS
        if self._migration.kind is Kind.ACTIVE:
            await self._transfer()

    async def _transfer(self) -> None:
        self._phase("copy")
        migration = self._migration
        if migration.partition.guest is not None:
            migration.partition.guest.start_migration(migration.stream_id, migration.target.lpar_id)
            self._took_part = True
        self._copy = Copy(self._world, migration, self._copied)
        await self._copy.run()

    def _copied(self) -> None:
        """Some more memory was sent."""
        migration = self._migration
        if migration.resumed:
            return
        moves.reached(self._world, migration, "copy")
        for _ in range(moves.lost_links(self._world, migration)):
            self._lose_movers()
        self._break_at("copy")

    def _lose_movers(self) -> None:
        """The pair in use is cut off; the second one takes over, if there is one."""
        migration = self._migration
        migration.movers = migration.movers[1:]
        if not migration.movers:
            raise Broken("movers")
        pair = migration.movers[0]
        now = f"{pair.source.name}, {pair.target.name}"
        self._world.history.add("movers", migration=migration.number, partition=migration.partition.name, now=now)

    async def _switch(self) -> None:
        """Suspend on the source, resume on the target; nothing can interrupt this."""
        migration = self._migration
        if migration.kind is Kind.INACTIVE:
            self._arrive()
            return
        partition = migration.partition
        self._phase("suspend")
        if partition.guest is not None:
            partition.guest.suspend()
        partition.gate.close()
        begin = self._world.pace.now()
        await self._world.pace.real(self._blackout())
        try:
            self._break_at("suspend")
        except Broken:
            self._wake_up_at_home()
            raise
        self._arrive()
        if partition.guest is not None:
            partition.guest.resume(hardware_of(without_ports(migration.target)))
        milliseconds = (self._world.pace.now() - begin) * 1000
        partition.gate.open()
        self._world.history.add(
            "blackout", migration=migration.number, partition=partition.name, milliseconds=round(milliseconds, 3)
        )
        self._phase("resume")

    def _wake_up_at_home(self) -> None:
        """The partition did not stop in time: it goes on where it was."""
        migration = self._migration
        migration.committed = False
        if migration.partition.guest is not None:
            migration.partition.guest.resume(hardware_of(migration.source))
        migration.partition.gate.open()

    def _blackout(self) -> float:
        entry = self._world.settings.blackout
        numbers = self._world.random(f"blackout/{self._migration.number}/{self._migration.partition.name}")
        return numbers.uniform(entry.minimum, entry.maximum) / 1000

    def _arrive(self) -> None:
        """From here on the partition belongs to the target."""
        migration = self._migration
        migration.resumed = True
        active = migration.kind is Kind.ACTIVE
        migration.target.state = RUNNING if active else NOT_ACTIVATED
        settle(self._world, migration)
        self._place("arrived", migration.target.server.name, migration.target.lpar_id)

    async def _clean_up(self) -> None:
        self._migration.state = State.COMPLETE
        self._phase("clean-up")
        self._end_in_guest(0)
        self._give_ports(self._migration.target)
        await self._world.pace.long(self._world.settings.durations.clean_up)
        self._break_at("clean-up")
        self.finish()

    def finish(self) -> None:
        """The source forgets the partition: the last step, also of a recovery that goes forward."""
        migration = self._migration
        self._end_in_guest(0)
        self._give_ports(migration.target)
        migration.source.server.remove(migration.source)
        del self._world.migrations[migration.partition]
        for watcher in self._world.completed:
            watcher(migration)
        self._phase("end")

    async def _stopped(self) -> tuple[HscError, ...]:
        self._migration.state = State.STOPPED
        self._phase("stopped")
        await self._roll_back_slowly()
        return (hsc.migration_stopped(),)

    async def _failed_before_suspend(self) -> tuple[HscError, ...]:
        if self._break.recovery:
            return self._leave_failed()
        self._phase("failed")
        await self._roll_back_slowly()
        return self._break.messages

    def _leave_failed(self) -> tuple[HscError, ...]:
        self._migration.state = State.FAILED
        if not self._migration.resumed:
            self._end_in_guest(_GIVEN_UP)
        self._phase("failed")
        return self._break.messages

    async def _roll_back_slowly(self) -> None:
        self._end_in_guest(_GIVEN_UP)
        await self._world.pace.long(self._world.settings.durations.clean_up / 2)
        self.roll_back()

    def roll_back(self) -> None:
        """The target forgets the shell partition; the partition goes on where it was."""
        migration = self._migration
        migration.target.server.remove(migration.target)
        migration.source.state = RUNNING if migration.kind is Kind.ACTIVE else NOT_ACTIVATED
        self._give_ports(migration.source)
        del self._world.migrations[migration.partition]
        self._phase("rolled-back")
        self._place("stayed", migration.source.server.name, migration.source.lpar_id)

    def _give_ports(self, placement: Placement) -> None:
        for answer in give_ports(self._migration, placement):
            name = self._migration.partition.name
            self._world.history.add("port", partition=name, server=placement.server.name, status=answer)

    def _end_in_guest(self, status: int) -> None:
        """Tell the operating system that the move is over (0) or was given up, if it knows of it."""
        guest = self._migration.partition.guest
        if self._took_part and guest is not None:
            self._took_part = False
            guest.end_migration(status)

    def _break_at(self, phase: str) -> None:
        found = moves.breaks(self._world, self._migration, phase)
        if found is not None:
            self._break = found
            raise Broken(phase)

    def _phase(self, phase: str) -> None:
        migration = self._migration
        self._world.history.add("phase", migration=migration.number, partition=migration.partition.name, phase=phase)
        pairs = ", ".join(f"{pair.source.name} and {pair.target.name}" for pair in migration.movers)
        migration.steps.append(Step(phase, f"bytes {migration.sent}+{migration.remaining}, movers {pairs or 'none'}"))
        if phase == "failed":
            for watcher in self._world.failed:
                watcher(migration)
        moves.reached(self._world, migration, phase)

    def _place(self, event: str, server: str, lpar_id: int) -> None:
        name = self._migration.partition.name
        self._world.history.add("place", partition=name, event=event, server=server, lpar_id=lpar_id)
