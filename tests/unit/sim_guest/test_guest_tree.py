"""The file tree: nothing leads out of it, and it cannot grow without bound."""

from __future__ import annotations

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powervm_sim.guest.nodes import Folder, Link
from powervm_sim.guest.tree import Tree

parts = st.sampled_from(["..", ".", "", "a", "b", "up", "top", "loop", "etc", "passwd", "...", "a\0b", "ü", "x" * 300])
paths = st.lists(parts, max_size=12).map(lambda words: "/" + "/".join(words))


def sample_tree() -> Tree:
    tree = Tree(size=1000, nodes=50)
    tree.make_folders("/a/b")
    tree.write("/a/b/file", b"inside")
    tree.link("/a/up", "../../../../..")
    tree.link("/a/top", "/")
    tree.link("/a/loop", "loop")
    return tree


@given(paths)
def test_no_path_leads_out_of_the_tree(path: str) -> None:
    tree = sample_tree()
    inside = {id(node) for _, node in tree.walk("/")}
    try:
        real, node = tree.resolve(path)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as problem:
        if problem.errno not in (errno.ELOOP, errno.ENAMETOOLONG):
            raise
        return
    assert real.startswith("/")
    assert ".." not in real.split("/")
    assert node is None or id(node) in inside


@given(st.lists(st.tuples(st.sampled_from(["write", "mkdir", "remove", "rename", "link"]), paths, paths), max_size=25))
def test_any_sequence_of_changes_keeps_the_books(steps: list[tuple[str, str, str]]) -> None:
    tree = sample_tree()
    for verb, one, other in steps:
        try:
            if verb == "write":
                tree.write(one, b"x" * 90, append=True)
            elif verb == "mkdir":
                tree.make_folder(one)
            elif verb == "remove":
                tree.remove(one)
            elif verb == "rename":
                tree.rename(one, other)
            else:
                tree.link(one, other)
        except OSError:
            continue
    nodes = [node for _, node in tree.walk("/")]
    assert len(nodes) == len({id(node) for node in nodes}), "a node stands in two places"
    assert tree.used == sum(node.size for node in nodes if not isinstance(node, Folder | Link))
    assert tree.used <= tree.size
    assert len(nodes) <= 51


def test_content_is_bounded() -> None:
    tree = Tree(size=1000)
    tree.write("/one", bytes(600))
    with pytest.raises(OSError, match="No space left") as refused:
        tree.write("/two", bytes(600))
    assert refused.value.errno == errno.ENOSPC
    tree.remove("/one")
    tree.write("/two", bytes(600))
    assert tree.used == 600


def test_a_write_far_behind_the_end_is_refused_before_memory_is_taken() -> None:
    tree = Tree(size=1000)
    file = tree.create("/sparse")
    with pytest.raises(OSError, match="No space left"):
        file.write(b"x", 10**15)
    assert file.size == 0


def test_number_of_files_is_bounded() -> None:
    tree = Tree(nodes=3)
    for name in "abc":
        tree.write(f"/{name}", b"")
    with pytest.raises(OSError, match="No space left"):
        tree.write("/d", b"")
    tree.remove("/a")
    tree.write("/d", b"")


def test_a_removed_file_can_no_longer_be_filled_through_an_open_handle() -> None:
    tree = Tree(size=1000)
    file = tree.create("/gone")
    tree.remove("/gone")
    with pytest.raises(OSError, match=r".") as refused:
        file.write(b"x" * 10, 0)
    assert refused.value.errno == errno.ESTALE
    assert tree.used == 0


def test_rename_replaces_a_file_and_not_a_full_folder() -> None:
    tree = Tree()
    tree.make_folders("/full/of")
    tree.make_folder("/other")
    tree.write("/one", b"1")
    tree.write("/two", b"2")
    tree.rename("/one", "/two")
    assert tree.read("/two") == b"1"
    assert tree.used == 1
    with pytest.raises(OSError, match="not empty"):
        tree.rename("/other", "/full")
    with pytest.raises(OSError, match="Invalid argument"):
        tree.rename("/full", "/full/of/itself")


