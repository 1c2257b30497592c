"""The devices of a partition as they are now, wherever it is: vNICs, storage mapping, bonds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from powervm.console import ManagementConsole
from powervm.devices import bonds, storage, vnic
from powervm.errors import MobilityError
from powervm.parallel import ask_all
from powervm.placement import find_partition
from powervm.session import LabSession
from powervm.waiting import Deadline


@dataclass(frozen=True)
class StorageNow:
    """How the virtual storage adapters of a partition are mapped; each attribute goes by the adapter's slot.

    Attributes:
        server: Where the partition is, by its name in the lab file.
        hosts: The Virtual I/O Server behind each adapter.
        ports: The Fibre Channel port behind each virtual Fibre Channel adapter.
        wwpns: Their world wide port names.
    """

    server: str
    hosts: dict[int, str]
    ports: dict[int, str]
    wwpns: dict[int, tuple[str, ...]]


def read_vnics(session: LabSession, name: str) -> list[vnic.VirtualNic]:
    """The vNICs of a partition of the lab file, as the console lists them.

    Raises:
        MobilityError: The partition is nowhere, or its console does not answer.
    """
    console, system, partition, _ = _home(session, name)
    words = ["lshwres", "-r", "virtualio", "--rsubtype", "vnic", "--level", "lpar", "-m", system]
    rows = console.rows([*words, "--filter", f"lpar_names={partition}"], _limit(session))
    return [vnic.read_vnic(row) for row in rows]


def read_storage(session: LabSession, name: str) -> StorageNow:
    """How the storage adapters of a partition of the lab file are mapped; ports are told by the Virtual I/O Servers.

    Raises:
        MobilityError: The partition is nowhere, or a console or Virtual I/O Server does not answer.
    """
    console, system, partition, server = _home(session, name)
    clients = read_clients(console, system, partition, _limit(session))
    maps = read_maps(console, system, clients, _limit(session))
    ports = {item.slot: maps[item.host].get(item.host_slot or -1, "") for item in clients if item.host in maps}
    return StorageNow(
        server=server,
        hosts={item.slot: item.host for item in clients},
        ports={slot: port for slot, port in ports.items() if port},
        wwpns={item.slot: item.wwpns for item in clients if item.wwpns},
    )


def read_clients(console: ManagementConsole, system: str, partition: str, deadline: Deadline) -> list[storage.Client]:
    """The storage adapters of a partition, by its name on the console; both kinds are asked for at once.

    Raises:
        MobilityError: The console does not answer.
    """
    words = ["lshwres", "-r", "virtualio", "--level", "lpar", "-m", system, "--filter", f"lpar_names={partition}"]
    questions = {kind: partial(console.rows, [*words, "--rsubtype", kind], deadline) for kind in storage.KINDS}
    answers, errors = ask_all(questions)
    for error in errors.values():
        raise error
    return [client for kind in storage.KINDS for client in storage.read_clients(kind, answers[kind])]


def read_maps(
    console: ManagementConsole, system: str, clients: list[storage.Client], deadline: Deadline
) -> dict[str, dict[int, str]]:
    """By Virtual I/O Server, the Fibre Channel port behind each of its server adapters.

    Raises:
        MobilityError: A Virtual I/O Server does not answer the console.
    """
    hosts = dict.fromkeys(item.host for item in clients if item.kind == "fc" and item.host)
    ask = console.on_virtual_io_server
    answers, errors = ask_all({host: partial(ask, system, host, storage.LIST_MAPS, deadline) for host in hosts})
    for error in errors.values():
        raise error
    return {host: storage.read_maps(text) for host, text in answers.items()}


def read_bonds(session: LabSession, name: str) -> list[bonds.Bond]:
    """The bonds in a partition of the lab file.

    Raises:
        MobilityError: It does not answer.
    """
    return bonds.read_bonds(session.partition(name).run(bonds.LIST).stdout)


def _home(session: LabSession, name: str) -> tuple[ManagementConsole, str, str, str]:
    """Console, managed system and server where a partition is, and its name on the console (third)."""
    partition = session.lab.partition(name).partition
    place = find_partition(session, partition)
    if place is None:
        raise MobilityError(f"{name} is on no server of the lab.", remedy="Check its name in the lab file.")
    return session.console_of(place.server), session.lab.servers[place.server].system, partition, place.server


def _limit(session: LabSession) -> Deadline:
    return Deadline(session.lab.limits.command)
