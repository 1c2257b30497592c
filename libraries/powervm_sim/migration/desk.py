"""Where consoles ask for validations, migrations, stops and recoveries."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from powervm_sim import hsc
from powervm_sim.faults import moves
from powervm_sim.hsc import HscError
from powervm_sim.migration.checks import basic_errors, detailed_errors, warnings
from powervm_sim.migration.messages import out_of_time
from powervm_sim.migration.migration import Migration, Outcome, State, Step
from powervm_sim.migration.movers import busy_errors, choose
from powervm_sim.migration.plan import shell_for
from powervm_sim.migration.process import Process
from powervm_sim.migration.recovery import Recovery
from powervm_sim.migration.waiting import WaitingLine
from powervm_sim.migration.wishes import Kind, Remote, Request
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.state import World

_MINUTE = 60
_DISKS_TOO = 2  # looking at every disk behind the ports takes so much longer


class Desk:
    """All migrations of a world. What was begun here goes on whether or not the one who asked is still there."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._processes: dict[Migration, Process] = {}
        self._line = WaitingLine(world)
        self._number = 0

    async def validate(self, request: Request, *, may_wait: bool = False) -> Outcome:
        """Check whether the partition could be migrated now; takes the time of a validation.

        Args:
            request: What is to be checked.
            may_wait: That others migrate is no error.
        """
        stream_id = self._stream_id(request)
        self._world.history.add("validation", partition=request.partition.name, target=request.target.name)
        found = moves.findings(self._world, request)
        errors = self._at_first(request, may_wait=may_wait)
        if not errors:
            errors = await self._look(request)
            errors = errors or self._at_first(request, may_wait=may_wait)
            errors = errors or detailed_errors(self._world, request, stream_id)
        told = (*warnings(request), *found.warnings)
        return Outcome((*errors, *found.errors), told, (Step("validation"),))

    async def migrate(self, request: Request, *, may_wait: bool = False) -> Outcome:
        """Validate, then migrate. Giving up waiting for the end does not end the migration.

        Args:
            request: What is to be done.
            may_wait: It waits for its turn when the systems or their movers are busy, instead of failing.
        """
        return await asyncio.shield(self._world.start(self._migrate(request, may_wait=may_wait)))

    async def stop(self, placement: Placement) -> None:
        """Stop the migration of a partition and wait until it runs on the source again.

        Raises:
            HscError: Nothing is migrating, this is not the source, or it is too late.
        """
        migration = self._world.migrations.get(placement.partition)
        if migration is None or migration.state is State.FAILED:
            raise hsc.HscError("HSCLAF1E", f"The partition {placement.name} has no migration that could be stopped.")
        if migration.source is not placement:
            text = f"The managed system {placement.server.name} is not the source of this migration. Stop it on the"
            raise hsc.HscError("HSCLAF1F", f"{text} management console of the source managed system.")
        process = self._processes.get(migration)
        if not (self._line.leave(migration) if process is None else process.stop()):
            text = f"The migration of the partition {placement.name} cannot be stopped any more."
            raise hsc.HscError("HSCLAF20", text)
        while self._world.migrations.get(placement.partition) is migration:
            await self._world.pace.long(0.2)

    async def recover(self, placement: Placement, *, remote: Remote | None = None, force: bool = False) -> None:
        """Clear up after a failed migration: backwards when it had not arrived, else forwards.

        Args:
            placement: The partition, on the source or on the target.
            remote: The other console, if it was named.
            force: Go on when a machine that is to be cleared up cannot be reached; what is there stays there.

        Raises:
            HscError: There is nothing to recover, or something cannot be reached.
        """
        migration = self._world.migrations.get(placement.partition)
        if migration is None or migration.state is not State.FAILED:
            text = f"The partition {placement.name} has no failed migration that could be recovered."
            raise hsc.HscError("HSCLAF21", text)
        recovery = Recovery(self._world, migration, self._processes[migration])
        recovery.check(placement, remote, force=force)
        if await asyncio.shield(self._world.start(recovery.run())):
            self._processes.pop(migration, None)
            self._line.next()

    def _at_first(self, request: Request, *, may_wait: bool) -> list[HscError]:
        errors = basic_errors(self._world, request)
        if not errors and not (may_wait and _ever(request)):
            errors = list(busy_errors(self._world, request))
        return errors

    async def _look(self, request: Request) -> list[HscError]:
        """Let the time of a validation pass, or as much of it as commands may take."""
        seconds = self._world.settings.durations.validation
        if request.choices.check_disks and any(adapter.kind == "fc" for adapter in request.placement.storage):
            seconds *= _DISKS_TOO
        most = request.choices.wait * _MINUTE or seconds
        await self._world.pace.long(min(seconds, most))
        return [] if seconds <= most else [out_of_time(request.choices.wait)]

    async def _migrate(self, request: Request, *, may_wait: bool) -> Outcome:
        outcome = await self.validate(request, may_wait=may_wait)
        if outcome.errors:
            return outcome
        migration = self._record(request)
        try:
            errors = await self._line.wait(migration) if may_wait else ()
            if not errors:
                errors = await self._carry_out(migration)
        finally:
            self._line.next()
        return Outcome(errors, outcome.warnings, (*outcome.steps, *migration.steps))

    async def _carry_out(self, migration: Migration) -> tuple[HscError, ...]:
        """From the set-up to the end. Nothing can come between the checks and the beginning of this."""
        process = Process(self._world, migration)
        self._processes[migration] = process
        errors = await process.run()
        if migration.state is not State.FAILED:
            del self._processes[migration]
        return errors

    def _record(self, request: Request) -> Migration:
        """The migration with its shell partition."""
        self._number += 1
        return Migration(
            number=self._number,
            request=request,
            kind=request.kind,
            source=request.placement,
            target=shell_for(request),
            stream_id=self._stream_id(request),
            movers=choose(self._world, request),
        )

    def _stream_id(self, request: Request) -> int:
        return self._world.random(f"stream/{self._number}/{request.partition.name}").getrandbits(63) | 1 << 63


def migration_on(world: World, server: Server, placement: Placement) -> Migration | None:
    """The migration that a placement takes part in, as its server sees it."""
    migration = world.migrations.get(placement.partition)
    if migration is None or placement not in (migration.source, migration.target):
        return None
    return migration if server in (migration.source.server, migration.target.server) else None


def _ever(request: Request) -> bool:
    """Whether waiting can help at all."""
    return all((request.source.migration_limit, request.target.migration_limit))


def in_order(requests: Iterable[Request]) -> list[Request]:
    """Requests of one command in the order in which they get their turns."""
    return sorted(requests, key=lambda request: (request.priority, request.kind is Kind.INACTIVE))
