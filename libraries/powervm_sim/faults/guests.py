"""What faults do inside Linux partitions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from powervm_sim.faults.engine import FaultImpossible, Undo
from powervm_sim.faults.machine_kinds import LinkLost, PathLost, StressDies
from powervm_sim.faults.move_kinds import CheckVetoed, KernelLines
from powervm_sim.faults.rule import Occasion, Rule
from powervm_sim.guest.hooks import FOLDER
from powervm_sim.guest.linux import LinuxGuest
from powervm_sim.world.model import Partition
from powervm_sim.world.state import World


def bind_guests(world: World) -> None:
    """Tell the world's faults how they come about in its partitions."""
    for partition in world.partitions.values():
        if isinstance(partition.guest, LinuxGuest):
            world.faults.bind(PathLost, partition.name, partial(_lose_path, partition.guest))
            world.faults.bind(StressDies, partition.name, partial(_end_stress, partition.guest))
            world.faults.bind(LinkLost, partition.name, partial(_lose_link, partition.guest))
    world.faults.watch(partial(_print_lines, world))


@contextmanager
def check_hooks(world: World, partition: Partition, occasion: Occasion) -> Iterator[None]:
    """While the partition is asked whether it can be moved, the hooks that do not agree are there."""
    with ExitStack() as hooks:
        for _, rule in world.faults.take(CheckVetoed, occasion):
            if isinstance(partition.guest, LinuxGuest):
                hooks.enter_context(_hook(partition.guest, rule))
        yield


@contextmanager
def _hook(guest: LinuxGuest, rule: CheckVetoed) -> Iterator[None]:
    path = f"{FOLDER}/{rule.hook}"
    guest.tree.make_folders(FOLDER)
    words = rule.text.replace("'", "'\\''")
    say = f"printf '%s\\n' '{words}'\n" if rule.text else ""
    script = f'#!/bin/sh\n[ "$PHASE" = check ] || exit 0\n{say}exit {rule.status}\n'
    before = guest.tree.read(path) if guest.tree.exists(path) else None
    guest.tree.write(path, script.encode("utf-8", "surrogateescape"), mode=0o755)
    try:
        yield
    finally:
        if before is None:
            guest.tree.remove(path)
        else:
            guest.tree.write(path, before)


def _lose_path(guest: LinuxGuest, rule: Rule) -> Undo:
    assert isinstance(rule, PathLost)
    with _in_running(guest):
        guest.trouble.fail_path(rule.path)
    return lambda: guest.trouble.restore_path(rule.path)


def _end_stress(guest: LinuxGuest, rule: Rule) -> Undo:
    assert isinstance(rule, StressDies)
    if not guest.trouble.end_stress(rule.status):
        raise FaultImpossible(f"no stress-ng runs on {guest.host_name}")
    return lambda: None  # what has ended stays so


def _lose_link(guest: LinuxGuest, rule: Rule) -> Undo:
    assert isinstance(rule, LinkLost)
    with _in_running(guest):
        guest.trouble.fail_link(rule.interface)
    return lambda: guest.trouble.restore_link(rule.interface)


@contextmanager
def _in_running(guest: LinuxGuest) -> Iterator[None]:
    if not guest.running:
        raise FaultImpossible(f"{guest.spec.host_name} is not running")
    try:
        yield
    except LookupError as error:
        raise FaultImpossible(str(error)) from error


def _print_lines(world: World, occasion: Occasion) -> None:
    if occasion.partition is None:
        return
    guest = world.partitions[occasion.partition].guest
    for _, rule in world.faults.take(KernelLines, occasion):
        if isinstance(guest, LinuxGuest):
            for line in rule.text.splitlines():
                guest.trouble.kernel_line(line, rule.level)
