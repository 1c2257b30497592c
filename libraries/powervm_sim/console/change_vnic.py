"""``chhwres -r virtualio`` for vNICs and their backing devices."""

from __future__ import annotations

from dataclasses import replace

from powervm_sim import hsc
from powervm_sim.console.change import Attributes, Change, logical_port, no_adapter
from powervm_sim.console.port_choice import backing_wish, make_backing
from powervm_sim.console.vnic_rows import backings_of, identifier
from powervm_sim.world.devices import Backing, Vnic
from powervm_sim.world.dlpar import give_adapters, noticing_failovers, tell_change
from powervm_sim.world.hardware import vnic_adapter
from powervm_sim.world.model import Placement
from powervm_sim.world.naming import vnic_mac
from powervm_sim.world.usage import OPERATIONAL, backing_status

MOST_BACKINGS = 6

_SETTINGS = (
    "auto_priority_failover",
    "port_vlan_id",
    "pvid_priority",
    "allowed_vlan_ids",
    "allowed_os_mac_addrs",
    "is_required",
)
_BACKINGS = ("backing_devices+", "backing_devices-")


def change_vnic(change: Change) -> None:
    """Add, remove or set a vNIC."""
    {"a": _add, "r": _remove, "s": _set, "d": _switch, "e": _switch}[change.operation](change)


def change_backing(change: Change) -> None:
    """Set the priority of a backing device, or make it the active one."""
    placement = change.partition()
    change.options.need("-s", "--logport")
    vnic = _vnic(placement, change.slot())
    backing = _backing(placement, vnic.slot, logical_port("--logport", change.options["--logport"]))
    with noticing_failovers(change.server):
        if change.operation == "act":
            _activate(placement, vnic, backing)
        else:
            wanted = change.attributes(("failover_priority",), required=("failover_priority",))
            priority = wanted.whole("failover_priority", 1, 100)
            _swap(placement, backing, replace(backing, priority=priority))
    change.note(placement, f"backing device {identifier(backing.number)} changed")


def _add(change: Change) -> None:
    placement = change.partition()
    wanted = change.attributes(("mac_addr", "backing_devices", *_SETTINGS), required=("backing_devices",))
    texts = wanted.text("backing_devices").split(",")
    if len(texts) > MOST_BACKINGS:
        raise _too_many()
    wishes = [backing_wish(change.server, "backing_devices", text) for text in texts]
    slot = change.new_slot(placement)
    mac = wanted.mac("mac_addr", vnic_mac(change.world, placement.name, slot))
    vnic = _with_settings(Vnic(slot, mac), wanted)
    before = placement.backings
    try:
        for wish in wishes:
            make_backing(placement, slot, wish)
    except hsc.Refusal:
        placement.backings = before
        raise
    placement.partition.vnics += (vnic,)
    change.note(placement, f"vNIC {slot} added")
    give_adapters(placement, vnic_adapter(placement, vnic))


def _remove(change: Change) -> None:
    placement = change.partition()
    vnic = _vnic(placement, change.slot())
    if vnic.hcn_id:
        text = f"The vNIC {vnic.slot} is the backup of a migratable logical port. Remove the logical port."
        raise hsc.HscError("HSCLAF3F", text)
    if vnic.required and placement.running:
        raise hsc.HscError("HSCLAF3F", f"The vNIC {vnic.slot} is required by the partition {placement.name}.")
    partition = placement.partition
    partition.vnics = tuple(other for other in partition.vnics if other is not vnic)
    placement.backings = tuple(other for other in placement.backings if other.slot != vnic.slot)
    change.note(placement, f"vNIC {vnic.slot} removed")
    tell_change(placement)


def _switch(change: Change) -> None:
    """Disable it, or enable it again."""
    placement = change.partition()
    vnic = _vnic(placement, change.slot())
    with noticing_failovers(change.server):
        partition = placement.partition
        changed = replace(vnic, disabled=change.operation == "d")
        partition.vnics = tuple(changed if other is vnic else other for other in partition.vnics)
    change.note(placement, f"vNIC {vnic.slot} {'disabled' if changed.disabled else 'enabled'}")


