"""Finds the target system of a migration, on this console or on another one."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.migration.migration import Remote
from powervm_sim.world.consoles import Console
from powervm_sim.world.model import Server
from powervm_sim.world.state import World


class Unreachable(hsc.HscError):
    """No console answers at the address of ``--ip``."""

    def __init__(self, address: str) -> None:
        text = f"The management console {address} cannot be reached. Check the address and the network."
        super().__init__("HSCLAF02", text)


def find_remote(world: World, console: Console, user: str, address: str, remote_user: str | None) -> Remote:
    """The other console of ``--ip`` and ``-u``.

    Raises:
        HscError: Nothing answers there (`Unreachable`), or the keys were not exchanged (HSCL3653).
    """
    other = world.console_at(address)
    if other is None:
        raise Unreachable(address)
    name = remote_user or user
    if other is not console and not world.trusts(console, user, other, name):
        raise hsc.no_trust(name)
    return Remote(other, address, name)


def find_target(world: World, console: Console, name: str, remote: Remote | None) -> Server:
    """The target system. Raises HscError: HSCL8018, or HSCLA318 with it inside when the other console says so."""
    if remote is None:
        return world.server_on(console, name)
    try:
        return world.server_on(remote.console, name)
    except hsc.HscError as error:
        raise hsc.far_side(error) from error
