"""The transfer of memory: passes while the partition runs on the source, and the rest after it runs on the target."""

from __future__ import annotations

from collections.abc import Callable

from powervm_sim.migration.migration import Migration, MoverPair
from powervm_sim.world.state import World

_MEGABYTE = 1 << 20
_STEP = 0.5  # simulated seconds between two figures of the copy
_SHORTEST = 0.02  # real seconds: a fast lab is not slowed down by hundreds of figures
_FEW_PAGES = 64  # megabytes that may be left when the partition is suspended
_MOST_PASSES = 30
_HOPELESS = 0.9  # a pass that leaves more than this share of the one before does not get nearer to the end
_HOPELESS_PASSES = 3


class Broken(Exception):
    """The migration has failed in this phase: a fault wanted it, or a mover is gone."""


class Copy:
    """Pass after pass, since pages get dirty meanwhile.

    Args:
        world: Gives the rates.
        migration: Its figures are kept current.
        progress: Called whenever some more of it was sent.
    """

    def __init__(self, world: World, migration: Migration, progress: Callable[[], None]) -> None:
        self._world = world
        self._migration = migration
        self._progress = progress

    async def run(self) -> None:
        """Copy until few pages are left, or until more passes would not help. Raises Broken: no movers any more."""
        memory = self._migration.partition.memory.desired
        left = memory
        hopeless = 0
        for _ in range(_MOST_PASSES):
            seconds = left / self._rate()
            await self._one_pass(left, seconds)
            before, left = left, min(self._dirty_rate() * seconds, memory)
            self._migration.remaining = int(left * _MEGABYTE)
            hopeless = hopeless + 1 if left > before * _HOPELESS else 0
            if left <= _FEW_PAGES or hopeless == _HOPELESS_PASSES:
                return

    async def rest(self) -> None:
        """The pages that were left when the partition was suspended; it runs on the target and waits for some."""
        left = self._migration.remaining / _MEGABYTE
        if left:
            await self._one_pass(left, left / self._rate())

    def _rate(self) -> float:
        """Megabytes per second that the movers send."""
        pair = self._pair()
        settings = [mover.partition.vios.mover for mover in (pair.source, pair.target) if mover.partition.vios]
        return self._world.settings.transfer.rate * min((mover.speed for mover in settings), default=1.0)

    def _dirty_rate(self) -> float:
        """Megabytes that the partition writes in a second: a quiet system's, and those of its load."""
        partition = self._migration.partition
        quiet = self._world.settings.transfer.dirty_rate if partition.dirty_rate is None else partition.dirty_rate
        return quiet + (partition.guest.dirty_rate if partition.guest is not None else 0.0)

    def _pair(self) -> MoverPair:
        """The movers that are in use; when they are gone the second pair takes over, if there is one."""
        migration = self._migration
        while migration.movers and not migration.movers[0].up:
            if len(migration.movers) == 1:
                raise Broken("movers")
            migration.movers = migration.movers[1:]
            now = f"{migration.movers[0].source.name}, {migration.movers[0].target.name}"
            self._world.history.add("movers", migration=migration.number, partition=migration.partition.name, now=now)
        if not migration.movers:
            raise Broken("movers")
        return migration.movers[0]

    async def _one_pass(self, megabytes: float, seconds: float) -> None:
        total, base = int(megabytes * _MEGABYTE), self._migration.sent
        self._migration.remaining = total
        step_length = max(_STEP, _SHORTEST * self._world.pace.speed)
        steps = max(2, int(seconds / step_length))
        for step in range(1, steps + 1):
            await self._world.pace.long(seconds / steps)
            self._pair()
            self._migration.sent = base + total * step // steps
            self._migration.remaining = total - total * step // steps
            self._progress()
