"""Who a partition is: the short proof after every move, and the record of everything that has to stay as it was."""

from __future__ import annotations

from powervm.identity.catalogue import (
    Catalogue,
    CatalogueError,
    Compare,
    Reading,
    Rule,
    built_in_catalogue,
    read_catalogue,
)
from powervm.identity.comparing import bad_states, compare
from powervm.identity.proof import CHECK, identified, prove_move, read_again
from powervm.identity.record import Compared, Comparison, Item, Snapshot, Unread, schema_text
from powervm.identity.settling import Checked, check
from powervm.identity.taking import take

__all__ = [
    "CHECK",
    "Catalogue",
    "CatalogueError",
    "Checked",
    "Compare",
    "Compared",
    "Comparison",
    "Item",
    "Reading",
    "Rule",
    "Snapshot",
    "Unread",
    "bad_states",
    "built_in_catalogue",
    "check",
    "compare",
    "identified",
    "prove_move",
    "read_again",
    "read_catalogue",
    "schema_text",
    "take",
]