def _set(change: Change) -> None:
    placement = change.partition()
    vnic = _vnic(placement, change.slot())
    change.options.need("-a")
    wanted = change.attributes((*_SETTINGS, *_BACKINGS))
    changed = _with_settings(vnic, wanted)
    before = placement.backings
    with noticing_failovers(change.server):
        try:
            _change_backings(change, placement, vnic.slot, wanted)
        except hsc.Refusal:
            placement.backings = before
            raise
        partition = placement.partition
        partition.vnics = tuple(changed if other is vnic else other for other in partition.vnics)
    change.note(placement, f"vNIC {vnic.slot} set")


def _change_backings(change: Change, placement: Placement, slot: int, wanted: Attributes) -> None:
    for text in _entries(wanted, "backing_devices-"):
        gone = _backing(placement, slot, _removed_id(change, placement, slot, text))
        placement.backings = tuple(other for other in placement.backings if other is not gone)
    for text in _entries(wanted, "backing_devices+"):
        if len(backings_of(placement, slot)) >= MOST_BACKINGS:
            raise _too_many()
        make_backing(placement, slot, backing_wish(change.server, "backing_devices", text))
    if not backings_of(placement, slot):
        reason = f"The last backing device of the vNIC {slot} cannot be removed. Remove the vNIC."
        raise hsc.HscError("HSCLAF3B", reason)


def _entries(wanted: Attributes, name: str) -> list[str]:
    return wanted.text(name).split(",") if name in wanted else []


def _removed_id(change: Change, placement: Placement, slot: int, text: str) -> int:
    """The logical port id that ``backing_devices-=`` means, by itself or by Virtual I/O Server and physical port."""
    fields = text.split("/")
    for field in fields:
        if len(field) == 8 and field.startswith("27"):
            return logical_port("backing_devices", field)
    wish = backing_wish(change.server, "backing_devices", "/".join([*fields, "", ""][: max(6, len(fields))]))
    for backing in backings_of(placement, slot):
        if (backing.host_id, backing.adapter, backing.port) == (wish.host.lpar_id, wish.adapter, wish.port):
            return backing.number
    raise hsc.invalid_value("backing_devices", text)


def _activate(placement: Placement, vnic: Vnic, backing: Backing) -> None:
    """Make one the active backing device; from then on the vNIC does not choose by priority."""
    status = backing_status(placement.server, backing)
    if status != OPERATIONAL:
        text = f"The backing device {identifier(backing.number)} cannot be made active: its status is {status}."
        raise hsc.HscError("HSCLAF3B", text)
    for other in backings_of(placement, vnic.slot):
        _swap(placement, other, replace(other, chosen=other is backing))
    partition = placement.partition
    manual = replace(vnic, auto_failover=False)
    partition.vnics = tuple(manual if other is vnic else other for other in partition.vnics)


def _swap(placement: Placement, old: Backing, new: Backing) -> None:
    placement.backings = tuple(new if other is old else other for other in placement.backings)


def _vnic(placement: Placement, slot: int) -> Vnic:
    for vnic in placement.partition.vnics:
        if vnic.slot == slot:
            return vnic
    raise no_adapter(placement, slot, "vNIC")


def _backing(placement: Placement, slot: int, number: int) -> Backing:
    for backing in backings_of(placement, slot):
        if backing.number == number:
            return backing
    text = f"The vNIC {slot} of the partition {placement.name} has no backing device {identifier(number)}."
    raise hsc.HscError("HSCLAF37", text)


def _too_many() -> hsc.HscError:
    return hsc.HscError("HSCLAF3B", f"A vNIC can have {MOST_BACKINGS} backing devices at most.")


def _with_settings(vnic: Vnic, wanted: Attributes) -> Vnic:
    return replace(
        vnic,
        vlan=wanted.whole("port_vlan_id", 0, 4094, vnic.vlan),
        vlan_priority=wanted.whole("pvid_priority", 0, 7, vnic.vlan_priority),
        allowed_vlans=wanted.text("allowed_vlan_ids", vnic.allowed_vlans) or "none",
        allowed_macs=wanted.text("allowed_os_mac_addrs", vnic.allowed_macs) or "none",
        auto_failover=wanted.boolean("auto_priority_failover", default=vnic.auto_failover),
        required=wanted.boolean("is_required", default=vnic.required),
    )
