"""The long text of ``entstat``: counters of an adapter and what its kind of adapter adds."""

from __future__ import annotations

from powervm_sim.vios.view import Device, NetworkMapping, ViosView, VnicMapping

_LINE = "-" * 61
_LONG_LINE = "-" * 62
_PACKETS_PER_SECOND = 3
_BYTES_OF_PACKET = 400


def statistics(view: ViosView, device: Device, seconds: int, *, everything: bool) -> str:
    """The statistics of an Ethernet adapter.

    Args:
        seconds: How long it has been up.
        everything: With the driver's own figures and the adapters below a Shared Ethernet Adapter.
    """
    for net in view.network:
        if net.shared_adapter and device.name == net.shared_adapter:
            return _shared(net, seconds, everything=everything)
        if device.name == net.adapter:
            return _trunk(net, seconds, everything=everything)
        if net.shared_adapter and device.name == net.backing_device:
            return _physical(net, seconds, everything=everything)
    vnic = next(vnic for vnic in view.vnics if vnic.backing_device == device.name)
    return _lent(vnic, device, seconds, everything=everything)


def _colons(mac: str) -> str:
    return ":".join(mac[index : index + 2] for index in range(0, 12, 2)).lower()


def _common(name: str, kind: str, mac: str, seconds: int, *, speed: int, up: bool = True) -> str:
    """The part that every adapter has; nothing goes through an adapter that is down."""
    days, rest = divmod(seconds, 86_400)
    packets = _PACKETS_PER_SECOND * seconds if up else 0
    pairs = (
        (f"Packets: {packets}", f"Packets: {packets}"),
        (f"Bytes: {packets * _BYTES_OF_PACKET}", f"Bytes: {packets * _BYTES_OF_PACKET}"),
        ("Interrupts: 0", f"Interrupts: {packets // 2}"),
        ("Transmit Errors: 0", "Receive Errors: 0"),
        ("Packets Dropped: 0", "Packets Dropped: 0"),
        ("", "Bad Packets: 0"),
    )
    errors = (
        ("Broadcast Packets: 0", f"Broadcast Packets: {packets // 10}"),
        ("Multicast Packets: 0", "Multicast Packets: 0"),
        ("No Carrier Sense: 0", "CRC Errors: 0"),
        ("DMA Underrun: 0", "DMA Overrun: 0"),
        ("Lost CTS Errors: 0", "Alignment Errors: 0"),
        ("Max Collision Errors: 0", "No Resource Errors: 0"),
        ("Late Collision Errors: 0", "Receive Collision Errors: 0"),
        ("Deferred: 0", "Packet Too Short Errors: 0"),
        ("SQE Test: 0", "Packet Too Long Errors: 0"),
        ("Timeout Errors: 0", "Packets Discarded by Adapter: 0"),
        ("Single Collision Count: 0", "Receiver Start Count: 0"),
        ("Multiple Collision Count: 0", ""),
        ("Current HW Transmit Queue Length: 0", ""),
    )
    flags = "Up Broadcast Running" if up else "Broadcast"
    return (
        f"ETHERNET STATISTICS ({name}) :\n"
        f"Device Type: {kind}\n"
        f"Hardware Address: {_colons(mac)}\n"
        f"Elapsed Time: {days} days {rest // 3600} hours {rest // 60 % 60} minutes {rest % 60} seconds\n\n"
        f"{'Transmit Statistics:':<45} Receive Statistics:\n"
        f"{'-' * 20:<45} {'-' * 19}\n"
        f"{_two(pairs)}\n"
        "Max Packets on S/W Transmit Queue: 0\n"
        "S/W Transmit Queue Overflow: 0\n"
        "Current S/W+H/W Transmit Queue Length: 0\n\n"
        f"{_two(errors)}\n"
        "General Statistics:\n"
        "-------------------\n"
        "No mbuf Errors: 0\n"
        "Adapter Reset Count: 0\n"
        f"Adapter Data Rate: {2 * speed}\n"
        f"Driver Flags: {flags}\n"
        "\tSimplex 64BitSupport ChecksumOffload\n"
        "\tLargeSend DataRateSet\n\n"
    )


def _two(pairs: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"{left:<45} {right}".rstrip() + "\n" for left, right in pairs)


def _physical(net: NetworkMapping, seconds: int, *, everything: bool) -> str:
    kind = "PCIe3 4-Port 10GbE SR Adapter"
    text = f"{_LINE}\n" + _common(net.backing_device, kind, net.backing_mac, seconds, speed=10_000)
    if not everything:
        return text
    return (
        text + f"{kind} Specific Statistics:\n{_LINE}\n"
        "Link Status: Up\nMedia Speed Selected: Autonegotiate\nMedia Speed Running: 10 Gbps / Full Duplex\n"
    )


