"""The network interface that a test uses in the partition: its address is set for the test and taken away again.

Nothing is ever flushed, and nothing is done to the interface that our own SSH connection comes in through.
"""

from __future__ import annotations

import json
import shlex
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_interface

from powervm.errors import MobilityError
from powervm.lab import Network
from powervm.outcome import Repair
from powervm.partition import LinuxPartition
from powervm.session import LabSession
from powervm.waiting import Deadline

_LIST = "printf '%s\\n' \"$SSH_CONNECTION\"; ip -j addr"


@dataclass(frozen=True)
class Interface:
    """One interface as ``ip -j addr`` lists it.

    Attributes:
        master: The bond or bridge that it belongs to; empty when it stands alone.
        addresses: With their prefix lengths.
    """

    name: str
    up: bool
    master: str
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Interfaces:
    """All interfaces of a partition, and which of them we are connected through.

    Attributes:
        ours: Name of that interface; empty when it cannot be told.
        client: The address that we come from, as the partition sees it; empty when it cannot be told.
    """

    all: tuple[Interface, ...]
    ours: str
    client: str = ""

    def find(self, name: str) -> Interface | None:
        """The interface of that name."""
        return next((item for item in self.all if item.name == name), None)

    def carries_us(self, name: str) -> bool:
        """Our own connection comes in through it, or through the bond or bridge that it belongs to."""
        found = self.find(name)
        return bool(self.ours) and found is not None and self.ours in (found.name, found.master)


def read_interfaces(output: str) -> Interfaces:
    """Read the first line, ``$SSH_CONNECTION`` (address and port of both ends), and ``ip -j addr`` below it."""
    connection, _, listing = output.partition("\n")
    words = connection.split()
    client, server = (words[index].partition("%")[0] if len(words) == 4 else "" for index in (0, 2))
    rows = json.loads(listing) if listing.strip() else []
    found = tuple(
        Interface(
            name=str(row.get("ifname", "")),
            up="UP" in row.get("flags", ()),
            master=str(row.get("master", "")),
            addresses=tuple(f"{item['local']}/{item['prefixlen']}" for item in row.get("addr_info", ())),
        )
        for row in rows
    )
    ours = next((item.name for item in found if server and _has(item, server)), "")
    return Interfaces(found, ours, client)


def _has(interface: Interface, address: str) -> bool:
    return any(own.partition("/")[0] == address for own in interface.addresses)


def look(partition: LinuxPartition, deadline: Deadline | None = None) -> Interfaces:
    """Read the interfaces of a partition in one round.

    Raises:
        MobilityError: They could not be read.
    """
    result = partition.run(_LIST, deadline)
    if result.ok:
        with suppress(ValueError, KeyError, TypeError):
            return read_interfaces(result.stdout)
    said = result.stderr.strip() or result.first_line or f"exit status {result.status}"
    raise MobilityError(
        f"{partition.name}: its network interfaces cannot be read: {said}",
        remedy="Check that iproute2 is installed there and lists them with 'ip -j addr'.",
    )


REMEDY = "Name another interface or another address in the lab file (interface, address)."


def obstacle(interfaces: Interfaces, network: Network) -> str:
    """Why the interface cannot be used as the lab file says; an empty text when it can."""
    name = network.interface
    interface = interfaces.find(name)
    if interface is None:
        there = ", ".join(item.name for item in interfaces.all)
        return f"there is no network interface {name}; it has: {there}."
    if network.address is None:
        return "" if interface.addresses else f"{name} has no address, and the lab file names none."
    try:
        wanted = str(ip_interface(network.address).ip)
    except ValueError:
        return f"'{network.address}' is no address with prefix length or mask."
    if _has(interface, wanted):
        return ""
    if interfaces.carries_us(name):
        return f"{wanted} is not set on {name}: our own connection comes in through it and could be cut."
    other = next((item.name for item in interfaces.all if _has(item, wanted)), "")
    return f"{wanted} is not set on {name}: {other} has this address." if other else ""


@dataclass(frozen=True)
class Change:
    """What is done to an interface for the test.

    Attributes:
        address: The address that was set, with its prefix length.
        brought_up: It was down before.
    """

    interface: str
    address: str
    brought_up: bool

    def __str__(self) -> str:
        return f"address {self.address} set on {self.interface} until the lab is closed"


