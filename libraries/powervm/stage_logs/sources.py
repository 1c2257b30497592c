"""The machines that evidence is collected from, and how each of them is asked."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from powervm.lab import Lab
from powervm.session import LabSession
from powervm.ssh import Connection
from powervm.stage_logs.items import Item, Place


@dataclass(frozen=True)
class Source:
    """One machine.

    Attributes:
        name: Of the folder, and in the record.
        kind: In the field's words.
        places: Which items are taken here.
        connection: What its commands run on; that of a console when the machine itself is not logged in to.
        systems: The managed systems of a console, for items of the place ``system``.
        through: The words of the command that passes another command on, such as ``viosvrcmd``; empty for a direct one.
    """

    name: str
    kind: str
    places: frozenset[Place]
    connection: Connection
    systems: tuple[str, ...] = ()
    through: tuple[str, ...] = field(default=())

    def command(self, text: str) -> str:
        """A command as it has to be sent."""
        if not self.through:
            return text
        return shlex.join([*self.through, "-c", text.removeprefix("ioscli ")])

    def tasks(self, items: Sequence[Item], values: dict[str, str]) -> Iterator[tuple[str, Item, dict[str, str]]]:
        """Name, item and values of everything that is taken here; an item of ``system`` once for each system."""
        for item in items:
            if item.machine not in self.places:
                continue
            if item.machine != "system":
                yield item.name, item, values
                continue
            for system in self.systems:
                yield f"{item.name}-{system}", item, {**values, "system": shlex.quote(system)}


def sources_of(session: LabSession, servers: Sequence[str], partition: str | None) -> list[Source]:
    """The partition, the consoles that manage the servers, and all Virtual I/O Servers of the servers.

    A machine without an address or credentials in the lab file is left out, but for a Virtual I/O Server: its console
    passes commands on to it.
    """
    lab = session.lab
    found = [*_consoles(session, servers)]
    for server in servers:
        found += _virtual_io_servers(session, server)
    if partition is not None and _can_log_in(lab, partition):
        found.insert(0, Source(partition, "partition", frozenset({"partition"}), session.connection(partition)))
    return found


def _consoles(session: LabSession, servers: Sequence[str]) -> Iterator[Source]:
    lab = session.lab
    for name in dict.fromkeys(lab.server(server).console for server in servers):
        systems = tuple(lab.server(server).system for server in servers if lab.server(server).console == name)
        yield Source(name, "console", frozenset({"console", "system"}), session.connection(name), systems)


def _virtual_io_servers(session: LabSession, server: str) -> Iterator[Source]:
    entry = session.lab.server(server)
    for vios in entry.virtual_io_servers.values():
        name, place = vios.name.replace("/", "-"), frozenset[Place]({"vios"})
        if vios.access.host and vios.access.has_credentials:
            yield Source(name, "Virtual I/O Server", place, session.connection(vios.name))
        else:
            through = ("viosvrcmd", "-m", entry.system, "-p", vios.partition)
            yield Source(name, "Virtual I/O Server", place, session.connection(entry.console), through=through)


def _can_log_in(lab: Lab, partition: str) -> bool:
    access = lab.partition(partition).access
    return bool(access.host and access.has_credentials)
