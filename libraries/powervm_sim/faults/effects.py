"""What lasting faults do to the consoles and partitions of a world."""

from __future__ import annotations

from functools import partial

from powervm_sim.faults.engine import Undo
from powervm_sim.faults.guests import bind_guests
from powervm_sim.faults.machine_kinds import AccountLocked, EndpointDown, MoverOff, RmcDown, TrustLost
from powervm_sim.faults.rule import Rule, named
from powervm_sim.world.accounts import Account
from powervm_sim.world.consoles import Console
from powervm_sim.world.model import Partition
from powervm_sim.world.state import World


def bind_effects(world: World) -> None:
    """Tell the world's faults how they come about."""
    bind_guests(world)
    for console in world.consoles.values():
        world.faults.bind(TrustLost, console.name, partial(_lose_trust, world, console))
        world.faults.bind(AccountLocked, console.name, partial(_lock, console.account))
        world.faults.bind(EndpointDown, console.name, partial(_out_of_reach, console))
    for partition in world.partitions.values():
        world.faults.bind(RmcDown, partition.name, partial(_no_rmc, partition))
        world.faults.bind(EndpointDown, partition.name, partial(_no_power, partition))
        if partition.is_vios:
            world.faults.bind(MoverOff, partition.name, partial(_no_mover, partition))


def _lose_trust(world: World, console: Console, rule: Rule) -> Undo:
    assert isinstance(rule, TrustLost)
    lost = {entry for entry in world.trust if entry[0] == console.name and named(rule.other, entry[2])}
    world.trust -= lost
    return lambda: world.trust.update(lost)


def _lock(account: Account, _rule: Rule) -> Undo:
    return account.hold()


def _out_of_reach(console: Console, _rule: Rule) -> Undo:
    before, console.down = console.down, True

    def undo() -> None:
        console.down = before

    return undo


def _no_rmc(partition: Partition, _rule: Rule) -> Undo:
    return partition.rmc.hold()


def _no_power(partition: Partition, _rule: Rule) -> Undo:
    release = partition.rmc.hold()
    before, partition.off = partition.off, True

    def undo() -> None:
        partition.off = before
        release()

    return undo


def _no_mover(partition: Partition, _rule: Rule) -> Undo:
    before, partition.msp = partition.msp, False

    def undo() -> None:
        partition.msp = before or partition.msp

    return undo
