"""The live record of one migration that every console looks at; what was asked for stands in `wishes`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from powervm_sim.hsc import HscError
from powervm_sim.migration.wishes import Host, Kind, Remote, Request
from powervm_sim.world.devices import LogicalPort
from powervm_sim.world.model import Partition, Placement

__all__ = ["Host", "Kind", "Migration", "MoverPair", "Outcome", "Remote", "Request", "State"]


class State(Enum):
    """The words of ``migration_state``."""

    WAITING = "Migration Waiting"
    STARTING = "Migration Starting"
    IN_PROGRESS = "Migration In Progress"
    STOPPED = "Migration Stopped"
    FAILED = "Migration Failed"
    COMPLETE = "Migration Complete"


@dataclass(frozen=True)
class Step:
    """A phase that was reached, and how things stood then."""

    phase: str
    detail: str = ""


@dataclass(frozen=True)
class Outcome:
    """How an operation ended: no errors means that it worked."""

    errors: tuple[HscError, ...] = ()
    warnings: tuple[HscError, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class MoverPair:
    """The two mover service partitions that one stream of a migration goes through."""

    source: Placement
    target: Placement

    @property
    def up(self) -> bool:
        """Whether both of them run."""
        return all(mover.running and not mover.partition.off for mover in (self.source, self.target))


@dataclass(eq=False)
class Migration:
    """One migration from its set-up to its end, or to its recovery when it failed.

    Attributes:
        number: Counts all migrations of the world.
        source: Where the partition comes from.
        target: The shell partition that was made for it.
        sent: Bytes of memory that were transmitted.
        remaining: Bytes that still are to be sent; rises again when pages get dirty.
        committed: There is no way back any more.
        resumed: The partition runs (or is defined) on the target.
        stopping: A stop was asked for.
        movers: The pairs of an active migration; a second one when they are redundant.
        steps: The phases so far.
        taken: Migratable ports that were taken from the partition for the time of the move.
    """

    number: int
    request: Request
    kind: Kind
    source: Placement
    target: Placement
    stream_id: int
    movers: tuple[MoverPair, ...] = ()
    state: State = State.STARTING
    sent: int = 0
    remaining: int = 0
    committed: bool = False
    resumed: bool = False
    stopping: bool = False
    steps: list[Step] = field(default_factory=list)
    taken: list[LogicalPort] = field(default_factory=list)

    @property
    def source_msp(self) -> Placement | None:
        """The mover on the source that is used first."""
        return self.movers[0].source if self.movers else None

    @property
    def target_msp(self) -> Placement | None:
        """The mover on the target that is used first."""
        return self.movers[0].target if self.movers else None

    @property
    def partition(self) -> Partition:
        """The mobile partition."""
        return self.source.partition

    @property
    def home(self) -> Placement:
        """Where the partition truly is."""
        return self.target if self.resumed else self.source
