"""What a move says about devices: which vNIC goes where, what is watched, how storage is mapped. All read only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Vnic:
    """A vNIC whose backing devices are mapped on the target; the lists of a side run in step.

    Attributes:
        slot: Virtual slot, 3 to 2999.
        capacity: Percent of the port, for each backing device.
        adapters, target_adapters: Location codes.
    """

    slot: int
    capacity: float
    adapters: tuple[str, ...]
    target_adapters: tuple[str, ...]
    ports: tuple[int, ...]
    target_ports: tuple[int, ...]

    def back(self) -> Vnic:
        """The same for the way back: source and target change places."""
        return replace(
            self,
            adapters=self.target_adapters,
            ports=self.target_ports,
            target_adapters=self.adapters,
            target_ports=self.ports,
        )


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network that is watched from within the partition.

    Attributes:
        address: With prefix length or mask, as ``ip addr add`` takes it; None when it is there already.
        peer: Address that must answer a ping.
        interval: Seconds between two pings.
        outage: Seconds without an answer that are fine.
    """

    interface: str
    peer: str
    address: str | None = None
    interval: float = 0.2
    outage: float = 10.0


@dataclass(frozen=True, kw_only=True)
class StorageMapping:
    """One virtual storage adapter, and where it is mapped.

    Attributes:
        server: Name of the Virtual I/O Server in the lab file.
        port: Fibre Channel port, or None for any.
    """

    slot: int
    server: str
    port: str | None = None


@dataclass(frozen=True, kw_only=True)
class Storage:
    """How virtual storage adapters are mapped.

    Attributes:
        mappings: The rule; None when they are named one by one.
        target, source: The named ones; the second for the way back.
    """

    mappings: Literal["kept", "suggested"] | None = None
    target: tuple[StorageMapping, ...] = ()
    source: tuple[StorageMapping, ...] = ()

    def back(self) -> Storage:
        """The same for the way back."""
        return replace(self, target=self.source, source=self.target)
