"""What Linux logs when its partition is migrated: drmgr, the kernel's mobility code, and the drivers.

Texts, levels and order are those of the kernel sources (``arch/powerpc/platforms/pseries/mobility.c`` of 5.16 and
later, ``drivers/scsi/ibmvscsi``) and of ``drmgr`` in powerpc-utils.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from powervm_sim.guest.interface import Adapter, Hardware
from powervm_sim.guest.kernel_log import Level

DRMGR_LOG = "/var/log/drmgr"
_LOCK_HELD = 255
_EINVAL = 22

KernelPrint = Callable[[str, Level], None]
Report = Callable[[str, int], None]
"""Text and process id of a line that drmgr sends to syslog."""


@dataclass
class Move:
    """A migration that ``drmgr -p pre`` waits for.

    Attributes:
        pid: Of drmgr.
        cpu: The processor that suspends the partition.
        source: The server before the move, once the partition was suspended.
        failed: The kernel's call will return an error, because the partition stayed where it was.
    """

    pid: int
    cpu: int
    source: Hardware | None = None
    failed: bool = False


class MigrationLog:
    """Writes the lines of a migration in their order.

    Args:
        kernel: Adds a line to the kernel's ring buffer.
        report: Sends a line to syslog in the name of drmgr.
        append: Adds bytes to ``/var/log/drmgr``.
        new_pid: A process id for drmgr.
        now: Seconds since the epoch.
    """

    def __init__(
        self,
        *,
        kernel: KernelPrint,
        report: Report,
        append: Callable[[bytes], None],
        new_pid: Callable[[], int],
        now: Callable[[], float],
    ) -> None:
        self._kernel = kernel
        self._report = report
        self._append = append
        self._new_pid = new_pid
        self._now = now
        self.move: Move | None = None

    def check(self, stream_id: int, target_id: int) -> int:
        """``drmgr -m -c pmig -p check``: 0, or 255 while another drmgr holds the lock (then nothing is logged)."""
        if self.move is not None:
            return _LOCK_HELD
        self._call("check", stream_id, target_id, self._new_pid())
        self._end_block()
        return 0

    def start(self, stream_id: int, target_id: int, cpu: int) -> None:
        """``drmgr -m -c pmig -p pre``: the kernel is told the stream and polls until it is to suspend."""
        if self.move is not None:
            raise RuntimeError("a migration of this partition is already running")
        self.move = Move(self._new_pid(), cpu)
        self._call("pre", stream_id, target_id, self.move.pid)
        self._text(f"Initiating migration via /sys/kernel/mobility/migration with 0x{stream_id:016x}\n\n")

    def suspend(self, source: Hardware) -> None:
        """The last lines on the source server."""
        move = self._running()
        move.source = source
        self._kernel("watchdog: Set the NMI watchdog timeout factor to 200%", Level.INFO)
        self._kernel(f"mobility: calling ibm,suspend-me on CPU {move.cpu}", Level.INFO)

    def resume(self, hardware: Hardware) -> None:
        """The first lines on the target, or on the source when the hypervisor gave up."""
        move = self._running()
        move.failed = move.source is not None and move.source.serial == hardware.serial
        if move.failed:
            self._kernel("mobility: ibm,suspend-me error: 9000", Level.ERR)
        self._kernel(f"mobility: CPU {move.cpu} waking all threads", Level.INFO)
        if move.failed:
            return
        for adapter in hardware.adapters:
            for line in reconnect_lines(adapter):
                self._kernel(line, Level.INFO)
        self._kernel(
            "mobility: ignoring remove operation for /ibm,platform-facilities/ibm,compression-v1:2415", Level.NOTICE
        )
        self._kernel("mobility: ignoring add operation for /ibm,platform-facilities", Level.NOTICE)
        for adapter in hardware.adapters:
            for line in login_lines(adapter, hardware):
                self._kernel(line, Level.INFO)
        self._kernel("mobility: waiting for memory transfer to complete...", Level.INFO)

    def end(self, status: int) -> None:
        """The kernel's call has returned 0 or an errno."""
        move = self._running()
        if status == 0:
            self._kernel("mobility: memory transfer completed.", Level.INFO)
        elif move.failed:
            self._kernel("mobility: Partition suspend attempt 1 of 5 error: -5", Level.NOTICE)
            self._kernel("mobility: VASI state 2 after failed suspend", Level.NOTICE)
        elif status != _EINVAL:
            self._kernel("mobility: unexpected H_VASI_STATE result 2", Level.ERR)
        if move.source is not None:
            self._kernel("watchdog: Set the NMI watchdog timeout factor to 0%", Level.INFO)
        if status:
            self._text("Write to migration file failed with rc: -1\n")
        self._text(f"Kernel migration returned {status}\n")
        self._end_block()
        self._report(f"drmgr: migration rc {status}", move.pid)
        self.move = None

    def _running(self) -> Move:
        if self.move is None:
            raise RuntimeError("no migration of this partition was started")
        return self.move

    def _call(self, phase: str, stream_id: int, target_id: int, pid: int) -> None:
        arguments = f"drmgr: -m -c pmig -p {phase} -s 0x{stream_id:016x} -t {target_id} -n -d 1 5"
        self._text(f"\n{self._stamp()}{arguments} \n")
        self._report(arguments, pid)

    def _end_block(self) -> None:
        self._text(self._stamp())

    def _stamp(self) -> str:
        when = datetime.fromtimestamp(self._now()).astimezone()
        return f"########## {when:%b %d %H:%M:%S %G} ##########\n"

    def _text(self, text: str) -> None:
        self._append(text.encode())


def reconnect_lines(adapter: Adapter) -> list[str]:
    """What a driver prints at once on the target. A plain virtual Ethernet adapter has nothing to reconnect."""
    name = f"{adapter.driver} {adapter.unit:08x}"
    return {
        "ibmvfc": [f"{name}: Partition migrated, Re-enabling adapter"],
        "ibmvscsi": [f"{name}: Re-enabling adapter!"],
        "ibmvnic": [f"{name}: Migrated, re-enabling adapter", f"{name}: Partner initialized"],
    }.get(adapter.driver, [])


def login_lines(adapter: Adapter, hardware: Hardware) -> list[str]:
    """What a storage driver prints when it has logged in to its server, at boot and after a move."""
    name = f"{adapter.driver} {adapter.unit:08x}"
    if adapter.driver == "ibmvscsi":
        return [
            f"{name}: partner initialization complete",
            f"{name}: host srp version: 16.a, host partition {adapter.host_name} ({adapter.host_id}), "
            "OS 3, max io 262144",
            f"{name}: Client reserve enabled",
            f"{name}: sent SRP login",
            f"{name}: SRP_LOGIN succeeded",
        ]
    if adapter.driver == "ibmvfc":
        slot = adapter.unit & 0xFFFF
        drc = f"U{hardware.type_model.replace('-', '.')}.{hardware.serial}-V{hardware.partition_id}-C{slot}"
        return [
            f"{name}: Partner initialization complete",
            f"{name}: Host partition: {adapter.host_name}, device: {adapter.host_device} "
            f"{adapter.host_location} {drc} max sectors 2048",
        ]
    return []
