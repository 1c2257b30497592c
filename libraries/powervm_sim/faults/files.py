"""What faults do to files."""

from __future__ import annotations

from powervm_sim.faults.engine import Undo
from powervm_sim.faults.rule import Rule
from powervm_sim.guest.tree import Tree


class Disk:
    """The disk of a machine, which can be full for several reasons at once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._reasons = 0

    def fill_up(self, _rule: Rule) -> Undo:
        """Leave no room; what is removed meanwhile makes some."""
        self._reasons += 1
        self._tree.limit_free(0)

        def undo() -> None:
            self._reasons -= 1
            if not self._reasons:
                self._tree.limit_free(None)

        return undo
