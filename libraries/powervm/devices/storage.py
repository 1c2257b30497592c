"""Virtual storage: which adapter is mapped to which Virtual I/O Server and port, and what a move asks for.

Source of the formats: rows of ``lshwres -r virtualio --rsubtype fc`` and ``scsi``; the manual of migrlpar for
``virtual_fc_mappings`` and ``virtual_scsi_mappings``; ``lsmap`` and ``lsnports`` of the Virtual I/O Server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from powervm.lab import StorageMapping
from powervm.outcome import Finding, Severity
from powervm.records import Record, integer, split_list, text

Kind = Literal["fc", "scsi"]
KINDS: tuple[Kind, ...] = ("fc", "scsi")
CHECK = "storage"
CLIENT = "client"
DATA = {"fc": "virtual_fc_mappings", "scsi": "virtual_scsi_mappings"}
"""Names of the mappings in what migrlpar takes."""
TITLES = {"fc": "virtual Fibre Channel adapter", "scsi": "virtual SCSI adapter"}

LIST_MAPS = "lsmap -all -npiv -fmt : -field name physloc fc"
"""A Virtual I/O Server's virtual Fibre Channel server adapters, and the port behind each."""
LIST_PORTS = "lsnports"


@dataclass(frozen=True)
class Client:
    """A virtual storage adapter of the partition.

    Attributes:
        host: The Virtual I/O Server behind it; empty when it has none.
        host_slot: The slot of the server adapter there.
        wwpns: World wide port names of a Fibre Channel adapter.
    """

    kind: Kind
    slot: int
    host: str
    host_slot: int | None
    wwpns: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """For people: ``virtual SCSI adapter 3``."""
        return f"{TITLES[self.kind]} {self.slot}"


def read_clients(kind: Kind, rows: Iterable[Record]) -> list[Client]:
    """The client adapters among rows of one kind."""
    return [
        Client(
            kind=kind,
            slot=integer(row, "slot_num") or 0,
            host=text(row, "remote_lpar_name"),
            host_slot=_slot(text(row, "remote_slot_num")),
            wwpns=tuple(split_list(row.get("wwpns", ""))),
        )
        for row in rows
        if row.get("adapter_type") == CLIENT
    ]


def _slot(word: str) -> int | None:
    return int(word) if word.isdigit() else None


def read_maps(output: str) -> dict[int, str]:
    """Read `LIST_MAPS`: the Fibre Channel port, by the slot of the server adapter; one without a port is left out.

    A location such as ``U9009.22A.78A1B20-V1-C35`` ends in the slot.
    """
    ports = {}
    for line in output.splitlines():
        fields = [part.strip() for part in line.split(":")]
        slot = re.search(r"-C(\d+)$", fields[1]) if len(fields) >= 3 else None
        if slot and fields[2]:
            ports[int(slot[1])] = fields[2]
    return ports


@dataclass(frozen=True)
class NpivPort:
    """One row of ``lsnports``: a Fibre Channel port that can be shared.

    Attributes:
        connected: Its fabric supports NPIV.
        free: How many more adapters it takes.
    """

    name: str
    connected: bool
    free: int


def read_ports(output: str) -> list[NpivPort]:
    """Read ``lsnports``: name, location, fabric, ports in all, ports free, and counts of WWPNs."""
    found = []
    for line in output.splitlines():
        words = line.split()
        if len(words) >= 5 and words[2].isdigit() and words[4].isdigit():
            found.append(NpivPort(words[0], words[2] == "1", int(words[4])))
    return found


@dataclass(frozen=True)
class StorageSide:
    """The Virtual I/O Servers of one server.

    Attributes:
        server: Its name in the lab file, for findings.
        hosts: Names of its Virtual I/O Servers on the console, in the order of the lab file.
        by_entry: The same by their names in the lab file.
        maps: By Virtual I/O Server, the port behind each server adapter; only of those that were asked.
        ports: By Virtual I/O Server, its ports; only of those that were asked.
    """

    server: str
    hosts: tuple[str, ...]
    by_entry: Mapping[str, str] = field(default_factory=dict)
    maps: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    ports: Mapping[str, Sequence[NpivPort]] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedAdapter:
    """A storage adapter as it is asked for on the target; no port for "any"."""

    kind: Kind
    slot: int
    host: str
    port: str = ""

    @property
    def entry(self) -> str:
        """One entry of the mappings: slot, server, no id, any slot there, and the port."""
        return f"{self.slot}/{self.host}/" + (f"//{self.port}" if self.port else "")


