"""How the machines of a world reach each other over its network, as far as a partition can tell."""

from __future__ import annotations

from powervm_sim.guest.interface import Neighbour
from powervm_sim.world.consoles import Console
from powervm_sim.world.model import Partition
from powervm_sim.world.state import World

_CONSOLE_PORTS = frozenset({22, 443, 657, 12443})
_PARTITION_PORTS = frozenset({22, 657})


def neighbour(world: World, name: str) -> Neighbour | None:
    """The machine with that name (with or without domain) or address."""
    for console in world.consoles.values():
        if name in _names(console.name, console.address, console.served_address):
            return Neighbour(_address(console), not console.down, _CONSOLE_PORTS)
    for partition in world.partitions.values():
        if name in _names(partition.name, partition.address, partition.served_address):
            home = world.home(partition)
            up = home.running and not partition.down and partition.gate.is_open
            return Neighbour(_address(partition), up, _PARTITION_PORTS)
    return None


def _names(*texts: str) -> set[str]:
    return {text for text in texts if text}


def _address(machine: Console | Partition) -> str:
    return machine.address or machine.served_address
