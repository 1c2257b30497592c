"""Makes the lab out of a document that was found right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from powervm.lab.device_document import StorageSection
from powervm.lab.devices import Network, Storage, StorageMapping, Vnic
from powervm.lab.document import (
    ConsoleSection,
    EndpointSection,
    LabDocument,
    LeasesSection,
    PartitionSection,
    RouteSection,
    ServerSection,
    ViosSection,
)
from powervm.lab.entries import (
    Access,
    ConsoleEntry,
    Evacuation,
    Limits,
    Logs,
    Move,
    MoveKind,
    PartitionEntry,
    PeerEntry,
    Repair,
    ServerEntry,
    Simulated,
    ViosEntry,
    WorkloadEntry,
)
from powervm.lab.model import Lab
from powervm.lab.problems import Problem
from powervm.lab.settings_section import settings_of
from powervm.ssh import HostKeyMode, HostKeys


def build(document: LabDocument, file: Path, folder: Path, warnings: Iterable[Problem]) -> Lab:
    """The lab that a document describes."""
    known_hosts = document.known_hosts or folder / f"{file.stem}.known_hosts"
    shared = _shared_vios_names(document)
    return Lab(
        name=document.name or file.stem,
        file=file,
        warnings=tuple(warnings),
        simulated=Simulated(**_fields(document.simulated)) if document.simulated else None,
        host_keys=HostKeys(HostKeyMode(document.host_keys), known_hosts),
        consoles={name: _console(name, entry or ConsoleSection()) for name, entry in document.consoles.items()},
        servers={name: _server(name, entry, shared) for name, entry in document.servers.items()},
        partitions={name: _partition(name, entry or PartitionSection()) for name, entry in document.partitions.items()},
        peers={
            name: PeerEntry(name=name, access=_access(entry or EndpointSection()))
            for name, entry in document.peers.items()
        },
        moves={name: _move(document, name) for name in document.moves},
        evacuations={name: _evacuation(document, name) for name in document.evacuations},
        pools={name: tuple(moves) for name, moves in document.pools.items()},
        lease_wait=document.leases.wait if isinstance(document.leases, LeasesSection) else 0.0,
        limits=Limits(**_fields(document.limits)),
        repair=frozenset(Repair(name) for name in document.repair),
        workload=WorkloadEntry(**_fields(document.workload)) if document.workload else None,
        iterations=document.iterations,
        duration=document.duration,
        logs=Logs(**_fields(document.logs)),
        stage_logs=document.stage_logs,
        kernel_rules=tuple(rule.model_dump(by_alias=True, exclude_none=True) for rule in document.kernel_rules),
    )


def _fields(section: object) -> dict[str, Any]:
    """The values of a section for a dataclass with the same names; lists become tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in vars(section).items()}


def _access(entry: EndpointSection) -> Access:
    return Access(
        host=entry.host,
        port=entry.port,
        user=entry.user,
        password=entry.password,
        key_file=entry.key_file,
        passphrase=entry.passphrase,
        agent=entry.agent,
    )


def _console(name: str, entry: ConsoleSection) -> ConsoleEntry:
    routes = {
        other: (route.address, route.user) if isinstance(route, RouteSection) else (route, None)
        for other, route in entry.routes.items()
    }
    return ConsoleEntry(name=name, access=_access(entry), routes=routes, sessions=entry.sessions)


def _server(name: str, entry: ServerSection, shared: frozenset[str]) -> ServerEntry:
    return ServerEntry(
        name=name,
        console=entry.console,
        system=entry.system or name,
        virtual_io_servers={
            key: ViosEntry(
                name=f"{name}/{key}" if key in shared else key,
                access=_access(vios),
                server=name,
                partition=vios.partition or key,
            )
            for key, vios in _vios_sections(entry).items()
        },
    )


def _vios_sections(entry: ServerSection) -> dict[str, ViosSection]:
    entries = entry.virtual_io_servers
    named = dict.fromkeys(entries) if isinstance(entries, list) else entries
    return {key: vios or ViosSection() for key, vios in named.items()}


def _shared_vios_names(document: LabDocument) -> frozenset[str]:
    """Names that Virtual I/O Servers of two servers have in common: there the server's name is part of the name."""
    counts = Counter(key for server in document.servers.values() for key in _vios_sections(server))
    return frozenset(key for key, count in counts.items() if count > 1)


def _partition(name: str, entry: PartitionSection) -> PartitionEntry:
    return PartitionEntry(name=name, access=_access(entry), partition=entry.partition or name, profile=entry.profile)


def _move(document: LabDocument, name: str) -> Move:
    move = document.moves[name]
    return Move(
        name=name,
        partition=move.partition,
        source=move.source,
        target=move.target,
        kind=MoveKind(move.kind),
        options=move.options,
        profile=move.profile,
        settings=settings_of(move.settings),
        vnic=Vnic(**_fields(move.vnic)) if move.vnic else None,
        network=Network(**_fields(move.network)) if move.network else None,
        storage=_storage(move.storage) if move.storage else None,
    )


def _evacuation(document: LabDocument, name: str) -> Evacuation:
    entry = document.evacuations[name]
    return Evacuation(
        name=name,
        source=entry.source,
        target=entry.target,
        partitions=None if entry.partitions is None else tuple(entry.partitions),
        stays=tuple(entry.stays),
        options=entry.options,
        settings=settings_of(entry.settings),
    )


def _storage(section: StorageSection) -> Storage:
    target, source = (
        tuple(StorageMapping(**_fields(entry)) for entry in entries) for entries in (section.target, section.source)
    )
    return Storage(mappings=section.mappings, target=target, source=source)