class StoragePlan:
    """The mappings of a move; what stands in their way is among the findings.

    Attributes:
        adapters: The adapters on the target, as far as their places are known beforehand.
        data: The mappings for migrlpar, by attribute.
        findings: Errors, and what was found good.
    """

    def __init__(self, partition: str, clients: Sequence[Client], source: StorageSide, target: StorageSide) -> None:
        self.adapters: list[PlannedAdapter] = []
        self.data: dict[str, list[str]] = {}
        self.findings: list[Finding] = []
        self._partition = partition
        self._clients = clients
        self._source = source
        self._target = target

    @property
    def errors(self) -> list[Finding]:
        """What keeps the adapters from being mapped."""
        return [item for item in self.findings if item.severity is Severity.ERROR]

    def keep(self) -> StoragePlan:
        """Each adapter goes to the server in the same place, and to the port of the same name."""
        for client in self._clients:
            host = self._same_place(client)
            if host is None:
                continue
            port = self._present_port(client) if client.kind == "fc" else ""
            if port is not None:
                self._plan(client, host, port)
        return self._finish()

    def name(self, mappings: Sequence[StorageMapping]) -> StoragePlan:
        """Each adapter goes where the lab file says."""
        clients = {client.slot: client for client in self._clients}
        for item in mappings:
            client = clients.pop(item.slot, None)
            if client is None:
                there = ", ".join(str(one.slot) for one in self._clients) or "none"
                text = f"has no virtual storage adapter in slot {item.slot}; it has: {there}."
                self._error(self._partition, text, "Correct the slot in the lab file.")
            elif item.port and client.kind == "scsi":
                text = f"{client.title} has no Fibre Channel port, and the lab file names {item.port}."
                self._error(self._partition, text, "Leave the port out.")
            else:
                self._plan(client, self._target.by_entry.get(item.server, item.server), item.port or "")
        for client in clients.values():
            text = f"the lab file does not say where {client.title} is mapped."
            self._add(Severity.WARNING, self._partition, text, "The console chooses; name all adapters to be sure.")
        return self._finish()

    def paste(self, rows: Sequence[Record]) -> StoragePlan:
        """What the console suggests (``lslparmigr -r virtualio``), as it is."""
        for kind in KINDS:
            entries = [part for row in rows for part in split_list(row.get(f"suggested_{DATA[kind]}", ""))]
            if entries:
                self.data[DATA[kind]] = entries
            for entry in entries:
                self._note_suggested(kind, entry)
        if not self.data and self._clients:
            remedy = f"Let it validate to see why no Virtual I/O Server of {self._target.server} fits."
            self._error(self._partition, f"the console suggests no mapping on {self._target.server}.", remedy)
        return self

    def _note_suggested(self, kind: Kind, entry: str) -> None:
        slot, host, *_ = [*entry.split("/"), "", ""]
        if slot.isdigit():
            self.adapters.append(PlannedAdapter(kind, int(slot), host))
        self._add(Severity.OK, self._partition, f"the console suggests {entry} for a {TITLES[kind]}.")

    def _plan(self, client: Client, host: str, port: str) -> None:
        if port and not self._port_fits(host, port):
            return
        if host not in self._target.hosts:
            known = ", ".join(self._target.hosts) or "none"
            text = f"has no Virtual I/O Server {host} for {client.title}; it has: {known}."
            self._error(self._target.server, text, "Correct the name of the server in the lab file.")
            return
        self.adapters.append(PlannedAdapter(client.kind, client.slot, host, port))
        place = f"{host} port {port}" if port else host
        self._add(Severity.OK, self._partition, f"{client.title} is going to be mapped to {place}.")

    def _port_fits(self, host: str, name: str) -> bool:
        if host not in self._target.ports:
            return True  # it was not asked, or did not answer; that is said elsewhere
        port = next((item for item in self._target.ports[host] if item.name == name), None)
        if port is None:
            known = ", ".join(item.name for item in self._target.ports[host]) or "none"
            remedy = "Name a port that is there, or let the console choose (mappings: suggested)."
            self._error(host, f"has no NPIV port {name}; it has: {known}.", remedy)
        elif not port.connected:
            self._error(host, f"{name} is not connected to a fabric that supports NPIV.", "Check its cable and switch.")
        elif port.free <= 0:
            self._error(host, f"{name} takes no more virtual Fibre Channel adapters.", "Use another port.")
        else:
            return True
        return False

    def _same_place(self, client: Client) -> str | None:
        here, there = self._source.hosts, self._target.hosts
        remedy = "Name the Virtual I/O Servers of both servers in the same order in the lab file."
        if client.host not in here:
            known = ", ".join(here) or "none"
            text = f"{client.title} is mapped to {client.host or 'nothing'}, not to one of the lab file ({known})."
            self._error(self._source.server, text, remedy)
            return None
        place = here.index(client.host)
        if place >= len(there):
            text = f"has no Virtual I/O Server in place {place + 1}, where {client.host} is on {self._source.server}."
            self._error(self._target.server, text, remedy)
            return None
        return there[place]

    def _present_port(self, client: Client) -> str | None:
        """The port that the adapter has now; None when it cannot be told."""
        maps = self._source.maps.get(client.host)
        if maps is None:
            return None  # the server did not answer; that is an error of its own
        port = maps.get(client.host_slot or -1)
        if port is None:
            text = f"{client.title} has no port there (server adapter in slot {client.host_slot})."
            self._error(client.host, text, "Map it with vfcmap on this server.")
        return port

    def _finish(self) -> StoragePlan:
        for adapter in self.adapters:
            self.data.setdefault(DATA[adapter.kind], []).append(adapter.entry)
        return self

    def _error(self, subject: str, text: str, remedy: str) -> None:
        self._add(Severity.ERROR, subject, text, remedy)

    def _add(self, severity: Severity, subject: str, text: str, remedy: str = "") -> None:
        finding = Finding(severity=severity, check=CHECK, subject=subject, text=text, remedy=remedy)
        if finding not in self.findings:
            self.findings.append(finding)


