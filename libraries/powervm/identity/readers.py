"""From what commands print to items: pure functions, one for each reader of ``identity.yaml``.

An item is a name and a value, both texts for people. Names hold what stays over a move (slots, WWPNs, permanent
addresses), values what is compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from powervm.identity.catalogue import Reading
from powervm.records import Record, read_records, split_list

Items = dict[str, str]


class Unreadable(ValueError):
    """Output that does not look as it should."""


def read_items(reading: Reading, output: str) -> Items:
    """The items in the output of a reading's command.

    Raises:
        Unreadable, RecordError: The output does not look as it should.
    """
    return _READERS[reading.reader](reading, output)


def _text(reading: Reading, output: str) -> Items:
    value = output.replace("\0", "").strip()
    if not value:
        raise Unreadable("nothing was printed")
    return {reading.name: value}


def _pairs(reading: Reading, output: str) -> Items:
    found: Items = {}
    for line in output.splitlines():
        key, separator, value = line.partition(reading.separator)
        name = reading.attributes.get(key.strip())
        if separator and name is not None:
            found.setdefault(name, value.strip())
    if not found:
        raise Unreadable(f"none of {', '.join(reading.attributes)} was printed")
    return found


def _rows(reading: Reading, output: str) -> Items:
    found: Items = {}
    for row in read_records(output):
        subject = _subject(reading, row)
        for key, name in reading.attributes.items():
            if key in row:
                found[f"{name} of {subject}" if subject else name] = _in_order(row[key])
    return found


def _subject(reading: Reading, row: Record) -> str:
    return reading.subject.format_map(_Blank(row))


class _Blank(dict[str, str]):
    """An attribute that a level does not print is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def _in_order(value: str) -> str:
    """A list in a fixed order: consoles do not promise one."""
    return ",".join(sorted(split_list(value))) if "," in value else value


def _backing_devices(reading: Reading, output: str) -> Items:
    """vNICs with their backing devices, those of the higher priority (the lower number) first.

    ``backing_devices`` is a list of ``sriov/vios/vios-id/adapter/port/logical-port/capacity/desired/priority/...``,
    ``backing_device_states`` one of ``sriov/logical-port/is-active/status``.
    """
    found = _rows(reading, output)
    for row in read_records(output):
        states = {entry[1]: entry for entry in _entries(row, "backing_device_states") if len(entry) >= 4}
        devices = [entry for entry in _entries(row, "backing_devices") if len(entry) >= 9]
        devices.sort(key=lambda entry: (int(entry[8]) if entry[8].isdigit() else 0, entry[1], entry[3], entry[4]))
        for number, entry in enumerate(devices, start=1):
            what = f"backing device {number} of {_subject(reading, row)}"
            state = states.get(entry[5])
            shown = f"{state[3]}, {'active' if state[2] == '1' else 'stand-by'}" if state else "not known"
            found[f"state of {what}"] = shown
            found[f"capacity of {what}"] = entry[7]
            found[f"priority of {what}"] = entry[8]
            found[f"place of {what}"] = f"{entry[1]}, adapter {entry[3]}, port {entry[4]}, logical port {entry[5]}"
    return found


def _entries(row: Record, attribute: str) -> list[list[str]]:
    return [entry.split("/") for entry in split_list(row.get(attribute, ""))]


def _interfaces(_reading: Reading, output: str) -> Items:
    """``ip -j addr``. Members of a bond are left to the bond: their names and addresses may follow the port."""
    found: Items = {}
    for entry in _json_list(output):
        name = str(entry.get("ifname", ""))
        if name in ("", "lo") or "master" in entry:
            continue
        found[f"MAC address of {name}"] = str(entry.get("address", ""))
        found[f"MTU of {name}"] = str(entry.get("mtu", ""))
        found[f"link of {name}"] = str(entry.get("operstate", ""))
        addresses = (item for item in entry.get("addr_info", []) if not item.get("temporary"))
        found[f"addresses of {name}"] = ", ".join(sorted(f"{item['local']}/{item['prefixlen']}" for item in addresses))
    return found


def _routes(_reading: Reading, output: str) -> Items:
    """``ip -j route``; several routes to one destination are one item, in a fixed order."""
    ways: dict[str, list[str]] = {}
    for entry in _json_list(output):
        words = [f"{key} {entry[key]}" for key in ("gateway", "dev", "prefsrc", "metric") if key in entry]
        hops = [f"gateway {hop.get('gateway')} dev {hop.get('dev')}" for hop in entry.get("nexthops", [])]
        ways.setdefault(str(entry.get("dst", "")), []).append(" ".join(words + hops))
    return {f"route to {destination}": "; ".join(sorted(found)) for destination, found in ways.items()}


