"""Recovery of a failed migration: back to the source when it had not arrived, else forward to the target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from powervm_sim.hsc import HscError
from powervm_sim.migration.migration import Migration
from powervm_sim.migration.plan import host_ids
from powervm_sim.migration.process import Process
from powervm_sim.migration.wishes import Remote
from powervm_sim.world.gate import Gate
from powervm_sim.world.model import NOT_ACTIVATED, Partition, Placement
from powervm_sim.world.state import World


class Recovery:
    """One try to clear up.

    Args:
        world: Where it happens.
        migration: One that has failed.
        process: What has carried it out so far.
    """

    def __init__(self, world: World, migration: Migration, process: Process) -> None:
        self._world = world
        self._migration = migration
        self._process = process

    @property
    def _doomed(self) -> Placement:
        """The side that is to be cleared up."""
        return self._migration.source if self._migration.resumed else self._migration.target

    def check(self, placement: Placement, remote: Remote | None, *, force: bool) -> None:
        """Raises HscError: the named console has no part in it, or (without force) something cannot be reached."""
        other = self._migration.target if placement is self._migration.source else self._migration.source
        if remote is not None and remote.console is not other.server.console:
            text = f"The management console {remote.address} does not manage the managed system {other.server.name}"
            raise HscError("HSCLAF54", f"{text} that takes part in the migration of the partition {placement.name}.")
        if force:
            return
        for name in self._unreachable(placement):
            text = f"The migration of the partition {placement.name} cannot be recovered since {name} cannot be reached"
            raise HscError("HSCLAF53", f"{text}. Try the operation again later, or use the force option.")

    async def run(self) -> bool:
        """Clear up. Returns False when somebody else was faster."""
        migration = self._migration
        await self._world.pace.long(self._world.settings.durations.clean_up / 2)
        if self._world.migrations.get(migration.partition) is not migration:
            return False
        doomed = self._doomed
        left_over = tuple(self._unreachable(migration.home)) != ()
        if migration.resumed:
            self._process.finish()
        else:
            self._process.roll_back()
        if left_over:
            self._leave(doomed)
        return True

    def _unreachable(self, placement: Placement) -> Iterator[str]:
        """What is needed for clearing up and does not answer."""
        doomed = self._doomed
        if doomed.server.console.down and doomed.server.console is not placement.server.console:
            yield f"the management console {doomed.server.console.name}"
            return
        hosts = host_ids(doomed.storage, doomed.backings)
        for host in doomed.server.virtual_io_servers:
            if host.lpar_id in hosts and not (host.running and host.rmc_state == "active"):
                yield f"the VIOS partition {host.name}"

    def _leave(self, doomed: Placement) -> None:
        """What could not be cleared up stays: a partition that is off, and with it its adapters on the servers."""
        remains = _empty(doomed.partition)
        doomed.server.add(replace(doomed, partition=remains, state=NOT_ACTIVATED))
        self._world.history.add("left-over", partition=remains.name, server=doomed.server.name, lpar_id=doomed.lpar_id)


def _empty(partition: Partition) -> Partition:
    """A partition of the same name in which nothing can run."""
    return replace(partition, guest=None, gate=Gate(), power_watchers=[], profiles={}, configured=False)
