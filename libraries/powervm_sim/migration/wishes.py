"""What was asked for: the partition, the target, and everything that options and input data want to be different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from powervm_sim.world.consoles import Console
from powervm_sim.world.model import Partition, Placement, Server


class Kind(Enum):
    """Chosen by the console from the state of the partition."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class Redundancy(Enum):
    """Whether two pairs of mover service partitions are used (``--redundantmsps``)."""

    NEVER = "0"
    REQUIRED = "1"
    IF_AVAILABLE = "2"


@dataclass(frozen=True)
class Remote:
    """The other console: as it was named by ``--ip``, and the user there."""

    console: Console
    address: str
    user: str


@dataclass(frozen=True)
class Host:
    """A Virtual I/O Server that the user wants, by name, id or both.

    Attributes:
        slot: Its virtual slot, if that matters.
        port: Its physical fibre channel port, if that matters.
    """

    name: str | None
    number: int | None
    slot: int | None = None
    port: str | None = None

    def is_placement(self, placement: Placement) -> bool:
        """Whether this one is meant."""
        return self.name in (None, placement.name) and self.number in (None, placement.lpar_id)

    def __str__(self) -> str:
        return self.name if self.name is not None else f"with ID {self.number}"


@dataclass(frozen=True)
class MoverWish:
    """A mover service partition that the user wants, by any of its names."""

    name: str | None = None
    number: int | None = None
    address: str | None = None

    @property
    def anything(self) -> bool:
        """Whether any partition is wanted at all."""
        return any(part is not None for part in (self.name, self.number, self.address))

    def is_placement(self, placement: Placement) -> bool:
        """Whether this one is meant."""
        return (
            self.name in (None, placement.name)
            and self.number in (None, placement.lpar_id)
            and self.address in (None, placement.partition.address)
        )


@dataclass(frozen=True)
class PairWish:
    """The movers of one stream."""

    source: MoverWish = MoverWish()
    target: MoverWish = MoverWish()


@dataclass(frozen=True)
class BackingWish:
    """Where one backing device of a vNIC is to be made on the target.

    Attributes:
        adapter: Id of the SR-IOV adapter on the target; None for any.
        port: Its physical port; None for any.
        capacity: In percent of the physical port; None for that of the source.
        old_adapter: SR-IOV adapter of the backing device on the source that this one stands for.
        old_port: Its physical port.
        most: The most that it may use of the port, in percent; None for that of the source.
    """

    host: Host
    adapter: int | None = None
    port: int | None = None
    capacity: float | None = None
    old_adapter: int | None = None
    old_port: int | None = None
    most: float | None = None


@dataclass(frozen=True)
class Choices:
    """The options that allow or demand something.

    Attributes:
        keep_multipath: ``--mpio 1``.
        bridge_all_vlans: ``--vlanbridge 1``.
        keep_vsi: ``--vsi 1``.
        check_disks: ``--npivval portdisk``.
        keep_uuid: ``--uuid 1``.
        redundant_backing: ``--redundantvnicbkdev 1``.
        all_vnics: ``--vniccfg 1``.
        all_ports: ``--migsriov 1``; None when nothing was said, which is not enough if there are such ports.
        affinity: The affinity score on the target is looked at first.
        current_data: ``--usecurrdata``: what the console knows is enough; the source's servers need not be there.
        wait: Minutes that commands on the machines may take; 0 for no limit.
        redundant_movers: ``--redundantmsps``.
        detail: How much of the output of commands on the machines is shown, 0 to 5.
        silent_details: ``--nodetails``.
    """

    keep_multipath: bool = True
    bridge_all_vlans: bool = True
    keep_vsi: bool = True
    check_disks: bool = False
    keep_uuid: bool = True
    redundant_backing: bool = True
    all_vnics: bool = True
    all_ports: bool | None = None
    redundant_movers: Redundancy = Redundancy.NEVER
    affinity: bool = False
    current_data: bool = False
    wait: int = 0
    detail: int = 1
    silent_details: bool = False


@dataclass(frozen=True)
class Request:
    """One partition that is to be validated or migrated.

    Attributes:
        hosts: Wanted hosts of storage adapters by kind (``scsi``, ``fc``) and client slot.
        vnics: Wanted backing devices by the vNIC's slot.
        switches: Virtual switches of the source and what they are called on the target.
        movers: Wanted movers; two pairs when redundant ones are named.
        pool: Name or id of the shared processor pool on the target.
        paging: Wanted paging servers; no partition of this world has shared memory.
        profile: Name for the profile on the target; None for that of the last activation.
        priority: A smaller one comes first when migrations have to wait.
    """

    console: Console
    user: str
    placement: Placement
    target: Server
    remote: Remote | None = None
    target_id: int | None = None
    profile: str | None = None
    hosts: Mapping[tuple[str, int], Host] = field(default_factory=dict)
    vnics: Mapping[int, tuple[BackingWish, ...]] = field(default_factory=dict)
    switches: Mapping[str, str] = field(default_factory=dict)
    movers: tuple[PairWish, ...] = ()
    pool: str | int | None = None
    paging: tuple[Host, ...] = ()
    priority: int = 0
    choices: Choices = Choices()

    @property
    def partition(self) -> Partition:
        """The mobile partition."""
        return self.placement.partition

    @property
    def source(self) -> Server:
        """The system that it comes from."""
        return self.placement.server

    @property
    def kind(self) -> Kind:
        """What its state makes of it."""
        return Kind.ACTIVE if self.placement.running else Kind.INACTIVE

    @property
    def far(self) -> bool:
        """Whether another console manages the target."""
        return self.remote is not None and self.remote.console is not self.console
