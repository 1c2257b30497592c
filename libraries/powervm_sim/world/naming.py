"""The names and addresses that firmware gives to adapters: they follow from the world's seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from powervm_sim.world.state import World


def ethernet_mac(world: World, owner: str, slot: int) -> str:
    """The MAC address of a virtual Ethernet adapter."""
    return f"FA{_number(world, 'mac', owner, slot):08X}{slot & 0xFF:02X}"


def vnic_mac(world: World, owner: str, slot: int) -> str:
    """The MAC address of a vNIC."""
    return f"ea{_number(world, 'vnic', owner, slot):08x}{slot & 0xFF:02x}"


def port_mac(world: World, owner: str, config_id: int) -> str:
    """The MAC address of a logical port."""
    return f"ee{_number(world, 'port', owner, config_id):08x}{config_id & 0xFF:02x}"


def wwpn_pair(world: World, owner: str, slot: int) -> tuple[str, str]:
    """The two world wide port names of a virtual fibre channel client adapter."""
    number = _number(world, "wwpn", owner, slot) & ~1
    return f"c05076{number:010x}", f"c05076{number + 1:010x}"


def hcn_id(world: World, owner: str, slot: int) -> int:
    """The id that a migratable port and its backup in this slot share; it names their bond."""
    return _number(world, "hcn", owner, slot) | 1


def physical_wwpn(world: World, owner: str, port: str) -> str:
    """The world wide port name of a physical fibre channel port."""
    number = world.random(f"fibre/{owner}/{port}").getrandbits(32)
    return f"10000090{number:08x}"


def physical_mac(world: World, location: str) -> str:
    """The MAC address of a physical network port."""
    return f"98be94{world.random(f'physical/{location}').getrandbits(24):06x}"


def _number(world: World, what: str, owner: str, index: int) -> int:
    return world.random(f"{what}/{owner}/{index}").getrandbits(32)
