"""What faults do to files."""

from __future__ import annotations

from powervm_sim.faults.engine import Undo
from powervm_sim.faults.rule import Rule
from powervm_sim.guest.tree import Tree


def fill_up(tree: Tree, _rule: Rule) -> Undo:
    """Leave no room; what is removed meanwhile makes some."""
    taken = tree.size - tree.used
    tree.size -= taken

    def undo() -> None:
        tree.size += taken

    return undo
