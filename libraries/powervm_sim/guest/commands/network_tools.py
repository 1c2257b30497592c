"""``ip``: addresses, links and routes."""

from __future__ import annotations

import json
from ipaddress import ip_interface
from typing import TYPE_CHECKING, Any

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated
from powervm_sim.guest.network import Interface, gateway
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_OBJECTS = {"address": "addr", "addr": "addr", "a": "addr", "link": "link", "l": "link", "route": "route", "r": "route"}
_SHOW = ("show", "list", "ls", "sh", "s")


async def ip(guest: LinuxGuest, call: Call) -> int:
    """``ip [-j] [-4|-6] [-s] addr|link|route [show [dev] NAME]``; changes are not simulated."""
    words = list(call.arguments)
    flags = set()
    while words and words[0].startswith("-"):
        flags.add(words.pop(0))
    if flags - {"-j", "-json", "-4", "-6", "-p", "-s", "-br", "-brief"}:
        raise UsageError(f'Option "{min(flags)}" is unknown, try "ip -help".', 255)
    kind = _OBJECTS.get(words.pop(0)) if words else None
    if kind is None or flags & {"-br", "-brief"}:
        raise not_simulated(call, " ".join(call.arguments) or "help")
    if words and words[0] in _SHOW:
        words.pop(0)
    if words[:1] == ["dev"]:
        words.pop(0)
    chosen = [interface for interface in guest.interfaces if not words or interface.name == words[0]]
    if len(words) > 1:
        raise not_simulated(call, words[1])
    if not chosen:
        raise UsageError(f'Device "{words[0]}" does not exist.')
    show = _json if flags & {"-j", "-json"} else _text
    await call.stdout.write(show(kind, chosen, flags))
    return 0


def _json(kind: str, interfaces: list[Interface], flags: set[str]) -> str:
    if kind == "route":
        return json.dumps(_routes(interfaces), separators=(",", ":")) + "\n"
    return json.dumps([_record(interface, kind, flags) for interface in interfaces], separators=(",", ":")) + "\n"


def _flags(interface: Interface) -> list[str]:
    return ["LOOPBACK", "UP", "LOWER_UP"] if interface.loopback else ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"]


def _record(interface: Interface, kind: str, flags: set[str]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "ifindex": interface.index,
        "ifname": interface.name,
        "flags": _flags(interface),
        "mtu": interface.mtu,
        "qdisc": "noqueue" if interface.loopback else "mq",
        "operstate": interface.state,
        "group": "default",
        "link_type": "loopback" if interface.loopback else "ether",
        "address": interface.mac,
    }
    if kind == "addr":
        record["addr_info"] = [_address(interface, address) for address in _wanted(interface, flags)]
    if "-s" in flags:
        counters = {"bytes": 0, "packets": 0, "errors": 0, "dropped": 0}
        record["stats64"] = {"rx": counters, "tx": counters | {"carrier_errors": 0}}
    return record


def _wanted(interface: Interface, flags: set[str]) -> list[str]:
    versions = {int(flag[1]) for flag in flags & {"-4", "-6"}} or {4, 6}
    return [address for address in interface.addresses if ip_interface(address).version in versions]


def _address(interface: Interface, address: str) -> dict[str, Any]:
    parsed = ip_interface(address)
    return {
        "family": "inet" if parsed.version == 4 else "inet6",
        "local": str(parsed.ip),
        "prefixlen": parsed.network.prefixlen,
        "scope": "host" if interface.loopback else "global",
        "dynamic": False,
        "label": interface.name,
    }


def _routes(interfaces: list[Interface]) -> list[dict[str, Any]]:
    routes: list[dict[str, Any]] = []
    for interface in interfaces:
        if interface.loopback or not interface.addresses:
            continue
        address = ip_interface(interface.addresses[0])
        if not routes:
            routes.append({"dst": "default", "gateway": gateway(interface), "dev": interface.name, "flags": []})
        routes.append(
            {
                "dst": str(address.network),
                "dev": interface.name,
                "protocol": "kernel",
                "scope": "link",
                "prefsrc": str(address.ip),
                "flags": [],
            }
        )
    return routes


def _text(kind: str, interfaces: list[Interface], flags: set[str]) -> str:
    if kind == "route":
        return "".join(_route_line(route) for route in _routes(interfaces))
    return "".join(_block(interface, kind, flags) for interface in interfaces)


def _route_line(route: dict[str, Any]) -> str:
    if "gateway" in route:
        return f"default via {route['gateway']} dev {route['dev']} \n"
    return f"{route['dst']} dev {route['dev']} proto kernel scope link src {route['prefsrc']} \n"


def _block(interface: Interface, kind: str, flags: set[str]) -> str:
    record = _record(interface, kind, flags)
    text = (
        f"{interface.index}: {interface.name}: <{','.join(record['flags'])}> mtu {interface.mtu} "
        f"qdisc {record['qdisc']} state {interface.state} group default qlen 1000\n"
    )
    if not flags & {"-4", "-6"} or kind == "link":
        other = "00:00:00:00:00:00" if interface.loopback else "ff:ff:ff:ff:ff:ff"
        text += f"    link/{record['link_type']} {interface.mac} brd {other}\n"
    for address in record.get("addr_info", []):
        text += f"    {address['family']} {address['local']}/{address['prefixlen']} scope {address['scope']} "
        text += f"{interface.name}\n       valid_lft forever preferred_lft forever\n"
    return text


COMMANDS: dict[str, GuestCommand] = {"ip": ip}
