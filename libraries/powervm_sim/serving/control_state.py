"""``lab state``: where everything is at this moment."""

from __future__ import annotations

from typing import Any

from powervm_sim.world.state import World


def state_of(world: World) -> dict[str, Any]:
    """Partitions with their true place and state, migrations that run or wait for a recovery, rules in force."""
    return {
        "world": world.name,
        "speed": world.pace.speed,
        "partitions": [_partition(world, name) for name in world.partitions],
        "migrations": [
            {
                "number": migration.number,
                "partition": migration.partition.name,
                "kind": migration.kind.value,
                "state": migration.state.value,
                "source": migration.source.server.name,
                "target": migration.target.server.name,
                "sent": migration.sent,
                "remaining": migration.remaining,
                "resumed": migration.resumed,
            }
            for migration in world.migrations.values()
        ],
        "faults": [armed.as_dict() for armed in world.faults],
    }


def state_text(state: dict[str, Any]) -> str:
    """The same in lines of ``key=value``."""
    lines = [_line("partition", entry) for entry in state["partitions"]]
    lines += [_line("migration", entry) for entry in state["migrations"]]
    lines += [_line("fault", entry) for entry in state["faults"]]
    return "".join(lines)


def _partition(world: World, name: str) -> dict[str, Any]:
    partition = world.partitions[name]
    home = world.home(partition)
    return {
        "name": name,
        "vios": partition.is_vios,
        "server": home.server.name,
        "lpar_id": home.lpar_id,
        "state": home.state,
        "rmc": home.rmc_state,
    }


def _line(kind: str, entry: dict[str, Any]) -> str:
    return f"{kind} " + " ".join(f"{name}={value}" for name, value in entry.items()) + "\n"
