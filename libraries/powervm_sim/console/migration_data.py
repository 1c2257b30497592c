"""The input data of ``migrlpar -i`` and ``-f``: what the user wants to be different from the console's own choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from powervm_sim import hsc
from powervm_sim.console.mapping_entries import (
    Data,
    backing_wish,
    both_or_one,
    entries,
    host_wish,
    mover_wish,
    number_of,
    pair_wish,
    switch_pair,
)
from powervm_sim.console.options import is_number
from powervm_sim.migration.wishes import BackingWish, Host, MoverWish, PairWish
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.state import find_placement, placement_named

_OF_ONE = {
    "virtual_fc_mappings": "multiple_virtual_fc_mappings",
    "virtual_scsi_mappings": "multiple_virtual_scsi_mappings",
    "vnic_mappings": "multiple_vnic_mappings",
    "dest_lpar_id": "multiple_dest_lpar_ids",
    "shared_proc_pool_id": "multiple_shared_proc_pools",
    "shared_proc_pool_name": "multiple_shared_proc_pools",
}
"""What describes one partition, and what says the same for several."""

_MOVERS = (
    *("source_msp_name", "source_msp_id", "source_msp_ipaddr", "dest_msp_name", "dest_msp_id", "dest_msp_ipaddr"),
    *("source_msps", "dest_msps", "redundant_msps"),
)
_PAGING = (
    *("primary_paging_vios_id", "primary_paging_vios_name"),
    *("redundant_paging_vios_id", "redundant_paging_vios_name"),
)
KNOWN = frozenset((*_OF_ONE, *_OF_ONE.values(), "multiple_priorities", *_MOVERS, *_PAGING, "vswitch_mappings"))
"""All attributes that there are."""


class InputData:
    """The record of one command, taken apart for each of its partitions.

    Args:
        data: Names and values.
        placements: The partitions of the command.

    Raises:
        Refusal: An attribute does not exist, or describes one partition where there are several.
    """

    def __init__(self, data: Data, placements: Sequence[Placement]) -> None:
        unknown = [name for name in data if name not in KNOWN]
        if unknown:
            raise hsc.invalid_attribute(unknown)
        if len(placements) > 1:
            for name in data:
                if name in _OF_ONE:
                    text = f"The attribute {name} is for one partition. Specify {_OF_ONE[name]} for several of them."
                    raise hsc.HscError("HSCLAF55", text)
        self._data = data
        self._placements = placements
        self._server = placements[0].server if placements else None

    def wishes(self, placement: Placement) -> dict[str, Any]:
        """The fields of the `Request` for one of the partitions. Raises Refusal: a value that cannot be."""
        return {
            "target_id": self._target_id(placement),
            "hosts": self._hosts(placement),
            "vnics": self._vnics(placement),
            "switches": dict(switch_pair(entry) for entry in entries(self._data, "vswitch_mappings")),
            "movers": self._movers(placement),
            "pool": self._pool(placement),
            "paging": self._paging(),
            "priority": self._priority(placement),
        }

    @property
    def redundant(self) -> bool:
        """Whether it names redundant movers."""
        return "redundant_msps" in self._data

    def _target_id(self, placement: Placement) -> int | None:
        text = next(iter(self._own("multiple_dest_lpar_ids", placement)), None)
        data = self._data if text is None else {"dest_lpar_id": text}
        return number_of(data, "dest_lpar_id", most=65_534)

    def _hosts(self, placement: Placement) -> dict[tuple[str, int], Host]:
        hosts: dict[tuple[str, int], Host] = {}
        for kind in ("fc", "scsi"):
            name = f"virtual_{kind}_mappings"
            for entry in [*entries(self._data, name), *self._own(f"multiple_{name}", placement)]:
                slot, host = host_wish(name, entry)
                if (kind, slot) in hosts:
                    raise hsc.invalid_value(name, entry)
                hosts[kind, slot] = host
        return hosts

    def _vnics(self, placement: Placement) -> Mapping[int, tuple[BackingWish, ...]]:
        vnics: dict[int, tuple[BackingWish, ...]] = {}
        own = self._own("multiple_vnic_mappings", placement)
        for entry in [*entries(self._data, "vnic_mappings"), *own]:
            slot, wish = backing_wish(entry)
            vnics[slot] = (*vnics.get(slot, ()), wish)
        return vnics

    def _movers(self, placement: Placement) -> tuple[PairWish, ...]:
        groups = self._groups()
        if groups:
            return groups[self._placements.index(placement) % len(groups)]
        sides = [self._side("source"), self._side("dest")]
        count = max(map(len, sides))
        return tuple(
            PairWish(*(side[index] if index < len(side) else MoverWish() for side in sides)) for index in range(count)
        )

    def _side(self, side: str) -> list[MoverWish]:
        listed = [mover_wish(f"{side}_msps", entry) for entry in entries(self._data, f"{side}_msps")]
        name, number = self._data.get(f"{side}_msp_name"), number_of(self._data, f"{side}_msp_id")
        address = self._data.get(f"{side}_msp_ipaddr")
        if name is not None and number is not None:
            raise hsc.invalid_attribute([f"{side}_msp_name", f"{side}_msp_id"])
        one = MoverWish(name, number, address)
        if one.anything and listed:
            # both spellings in one record say the same thing twice
            other = listed[0]
            return [MoverWish(one.name or other.name, one.number or other.number, one.address or other.address)]
        return [one] if one.anything else listed

    def _groups(self) -> list[tuple[PairWish, ...]]:
        groups: dict[str, list[PairWish]] = {}
        for entry in entries(self._data, "redundant_msps"):
            group, pair = pair_wish(entry)
            groups.setdefault(group, []).append(pair)
        for group, pairs in groups.items():
            if len(pairs) != 2:
                raise hsc.invalid_value("redundant_msps", group)
        return [tuple(pairs) for pairs in groups.values()]

    def _pool(self, placement: Placement) -> str | int | None:
        entry = next(iter(self._own("multiple_shared_proc_pools", placement)), None)
        if entry is not None:
            name, number = both_or_one("multiple_shared_proc_pools", entry, *_two(entry), zero=True)
            return number if number is not None else name
        if "shared_proc_pool_id" in self._data and "shared_proc_pool_name" in self._data:
            raise hsc.invalid_attribute(["shared_proc_pool_id", "shared_proc_pool_name"])
        number = number_of(self._data, "shared_proc_pool_id", least=0, most=63)
        return number if number is not None else self._data.get("shared_proc_pool_name")

    def _paging(self) -> tuple[Host, ...]:
        given = []
        for side in ("primary", "redundant"):
            name, number = self._data.get(f"{side}_paging_vios_name"), number_of(self._data, f"{side}_paging_vios_id")
            if name is not None and number is not None:
                raise hsc.invalid_attribute([f"{side}_paging_vios_name", f"{side}_paging_vios_id"])
            if name is not None or number is not None:
                given.append(Host(name, number))
        return tuple(given)

    def _priority(self, placement: Placement) -> int:
        (text,) = self._own("multiple_priorities", placement)[:1] or ["0"]
        return number_of({"multiple_priorities": text}, "multiple_priorities", least=0, most=255) or 0

    def _own(self, name: str, placement: Placement) -> list[str]:
        """The entries of a ``multiple_...`` list for one partition, without the partition in front."""
        return [rest for owner, rest in map(self._owned, entries(self._data, name)) if owner is placement]

    def _owned(self, entry: str) -> tuple[Placement, str]:
        """``name/id/rest`` with name or id, or ``name/rest``."""
        first, _, after = entry.partition("/")
        second, _, rest = after.partition("/")
        assert self._server is not None
        if not first:
            owner = find_placement(self._server, number=second)
        elif not second:
            owner = placement_named(self._server, first)
        else:
            owner, rest = _by_either(self._server, first), after
        if owner not in self._placements:
            text = f"The partition {owner.name} is named in the input data and is not one of those that are to migrate."
            raise hsc.HscError("HSCLAF58", text)
        return owner, rest


def _by_either(server: Server, text: str) -> Placement:
    named = any(place.name == text for place in server.placements.values())
    return find_placement(server, number=text) if is_number(text) and not named else placement_named(server, text)


def _two(entry: str) -> tuple[str, str]:
    """``name/id``; a single word is a name, or an id when it is a number."""
    name, slash, number = entry.partition("/")
    if slash:
        return name, number
    return ("", name) if is_number(name) else (name, "")
