"""Names of locks for the machines of a lab: two lab files that describe the same machine get the same name."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Literal

from powervm.lab import Evacuation, Lab, Move

_KIND = Literal["partition", "server", "session", "trust"]
_SHOWN = 40


@dataclass(frozen=True, order=True)
class Want:
    """One thing to lease.

    Attributes:
        name: Of its lock.
        exclusive: Alone, rather than together with others that share it.
        title: For people.
        machines: Whoever has this has these to itself: endpoint names, and names on the console.
        shares: What others may use at the same time: the name of a server, or of two consoles that trust each other.
    """

    name: str
    exclusive: bool
    title: str
    machines: tuple[str, ...] = field(default=(), compare=False)
    shares: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_partition(self) -> bool:
        """It is a partition rather than a server."""
        return self.name.startswith("partition-")


def wants_of_partition(lab: Lab, name: str) -> tuple[Want, ...]:
    """A partition, wherever it is now."""
    return tuple(partition_on(lab, name, server) for server in lab.servers)


def wants_of_servers(lab: Lab, servers: Iterable[str], *, exclusive: bool) -> tuple[Want, ...]:
    """Some servers, and the trust between the consoles that manage them."""
    names = tuple(servers)
    consoles = sorted({lab.server(name).console for name in names})
    return (
        *(whole_server(lab, name, exclusive=exclusive) for name in names),
        *(trust_between(lab, one, other) for one, other in combinations(consoles, 2)),
    )


def wants_of_move(lab: Lab, move: Move, *, exclusive_servers: bool) -> tuple[Want, ...]:
    """The partition of a move, on either server, and the two servers."""
    servers = (move.source, move.target)
    return (
        *(partition_on(lab, move.partition, server) for server in servers),
        *wants_of_servers(lab, servers, exclusive=exclusive_servers),
    )


def wants_of_evacuation(lab: Lab, evacuation: Evacuation, *, exclusive_servers: bool) -> tuple[Want, ...]:
    """All its partitions, on either server, and the two servers."""
    servers = (evacuation.source, evacuation.target)
    names = lab.partitions if evacuation.partitions is None else evacuation.partitions
    return (
        *(partition_on(lab, name, server) for name in names for server in servers),
        *wants_of_servers(lab, servers, exclusive=exclusive_servers),
    )


def partition_on(lab: Lab, partition: str, server: str) -> Want:
    """A partition, known by its name on a server: on another server another partition may have the same name."""
    on_console = lab.partition(partition).partition
    entry = lab.server(server)
    name = _lock_name("partition", on_console, console_address(lab, entry.console), entry.system, on_console)
    return Want(name, exclusive=True, title=f"the partition {partition}", machines=(partition, on_console))


def whole_server(lab: Lab, server: str, *, exclusive: bool) -> Want:
    """A managed system."""
    entry = lab.server(server)
    name = _lock_name("server", entry.system, console_address(lab, entry.console), entry.system)
    title = f"the server {entry.name}{' for itself alone' if exclusive else ''}"
    machines = tuple(vios.name for vios in entry.virtual_io_servers.values()) if exclusive else ()
    return Want(name, exclusive=exclusive, title=title, machines=machines, shares=(entry.name,))


def trust_between(lab: Lab, one: str, other: str) -> Want:
    """The keys of two consoles on each other; always shared."""
    addresses = sorted(console_address(lab, console) for console in (one, other))
    name = _lock_name("trust", f"{one}-{other}", *addresses)
    return Want(name, exclusive=False, title=f"the trust between {one} and {other}", shares=tuple(sorted((one, other))))


def session_at(lab: Lab, console: str, number: int) -> str:
    """Name of the lock for one of the sessions of a console."""
    return _lock_name("session", f"{console}-{number}", console_address(lab, console), str(number), shown=False)


def console_address(lab: Lab, console: str) -> str:
    """Address and port of a console, whatever name of it the lab file uses."""
    access = lab.consoles[console].access
    return f"{_resolved(access.host)} port {access.port}" if access.host else console


@lru_cache(maxsize=256)
def _resolved(host: str) -> str:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:  # whoever connects to it says what is wrong with it
        return host.lower()
    addresses = {str(entry[4][0]) for entry in found}
    return min({address for address in addresses if ":" not in address} or addresses)


def _lock_name(kind: _KIND, readable: str, *identity: str, shown: bool = True) -> str:
    digest = hashlib.sha256("\0".join(identity).encode()).hexdigest()[:20]
    plain = re.sub(r"[^A-Za-z0-9_.-]", "_", readable)[:_SHOWN] if shown else identity[-1]
    return f"{kind}-{plain}-{digest}"
