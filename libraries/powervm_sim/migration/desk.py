"""Where consoles ask for validations, migrations, stops and recoveries."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from powervm_sim import hsc
from powervm_sim.faults import moves
from powervm_sim.migration.checks import basic_errors, detailed_errors, mover
from powervm_sim.migration.mapping import place_storage
from powervm_sim.migration.migration import Kind, Migration, Outcome, Request, State
from powervm_sim.migration.process import Process
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.state import World


class Desk:
    """All migrations of a world. What was begun here goes on whether or not the one who asked is still there."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._processes: dict[Migration, Process] = {}
        self._number = 0

    async def validate(self, request: Request) -> Outcome:
        """Check whether the partition could be migrated now; takes the time of a validation."""
        stream_id = self._stream_id(request)
        self._world.history.add("validation", partition=request.partition.name, target=request.target.name)
        errors = basic_errors(self._world, request)
        refusals, warnings = moves.findings(self._world, request)
        if not errors:
            await self._world.pace.long(self._world.settings.durations.validation)
            errors = basic_errors(self._world, request) or detailed_errors(self._world, request, stream_id)
        return Outcome((*errors, *refusals), tuple(warnings))

    async def migrate(self, request: Request) -> Outcome:
        """Validate, then migrate. Giving up waiting does not end the migration."""
        return await asyncio.shield(self._world.start(self._migrate(request)))

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
        process = self._processes[migration]
        if not process.stop():
            text = f"The migration of the partition {placement.name} cannot be stopped any more."
            raise hsc.HscError("HSCLAF20", text)
        while self._world.migrations.get(placement.partition) is migration:
            await self._world.pace.long(0.2)

    async def recover(self, placement: Placement) -> None:
        """Clear up after a failed migration: backwards when it had not arrived, else forwards.

        Raises:
            HscError: There is nothing to recover.
        """
        migration = self._world.migrations.get(placement.partition)
        if migration is None or migration.state is not State.FAILED:
            text = f"The partition {placement.name} has no failed migration that could be recovered."
            raise hsc.HscError("HSCLAF21", text)
        await asyncio.shield(self._world.start(self._recover(migration)))

    async def _recover(self, migration: Migration) -> None:
        await self._world.pace.long(self._world.settings.durations.clean_up / 2)
        if self._world.migrations.get(migration.partition) is not migration:
            return  # somebody else was faster
        process = self._processes.pop(migration)
        if migration.resumed:
            process.finish()
        else:
            process.roll_back()

    async def _migrate(self, request: Request) -> Outcome:
        outcome = await self.validate(request)
        if outcome.errors:
            return outcome
        migration = self._record(request)
        process = Process(self._world, migration)
        self._processes[migration] = process
        errors = await process.run()
        if migration.state is not State.FAILED:
            del self._processes[migration]
        return replace(outcome, errors=errors)

    def _record(self, request: Request) -> Migration:
        """The migration with its shell partition; nothing can come between the validation and this."""
        self._number += 1
        target_id = request.target_id or request.target.free_id(request.placement.lpar_id)
        storage, _ = place_storage(request)
        shell = Placement(request.partition, request.target, target_id, request.placement.state, storage)
        active = request.kind is Kind.ACTIVE
        return Migration(
            number=self._number,
            request=request,
            kind=request.kind,
            source=request.placement,
            target=shell,
            source_msp=mover(request.placement.server, request.source_msp) if active else None,
            target_msp=mover(request.target, request.target_msp) if active else None,
            stream_id=self._stream_id(request),
        )

    def _stream_id(self, request: Request) -> int:
        return self._world.random(f"stream/{self._number}/{request.partition.name}").getrandbits(63) | 1 << 63


def migration_on(world: World, server: Server, placement: Placement) -> Migration | None:
    """The migration that a placement takes part in, as its server sees it."""
    migration = world.migrations.get(placement.partition)
    if migration is None or server not in (migration.source.server, migration.target.server):
        return None
    return migration
