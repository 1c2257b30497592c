"""Location codes and DRC indexes of the physical cards of a server."""

from __future__ import annotations

from powervm_sim.world.model import Server

_FIRST_SLOT = 0x2101_0010


def location_of_card(server: Server, card: int) -> str:
    """For example ``U78D9.001.78A1B20-P1-C4``."""
    return f"U78D{server.generation.name[5:]}.001.{server.serial}-P1-C{card}"


def location(server: Server, card: int, port: int = 1) -> str:
    """The location code of a port of a physical adapter card of a server."""
    return f"{location_of_card(server, card)}-T{port}"


def drc_index_of_card(card: int) -> str:
    """The index of the slot that a card is in, for example ``21010014``."""
    return f"{_FIRST_SLOT + card:08X}"
