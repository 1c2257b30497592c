"""What ``ip`` prints: records for ``-j``, and the three forms of text (long, ``-o`` and ``-br``)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from ipaddress import IPv4Interface, IPv6Interface
from typing import TYPE_CHECKING, Any

from powervm_sim.guest.network import Interface
from powervm_sim.guest.network_files import counters

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

Record = dict[str, Any]

_FOREVER = 4294967295


def record(guest: LinuxGuest, interface: Interface, kind: str, flags: set[str]) -> Record:
    """An interface as ``ip -j`` shows it.

    Args:
        kind: ``addr`` or ``link``.
        flags: The options, for example ``-s``.
    """
    shown: Record = {
        "ifindex": interface.index,
        "ifname": interface.name,
        "flags": interface.flags,
        "mtu": interface.mtu,
        "qdisc": "noqueue" if interface.kind in ("loopback", "bond") else "mq",
    }
    if interface.master:
        shown["master"] = interface.master
    shown |= {"operstate": interface.state}
    if kind == "link":
        shown["linkmode"] = "DEFAULT"
    shown |= {
        "group": "default",
        "txqlen": 1000,
        "link_type": "loopback" if interface.loopback else "ether",
        "address": interface.mac,
        "broadcast": interface.mac if interface.loopback else "ff:ff:ff:ff:ff:ff",
    }
    if kind == "addr":
        shown["addr_info"] = [_address(interface, own) for own in _wanted(interface, flags)]
    if "-s" in flags:
        found = counters(guest, interface)
        shown["stats64"] = {
            "rx": found["rx"] | {"over_errors": 0, "multicast": 0},
            "tx": found["tx"] | {"carrier_errors": interface.failures, "collisions": 0},
        }
    return shown


def _wanted(interface: Interface, flags: set[str]) -> list[IPv4Interface | IPv6Interface]:
    versions = {int(flag[1]) for flag in flags & {"-4", "-6"}} or {4, 6}
    return [own for own in interface.parsed() if own.version in versions]


def _address(interface: Interface, own: IPv4Interface | IPv6Interface) -> Record:
    shown: Record = {
        "family": "inet" if own.version == 4 else "inet6",
        "local": str(own.ip),
        "prefixlen": own.network.prefixlen,
    }
    if own.version == 4 and not interface.loopback:
        shown["broadcast"] = str(own.network.broadcast_address)
    shown |= {"scope": "host" if interface.loopback else "global", "dynamic": False}
    if own.version == 4:
        shown["label"] = interface.name
    return shown | {"valid_life_time": _FOREVER, "preferred_life_time": _FOREVER}


def dumped(records: Iterable[Record], flags: set[str]) -> str:
    """Records as ``-j`` prints them, with ``-p`` in many lines."""
    indent, separators = (4, (",", ": ")) if flags & {"-p", "-pretty"} else (None, (",", ":"))
    return json.dumps(list(records), indent=indent, separators=separators) + "\n"


def brief(shown: Record) -> str:
    """A line of ``-br``."""
    head = f"{shown['ifname']:<16} {shown['operstate']:<14} "
    if "addr_info" not in shown:
        return f"{head}{shown['address']} <{','.join(shown['flags'])}> \n"
    addresses = "".join(f"{entry['local']}/{entry['prefixlen']} " for entry in shown["addr_info"])
    return f"{head}{addresses}\n"


def block(shown: Record, flags: set[str]) -> str:
    """The lines of one interface; with ``-o`` each of its parts is one line."""
    if "-o" in flags and "addr_info" in shown:
        head = f"{shown['ifindex']}: {shown['ifname']}    "
        return "".join(head + line.replace("\n", "\\") + "\n" for line in _address_lines(shown))
    master = f"master {shown['master']} " if "master" in shown else ""
    mode = f"mode {shown['linkmode']} " if "linkmode" in shown else ""
    lines = [
        f"{shown['ifindex']}: {shown['ifname']}: <{','.join(shown['flags'])}> mtu {shown['mtu']} qdisc "
        f"{shown['qdisc']} {master}state {shown['operstate']} {mode}group default qlen 1000"
    ]
    if "addr_info" not in shown or not flags & {"-4", "-6"}:
        lines.append(f"    link/{shown['link_type']} {shown['address']} brd {shown['broadcast']}")
    lines += [f"    {line}" for line in _address_lines(shown)]
    if "stats64" in shown:
        lines += _statistics(shown["stats64"])
    return ("\\" if "-o" in flags else "\n").join(lines) + "\n"


def _address_lines(shown: Record) -> list[str]:
    lines = []
    for entry in shown.get("addr_info", ()):
        broadcast = f"brd {entry['broadcast']} " if "broadcast" in entry else ""
        label = entry.get("label", "")
        lines.append(
            f"{entry['family']} {entry['local']}/{entry['prefixlen']} {broadcast}scope {entry['scope']} {label}\n"
            "       valid_lft forever preferred_lft forever"
        )
    return lines


def _statistics(stats: dict[str, dict[str, int]]) -> list[str]:
    rx, tx = stats["rx"], stats["tx"]
    return [
        "    RX:  bytes packets errors dropped  missed   mcast           ",
        f"    {rx['bytes']:>10} {rx['packets']:>7} {rx['errors']:>6} {rx['dropped']:>7} {0:>7} {0:>7} ",
        "    TX:  bytes packets errors dropped carrier collsns           ",
        f"    {tx['bytes']:>10} {tx['packets']:>7} {tx['errors']:>6} {tx['dropped']:>7} "
        f"{tx['carrier_errors']:>7} {0:>7} ",
    ]


def route_line(route: Record) -> str:
    """A line of ``ip route``."""
    text = str(route["dst"])
    if "gateway" in route:
        text += f" via {route['gateway']}"
    text += f" dev {route['dev']}"
    if "protocol" in route:
        text += f" proto {route['protocol']}"
    if "scope" in route:
        text += f" scope {route['scope']}"
    if "prefsrc" in route:
        text += f" src {route['prefsrc']}"
    return text + " \n"
