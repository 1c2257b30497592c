"""Network and storage devices around a move: links that drop and come back, paths that fail and are reinstated."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from powervm_sim.guest.driver_lines import login_lines, network_login_lines, reconnect_lines
from powervm_sim.guest.interface import Adapter
from powervm_sim.guest.kernel_log import Level

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest
    from powervm_sim.guest.storage import Disk, Path

LINK_RETURN = 0.8
"""Seconds until the link of a vNIC is back after its adapter was reset."""

PATH_RETURN = 0.6
"""Seconds until a path is reinstated after its adapter has logged in."""


class Devices:
    """What happens to the devices; kernel lines are printed as it happens."""

    def __init__(self, guest: LinuxGuest) -> None:
        self._guest = guest
        self._stuck: set[int] = set()
        self._broken: set[str] = set()

    def lose(self) -> None:
        """The server side is gone: with the move to the target each vNIC has to start anew."""
        for adapter in self._guest.hardware.adapters:
            interface = self._guest.network.find_unit(adapter)
            if adapter.driver == "ibmvnic" and interface is not None:
                interface.carrier = False

    def reconnect(self) -> None:
        """The drivers notice the move."""
        guest = self._guest
        for adapter in guest.hardware.adapters:
            for text, level in reconnect_lines(adapter):
                guest.kernel_log.write(text, level)
            if adapter.driver == "ibmvnic":
                self._reset(adapter)

    def log_in(self) -> None:
        """The drivers of storage adapters reach their servers; paths that were lost meanwhile come back."""
        guest = self._guest
        guest.storage.moved(guest.hardware)
        for adapter in guest.hardware.adapters:
            for text, level in login_lines(adapter, guest.hardware):
                guest.kernel_log.write(text, level)
        for disk in guest.storage.disks:
            for path in disk.paths:
                guest.kernel_log.write(f"sd {path.address}: Power-on or device reset occurred", Level.WARN)
            if len(disk.paths) > 1:
                self.fail_path(disk, disk.paths[0])
                guest.later(PATH_RETURN, partial(self.restore_path, disk, disk.paths[0], by_itself=True))

    def fail_over(self, adapter: Adapter) -> None:
        """Another backing device serves a vNIC from now on."""
        self._guest.kernel_log.write(f"ibmvnic {adapter.unit:08x}: Backing device failover detected", Level.INFO)
        interface = self._guest.network.find_unit(adapter)
        if interface is not None:
            self._guest.network.set_carrier(interface, False)
        self._back_later(adapter)

    def keep_down(self, adapter: Adapter, down: bool) -> None:
        """The link of the adapter does not come back (or may come back now)."""
        interface = self._guest.network.find_unit(adapter)
        if down:
            self._stuck.add(adapter.unit or adapter.drc_index)
        else:
            self._stuck.discard(adapter.unit or adapter.drc_index)
        if interface is not None:
            self._guest.network.set_carrier(interface, not down)

    def fail_path(self, disk: Disk, path: Path) -> None:
        """Device-mapper takes a path out of use."""
        if path.works:
            path.works = False
            if disk.mapped:
                text = f"device-mapper: multipath: 253:{disk.minor}: Failing path {path.numbers}."
                self._guest.kernel_log.write(text, Level.WARN)

    def restore_path(self, disk: Disk, path: Path, *, by_itself: bool = False) -> None:
        """A path is used again, unless it is broken and nobody has mended it."""
        if by_itself and path.name in self._broken:
            return
        self._broken.discard(path.name)
        if not path.works:
            path.works = True
            if disk.mapped:
                text = f"device-mapper: multipath: 253:{disk.minor}: Reinstating path {path.numbers}."
                self._guest.kernel_log.write(text, Level.WARN)

    def break_path(self, disk: Disk, path: Path) -> None:
        """A path fails and stays so."""
        self._broken.add(path.name)
        self.fail_path(disk, path)

    def _reset(self, adapter: Adapter) -> None:
        interface = self._guest.network.find_unit(adapter)
        if interface is None:
            return
        # Its bond sees the loss at the next look of its monitor, after the driver's own lines.
        interface.carrier = True
        self._guest.network.set_carrier(interface, False)
        self._guest.kernel_log.write(
            f"ibmvnic {adapter.unit:08x} {interface.name}: send_subcrq_indirect failed: Backing queue closed. "
            "Adapter is down or failover pending. (rc=2)",
            Level.WARN,
        )
        self._back_later(adapter)

    def _back_later(self, adapter: Adapter) -> None:
        def back() -> None:
            interface = self._guest.network.find_unit(adapter)
            served = all(one.link for one in self._guest.hardware.adapters if one.unit == adapter.unit)
            if interface is None or not served or (adapter.unit or adapter.drc_index) in self._stuck:
                return
            for text, level in network_login_lines(adapter):
                self._guest.kernel_log.write(text, level)
            self._guest.network.set_carrier(interface, True)

        self._guest.later(LINK_RETURN, back)
