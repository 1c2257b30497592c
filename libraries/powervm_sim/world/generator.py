"""Makes the entries of a large world from one line of its file: ``generate: {servers: 16, partitions: 400}``.

What the file states by itself wins: an entry of the same name is laid over the generated one, key by key, and no
generated entry takes an address or an id that the file gives to something else.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Entry = dict[str, Any]
Entries = dict[str, Entry]

_MODELS = {
    "POWER8": ("8286-42A", "FW860.B3 (SV860_245)", "3.1.4.21"),
    "POWER9": ("9009-22A", "FW950.C0 (VL950_168)", "3.1.4.21"),
    "POWER10": ("9105-22A", "FW1060.10 (VL1060_064)", "4.1.0.10"),
    "POWER11": ("9824-42A", "FW1110.11 (NH1110_102)", "4.1.1.0"),
}
"""Machine type and model, firmware, and the level of the Virtual I/O Servers of each generation."""

_LEVELS = (
    {"version": 10, "release": "3", "service_pack": "1060", "build": "2408210051"},
    {"version": 11, "release": "2", "service_pack": "1120", "build": "2607082225"},
)
_SECTIONS = ("consoles", "servers", "partitions")
_VLANS = (1, 10)
_VIOS_MEMORY = 8192
_MEMORIES = (4096, 8192, 8192, 16384)
_UNITS = (0.2, 0.5, 1.0)
_FIRST_ID = 10
_FIRST_REMOTE_SLOT = 31
_FIRST_PARTITION_NET = 100
_HOSTS = 250  # of one net

GenerationName = Literal["POWER8", "POWER9", "POWER10", "POWER11"]


class GenerateEntry(BaseModel):
    """How many of everything there are to be.

    Attributes:
        virtual_io_servers: On each server.
        partitions: In the whole world, spread evenly over the servers.
        generations: Spread evenly over the servers, too.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    consoles: int = Field(default=1, ge=1, le=16)
    servers: int = Field(ge=1, le=64)
    virtual_io_servers: int = Field(default=2, ge=1, le=8)
    partitions: int = Field(default=0, ge=0, le=4000)
    generations: tuple[GenerationName, ...] = Field(default=("POWER9", "POWER10", "POWER11", "POWER8"), min_length=1)


