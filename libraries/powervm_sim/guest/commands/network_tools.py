"""``ip``: addresses, links, routes and neighbours, shown and changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from ipaddress import ip_address, ip_interface, ip_network
from typing import TYPE_CHECKING, Any

from powervm_sim.guest.commands.ip_show import Record, block, brief, dumped, record, route_line
from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated
from powervm_sim.guest.network import Interface, Route
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_OBJECTS = ("address", "link", "route", "neighbour")
_UNSIMULATED = ("rule", "netns", "maddress", "tunnel", "monitor", "vrf", "xfrm", "macsec", "tuntap", "nexthop", "token")
_FLAGS = {
    "-json": "-j",
    "-stats": "-s",
    "-statistics": "-s",
    "-brief": "-br",
    "-oneline": "-o",
    "-pretty": "-p",
    "-details": "-d",
    "-c": "",
    "-color": "",
    "-n": "",
    "-N": "",
}
_UNSIMULATED_FLAGS = frozenset({"-d", "-V", "-Version", "-b", "-batch", "-a", "-all", "-h", "-t", "-ts", "-r"})
_NETLINK = 2


async def ip(guest: LinuxGuest, call: Call) -> int:
    """``ip [-j] [-4|-6] [-s] [-br] [-o] address|link|route|neighbour ...``."""
    words = list(call.arguments)
    flags = _flags(call, words)
    if not words:
        raise not_simulated(call, "help")
    word = words.pop(0)
    kind = next((name for name in _OBJECTS if name.startswith(word)), None) or {"neighbor": "neighbour"}.get(word)
    if kind is None:
        if any(name.startswith(word) for name in _UNSIMULATED):
            raise not_simulated(call, word)
        raise UsageError(f'Object "{word}" is unknown, try "ip help".')
    verb = words.pop(0) if words else "show"
    chosen = next((name for name in _VERBS[kind] if name.startswith(verb)), None)
    if chosen is None and kind == "address" and verb not in ("replace", "change"):
        # ``ip addr env2`` is short for ``ip addr show env2``.
        chosen, words = "show", [verb, *words]
    if chosen is None:
        raise not_simulated(call, f"{kind} {verb}")
    await call.stdout.write(_VERBS[kind][chosen](guest, call, words, flags) or "")
    return 0


def _flags(call: Call, words: list[str]) -> set[str]:
    flags: set[str] = set()
    while words and words[0].startswith("-"):
        word = words.pop(0)
        word = word[1:] if word.startswith("--") else word
        if word in ("-f", "-family") and words:
            word = {"inet": "-4", "inet6": "-6"}.get(words.pop(0), "-f")
        word = _FLAGS.get(word, word)
        if word in _UNSIMULATED_FLAGS:
            raise not_simulated(call, word)
        if word and word not in ("-j", "-4", "-6", "-p", "-s", "-br", "-o"):
            raise UsageError(f'Option "{word}" is unknown, try "ip -help".', 255)
        flags.add(word)
    return flags - {""}


def _show(kind: str, guest: LinuxGuest, call: Call, words: list[str], flags: set[str]) -> str:
    """``ip addr show [dev NAME] [up] [master BOND] [type bond]``."""
    chosen = list(guest.network.interfaces)
    words = list(words)
    while words:
        word = words.pop(0)
        if word == "up":
            chosen = [interface for interface in chosen if interface.up]
        elif word == "master" and words:
            chosen = [interface for interface in chosen if interface.master == words[0]]
            words.pop(0)
        elif word == "type" and words:
            chosen = [interface for interface in chosen if interface.kind == words[0]]
            words.pop(0)
        elif word in ("to", "scope", "label", "primary", "secondary", "vrf", "group", "dynamic", "permanent"):
            raise not_simulated(call, word)
        else:
            name = words.pop(0) if word == "dev" and words else word
            chosen = [interface for interface in chosen if interface.name == name]
            if not chosen:
                raise UsageError(f'Device "{name}" does not exist.')
    records = [record(guest, interface, kind, flags) for interface in chosen]
    if flags & {"-4", "-6"} and kind == "addr":
        records = [shown for shown in records if shown["addr_info"]]
    if "-j" in flags:
        return dumped(records, flags)
    return "".join(brief(shown) if "-br" in flags else block(shown, flags) for shown in records)


def _device(guest: LinuxGuest, words: list[str]) -> tuple[list[str], Interface]:
    """The words without ``dev NAME``, and the interface."""
    words = list(words)
    if "dev" not in words or words.index("dev") + 1 >= len(words):
        raise UsageError('Not enough information: "dev" argument is required.', 255)
    place = words.index("dev")
    name = words[place + 1]
    del words[place : place + 2]
    interface = guest.network.find(name)
    if interface is None:
        raise UsageError(f'Cannot find device "{name}"')
    return words, interface


def _prefix(text: str) -> str:
    try:
        return str(ip_interface(text))
    except ValueError:
        raise UsageError(f'Error: any valid prefix is expected rather than "{text}".') from None


def _without_details(call: Call, words: list[str]) -> list[str]:
    """The words of ``addr add`` without those that change nothing here."""
    kept, rest = [], list(words)
    while rest:
        word = rest.pop(0)
        if word in ("brd", "broadcast", "scope", "label") and rest:
            rest.pop(0)
        elif word not in ("local", "noprefixroute"):
            kept.append(word)
    if len(kept) != 1:
        raise not_simulated(call, " ".join(kept[1:]) or "no address")
    return kept


def _add_address(guest: LinuxGuest, call: Call, words: list[str], _: set[str]) -> None:
    words, interface = _device(guest, words)
    address = _prefix(_without_details(call, words)[0])
    if address in interface.addresses:
        raise UsageError("RTNETLINK answers: File exists", _NETLINK)
    interface.addresses.append(address)


def _delete_address(guest: LinuxGuest, call: Call, words: list[str], _: set[str]) -> None:
    words, interface = _device(guest, words)
    address = _prefix(_without_details(call, words)[0])
    if "/" not in words[0]:
        address = next((own for own in interface.addresses if own.startswith(f"{words[0]}/")), address)
    if address not in interface.addresses:
        raise UsageError("RTNETLINK answers: Cannot assign requested address", _NETLINK)
    interface.addresses.remove(address)


def _flush_addresses(guest: LinuxGuest, call: Call, words: list[str], flags: set[str]) -> None:
    if words[:1] != ["dev"]:
        if not words:
            raise UsageError("Flush requires arguments.", 255)
        words = ["dev", *words]
    rest, interface = _device(guest, words)
    if rest:
        raise not_simulated(call, rest[0])
    versions = {int(flag[1]) for flag in flags & {"-4", "-6"}} or {4, 6}
    interface.addresses = [own for own in interface.addresses if ip_interface(own).version not in versions]


def _set_link(guest: LinuxGuest, call: Call, words: list[str], _: set[str]) -> None:
    """``ip link set [dev] NAME up|down|mtu N|nomaster``."""
    rest, interface = _device(guest, words if "dev" in words else ["dev", *words])
    while rest:
        word = rest.pop(0)
        if word in ("up", "down"):
            guest.network.set_up(interface, word == "up")
        elif word == "mtu" and rest and rest[0].isdigit():
            interface.mtu = _mtu(int(rest.pop(0)))
        elif word == "nomaster":
            guest.network.release(interface)
        else:
            raise not_simulated(call, f"link set {word}")


def _mtu(value: int) -> int:
    if not 68 <= value <= 65535:
        limit = "less than device minimum" if value < 68 else "greater than device maximum"
        raise UsageError(f"Error: mtu {limit}.", _NETLINK)
    return value


def _show_routes(guest: LinuxGuest, call: Call, words: list[str], flags: set[str]) -> str:
    routes = guest.network.table() if "-6" not in flags else []
    words = list(words)
    while words:
        word = words.pop(0)
        if word == "dev" and words:
            name = words.pop(0)
            if guest.network.find(name) is None:
                raise UsageError(f'Cannot find device "{name}"')
            routes = [route for route in routes if route["dev"] == name]
        elif word in ("default", "0.0.0.0/0"):
            routes = [route for route in routes if route["dst"] == "default"]
        else:
            raise not_simulated(call, word)
    return dumped(routes, flags) if "-j" in flags else "".join(route_line(route) for route in routes)


def _get_route(guest: LinuxGuest, call: Call, words: list[str], flags: set[str]) -> str:
    if len(words) != 1:
        raise not_simulated(call, " ".join(words[1:]) or "no address")
    try:
        target = ip_address(words[0])
    except ValueError:
        raise UsageError(f'Error: any valid address is expected rather than "{words[0]}".') from None
    interface = guest.network.source(words[0])
    if interface is None:
        raise UsageError("RTNETLINK answers: Network is unreachable", _NETLINK)
    own = next((own for own in interface.parsed() if own.version == target.version), None)
    gateway = guest.network.gateway()
    shown: Record = {"dst": words[0]}
    if own is not None and target not in own.network and gateway is not None:
        shown["gateway"] = gateway[1]
    shown |= {"dev": interface.name, "prefsrc": str(own.ip) if own else "", "flags": [], "uid": 0, "cache": []}
    if "-j" in flags:
        return dumped([shown], flags)
    via = f"via {shown['gateway']} " if "gateway" in shown else ""
    local = "local " if interface.loopback else ""
    return f"{local}{words[0]} {via}dev {interface.name} src {shown['prefsrc']} uid 0 \n    cache \n"


def _change_route(guest: LinuxGuest, call: Call, words: list[str], _: set[str], *, add: bool) -> None:
    given = {word: words[place + 1] for place, word in enumerate(words[:-1]) if word in ("via", "dev", "metric")}
    target = words[0] if words else ""
    if target not in ("default", "0.0.0.0/0"):
        target = _destination(target)
    device = given.get("dev", "")
    if device and guest.network.find(device) is None:
        raise UsageError(f'Cannot find device "{device}"')
    gateway = given.get("via", "")
    if gateway and not device:
        found = guest.network.source(gateway)
        if found is None or found.loopback:
            raise UsageError("Error: Nexthop has invalid gateway.", _NETLINK)
        device = found.name
    present = next((route for route in guest.network.routes if route.destination == target), None)
    if add:
        if present is not None or (target == "default" and guest.network.has_default):
            raise UsageError("RTNETLINK answers: File exists", _NETLINK)
        if not device:
            raise not_simulated(call, "route without dev or via")
        guest.network.routes.append(Route(target, gateway, device))
    elif present is not None:
        guest.network.routes.remove(present)
    elif target != "default" or not guest.network.drop_default():
        raise UsageError("RTNETLINK answers: No such process", _NETLINK)


def _destination(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise UsageError(f'Error: any valid prefix is expected rather than "{text}".') from None


def _neighbours(guest: LinuxGuest, call: Call, words: list[str], flags: set[str]) -> str:
    if words and words[0] != "dev":
        raise not_simulated(call, words[0])
    found: list[Record] = []
    for interface in guest.network.interfaces[1:]:
        gateway = guest.network.gateway()
        if gateway is None or gateway[0] is not interface or (len(words) > 1 and words[1] != interface.name):
            continue
        mac = "02:00:" + ":".join(f"{part:02x}" for part in ip_address(gateway[1]).packed[-4:])
        found.append({"dst": gateway[1], "dev": interface.name, "lladdr": mac, "state": ["REACHABLE"]})
    if "-j" in flags:
        return dumped(found, flags)
    return "".join(f"{entry['dst']} dev {entry['dev']} lladdr {entry['lladdr']} REACHABLE \n" for entry in found)


_Verb = Callable[["LinuxGuest", Call, list[str], set[str]], Any]

_VERBS: dict[str, dict[str, _Verb]] = {
    "address": {
        "show": partial(_show, "addr"),
        "list": partial(_show, "addr"),
        "lst": partial(_show, "addr"),
        "add": _add_address,
        "delete": _delete_address,
        "flush": _flush_addresses,
    },
    "link": {
        "show": partial(_show, "link"),
        "list": partial(_show, "link"),
        "lst": partial(_show, "link"),
        "set": _set_link,
    },
    "route": {
        "show": _show_routes,
        "list": _show_routes,
        "lst": _show_routes,
        "get": _get_route,
        "add": partial(_change_route, add=True),
        "delete": partial(_change_route, add=False),
    },
    "neighbour": {"show": _neighbours, "list": _neighbours, "lst": _neighbours},
}

COMMANDS: dict[str, GuestCommand] = {"ip": ip}
