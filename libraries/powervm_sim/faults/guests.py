"""What faults do inside Linux partitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

from powervm_sim.faults.engine import FaultImpossible, Undo
from powervm_sim.faults.machine_kinds import LinkLost, PathLost, PortNotFound, StressDies
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
            world.faults.bind(PortNotFound, partition.name, partial(_lose_port, partition.guest))
    world.faults.watch(partial(_print_lines, world))


@contextmanager
def check_hooks(world: World, partition: Partition, occasion: Occasion) -> Iterator[None]:
    """While the partition is asked whether it can be moved, the hooks that do not agree are there."""
    with ExitStack() as hooks:
        guest = partition.guest
        if isinstance(guest, LinuxGuest):
            world.faults.attempt(CheckVetoed, occasion, lambda rule: _install(guest, rule, hooks))
        yield


def _install(guest: LinuxGuest, rule: CheckVetoed, hooks: ExitStack) -> None:
    path = f"{FOLDER}/{rule.hook}"
    words = rule.text.replace("'", "'\\''")
    say = f"printf '%s\\n' '{words}'\n" if rule.text else ""
    script = f'#!/bin/sh\n[ "$PHASE" = check ] || exit 0\n{say}exit {rule.status}\n'
    if guest.tree.exists(path):
        raise FaultImpossible(f"{guest.spec.host_name} has a hook {path} of its own")
    hooks.callback(_remove, guest, path)
    try:
        guest.tree.make_folders(FOLDER)
        guest.tree.write(path, script.encode("utf-8", "surrogateescape"), mode=0o755)
    except OSError as error:
        raise FaultImpossible(f"{guest.spec.host_name}: {path}: {error.strerror}") from error


def _remove(guest: LinuxGuest, path: str) -> None:
    with suppress(OSError):
        guest.tree.remove(path)


def _lose_path(guest: LinuxGuest, rule: Rule) -> Undo:
    assert isinstance(rule, PathLost)
    with _in_running(guest):
        guest.trouble.fail_path(rule.path)
    return partial(_restore, guest.trouble.restore_path, rule.path)


def _end_stress(guest: LinuxGuest, rule: Rule) -> Undo:
    assert isinstance(rule, StressDies)
    if not guest.trouble.end_stress(rule.status):
        raise FaultImpossible(f"no stress-ng runs on {guest.host_name}")
    return lambda: None  # what has ended stays so


def _lose_link(guest: LinuxGuest, rule: Rule) -> Undo:
    assert isinstance(rule, LinkLost)
    with _in_running(guest):
        guest.trouble.fail_link(rule.interface)
    return partial(_restore, guest.trouble.restore_link, rule.interface)


def _lose_port(guest: LinuxGuest, rule: Rule) -> Undo:
    assert isinstance(rule, PortNotFound)
    guest.hybrid.blind = True
    return partial(setattr, guest.hybrid, "blind", False)


def _restore(restore: Callable[[str], None], name: str) -> None:
    """Mend something that a restart may have taken away meanwhile."""
    with suppress(LookupError):
        restore(name)


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
    if isinstance(guest, LinuxGuest):
        world.faults.attempt(KernelLines, occasion, partial(_print, guest))


def _print(guest: LinuxGuest, rule: KernelLines) -> None:
    with _in_running(guest):
        for line in rule.text.splitlines():
            guest.trouble.kernel_line(line, rule.level)