def needed_change(
    partition: LinuxPartition, network: Network, deadline: Deadline | None = None
) -> tuple[Change, str] | None:
    """What has to be done for the interface to have the address of the lab file; None when it has it already.

    Returns:
        The change, and the address that we come from.

    Raises:
        MobilityError: There is no such interface, our own connection comes in through it, or somebody else has the
            address.
    """
    if network.address is None:
        return None
    interfaces = look(partition, deadline)
    refusal = obstacle(interfaces, network)
    if refusal:
        raise MobilityError(f"{partition.name}: {refusal}", remedy=REMEDY)
    name, wanted = network.interface, str(ip_interface(network.address))
    interface = interfaces.find(name)
    assert interface is not None  # else it would have been an obstacle
    if _has(interface, wanted.partition("/")[0]):
        return None
    _check_free(partition, wanted, deadline)
    return Change(name, wanted, brought_up=not interface.up), interfaces.client


def make_change(partition: LinuxPartition, change: Change, client: str, deadline: Deadline | None = None) -> None:
    """Set the address, in one round: nothing of it stays when it fails, or when it would lead our answers elsewhere.

    The route that comes with an address is better than those that NetworkManager makes. With an address in the network
    that we come from, answers to us would leave through the wrong interface, where a partition that checks the way
    back (``rp_filter``) does not even take our packets any more.

    Args:
        partition: The partition.
        change: As `needed_change` found it.
        client: The address that we come from; empty when it is not known.
        deadline: For the round.

    Raises:
        MobilityError: The partition refused, or the way to us has changed.
    """
    here = shlex.join(["dev", change.interface])
    undo = f"ip addr del {change.address} {here}"
    script = f"ip addr add {change.address} {here} || exit $?"
    if change.brought_up:
        link = shlex.join(["ip", "link", "set", change.interface])
        script += f"; {link} up || {{ {undo}; exit 1; }}"
        undo += f"; {link} down"
    if client:
        found = f"grep -q -F {shlex.quote(f' dev {change.interface} ')}"
        script += f"; if ip route get {shlex.quote(client)} 2>/dev/null | {found}; then {undo}; exit {_WAY_CHANGED}; fi"
    result = partition.run(script, deadline)
    if result.status == _WAY_CHANGED:
        raise MobilityError(
            f"{partition.name}: {change.address} is not set on {change.interface}: the way to {client}, where our own "
            "connection comes from, would lead through it, and the connection could be cut.",
            remedy=REMEDY,
        )
    if not result.ok:
        said = result.stderr.strip() or result.first_line or f"exit status {result.status}"
        raise MobilityError(
            f"{partition.name}: {change.address} could not be set on {change.interface}: {said}",
            remedy="Check interface and address in the lab file.",
        )


_WAY_CHANGED = 33
"""Exit status when the address was taken away again; no status of ``ip``."""


def set_up(session: LabSession, name: str, network: Network) -> Repair | None:
    """Give the interface its address until the lab is closed; None when it has it already.

    Args:
        session: The opened lab; takes the address away again when it is closed.
        name: The partition in the lab file.
        network: The network of a move.

    Raises:
        MobilityError: It cannot have it, as `needed_change` and `make_change` tell.
    """
    partition, limit = session.partition(name), Deadline(session.lab.limits.command)
    needed = needed_change(partition, network, limit)
    if needed is None:
        return None
    change, client = needed
    repair = Repair(what=str(change), subject=name, worked=True, put_back=False)
    session.put_back_later(
        repair,
        f"address {change.address} taken from {change.interface} of {name}",
        lambda limit: take_address(session.partition(name), change, limit),
    )
    make_change(partition, change, client, limit)  # when nobody hears how it ends, it is put back all the same
    return repair


def take_address(partition: LinuxPartition, change: Change, deadline: Deadline | None = None) -> None:
    """Undo what `make_change` did. Where the address is gone already, the interface is somebody else's by now.

    Raises:
        MobilityError: The partition refused.
    """
    interface = look(partition, deadline).find(change.interface)
    if interface is None or change.address not in interface.addresses:
        return
    _run(partition, ["ip", "addr", "del", change.address, "dev", change.interface], deadline)
    if change.brought_up:
        _run(partition, ["ip", "link", "set", change.interface, "down"], deadline)


def _check_free(partition: LinuxPartition, wanted: str, deadline: Deadline | None) -> None:
    address = wanted.partition("/")[0]
    if partition.run(shlex.join(["ping", "-n", "-c", "1", "-W", "1", address]), deadline).ok:
        raise MobilityError(
            f"{partition.name}: {address} answers already: another machine has it.",
            remedy="Choose a free address in the lab file.",
        )


def _run(partition: LinuxPartition, words: list[str], deadline: Deadline | None) -> None:
    command = shlex.join(words)
    result = partition.run(command, deadline)
    if not result.ok:
        said = result.stderr.strip() or result.first_line or f"exit status {result.status}"
        raise MobilityError(
            f"{partition.name}: '{command}' failed: {said}", remedy="Check interface and address in the lab file."
        )