def _json_list(output: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(output or "[]")
    except ValueError:
        raise Unreadable("it is no JSON") from None
    if not isinstance(found, list):
        raise Unreadable("it is no JSON list")
    return [entry for entry in found if isinstance(entry, dict)]


_MAP = re.compile(r"(?P<name>\S+) (?:\((?P<wwid>\S+)\) )?dm-\d+ \S")
_PATH = re.compile(r"[\s|`-]*- (?P<address>[\d#]+(?::[\d#]+){3}) +(?P<device>\S+) +\S+ +(?P<state>\S.*?)\s*$")


def _multipath(_reading: Reading, output: str) -> Items:
    """``multipath -ll``: maps with their WWIDs, and the state of each path, which its SCSI address names."""
    found: Items = {}
    name = ""
    for line in output.splitlines():
        if match := _MAP.match(line):
            name = match["name"]
            found[f"WWID of {name}"] = match["wwid"] or name
        elif (match := _PATH.match(line)) and name:
            path = f"path {match['address']} of {name}"
            found[path] = match["state"]
            found[f"device of {path}"] = match["device"]
    return found


def _disks(_reading: Reading, output: str) -> Items:
    """``lsblk -d -n -b -l -o NAME,SIZE,STATE,WWN``: disks by WWN; device names may be given anew."""
    states: dict[str, set[str]] = {}
    for line in output.splitlines():
        words = line.split()
        if len(words) == 4 and words[3].startswith("0x"):
            states.setdefault(words[3], set()).add(f"{words[1]} bytes, {words[2]}")
    return {f"disk {name}": " and ".join(sorted(found)) for name, found in states.items()}


def _fibre_channel(_reading: Reading, output: str) -> Items:
    """One line ``port_name port_state`` for each host."""
    rows = (line.split(maxsplit=1) for line in output.splitlines())
    return {f"{_PORT} {words[0].removeprefix('0x')}": words[1] for words in rows if len(words) == 2}


def _bonds(_reading: Reading, output: str) -> Items:
    """``/proc/net/bonding``, each file after a line ``Bond PATH``; members are named by their permanent address."""
    found: Items = {}
    for part in re.split(r"(?m)^Bond (?=/)", output)[1:]:
        path, _, content = part.partition("\n")
        found |= _bond(path.rpartition("/")[2], content)
    return found


def _bond(bond: str, content: str) -> Items:
    head, *members = re.split(r"(?m)^Slave Interface: ", content)
    known = _fields(head)
    found = {f"mode of {bond}": known.get("Bonding Mode", "")}
    names: dict[str, str] = {}
    for member in members:
        name, _, rest = member.partition("\n")
        fields = _fields(rest)
        address = fields.get("Permanent HW addr", "")
        names[name.strip()] = address
        found[f"member {address} of {bond}"] = fields.get("MII Status", "")
        found[f"name of member {address} of {bond}"] = name.strip()
    for item, key in (("primary", "Primary Slave"), ("active member", "Currently Active Slave")):
        name = known.get(key, "None").split(" ")[0]
        found[f"{item} of {bond}"] = names.get(name, "none")
    return found


def _fields(text: str) -> dict[str, str]:
    pairs = (line.partition(": ") for line in text.splitlines())
    return {key.strip(): value.strip() for key, separator, value in pairs if separator}


_READERS: Mapping[str, Callable[[Reading, str], Items]] = {
    "text": _text,
    "pairs": _pairs,
    "rows": _rows,
    "backing_devices": _backing_devices,
    "interfaces": _interfaces,
    "routes": _routes,
    "multipath": _multipath,
    "disks": _disks,
    "fibre_channel": _fibre_channel,
    "bonds": _bonds,
}


def polished(items: Items) -> dict[str, str]:
    """Names as they can be compared, by the names that they had, once all items of a snapshot are there.

    Disks that a multipath map consists of are left out: the paths of the map tell the same, more exactly. A port of a
    fibre channel adapter is named by both names of its pair, since each move makes it use the other one.
    """
    wwids = [value[1:] for name, value in items.items() if name.startswith("WWID of ")]
    pairs = {wwpn: value for name, value in items.items() if name.startswith("WWPNs of ") for wwpn in value.split(",")}
    names = {}
    for name in items:
        kind, _, key = name.rpartition(" ")
        if kind == "disk" and any(wwid.startswith(key.removeprefix("0x")) for wwid in wwids):
            continue
        names[name] = f"{kind} {pairs.get(key, key)}" if kind == _PORT else name
    return names


_PORT = "fibre channel port"
