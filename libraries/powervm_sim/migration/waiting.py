"""The line of migrations that wait until the systems and their movers have room for them."""

from __future__ import annotations

import asyncio

from powervm_sim import hsc
from powervm_sim.hsc import HscError
from powervm_sim.migration.checks import basic_errors, detailed_errors
from powervm_sim.migration.migration import Migration, State
from powervm_sim.migration.movers import busy_errors, choose
from powervm_sim.migration.plan import shell_for
from powervm_sim.world.state import World


class WaitingLine:
    """First come, first served, a smaller priority before; one that has no room does not hold up the others."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: dict[Migration, asyncio.Future[bool]] = {}

    async def wait(self, migration: Migration) -> tuple[HscError, ...]:
        """Wait for the turn of a migration. Returns why it cannot begin after all, or nothing."""
        if not self._waiting and not tuple(busy_errors(self._world, migration.request)):
            return ()
        migration.state = State.WAITING
        self._world.migrations[migration.partition] = migration
        self._world.history.add(
            "phase", migration=migration.number, partition=migration.partition.name, phase="waiting"
        )
        turn = asyncio.get_running_loop().create_future()
        self._waiting[migration] = turn
        self.next()
        try:
            its_turn = await turn
        finally:
            self._waiting.pop(migration, None)
        errors = self._judge(migration) if its_turn else (hsc.migration_stopped(),)
        if errors:
            del self._world.migrations[migration.partition]
        return errors

    def leave(self, migration: Migration) -> bool:
        """Take a migration out of the line; False when it is not in it."""
        turn = self._waiting.pop(migration, None)
        if turn is None or turn.done():
            return False
        turn.set_result(False)
        return True

    def next(self) -> None:
        """Give their turn to all that have room now."""
        order = sorted(self._waiting, key=lambda waiting: (waiting.request.priority, waiting.number))
        full = set()
        for migration in order:
            turn, request = self._waiting[migration], migration.request
            way = (request.source, request.target, migration.kind, request.movers, request.choices.redundant_movers)
            if turn.done() or way in full:
                continue
            if tuple(busy_errors(self._world, request)):
                full.add(way)  # room only gets less here, and a hundred that wait are quickly looked through
                continue
            # from here on it counts, so that the next one in the line does not get the same room
            migration.state = State.STARTING
            migration.movers = choose(self._world, migration.request)
            turn.set_result(True)

    def _judge(self, migration: Migration) -> tuple[HscError, ...]:
        """The world may be another one than at the validation."""
        errors = basic_errors(self._world, migration.request, own=migration)
        errors = errors or detailed_errors(self._world, migration.request, migration.stream_id)
        if not errors:
            migration.target = shell_for(migration.request)
        return tuple(errors)
