"""The attributes of devices: what ``lsattr -El`` and ``lsdev -attr`` show, and what ``chdev`` may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from powervm_sim.vios.view import Device, ViosView

OPERATIONS, LEVEL = "cfg_msp_lpm_ops", "concurrency_lvl"
"""The attributes of the migration device that the world itself goes by."""

_HA_MODES = ("auto", "disabled", "sharing", "standby")


@dataclass(frozen=True)
class Attribute:
    """An attribute of a device.

    Attributes:
        lowest: With `highest` the numbers that a user may set; None when any value is taken.
        words: The words that a user may set; empty when any value is taken.
    """

    name: str
    value: str
    description: str
    settable: bool = True
    lowest: int | None = None
    highest: int = 0
    words: tuple[str, ...] = ()

    @property
    def row(self) -> tuple[str, str, str, str]:
        """As in a table of attributes."""
        return self.name, self.value, self.description, str(self.settable)

    @property
    def range(self) -> list[str]:
        """The lines of ``lsdev -range``: numbers from to, or words."""
        return [f"{self.lowest}...{self.highest} (+1)"] if self.lowest is not None else list(self.words)

    def allows(self, value: str) -> bool:
        """Whether a user may set this value."""
        if self.lowest is not None:
            return value.isdigit() and self.lowest <= int(value) <= self.highest
        return not self.words or value in self.words


def attributes_of(view: ViosView, device: Device, changed: Mapping[tuple[str, str], str]) -> list[Attribute]:
    """The attributes of a device by name; none for a device that has no attributes.

    Args:
        changed: Values that a user has set, by device and attribute.
    """
    made = sorted(_attributes(view, device), key=lambda attribute: attribute.name)
    return [replace(attribute, value=changed.get((device.name, attribute.name), attribute.value)) for attribute in made]


def _attributes(view: ViosView, device: Device) -> list[Attribute]:
    kind = device.name.rstrip("0123456789")
    if kind == "ent":
        return _ethernet(view, device)
    makers = {
        "vioslpm": _migration,
        "fcs": _fibre,
        "fscsi": _protocol,
        "hdisk": _disk,
        "vfchost": _fibre_host,
        "vhost": _storage_host,
        "sys": _system,
    }
    return makers[kind](view, device) if kind in makers else []


def _migration(view: ViosView, _device: Device) -> list[Attribute]:
    operations = "Configured number of concurrent LPM operations for this MSP"
    return [
        Attribute(OPERATIONS, str(view.concurrent_migrations), operations, lowest=1, highest=8),
        Attribute(LEVEL, str(view.concurrency_level), "Concurrency level", lowest=1, highest=5),
        Attribute("lpm_msnap_succ", "1", "Create mini-snap for successful migrations", lowest=0, highest=1),
        Attribute("max_lpm_vasi", "1", "Maximum number of VASI adapters used for LPM operations", settable=False),
        Attribute("max_vasi_ops", "8", "Maximum number of concurrent LPM operations per VASI", settable=False),
        Attribute("tcp_port_high", "0", "TCP highest ephemeral port", lowest=0, highest=65_535),
        Attribute("tcp_port_low", "0", "TCP lowest ephemeral port", lowest=0, highest=65_535),
    ]


def _fibre(_view: ViosView, _device: Device) -> list[Attribute]:
    return [
        Attribute("init_link", "auto", "INIT Link flags", settable=False),
        Attribute("lg_term_dma", "0x800000", "Long term DMA"),
        Attribute("max_xfer_size", "0x100000", "Maximum Transfer Size"),
        Attribute(
            "num_cmd_elems", "500", "Maximum number of COMMANDS to queue to the adapter", lowest=20, highest=4096
        ),
    ]


def _protocol(view: ViosView, device: Device) -> list[Attribute]:
    port = next((port for port in view.ports if port.name == device.parent), None)
    attached = "switch" if port is not None and port.fabric else "none"
    return [
        Attribute("attach", attached, "How this adapter is CONNECTED", settable=False),
        Attribute("dyntrk", "yes", "Dynamic Tracking of FC Devices", words=("yes", "no")),
        Attribute(
            "fc_err_recov", "fast_fail", "FC Fabric Event Error RECOVERY Policy", words=("delayed_fail", "fast_fail")
        ),
        Attribute("sw_fc_class", "3", "FC Class for Fabric", settable=False),
    ]


def _disk(view: ViosView, device: Device) -> list[Attribute]:
    disk = next(disk for disk in view.disks if disk.name == device.name)
    policies = ("no_reserve", "single_path", "PR_exclusive", "PR_shared")
    return [
        Attribute("algorithm", "shortest_queue", "Algorithm", words=("fail_over", "round_robin", "shortest_queue")),
        Attribute("hcheck_interval", "60", "Health Check Interval", lowest=0, highest=3600),
        Attribute("pvid", disk.identifier, "Physical volume identifier", settable=False),
        Attribute("queue_depth", "20", "Queue DEPTH", lowest=1, highest=256),
        Attribute("reserve_policy", "no_reserve", "Reserve Policy", words=policies),
    ]


def _fibre_host(view: ViosView, device: Device) -> list[Attribute]:
    mapping = next(fibre for fibre in view.fibre if fibre.adapter == device.name)
    return [
        Attribute("label", "", "User defined label"),
        Attribute("limit_intr", "false", "Limit NPIV Interrupt Sources", words=("true", "false")),
        Attribute("map_port", mapping.port, "Physical FC Port", settable=False),
        Attribute("num_per_nvme", "0", "Number of NPIV NVMeoF queues per range", lowest=0, highest=8),
    ]


def _storage_host(_view: ViosView, _device: Device) -> list[Attribute]:
    return [
        Attribute("error_log", "enable", "Enable/Disable error logging", words=("enable", "disable")),
        Attribute("label", "", "User defined label"),
    ]


def _system(view: ViosView, _device: Device) -> list[Attribute]:
    return [
        Attribute("modelname", f"IBM,{view.type_model}", "Machine name", settable=False),
        Attribute("realmem", str(view.memory * 1024), "Amount of usable physical memory in Kbytes", settable=False),
        Attribute("systemid", f"IBM,02{view.serial}", "Hardware system identifier", settable=False),
    ]


def _ethernet(view: ViosView, device: Device) -> list[Attribute]:
    for net in view.network:
        if device.name == net.shared_adapter:
            return [
                Attribute("ha_mode", "auto", "High Availability Mode", words=_HA_MODES),
                Attribute("largesend", "1", "Enable Hardware Transmit TCP Resegmentation", lowest=0, highest=1),
                Attribute("pvid", str(net.vlan), "PVID to use for the SEA device"),
                Attribute("pvid_adapter", net.adapter, "Default virtual adapter to use for non-VLAN-tagged packets"),
                Attribute("real_adapter", net.backing_device, "Physical adapter associated with the SEA"),
                Attribute("thread", "1", "Thread mode enabled (1) or disabled (0)", lowest=0, highest=1),
                Attribute("virt_adapters", net.adapter, "List of virtual adapters associated with the SEA"),
            ]
        if device.name == net.adapter:
            return [
                Attribute("alt_addr", "0x000000000000", "Alternate Ethernet Address"),
                Attribute("max_buf_tiny", "2048", "Maximum Tiny Buffers"),
                Attribute("min_buf_tiny", "512", "Minimum Tiny Buffers"),
                Attribute("use_alt_addr", "no", "Enable Alternate Ethernet Address", words=("yes", "no")),
            ]
    return [
        Attribute("jumbo_frames", "no", "Request jumbo frames", words=("yes", "no")),
        Attribute("large_send", "yes", "Request transmit TCP segmentation offload", words=("yes", "no")),
        Attribute("media_speed", "Auto_Negotiation", "Requested media speed"),
    ]
