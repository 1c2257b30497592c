"""What a console keeps and what it closes when a migration ends."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from powervm_sim.world.console_files import MIGRATION_DATA
from powervm_sim.world.history import History

if TYPE_CHECKING:
    from powervm_sim.migration.migration import Migration

MOST_FILES = 10
_MOST_EVENTS = 1000


def arrived(migration: Migration) -> None:
    """The partition lives on another system now: whoever looks at its console looks at nothing, and what an other
    console did with its RMC connection does not matter any more."""
    if migration.source.server.console is not migration.target.server.console:
        migration.partition.rmc.blocked = migration.partition.rmc.stale = False
    if migration.partition.end_terminal is not None:
        migration.partition.end_terminal()


def keep_debug_data(history: History, migration: Migration) -> None:
    """The console that started a migration keeps what it knows of its failure; the oldest file goes when there are
    too many."""
    tree = migration.request.console.files
    while len(names := tree.list(MIGRATION_DATA)) >= MOST_FILES:
        tree.remove(f"{MIGRATION_DATA}/{names[0]}")
    stamp = time.strftime("%Y%m%d%H%M%S")
    name = f"migrdbg.{stamp}.{migration.number:04}.{migration.partition.name.replace(' ', '_')}.log"
    lines = [str(event) for event in history.events(partition=migration.partition.name)[-_MOST_EVENTS:]]
    facts = {"migration": migration.number, "state": migration.state.value, "stream": f"{migration.stream_id:016x}"}
    with suppress(OSError):  # the console's disk is full: it has nothing to show later
        tree.write(f"{MIGRATION_DATA}/{name}", "\n".join([json.dumps(facts), *lines, ""]).encode(), mode=0o444)