def expand(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a world file together with the entries that its ``generate`` asks for.

    Raises:
        pydantic.ValidationError: ``generate`` itself is wrong; its places are those below ``generate``.
    """
    if data.get("generate") is None:
        return dict(data)
    counts = GenerateEntry.model_validate(data["generate"])
    return {**data, **_Generator(counts, data).sections()}


class _Generator:
    def __init__(self, counts: GenerateEntry, data: Mapping[str, Any]) -> None:
        self._counts = counts
        self._seed = data.get("seed", 1)
        self._data = data
        self._stated = {kind: _entries(data.get(kind)) for kind in _SECTIONS}
        self._taken = set(_values(data, ("serve", "address")))
        self._ids = {(_text(entry, "server"), _text(entry, "id")) for entry in self._stated["partitions"].values()}
        self._next_slot: dict[str, int] = {}

    def sections(self) -> dict[str, Any]:
        consoles = {f"hmc{number + 1}": self._console(number) for number in range(self._counts.consoles)}
        names = [f"sys{number + 1:02}" for number in range(self._counts.servers)]
        servers = {name: self._server(number, name) for number, name in enumerate(names)}
        servers = _laid_over(servers, self._stated["servers"])
        partitions: Entries = {}
        for number in range(self._counts.partitions):
            name = f"lp{number + 1:03}"
            host = _text(self._stated["partitions"].get(name, {}), "server") or names[number % len(names)]
            partitions[name] = self._partition(number, name, host, _hosts_on(servers.get(host, {})))
        made = {"consoles": consoles, "servers": servers, "partitions": partitions}
        return {kind: _joined(entries, self._data.get(kind)) for kind, entries in made.items()}

    def _console(self, number: int) -> Entry:
        return {
            **self._places(0, number + 1),
            **_LEVELS[number % len(_LEVELS)],
            "serial": f"78C{number + 1:04X}",
        }

    def _server(self, number: int, name: str) -> Entry:
        generations = self._counts.generations
        stated = _text(self._stated["servers"].get(name, {}), "generation")
        generation = stated if stated in _MODELS else generations[number % len(generations)]
        model, firmware, level = _MODELS[generation]
        guests = -(-self._counts.partitions // self._counts.servers)
        hosts = self._counts.virtual_io_servers
        return {
            "console": f"hmc{number * self._counts.consoles // self._counts.servers + 1}",
            "type_model": model,
            "serial": f"78A{number + 1:04X}",
            "generation": generation,
            "firmware": firmware,
            "memory": _room(2 * guests * max(_MEMORIES) + hosts * _VIOS_MEMORY, 262_144),
            "processors": _room(int(2 * guests * max(_UNITS)) + hosts, 16),
            "vlans": list(_VLANS),
            "virtual_io_servers": {
                f"{name}-vios{index}": {**self._places(number + 1, index), "id": index, "level": level}
                for index in range(1, hosts + 1)
            },
        }

    def _partition(self, number: int, name: str, host: str, virtual_io_servers: list[str]) -> Entry:
        chance = random.Random(f"{self._seed}/generate/{name}")  # noqa: S311 - reproducible, not secret
        kind = chance.choice(("fc", "scsi"))
        vlans = _VLANS[: chance.choice((1, 1, 2))]
        hosts = (virtual_io_servers * 2)[number % len(virtual_io_servers) :][:2] if virtual_io_servers else []
        return {
            **self._places(_FIRST_PARTITION_NET + number // _HOSTS, number % _HOSTS + 1),
            "server": host,
            "id": self._free_id(host),
            "distribution": chance.choice(("rhel9", "sles15")),
            "memory": chance.choice(_MEMORIES),
            "units": chance.choice(_UNITS),
            "ethernet": [{"slot": 2 + index, "vlan": vlan} for index, vlan in enumerate(vlans)],
            "storage": [
                {"slot": 10 + index, "kind": kind, "server": server, "remote_slot": self._remote_slot(server)}
                for index, server in enumerate(dict.fromkeys(hosts))
            ],
        }

    def _places(self, net: int, host: int) -> Entry:
        """Where it is served and its address in the world: the same last three numbers, which are free."""
        while {f"127.30.{net}.{host}", f"10.30.{net}.{host}"} & self._taken:
            net, host = (net, host + 1) if host < 254 else (net + 1, 1)
        places = {"serve": f"127.30.{net}.{host}", "address": f"10.30.{net}.{host}"}
        self._taken.update(places.values())
        return places

    def _free_id(self, host: str) -> int:
        found = next(number for number in count(_FIRST_ID) if (host, str(number)) not in self._ids)
        self._ids.add((host, str(found)))
        return found

    def _remote_slot(self, server: str) -> int:
        slot = self._next_slot.get(server, _FIRST_REMOTE_SLOT)
        self._next_slot[server] = slot + 1
        return slot


def _room(needed: int, least: int) -> int:
    """The first power of two (or ``least``) that is enough."""
    return max(least, 1 << (needed - 1).bit_length())


def _entries(section: object) -> Entries:
    """The entries of a section as far as they are mappings; what is wrong with the others is told by the model."""
    if not isinstance(section, dict):
        return {}
    return {name: entry for name, entry in section.items() if isinstance(entry, dict)}


def _joined(made: Entries, stated: object) -> object:
    """A section with what is written out; one that is no mapping stays as it is, for the model to refuse it."""
    return stated if stated is not None and not isinstance(stated, dict) else _laid_over(made, stated or {})


def _hosts_on(server: Entry) -> list[str]:
    return list(_entries(server.get("virtual_io_servers")))


def _text(entry: Entry, key: str) -> str:
    value = entry.get(key)
    return str(value) if isinstance(value, (str, int)) else ""


def _laid_over(below: Entry, above: Mapping[str, Any]) -> Entry:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = _laid_over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def _values(data: object, keys: tuple[str, ...]) -> Iterator[str]:
    """All texts that stand under one of these keys, wherever."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in keys and isinstance(value, str):
                yield value
            yield from _values(value, keys)