def test_links_are_followed_relative_to_their_folder() -> None:
    tree = Tree()
    tree.make_folders("/usr/lib")
    tree.write("/usr/lib/os-release", b"NAME")
    tree.make_folder("/etc")
    tree.link("/etc/os-release", "../usr/lib/os-release")
    assert tree.read("/etc/os-release") == b"NAME"
    assert tree.resolve("/etc/os-release")[0] == "/usr/lib/os-release"


def test_a_very_deep_tree_can_be_walked() -> None:
    tree = Tree()
    tree.make_folders("/d" * 1500)
    assert sum(1 for _ in tree.walk("/")) == 1501


def test_files_with_shared_content_are_changed_in_one_tree_only() -> None:
    shared = {"one": b"12345", "two": b"678"}
    trees = [Tree(size=1000), Tree(size=1000)]
    trees[0].make_folder("/bin")
    trees[0].write("/bin/two", b"mine")
    for tree in trees:
        tree.add_files("/bin", shared, mode=0o755)
    trees[0].write("/bin/one", b"+", append=True)
    trees[1].file("/bin/one").truncate(2)
    assert [tree.read("/bin/one") for tree in trees] == [b"12345+", b"12"]
    assert [tree.read("/bin/two") for tree in trees] == [b"mine", b"678"]
    assert [tree.used for tree in trees] == [10, 5]
    assert shared == {"one": b"12345", "two": b"678"}
    assert trees[1].node("/bin/two").mode == 0o755


def test_files_that_find_no_room_are_refused_and_not_counted() -> None:
    tree = Tree(size=6)
    with pytest.raises(OSError, match="No space left on device"):
        tree.add_files("/bin", {"one": b"12345", "two": b"678"})
    assert tree.used == 5
    assert tree.read("/bin/one") == b"12345"


def test_shared_files_are_made_when_somebody_looks_and_then_stay() -> None:
    tree = Tree()
    tree.add_files("/bin", {"one": b"1", "two": b"2", "three": b"3"}, mode=0o755)
    one = tree.node("/bin/one")
    one.mode = 0o700
    tree.write("/bin/zero", b"0")
    assert tree.list("/bin") == ["one", "three", "two", "zero"]
    assert tree.node("/bin/one") is one
    tree.remove("/bin/two")
    tree.rename("/bin/three", "/bin/four")
    assert tree.list("/bin") == ["four", "one", "zero"]
    assert [node.mode for path, node in tree.walk("/bin") if path == "/bin/one"] == [0o700]
    assert tree.read("/bin/four") == b"3"
    assert not tree.exists("/bin/two")
    assert tree.used == 3


def test_shared_files_are_counted_before_somebody_looks() -> None:
    tree = Tree(nodes=4)
    tree.add_files("/bin", {"one": b"1", "two": b"22"}, mode=0o755)
    assert tree.used == 3
    tree.write("/last", b"")
    with pytest.raises(OSError, match="No space left on device"):
        tree.write("/more", b"")


def test_what_was_found_is_looked_for_anew_after_a_change() -> None:
    tree = Tree()
    tree.make_folders("/a/b")
    assert tree.find("/a/b/c") is None
    tree.write("/a/b/c", b"first")
    first = tree.find("/a/b/c")
    assert first is tree.node("/a/b/c")
    tree.rename("/a", "/d")
    assert (tree.find("/a/b/c"), tree.find("/d/b/c")) == (None, first)
    tree.link("/a", "/d")
    assert tree.find("/a/b/c") is first
    tree.remove("/d/b/c")
    assert tree.find("/a/b/c") is None
    assert tree.is_dir("/a/b")
    tree.remove_folder("/d/b")
    assert not tree.is_dir("/a/b")
