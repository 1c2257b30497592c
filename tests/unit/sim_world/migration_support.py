"""What the tests of migrations have in common."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from world_doubles import SmallLab

from powervm_sim.migration.migration import Migration
from powervm_sim.world.model import Placement

MOVE = "migrlpar -o m -m s1 -t s2 -p lp1"
CHECK = "migrlpar -o v -m s1 -t s2 -p lp1"


def run(lab: SmallLab, command: str, console: str = "near") -> tuple[str, int]:
    """Output and status of a command; time passes as it needs."""
    return asyncio.run(lab.type(command, console))


def codes(text: str) -> list[str]:
    """The codes at the beginning of lines."""
    return re.findall(r"^HSC\w+", text, re.MULTILINE)


def refused(lab: SmallLab, command: str) -> list[str]:
    """The codes of a command that has to fail."""
    text, status = run(lab, command)
    assert status == 1, text
    return codes(text)


def hosts(place: Placement) -> list[tuple[int, str, int, str]]:
    """Client slot, server, server slot and port of every storage adapter."""
    return [(entry.slot, entry.host_name, entry.remote_slot, entry.fc_port) for entry in place.storage]


def partition(number: int, **more: Any) -> dict[str, Any]:
    """The entry of one more partition on s1."""
    entry = {"serve": f"127.0.31.{number}", "address": f"10.0.3.{number}", "server": "s1", "id": 100 + number}
    return entry | {"distribution": "rhel9", "memory": 1024, "units": 0.05, "processors": 1} | more


def many(count: int, **more: Any) -> dict[str, Any]:
    """Changes of the small world: so many more partitions m1, m2 ... on s1."""
    return {f"partitions.m{number}": partition(number, **more) for number in range(1, count + 1)}


def only(lab: SmallLab) -> Migration:
    """The one migration that there is."""
    (migration,) = lab.world.migrations.values()
    return migration


async def begun(lab: SmallLab, command: str, console: str = "near", *, count: int = 1) -> asyncio.Task[tuple[str, int]]:
    """A command that has begun so many migrations, those that wait included."""
    task = asyncio.create_task(lab.start(command, console))
    await lab.clock.until(lambda: len(lab.world.migrations) >= count)
    return task


async def ended(lab: SmallLab, task: asyncio.Task[tuple[str, int]]) -> tuple[str, int]:
    """Output and status of a command, at its end."""
    return await lab.clock.until_done(asyncio.wait_for(task, None))