def _trunk(net: NetworkMapping, seconds: int, *, everything: bool) -> str:
    kind = "Virtual I/O Ethernet Adapter (l-lan)"
    text = f"{_LINE}\n" + _common(net.adapter, kind, net.mac, seconds, speed=1000)
    if not everything:
        return text
    tags = "  ".join(f"{vlan:>4}" for vlan in net.additional) or "None"
    bridge = f"  Priority: {net.priority}  Active: {net.role == 'PRIMARY'}\n" if net.priority else "\n"
    return (
        text + "Virtual I/O Ethernet Adapter (l-lan) Specific Statistics:\n"
        f"{'-' * 57}\n"
        "RQ Length: 4481\n"
        f"Trunk Adapter: {bool(net.priority)}\n{bridge}"
        "Filter MCast Mode: False\nFilters: 255\n"
        "LAN State: Operational\n"
        f"Port VLAN ID: {net.vlan:>5}\n"
        f"VLAN Tag IDs: {tags}\n"
        f"Switch ID: {net.vswitch}\n\n"
    )


def _shared(net: NetworkMapping, seconds: int, *, everything: bool) -> str:
    common = _common(net.shared_adapter, "Shared Ethernet Adapter", net.backing_mac, seconds, speed=10_000)
    text = f"{_LINE}\n{common}"
    if not everything:
        return text
    packets = _PACKETS_PER_SECOND * seconds if net.role == "PRIMARY" else 0
    text += (
        f"{_LONG_LINE}\nStatistics for adapters in the Shared Ethernet Adapter {net.shared_adapter}\n{_LONG_LINE}\n"
        "Number of adapters: 2\nSEA Flags: 00000009\n    < THREAD >\n    < LARGESEND >\n"
        f"VLAN Ids :\n    {net.adapter}: {' '.join(map(str, (net.vlan, *net.additional)))}\n"
        f"Real Side Statistics:\n    Packets received: {packets}\n    Packets bridged: {packets}\n"
        "    Packets consumed: 0\n    Packets dropped: 0\n"
        f"Virtual Side Statistics:\n    Packets received: {packets}\n    Packets bridged: {packets}\n"
        "    Packets consumed: 0\n    Packets dropped: 0\n"
        "Other Statistics:\n    Output packets generated: 0\n    Output packets dropped: 0\n"
        "    Device output failures: 0\n    Memory allocation failures: 0\n"
        f"High Availability Statistics:\n    Control Channel PVID: 4095\n    Control Packets in: {2 * seconds}\n"
        f"    Control Packets out: {2 * seconds}\nType of Packets Received:\n    Keep-Alive Packets: {2 * seconds}\n"
        "    Recovery Packets: 0\n    Notify Packets: 0\n    Limbo Packets: 0\n"
        f"    State: {net.role}\n"
        f"    Bridge Mode: {'All' if net.role == 'PRIMARY' else 'None'}\n"
        f"    Number of Times Server became Backup: {int(net.role == 'BACKUP')}\n"
        f"    Number of Times Server became Primary: {int(net.role == 'PRIMARY')}\n"
        "    High Availability Mode: Auto\n"
        f"    Priority: {net.priority}\n\n"
        f"{_LONG_LINE}\nReal Adapter: {net.backing_device}\n\n"
    )
    text += _physical(net, seconds, everything=True).removeprefix(f"{_LINE}\n")
    text += f"\n{_LONG_LINE}\nVirtual Adapter: {net.adapter}\n\n"
    return text + _trunk(net, seconds, everything=True).removeprefix(f"{_LINE}\n")


def _lent(vnic: VnicMapping, device: Device, seconds: int, *, everything: bool) -> str:
    common = _common(vnic.backing_device, device.description, vnic.mac, seconds, speed=vnic.speed, up=vnic.link_up)
    text = f"{_LINE}\n{common}"
    if not everything:
        return text
    return (
        text + f"vNIC Server Statistics: {vnic.adapter}\n{_LINE}\n"
        f"Client Partition ID: {vnic.client_id}\nClient Partition Name: {vnic.client_name}\n"
        f"Client Operating System: {vnic.client_os}\nClient Device Name: {vnic.client_device}\n"
        f"Client Device Location Code: {vnic.client_location}\n"
        f"Server Status: {'Active' if vnic.active else 'Inactive'}\n"
        f"Link Status: {'Up' if vnic.link_up else 'Down'}\n"
    )
