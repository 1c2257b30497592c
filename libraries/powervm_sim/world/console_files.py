"""The few files of a management console that its users can see, and who may read and write them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from powervm_sim.guest.tree import Tree
from powervm_sim.world.users import ENGINEER, SERVICE, SUPER, ConsoleUser

DUMPS = "/dump"
MIGRATION_DATA = "/dump/migrdbg"
_SIZE = 32 * 1024 * 1024
_NODES = 2000
_READ_DUMPS = frozenset({SUPER, SERVICE, ENGINEER})


def console_tree(users: Mapping[str, ConsoleUser]) -> Tree:
    """The files at the start: home folders with authorized keys, and the folder for dumps."""
    tree = Tree(size=_SIZE, nodes=_NODES)
    tree.make_folders(MIGRATION_DATA)
    for user in users.values():
        tree.computed(f"{user.home}/.ssh/authorized_keys2", partial(_lines, user.account.keys))
    return tree


def _lines(keys: list[str]) -> str:
    return "".join(f"{key}\n" for key in keys)


def may_read(user: ConsoleUser, path: str) -> bool:
    """Whether a user may see what is at an absolute path."""
    if _below(path, DUMPS):
        return user.role in _READ_DUMPS
    return path in ("/", "/home") or _below(path, user.home)


def may_write(user: ConsoleUser, path: str) -> bool:
    """Whether a user may change what is at an absolute path; the authorized keys belong to ``mkauthkeys``."""
    return path.startswith(f"{user.home}/") and not _below(path, f"{user.home}/.ssh")


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
