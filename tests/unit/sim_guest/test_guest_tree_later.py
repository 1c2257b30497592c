"""Trees that nobody has looked at yet: what was left for later happens in order, and nobody can tell the difference."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from guest_doubles import STREAM, TARGET

from powervm_sim.guest.tree import Tree


class Ticks:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.mark.parametrize(
    "look", [lambda tree: tree.read("/a"), lambda tree: tree.used, lambda tree: tree.write("/b", b"")]
)
def test_whoever_looks_sees_everything_in_order(look):
    tree = Tree()
    tree.later(lambda: tree.write("/a", b"one "))
    tree.later(lambda: tree.write("/a", b"two", append=True))
    look(tree)
    assert tree.read("/a") == b"one two"


def test_nothing_is_done_before_somebody_looks():
    tree, done = Tree(), []
    tree.later(lambda: done.append(1))
    assert done == []
    tree.list("/")
    tree.later(lambda: done.append(2))
    assert done == [1, 2]


def test_files_have_the_time_at_which_they_were_to_be_made():
    clock = Ticks()
    tree = Tree(now=clock)
    tree.later(lambda: tree.write("/old", b""))
    clock.time = 500.0
    assert tree.node("/old").modified == 100.0
    tree.write("/new", b"")
    assert tree.node("/new").modified == 500.0


def test_a_tree_that_is_never_looked_at_does_not_collect_for_ever():
    tree, done = Tree(), []
    for number in range(3000):
        tree.later(lambda number=number: done.append(number))
    assert done == list(range(3000))[: len(done)]
    assert len(done) > 1000


def test_a_partition_that_nobody_uses_makes_no_files(guest):
    assert guest.tree._waiting
    assert guest.tree._root.entries == {}
    assert guest.tree.exists("/etc/os-release")


def test_the_files_of_the_hardware_are_those_of_the_boot_also_when_they_are_looked_at_after_a_move(guest):
    guest.start_migration(STREAM, 19)
    guest.suspend()
    guest.resume(replace(TARGET, adapters=()))
    assert guest.tree.exists("/sys/devices/vio/30000003/name")


def test_a_deep_path_is_made_in_one_go_and_follows_links():
    tree = Tree()
    tree.make_folders("/real")
    tree.link("/link", "real")
    begin = time.process_time()
    tree.make_folders("/link/" + "a/" * 1900)
    assert time.process_time() - begin < 1
    assert tree.is_dir("/real/" + "a/" * 1900)
    tree.make_folders("/real/../other")
    assert tree.list("/") == ["link", "other", "real"]
    tree.write("/file", b"")
    with pytest.raises(FileExistsError):
        tree.make_folders("/file")
    with pytest.raises(OSError, match="File name too long"):
        tree.make_folders("/a" * 3000)
