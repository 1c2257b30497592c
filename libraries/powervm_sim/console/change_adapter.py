"""``chhwres`` for physical adapters: SR-IOV mode, labels of physical ports, and slots that partitions own."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.console.change import Change
from powervm_sim.console.login import not_simulated
from powervm_sim.console.port_choice import physical_port
from powervm_sim.world.devices import OwnedSlot, SriovAdapter
from powervm_sim.world.dlpar import check_ready
from powervm_sim.world.model import Placement
from powervm_sim.world.profile_devices import keep_in_profiles
from powervm_sim.world.usage import logical_ports, slot_owner

_LABELS = ("phys_port_label", "phys_port_sub_label")
_OTHER_PORT_SETTINGS = (
    "conn_speed",
    "max_recv_packet_size",
    "recv_flow_control",
    "trans_flow_control",
    "veb_mode",
    "vepa_mode",
    "max_eth_logical_ports",
    "max_roce_logical_ports",
)


def change_adapter(change: Change) -> None:
    """Put an adapter into SR-IOV mode (``-o a``) or into dedicated mode (``-o r``)."""
    if change.operation == "s":
        raise not_simulated("chhwres -r sriov --rsubtype adapter -o s")
    wanted = change.attributes(("slot_id", "adapter_id"), required=("slot_id",))
    adapter = change.server.devices.adapter_in(wanted.text("slot_id").upper())
    if adapter is None:
        text = f"The slot {wanted.text('slot_id')} of the managed system {change.server.name} has no SR-IOV adapter."
        raise hsc.HscError("HSCLAF30", text)
    if change.operation == "a":
        number = wanted.whole("adapter_id", 1, 255) if "adapter_id" in wanted else None
        _share(change, adapter, number)
    else:
        _dedicate(change, adapter)
    change.note(None, f"adapter {adapter.drc_index} {adapter.mode}")


def _share(change: Change, adapter: SriovAdapter, wanted: int | None) -> None:
    owner = slot_owner(change.server, adapter.drc_index)
    if adapter.number is not None or owner is not None:
        who = f"is owned by the partition {owner.name}" if owner else "is in SR-IOV mode already"
        raise hsc.HscError("HSCLAF3C", f"The adapter in the slot {adapter.drc_index} {who}.")
    taken = [other.number for other in change.server.devices.sriov if other.number is not None]
    if wanted in taken:
        raise hsc.invalid_value("adapter_id", str(wanted))
    adapter.number = wanted or next(number for number in range(1, 256) if number not in taken)


def _dedicate(change: Change, adapter: SriovAdapter) -> None:
    users = [use for use in logical_ports(change.server) if use.port.adapter == adapter.number]
    if adapter.number is None or users:
        why = "has configured logical ports. Remove them." if users else "is in dedicated mode already."
        raise hsc.HscError("HSCLAF3C", f"The adapter in the slot {adapter.drc_index} {why}")
    adapter.number = None


def change_physical_port(change: Change) -> None:
    """Set the labels of a physical port."""
    if change.operation != "s":
        raise hsc.usage(["-o"])
    wanted = change.attributes(
        ("adapter_id", "phys_port_id", *_LABELS, *_OTHER_PORT_SETTINGS), required=("adapter_id", "phys_port_id")
    )
    port = physical_port(change.server, wanted.whole("adapter_id", 1, 65_535), wanted.whole("phys_port_id", 0, 65_535))
    for name in _OTHER_PORT_SETTINGS:
        if name in wanted:
            raise not_simulated(f"chhwres -r sriov --rsubtype physport -o s -a {name}")
    for name in _LABELS:
        if len(wanted.text(name)) > 16:
            raise hsc.invalid_value(name, wanted.text(name))
    port.label = wanted.text("phys_port_label", port.label)
    port.sub_label = wanted.text("phys_port_sub_label", port.sub_label)
    change.note(None, f"labels of {port.location} set")


def change_slot(change: Change) -> None:
    """Give a physical slot to a partition, take it, or move it."""
    change.options.need("-l")
    placement = change.partition()
    index = change.options["-l"].upper()
    if index not in change.server.devices.slots:
        text = f"The I/O slot with the DRC index {index} was not found on the managed system {change.server.name}."
        raise hsc.HscError("HSCLAF3D", text)
    owner = slot_owner(change.server, index)
    if change.operation == "a":
        adapter = change.server.devices.adapter_in(index)
        if owner is not None or (adapter is not None and adapter.number is not None):
            who = f"owned by the partition {owner.name}" if owner else "in SR-IOV mode"
            raise hsc.HscError("HSCLAF3D", f"The I/O slot with the DRC index {index} is {who}.")
        placement.slots += (OwnedSlot(index),)
    else:
        _take(change, placement, owner, index)
        if change.operation == "m":
            other = change.other()
            keep_in_profiles(other)
            other.slots += (OwnedSlot(index),)
    change.note(placement, f"slot {index}: {change.operation}")


def _take(change: Change, placement: Placement, owner: Placement | None, index: str) -> None:
    if owner is not placement:
        text = f"The I/O slot with the DRC index {index} is not owned by the partition {placement.name}."
        raise hsc.HscError("HSCLAF3D", text)
    if change.operation == "m":
        check_ready(change.other())
    owned = next(slot for slot in placement.slots if slot.drc_index == index)
    if placement.running and (owned.required or _busy(placement, index)):
        raise hsc.HscError(
            "HSCL2929",
            "The dynamic removal of I/O resources failed: The I/O slot dynamic partitioning operation failed.  Here "
            "are the I/O slot IDs that failed and the reasons for failure:\n\n"
            f"{index}\n{change.time_of_day} caDlparCommand:execv to drmgr\nValidating PHB DLPAR capability...yes.\n"
            f"{change.server.devices.slots[index].location} is in use.\n\nThe OS return code is 3.",
        )
    placement.slots = tuple(slot for slot in placement.slots if slot is not owned)


def _busy(placement: Placement, index: str) -> bool:
    """Whether a Virtual I/O Server serves clients through the card in this slot."""
    vios = placement.partition.vios
    location = placement.server.devices.slots[index].location
    if vios is None:
        return False
    used = [port.location for port in vios.fc_ports] + [shared.location for shared in vios.shared_adapters]
    return any(port.startswith(f"{location}-") for port in used)
