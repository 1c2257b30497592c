"""Adapter lists of a profile, as ``chsyscfg -r prof`` changes them: texts become adapters again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from powervm_sim import hsc
from powervm_sim.console.change import LARGEST_SLOT, number_list
from powervm_sim.console.configuration import changed_list, whole
from powervm_sim.console.login import not_simulated
from powervm_sim.console.profile_elements import ethernet_elements, slot_elements, storage_elements
from powervm_sim.console.profile_rows import profile_row
from powervm_sim.console.records import split_fields
from powervm_sim.world.devices import DEFAULT_SWITCH, OwnedSlot
from powervm_sim.world.model import Ethernet, Placement, Profile, Storage
from powervm_sim.world.naming import ethernet_mac, wwpn_pair
from powervm_sim.world.profile_devices import ProfileDevices, as_in_profile, devices_of
from powervm_sim.world.state import World, find_placement

_STORAGE = {"virtual_scsi_adapters": "scsi", "virtual_fc_adapters": "fc"}
_LONGEST_LIST = 1000
_MAC = re.compile(r"([0-9A-Fa-f]{12})?")
_NAMES = re.compile(r"([0-9A-Fa-f]{16},[0-9A-Fa-f]{16})?")
T = TypeVar("T")


def changed_devices(
    world: World, placement: Placement, profile: Profile, lists: dict[str, str]
) -> ProfileDevices | None:
    """The adapters of a profile after a change of some lists.

    Args:
        lists: By the name of the list, with ``+`` or ``-`` behind it: the elements that were typed.

    Raises:
        Refusal: An element cannot be, or it is a list that this world cannot change.
    """
    devices = profile.devices
    for name, text in lists.items():
        attribute, operator = name.rstrip("+-"), f"{name[-1]}=" if name[-1] in "+-" else "="
        view = as_in_profile(placement, replace(profile, devices=devices))
        if operator == "=" and text == profile_row(view, replace(profile, devices=None))[attribute]:
            continue
        before = devices or devices_of(placement, profile)
        devices = _Lists(world, placement, view).changed(before, attribute, operator, split_fields(text))
        _check_slots(placement, devices)
    return devices


@dataclass(frozen=True)
class _Lists:
    """The lists of one profile.

    Attributes:
        view: The partition as the profile describes it.
    """

    world: World
    placement: Placement
    view: Placement

    def changed(self, before: ProfileDevices, attribute: str, operator: str, given: list[str]) -> ProfileDevices:
        partition = self.view.partition
        if attribute == "virtual_eth_adapters":
            shown = zip(ethernet_elements(self.view), partition.ethernet, strict=True)
            ethernet = _after(attribute, shown, operator, given, self._ethernet)
            _check_backups(partition.ethernet, ethernet)
            return replace(before, ethernet=ethernet)
        if attribute == "io_slots":
            slots = zip(slot_elements(self.view), self.view.slots, strict=True)
            return replace(before, slots=_after(attribute, slots, operator, given, self._slot))
        if attribute in _STORAGE and not partition.is_vios:
            kind = _STORAGE[attribute]
            clients = [adapter for adapter in self.view.storage if adapter.kind == kind]
            others = [adapter for adapter in self.view.storage if adapter.kind != kind]
            known = zip(storage_elements(self.view, kind), clients, strict=True)
            storage = _after(attribute, known, operator, given, lambda text: self._storage(kind, text))
            return replace(before, storage=(*others, *storage))
        raise not_simulated(f"chsyscfg -r prof -i {attribute}{operator}")

    def _ethernet(self, text: str) -> Ethernet:
        attribute = "virtual_eth_adapters"
        fields = text.split("/")
        if not 6 <= len(fields) <= 10:
            raise hsc.invalid_value(attribute, text)
        number, tagged, vlan, others, trunk, required, vswitch, mac, macs, priority = [*fields, *[""] * 10][:10]
        slot = _slot_number(attribute, number)
        additional = number_list(attribute, others)
        switch = vswitch or DEFAULT_SWITCH
        right = (
            tagged in ("0", "1"),
            whole(1, 4094)(vlan),
            tagged == "1" or not additional,
            trunk in ("", "0") or (self.placement.partition.is_vios and whole(1, 15)(trunk)),
            required in ("0", "1"),
            _MAC.fullmatch(mac),
            macs in ("", "all"),
            priority in ("", "none"),
        )
        if not all(right) or int(vlan) in additional:
            raise hsc.invalid_value(attribute, text)
        if switch not in self.placement.server.devices.vswitches:
            where = f"on the managed system {self.placement.server.name}"
            raise hsc.HscError("HSCLAF36", f"The virtual switch {switch} was not found {where}.")
        same = next((one for one in self.view.partition.ethernet if one.slot == slot), None)
        known = same.mac if same else ethernet_mac(self.world, self.placement.name, slot)
        return Ethernet(
            slot,
            int(vlan),
            mac.upper() or known,
            switch,
            int(trunk) if trunk not in ("", "0") else None,
            additional,
            required == "1",
            same.hcn_id if same else 0,
        )

    def _storage(self, kind: str, text: str) -> Storage:
        attribute = next(name for name, other in _STORAGE.items() if other == kind)
        fields = text.split("/")
        if len(fields) != (7 if kind == "fc" else 6):
            raise hsc.invalid_value(attribute, text)
        slot, side, host_id, host_name, remote, *names, required = fields
        host = self._host(host_id, host_name)
        right = (
            side == "client",
            host is not None and host.partition.is_vios,
            whole(2, LARGEST_SLOT)(remote),
            required in ("0", "1"),
            all(_NAMES.fullmatch(name) for name in names),
        )
        if host is None or not all(right):
            raise hsc.invalid_value(attribute, text)
        number = _slot_number(attribute, slot)
        return Storage(
            kind,
            number,
            host.lpar_id,
            host.name,
            int(remote),
            self._wwpns(number, names[0]) if kind == "fc" else (),
            required=required == "1",
            hosted=False,
        )

    def _host(self, number: str, name: str) -> Placement | None:
        if not number and not name:
            return None
        found = find_placement(self.placement.server, name=name or None, number=None if name else number)
        return found if number in ("", str(found.lpar_id)) else None

    def _wwpns(self, slot: int, names: str) -> tuple[str, ...]:
        same = next((one for one in self.view.storage if (one.kind, one.slot) == ("fc", slot)), None)
        if names:
            return tuple(name.lower() for name in names.split(","))
        return same.wwpns if same else wwpn_pair(self.world, self.placement.name, slot)

    def _slot(self, text: str) -> OwnedSlot:
        index, pool, required = [*text.split("/"), "", ""][:3]
        if text.count("/") > 2 or pool not in ("", "none") or required not in ("", "0", "1"):
            raise hsc.invalid_value("io_slots", text)
        server = self.placement.server
        if index.upper() not in server.devices.slots:
            where = f"was not found on the managed system {server.name}"
            raise hsc.HscError("HSCLAF3D", f"The I/O slot with the DRC index {index} {where}.")
        return OwnedSlot(index.upper(), required == "1")


def _after(
    attribute: str, present: Iterable[tuple[str, T]], operator: str, given: list[str], make: Callable[[str], T]
) -> tuple[T, ...]:
    known = dict(present)
    texts = changed_list(list(known), operator, given)
    if len(texts) > _LONGEST_LIST:
        raise hsc.invalid_value(attribute, f"with {len(texts)} entries")
    return tuple(known[text] if text in known else make(text) for text in texts)


def _check_backups(before: tuple[Ethernet, ...], after: tuple[Ethernet, ...]) -> None:
    kept = {adapter.slot for adapter in after}
    for adapter in before:
        if adapter.hcn_id and adapter.slot not in kept:
            text = f"The virtual Ethernet adapter {adapter.slot} is the backup of a migratable logical port. Remove the"
            raise hsc.HscError("HSCLAF3F", f"{text} logical port.")


def _check_slots(placement: Placement, devices: ProfileDevices) -> None:
    """Each virtual slot, and each physical one, has one adapter."""
    slots = [adapter.slot for adapter in devices.ethernet] + [vnic.slot for vnic in devices.vnics]
    slots += [adapter.slot for adapter in devices.storage] + [adapter.slot for adapter in devices.waiting]
    twice = next((slot for slot in slots if slots.count(slot) > 1), None)
    if twice is not None:
        text = f"The virtual slot {twice} of the partition {placement.name} is in use. Choose another slot."
        raise hsc.HscError("HSCLAF33", text)
    indices = [slot.drc_index for slot in devices.slots]
    if len(set(indices)) != len(indices):
        raise hsc.invalid_value("io_slots", next(index for index in indices if indices.count(index) > 1))


def _slot_number(attribute: str, text: str) -> int:
    if not whole(2, LARGEST_SLOT)(text):
        raise hsc.invalid_value(attribute, text)
    return int(text)
