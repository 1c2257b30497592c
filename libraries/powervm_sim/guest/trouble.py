"""What can be made to go wrong in a simulated Linux partition, for the rules of faults. All calls return at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm_sim.guest.kernel_log import Level
from powervm_sim.guest.network import Interface
from powervm_sim.guest.storage import Disk, Path

if TYPE_CHECKING:
    from powervm_sim.guest.interface import Adapter
    from powervm_sim.guest.linux import LinuxGuest


class Trouble:
    """The hands of whoever wants trouble."""

    def __init__(self, guest: LinuxGuest) -> None:
        self._guest = guest

    def kernel_line(self, text: str, level: str | int = "err") -> None:
        """The kernel prints a line.

        Args:
            level: A name such as ``warn`` or ``err``, or a number from 0 (emerg) to 7 (debug). Raises ValueError.
        """
        word = str(level).upper()
        names = {"WARNING": "WARN", "ERROR": "ERR"}
        if word.isdigit():
            number = Level(int(word))
        elif names.get(word, word) in Level.__members__:
            number = Level[names.get(word, word)]
        else:
            raise ValueError(f"{level!r} is not a level of the kernel log")
        self._guest.kernel_log.write(text, number)

    def report(self, text: str, identifier: str = "drmgr", level: int = 3) -> None:
        """A program reports a line to syslog and the journal."""
        self._guest.log(text, identifier, priority=Level(level), pid=self._guest.processes.next_pid())

    def fail_path(self, name: str) -> None:
        """A path to a disk fails and stays so, also over a move.

        Args:
            name: ``sda``, ``0:0:1:0``, ``8:16`` or the unit address of the adapter. Raises LookupError.
        """
        self._guest.devices.break_path(*self._path(name))

    def restore_path(self, name: str) -> None:
        """The path is used again."""
        self._guest.devices.restore_path(*self._path(name))

    def fail_link(self, interface: str) -> None:
        """A network interface (perhaps a member of a bond) loses its link and does not get it back by itself."""
        self._guest.devices.keep_down(self._adapter(interface), down=True)

    def restore_link(self, interface: str) -> None:
        """The link is back."""
        self._guest.devices.keep_down(self._adapter(interface), down=False)

    def fail_over(self, interface: str) -> None:
        """The backing device of a vNIC fails; another one serves it."""
        self._guest.devices.fail_over(self._adapter(interface))

    def end_stress(self, status: int = 2) -> int:
        """Every running ``stress-ng`` ends at once with the status, such as 2 (a stressor failed); returns how many."""
        runs = list(self._guest.stress)
        for stress in runs:
            stress.failure = status
        return len(runs)

    def limit_disk(self, free: int | None) -> None:
        """Leave only so many bytes free, whatever is written later; None: all space is there again."""
        self._guest.tree.limit_free(free)

    def _path(self, name: str) -> tuple[Disk, Path]:
        found = self._guest.storage.find(name)
        if found is None:
            raise LookupError(f"{self._guest.host_name} has no path {name}")
        return found

    def _adapter(self, name: str) -> Adapter:
        interface: Interface | None = self._guest.network.find(name)
        for adapter in self._guest.hardware.adapters:
            if interface is not None and self._guest.network.find_unit(adapter) is interface:
                return adapter
        raise LookupError(f"{self._guest.host_name} has no network adapter {name}")
