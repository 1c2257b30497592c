"""The device entries of a world file: what servers, Virtual I/O Servers and partitions have of devices."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from powervm_sim.world.devices import DEFAULT_SWITCH
from powervm_sim.world.entry import Entry, Name, Slot, Vlan

Card = Annotated[int, Field(ge=1, le=99)]
Capacity = Annotated[float, Field(gt=0, le=100)]
Priority = Annotated[int, Field(ge=1, le=100)]
OptionalVlan = Annotated[int, Field(ge=0, le=4094)]


class SwitchEntry(Entry):
    """A virtual switch."""

    mode: Literal["VEB", "VEPA"] = "VEB"


class NetworkEntry(Entry):
    """A virtual network; `VLAN1-ETHERNET0` is its name when none is stated."""

    vlan: Vlan
    vswitch: Name = DEFAULT_SWITCH
    tagged: bool = False
    name: Name | None = None

    @property
    def full_name(self) -> str:
        """The stated name or the usual one."""
        return self.name or f"VLAN{self.vlan}-{self.vswitch}"


class PoolEntry(Entry):
    """A shared processor pool beside the default pool."""

    id: int = Field(ge=1, le=63)
    name: Name
    maximum: float = Field(gt=0)
    reserved: float = Field(default=0.0, ge=0)


class PhysicalPortEntry(Entry):
    """A port of an SR-IOV adapter; ports are counted from 0."""

    label: Annotated[str, Field(pattern=r'^[^,="/:\n]{0,16}$')] = ""
    type: Literal["eth", "ethc", "roce"] = "eth"
    up: bool = True
    logical_ports: int = Field(default=20, ge=1, le=63)
    granularity: float = Field(default=1.0, gt=0, le=100)
    speed: int = Field(default=10_000, ge=10, le=400_000)


class SriovEntry(Entry):
    """An SR-IOV adapter.

    Attributes:
        card: Its slot, as in ``-C4`` of the location code.
        id: Its adapter id; not in dedicated mode.
    """

    card: Card
    id: int | None = Field(default=None, ge=1, le=255)
    mode: Literal["sriov", "dedicated"] = "sriov"
    logical_ports: int = Field(default=48, ge=1, le=240)
    ports: tuple[PhysicalPortEntry, ...]

    @model_validator(mode="after")
    def _id_fits(self) -> SriovEntry:
        if not 1 <= len(self.ports) <= 8:
            raise ValueError("an adapter has from 1 to 8 ports")
        if self.mode == "sriov" and self.id is None:
            raise ValueError("an adapter in sriov mode needs an id")
        if self.mode == "dedicated" and self.id is not None:
            raise ValueError("an adapter in dedicated mode has no id; leave it out")
        return self


class CardEntry(Entry):
    """A physical adapter that partitions can own."""

    card: Card
    description: Annotated[str, Field(pattern=r'^[^,="\n]{1,60}$')] = "PCIe3 2-Port 10GbE SFP+ Adapter"


class FibrePortEntry(Entry):
    """A physical fibre channel port of a Virtual I/O Server.

    Attributes:
        fabric: The storage network that it is plugged into; empty for no cable.
    """

    npiv: bool = True
    fabric: Annotated[str, Field(pattern=r"^[\w-]{0,30}$")] = ""
    ports: int = Field(default=64, ge=1, le=1024)
    wwpns: int = Field(default=2048, ge=2, le=65_536)


class SharedAdapterEntry(Entry):
    """A Shared Ethernet Adapter of a Virtual I/O Server and the VLANs that it bridges.

    Attributes:
        vlan: Without tag; `additional_vlans` with their tags.
        priority: Of its trunk adapter; the Virtual I/O Servers of a server count up when it is not stated.
    """

    vlan: Vlan = 1
    additional_vlans: tuple[Vlan, ...] = Field(default=(), max_length=20)
    vswitch: Name = DEFAULT_SWITCH
    priority: int | None = Field(default=None, ge=1, le=15)


class BackingEntry(Entry):
    """A backing device of a vNIC.

    Attributes:
        server: The Virtual I/O Server that holds the logical port.
        adapter: Adapter id.
        port: Physical port id.
        capacity: Percent of the physical port; its granularity when it is not stated.
        priority: 1 is the best.
    """

    server: Name
    adapter: int = Field(ge=1)
    port: int = Field(ge=0)
    capacity: Capacity | None = None
    max_capacity: Capacity = 100.0
    priority: Priority = 50


class VnicEntry(Entry):
    """A vNIC client adapter."""

    slot: Slot
    vlan: OptionalVlan = 0
    auto_failover: bool = True
    backing: tuple[BackingEntry, ...]

    @model_validator(mode="after")
    def _has_backing(self) -> VnicEntry:
        if not 1 <= len(self.backing) <= 6:
            raise ValueError("a vNIC has from 1 to 6 backing devices")
        return self


class BackupEntry(Entry):
    """What stands in for a migratable port: a virtual Ethernet adapter on a virtual network, or a vNIC."""

    slot: Slot
    vnetwork: Name | None = None
    vnic: BackingEntry | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> BackupEntry:
        if (self.vnetwork is None) == (self.vnic is None):
            raise ValueError("state either vnetwork (a virtual Ethernet adapter) or vnic (its backing device)")
        return self


class LogicalPortEntry(Entry):
    """A logical port of an SR-IOV adapter; with a backup it is migratable."""

    adapter: int = Field(ge=1)
    port: int = Field(ge=0)
    capacity: Capacity | None = None
    max_capacity: Capacity = 100.0
    type: Literal["eth", "roce"] = "eth"
    vlan: OptionalVlan = 0
    backup: BackupEntry | None = None


class OwnedCardEntry(Entry):
    """A physical adapter that a partition owns."""

    card: Card
    required: bool = True


class ServerDevices(Entry):
    """The devices of a managed system.

    Attributes:
        vlans: What the Virtual I/O Servers bridge on ``ETHERNET0`` when they have no entries of their own.
        vnetworks: Further virtual networks beside those of the bridged VLANs.
        huge_pages: Pages of 16 GB that are set aside.
    """

    vlans: tuple[Vlan, ...] = (1,)
    vswitches: dict[Name, SwitchEntry] = Field(default={DEFAULT_SWITCH: SwitchEntry()})
    vnetworks: tuple[NetworkEntry, ...] = ()
    processor_pools: tuple[PoolEntry, ...] = ()
    sriov: tuple[SriovEntry, ...] = ()
    cards: tuple[CardEntry, ...] = ()
    huge_pages: int = Field(default=0, ge=0)


class ViosDevices(Entry):
    """The devices of a Virtual I/O Server.

    Attributes:
        fc_ports: By name, such as ``fcs0``; two when none are stated and it serves fibre channel.
        shared_adapters: One for each VLAN of the server when none are stated.
    """

    fc_ports: dict[Annotated[str, Field(pattern=r"^fcs\d+$")], FibrePortEntry] | None = None
    shared_adapters: tuple[SharedAdapterEntry, ...] | None = None


class PartitionDevices(Entry):
    """The devices of a mobile partition beside virtual Ethernet and storage."""

    vnics: tuple[VnicEntry, ...] = ()
    logical_ports: tuple[LogicalPortEntry, ...] = ()
    cards: tuple[OwnedCardEntry, ...] = ()
    processor_pool: int = Field(default=0, ge=0, le=63)
    capped: bool = False
    weight: int = Field(default=128, ge=0, le=255)
    huge_pages: int = Field(default=0, ge=0)
    max_virtual_slots: int = Field(default=200, ge=2, le=65_536)
