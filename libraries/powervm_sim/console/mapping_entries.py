"""Takes apart the entries of lists in the input data of ``migrlpar``: fields with slashes between them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

from powervm_sim import hsc
from powervm_sim.console.options import is_number
from powervm_sim.migration.wishes import BackingWish, Host, MoverWish, PairWish

Data = Mapping[str, str]

_VNIC_FIELDS = 10
_SHARE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")


def entries(data: Data, name: str) -> list[str]:
    """The entries of a list. Raises Refusal when one of them is empty."""
    text = data.get(name)
    if text is None:
        return []
    found = text.split(",")
    if not all(found):
        raise hsc.invalid_value(name, text)
    return found


def number_of(data: Data, name: str, *, least: int = 1, most: int = 999) -> int | None:
    """A whole number of the data. Raises Refusal when it is none."""
    text = data.get(name)
    if text is None:
        return None
    if not (is_number(text) and least <= int(text) <= most):
        raise hsc.invalid_value(name, text)
    return int(text)


def both_or_one(
    attribute: str, entry: str, name: str, number: str, *, zero: bool = False
) -> tuple[str | None, int | None]:
    """A name, an id, or both of them. Raises Refusal when there is neither."""
    if not name and not number:
        raise hsc.invalid_value(attribute, entry)
    return name or None, _whole(attribute, entry, number, least=0 if zero else 1)


def host_wish(attribute: str, entry: str) -> tuple[int, Host]:
    """``slot/vios-name/vios-id[/[vios-slot][/[port]]]``; a port is there for fibre channel only."""
    parts = entry.split("/")
    most = 5 if attribute.endswith("virtual_fc_mappings") else 4
    if not 3 <= len(parts) <= most:
        raise hsc.invalid_value(attribute, entry)
    slot, name, number, remote_slot, port = (*parts, "", "")[:5]
    name_part, number_part = both_or_one(attribute, entry, name, number)
    host = Host(name_part, number_part, _whole(attribute, entry, remote_slot, most=65_535), port or None)
    return _needed(attribute, entry, slot), host


def backing_wish(entry: str) -> tuple[int, BackingWish]:
    """``slot/ded/[vios]/[id]/[adapter]/[port]/[capacity]/[other-adapter]/[other-port][/[most]]``."""
    name = "vnic_mappings"
    parts = entry.split("/")
    if not 4 <= len(parts) <= _VNIC_FIELDS or parts[1] != "ded":
        raise hsc.invalid_value(name, entry)
    slot, _, vios, vios_id, *rest = (*parts, *[""] * _VNIC_FIELDS)[:_VNIC_FIELDS]
    adapter, port, capacity, old_adapter, old_port, most = rest
    wish = BackingWish(
        host=Host(vios or None, _whole(name, entry, vios_id)),
        adapter=_whole(name, entry, adapter),
        port=_whole(name, entry, port, least=0),
        capacity=_share(name, entry, capacity),
        old_adapter=_whole(name, entry, old_adapter),
        old_port=_whole(name, entry, old_port, least=0),
        most=_share(name, entry, most),
    )
    return _needed(name, entry, slot), wish


def mover_wish(attribute: str, entry: str) -> MoverWish:
    """``name/id/ip``, any of them empty or left out at the end."""
    parts = entry.split("/")
    if len(parts) > 3 or not any(parts):
        raise hsc.invalid_value(attribute, entry)
    return _mover(attribute, entry, *(*parts, "", "")[:3])


def pair_wish(entry: str) -> tuple[str, PairWish]:
    """``group/source-name/source-id/source-ip/target-name/target-id/target-ip``."""
    name = "redundant_msps"
    parts = entry.split("/")
    if len(parts) != 7 or not is_number(parts[0]):
        raise hsc.invalid_value(name, entry)
    return parts[0], PairWish(_mover(name, entry, *parts[1:4]), _mover(name, entry, *parts[4:]))


def switch_pair(entry: str) -> tuple[str, str]:
    """``switch-on-the-source/switch-on-the-target``."""
    source, slash, target = entry.partition("/")
    if not slash or not source or not target or "/" in target:
        raise hsc.invalid_value("vswitch_mappings", entry)
    return source, target


def _mover(attribute: str, entry: str, name: str, number: str, address: str) -> MoverWish:
    if address:
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise hsc.invalid_value(attribute, entry) from None
    return MoverWish(name or None, _whole(attribute, entry, number), address or None)


def _needed(attribute: str, entry: str, text: str) -> int:
    number = _whole(attribute, entry, text, most=65_535)
    if number is None:
        raise hsc.invalid_value(attribute, entry)
    return number


def _whole(attribute: str, entry: str, text: str, *, least: int = 1, most: int = 65_534) -> int | None:
    if not text:
        return None
    if not (is_number(text) and least <= int(text) <= most):
        raise hsc.invalid_value(attribute, entry)
    return int(text)


def _share(attribute: str, entry: str, text: str) -> float | None:
    """Percent of a port; whether it fits there is told by the target."""
    if not text:
        return None
    if not _SHARE.fullmatch(text) or not 0 < float(text) <= 100:
        raise hsc.invalid_value(attribute, entry)
    return float(text)
