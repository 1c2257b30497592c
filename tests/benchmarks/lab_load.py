"""A client that loads a simulated lab, in a process of its own; it prints what it found as one line of JSON.

Usage: ``python lab_load.py READY commands|held|quick COUNT [SECONDS]``
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import asyncssh

AT_ONCE = 20


def endpoints(ready: str) -> list[dict[str, Any]]:
    """The partitions of a lab."""
    document = json.loads(Path(ready).read_text(encoding="utf-8"))
    return [entry for entry in document["endpoints"] if entry["kind"] == "partition"]


async def connected(ready: str, count: int) -> list[asyncssh.SSHClientConnection]:
    """So many connections, spread over all partitions."""
    chosen = list(islice(cycle(endpoints(ready)), count))
    key = asyncssh.read_private_key(chosen[0]["key_file"])
    turn = asyncio.Semaphore(AT_ONCE)

    async def connect(entry: dict[str, Any]) -> asyncssh.SSHClientConnection:
        async with turn:
            return await asyncssh.connect(
                entry["address"], entry["port"], username=entry["user"], client_keys=[key], known_hosts=None,
                config=None, login_timeout=300, connect_timeout=300,
            )  # fmt: skip

    return list(await asyncio.gather(*map(connect, chosen)))


def processor_time(ready: str) -> float:
    """Seconds of processor time that the lab has used."""
    pid = json.loads(Path(ready).read_text(encoding="utf-8"))["pid"]
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def commands(ready: str, count: int, seconds: float) -> dict[str, float]:
    """Commands one after the other on each of some connections, in the steady state.

    Before the clock starts each of them has run once: a partition makes its files when it is used for the first time.
    """
    connections = await connected(ready, count)
    done = 0
    for connection in connections:
        await connection.run("uname -r", check=True)
    used, begin = processor_time(ready), time.monotonic()

    async def work(connection: asyncssh.SSHClientConnection) -> None:
        nonlocal done
        while time.monotonic() - begin < seconds:
            await connection.run("uname -r", check=True)
            done += 1

    await asyncio.gather(*map(work, connections))
    return {"done": done, "seconds": time.monotonic() - begin, "processor": processor_time(ready) - used}


async def held(ready: str, count: int, _seconds: float) -> dict[str, float]:
    """Connections that stay; all of them still answer at the end."""
    connections = await connected(ready, count)
    answers = [(await connection.run("uname")).stdout for connection in connections]
    return {"held": sum(answer == "Linux\n" for answer in answers)}


async def quick(ready: str, count: int, _seconds: float) -> dict[str, float]:
    """Connections one after the other that say hello and go."""
    places = [(entry["address"], entry["port"]) for entry in endpoints(ready)]
    for place in islice(cycle(places), count):
        with socket.create_connection(place, 60) as connection:
            connection.sendall(b"SSH-2.0-somebody\r\n")
            connection.recv(8)
    return {"done": count}


def main() -> None:
    """See above."""
    ready, kind, count, *seconds = sys.argv[1:]
    kinds = {"commands": commands, "held": held, "quick": quick}
    found = asyncio.run(kinds[kind](ready, int(count), float(seconds[0]) if seconds else 0.0))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
