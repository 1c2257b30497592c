"""What a lab file says about the devices of a partition that moves: vNIC, network, storage."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from powervm.lab.section import STRICT
from powervm.lab.values import Duration, Text, wrong


class DeviceSection(BaseModel):
    """A mapping with fixed keys about devices."""

    model_config = STRICT


class VnicSection(DeviceSection):
    """A vNIC whose backing devices are mapped on the target. Ports and adapters are in the same order."""

    slot: Annotated[int, Field(ge=3, le=2999)]
    """Virtual slot of the vNIC."""
    capacity: Annotated[float, Field(gt=0, le=100)] = 2.0
    """Capacity of each backing device in percent of its port."""
    adapters: Annotated[list[Text], Field(min_length=1)]
    """Location codes of the SR-IOV adapters on the source."""
    target_adapters: Annotated[list[Text], Field(min_length=1)]
    """Location codes of the SR-IOV adapters on the target."""
    ports: list[Annotated[int, Field(ge=0)]]
    """Physical port of each adapter on the source."""
    target_ports: list[Annotated[int, Field(ge=0)]]
    """Physical port of each adapter on the target."""

    @model_validator(mode="after")
    def _a_port_for_each_adapter(self) -> VnicSection:
        for side, adapters, ports in (
            ("", self.adapters, self.ports),
            ("target_", self.target_adapters, self.target_ports),
        ):
            if len(adapters) != len(ports):
                raise wrong(
                    f"{side}adapters has {_entries(len(adapters))} and {side}ports has {_entries(len(ports))}.",
                    "Name one port for each adapter, in the same order.",
                )
        return self


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


class NetworkSection(DeviceSection):
    """A network that is watched with ping from within the partition: before, during and after its move."""

    interface: Text
    """Name of the network interface in the partition."""
    address: Text | None = None
    """Address with prefix length or mask, for example 198.51.100.7/24; set for the test if missing, and put back."""
    peer: Text
    """Address that must answer a ping through the interface."""
    interval: Duration = 0.2
    """Time between two pings."""
    outage: Duration = 10.0
    """The longest time without an answer that is fine."""


class StorageMappingSection(DeviceSection):
    """One virtual storage adapter, and where it is mapped."""

    slot: Annotated[int, Field(ge=2)]
    """Virtual slot of the client adapter in the partition."""
    server: Text
    """Name of the Virtual I/O Server that hosts it."""
    port: Text | None = None
    """Its Fibre Channel port, for example fcs0; only for virtual Fibre Channel adapters."""


class StorageSection(DeviceSection):
    """How the virtual storage adapters are mapped: by a rule (mappings), or one by one (target and source)."""

    mappings: Literal["kept", "suggested"] | None = None
    """Kept: servers in the same place and ports of the same name. Suggested: what the console suggests, as it is."""
    target: list[StorageMappingSection] = []
    """The mapping of each adapter on the target."""
    source: list[StorageMappingSection] = []
    """The mapping of each adapter on the source, for the way back; without it the console chooses there."""

    @model_validator(mode="after")
    def _one_way(self) -> StorageSection:
        if (self.mappings is None) == (not self.target):
            raise wrong(
                "exactly one of mappings and target is needed.",
                "Give mappings (kept or suggested), or a mapping for each adapter under target.",
            )
        if self.source and not self.target:
            raise wrong("source has no effect beside mappings.", "Remove it, or give target in place of mappings.")
        for side, entries in (("target", self.target), ("source", self.source)):
            slots = [entry.slot for entry in entries]
            if len(slots) != len(set(slots)):
                raise wrong(f"a slot stands twice in {side}.", "Name each adapter once.")
        return self
