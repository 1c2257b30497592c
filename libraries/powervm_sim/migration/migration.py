"""What was asked for, and the live record of one migration that every console looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from powervm_sim.hsc import HscError
from powervm_sim.world.model import Console, Partition, Placement, Server


class Kind(Enum):
    """Chosen by the console from the state of the partition."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class State(Enum):
    """The words of ``migration_state``."""

    STARTING = "Migration Starting"
    IN_PROGRESS = "Migration In Progress"
    STOPPED = "Migration Stopped"
    FAILED = "Migration Failed"
    COMPLETE = "Migration Complete"


@dataclass(frozen=True)
class Remote:
    """The other console: as it was named by ``--ip``, and the user there."""

    console: Console
    address: str
    user: str


@dataclass(frozen=True)
class Host:
    """A Virtual I/O Server that the user wants, by name or id, and the slot there if it matters."""

    name: str | None
    number: int | None
    slot: int | None = None

    def is_placement(self, placement: Placement) -> bool:
        """Whether this one is meant."""
        return self.name == placement.name if self.name is not None else self.number == placement.lpar_id


@dataclass(frozen=True)
class Request:
    """One partition that is to be validated or migrated.

    Attributes:
        hosts: Wanted hosts of storage adapters by kind (``scsi``, ``fc``) and client slot.
        profile: Name for the profile on the target; None for that of the last activation.
    """

    console: Console
    user: str
    placement: Placement
    target: Server
    remote: Remote | None = None
    target_id: int | None = None
    profile: str | None = None
    hosts: Mapping[tuple[str, int], Host] = field(default_factory=dict)
    source_msp: Host | None = None
    target_msp: Host | None = None
    bridge_all_vlans: bool = True

    @property
    def partition(self) -> Partition:
        """The mobile partition."""
        return self.placement.partition

    @property
    def kind(self) -> Kind:
        """What its state makes of it."""
        return Kind.ACTIVE if self.placement.running else Kind.INACTIVE


@dataclass(frozen=True)
class Outcome:
    """How an operation ended: no errors means that it worked."""

    errors: tuple[HscError, ...] = ()
    warnings: tuple[HscError, ...] = ()


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
    """

    number: int
    request: Request
    kind: Kind
    source: Placement
    target: Placement
    source_msp: Placement | None
    target_msp: Placement | None
    stream_id: int
    state: State = State.STARTING
    sent: int = 0
    remaining: int = 0
    committed: bool = False
    resumed: bool = False
    stopping: bool = False

    @property
    def partition(self) -> Partition:
        """The mobile partition."""
        return self.source.partition

    @property
    def home(self) -> Placement:
        """Where the partition truly is."""
        return self.target if self.resumed else self.source
