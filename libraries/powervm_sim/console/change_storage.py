"""``chhwres -r virtualio`` for virtual SCSI and fibre channel adapters: client adapters and server adapters.

A client adapter works when its Virtual I/O Server has the server adapter that belongs to it; either can be made first.
"""

from __future__ import annotations

import re
from dataclasses import replace

from powervm_sim import hsc
from powervm_sim.console.change import LARGEST_SLOT, Attributes, Change, check_slot, no_adapter
from powervm_sim.console.change_network import in_use
from powervm_sim.world.dlpar import check_ready, tell_change
from powervm_sim.world.model import Placement, Storage, WaitingAdapter
from powervm_sim.world.naming import wwpn_pair
from powervm_sim.world.state import find_placement
from powervm_sim.world.usage import is_hosted_by

_ATTRIBUTES = ("adapter_type", "remote_lpar_id", "remote_lpar_name", "remote_slot_num", "is_required")


def change_storage(change: Change) -> None:
    """Add or remove an adapter of the kind that ``--rsubtype`` names."""
    kind = change.options.get("--rsubtype") or change.kind_in_slot()
    placement = change.partition()
    if change.operation == "r":
        _remove(change, placement, kind, change.slot())
        return
    wanted = change.attributes((*_ATTRIBUTES, *(("wwpns",) if kind == "fc" else ())), required=("adapter_type",))
    if wanted.one_of("adapter_type", ("client", "server"), "client") == "client":
        _add_client(change, placement, kind, wanted)
    else:
        _add_server(change, placement, kind, wanted)


def _add_client(change: Change, placement: Placement, kind: str, wanted: Attributes) -> None:
    if placement.partition.is_vios:
        raise hsc.invalid_value("adapter_type", "client")
    host = _remote(change, wanted)
    if host is None or "remote_slot_num" not in wanted:
        raise hsc.usage(["remote_lpar_id" if host is None else "remote_slot_num"])
    if not host.partition.is_vios:
        raise hsc.invalid_value("remote_lpar_id", str(host.lpar_id))
    remote = wanted.whole("remote_slot_num", 2, LARGEST_SLOT)
    slot = change.new_slot(placement)
    waiting = next((one for one in host.waiting if (one.kind, one.slot) == (kind, remote)), None)
    if waiting is None:
        check_slot(host, remote)
    elif waiting.client_id not in (None, placement.lpar_id) or waiting.client_slot not in (None, slot):
        text = f"The server adapter in slot {remote} of {host.name} is not for this client adapter."
        raise hsc.HscError("HSCLAF33", text)
    adapter = Storage(
        kind,
        slot,
        host.lpar_id,
        host.name,
        remote,
        _names(change, placement, slot, wanted) if kind == "fc" else (),
        required=wanted.boolean("is_required"),
        hosted=waiting is not None,
    )
    host.waiting = tuple(one for one in host.waiting if one is not waiting)
    placement.storage += (adapter,)
    change.note(placement, f"virtual {kind} client adapter {slot} added")
    tell_change(placement)


def _names(change: Change, placement: Placement, slot: int, wanted: Attributes) -> tuple[str, ...]:
    if "wwpns" not in wanted:
        return wwpn_pair(change.world, placement.name, slot)
    names = tuple(wanted.text("wwpns").split(","))
    if len(names) != 2 or not all(re.fullmatch(r"[0-9A-Fa-f]{16}", name) for name in names):
        raise hsc.invalid_value("wwpns", wanted.text("wwpns"))
    return tuple(name.lower() for name in names)


def _add_server(change: Change, host: Placement, kind: str, wanted: Attributes) -> None:
    if not host.partition.is_vios:
        raise hsc.invalid_value("adapter_type", "server")
    client = _remote(change, wanted)
    if client is None and kind == "fc":
        raise hsc.usage(["remote_lpar_id"])
    text = wanted.text("remote_slot_num", "any")
    remote = None if text == "any" and kind == "scsi" else wanted.whole("remote_slot_num", 2, LARGEST_SLOT)
    slot = change.new_slot(host)
    for adapter in client.storage if client is not None else ():
        place = (adapter.kind, adapter.host_id, adapter.remote_slot)
        if place == (kind, host.lpar_id, slot) and not adapter.hosted and remote in (None, adapter.slot):
            assert client is not None
            _swap(client, adapter, replace(adapter, hosted=True))
            change.note(host, f"virtual {kind} server adapter {slot} added")
            return
    waiting = WaitingAdapter(kind, slot, None if client is None else client.lpar_id, remote)
    host.waiting += (waiting,)
    change.note(host, f"virtual {kind} server adapter {slot} added")


def _remote(change: Change, wanted: Attributes) -> Placement | None:
    """The partition of ``remote_lpar_id`` or ``remote_lpar_name``; None for ``any`` and when neither is there."""
    number, name = wanted.text("remote_lpar_id", "any"), wanted.text("remote_lpar_name")
    if number == "any" and not name:
        return None
    found = find_placement(change.server, name=name) if name else find_placement(change.server, number=number)
    if number not in ("any", str(found.lpar_id)):
        raise hsc.invalid_value("remote_lpar_id", number)
    return found


def _remove(change: Change, placement: Placement, kind: str, slot: int) -> None:
    if placement.partition.is_vios:
        _remove_server(change, placement, kind, slot)
        return
    adapter = next((one for one in placement.storage if (one.kind, one.slot) == (kind, slot)), None)
    if adapter is None:
        raise no_adapter(placement, slot, f"virtual {kind}")
    others = [one for one in placement.storage if one is not adapter and one.hosted]
    if placement.running and adapter.hosted and (adapter.required or not others):
        raise in_use(f"The virtual {kind} adapter {slot} is the only path of {placement.name} to its disks.")
    placement.storage = tuple(one for one in placement.storage if one is not adapter)
    host = change.server.placements.get(adapter.host_id)
    if host is not None and adapter.hosted:
        # The server adapter stays and waits for its client.
        host.waiting += (WaitingAdapter(kind, adapter.remote_slot, placement.lpar_id, adapter.slot),)
    change.note(placement, f"virtual {kind} client adapter {slot} removed")
    tell_change(placement)


def _remove_server(change: Change, host: Placement, kind: str, slot: int) -> None:
    waiting = next((one for one in host.waiting if (one.kind, one.slot) == (kind, slot)), None)
    if waiting is not None:
        host.waiting = tuple(one for one in host.waiting if one is not waiting)
    else:
        client, adapter = _client_of(host, kind, slot)
        if host.running and client.running and (kind == "scsi" or adapter.fc_port):
            raise in_use(f"The virtual {kind} server adapter {slot} of {host.name} is used by {client.name}.")
        check_ready(client)
        _swap(client, adapter, replace(adapter, hosted=False, fc_port=""))
    change.note(host, f"virtual {kind} server adapter {slot} removed")


def _client_of(host: Placement, kind: str, slot: int) -> tuple[Placement, Storage]:
    for client in host.server.placements.values():
        for adapter in client.storage:
            if is_hosted_by(adapter, host) and (adapter.kind, adapter.remote_slot) == (kind, slot):
                return client, adapter
    raise no_adapter(host, slot, f"virtual {kind}")


def _swap(client: Placement, old: Storage, new: Storage) -> None:
    client.storage = tuple(new if adapter is old else adapter for adapter in client.storage)