def compare_clients(
    partition: str,
    before: Sequence[Client],
    after: Sequence[Client],
    maps: Mapping[str, Mapping[int, str]],
    planned: Sequence[PlannedAdapter],
) -> list[Finding]:
    """Whether every adapter is there after a move, has its WWPNs, and is mapped as was asked for.

    Args:
        partition: For the findings.
        before, after: As the consoles of the source and of the target list them.
        maps: By Virtual I/O Server of the target, the port behind each server adapter.
        planned: What was asked for.
    """
    now = {(client.kind, client.slot): client for client in after}
    findings = []
    for old in before:
        new = now.get((old.kind, old.slot))
        if new is None:
            findings.append(_bad(partition, f"{old.title} is gone after the move.", "Look at its profile."))
        elif set(old.wwpns) != set(new.wwpns):
            text = f"{old.title} had the WWPNs {' '.join(old.wwpns)} and has {' '.join(new.wwpns)} now."
            findings.append(_bad(partition, text, "Zoning and LUN masking go by these names: restore them."))
    for item in planned:
        client = now.get((item.kind, item.slot))
        if client is not None:
            findings += _compare_place(partition, item, client, maps.get(client.host, {}))
    return findings or [_good(partition, f"all {len(before)} storage adapters are mapped as they should be.")]


def _compare_place(partition: str, item: PlannedAdapter, client: Client, maps: Mapping[int, str]) -> Iterator[Finding]:
    remedy = "Look at the mapping with lsmap -all -npiv on the Virtual I/O Server."
    if client.host != item.host:
        text = f"{client.title} is mapped to {client.host or 'nothing'}, not to {item.host} as was asked for."
        yield _bad(partition, text, remedy)
        return
    port = maps.get(client.host_slot or -1, "")
    if item.port and port != item.port:
        text = f"{client.title} is mapped to port {port or 'none'} of {item.host}, not to {item.port} as was asked for."
        yield _bad(partition, text, remedy)


def _bad(subject: str, text: str, remedy: str) -> Finding:
    return Finding(severity=Severity.ERROR, check=CHECK, subject=subject, text=text, remedy=remedy)


def _good(subject: str, text: str) -> Finding:
    return Finding(severity=Severity.OK, check=CHECK, subject=subject, text=text)
