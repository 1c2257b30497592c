"""What Linux logs when its partition is migrated: drmgr and the kernel's mobility code, which calls the drivers.

Texts, levels and order are those of the kernel sources (``arch/powerpc/platforms/pseries/mobility.c``) and of
``drmgr`` in powerpc-utils.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from powervm_sim.guest.interface import Hardware
from powervm_sim.guest.kernel_log import Level

DRMGR_LOG = "/var/log/drmgr"
_LOCK_HELD = 255
_EINVAL = 22

KernelPrint = Callable[[str, Level], None]
Report = Callable[[str, int], None]
"""Text and process id of a line that drmgr sends to syslog."""


@dataclass(frozen=True)
class Mobility:
    """What the mobility code of a kernel does.

    Attributes:
        joins: It suspends with H_JOIN and says so (5.11 and later, and late 4.18 kernels of RHEL 8).
        nodes: It skips the nodes of platform facilities and says so (5.16 and later, and 5.14 of distributions).
        watchdog: It relaxes the watchdog and waits for the memory (6.0 and later, and 5.14 of distributions).
    """

    joins: bool
    nodes: bool
    watchdog: bool


def mobility_of(release: str) -> Mobility:
    """The mobility code of a kernel release such as ``5.14.0-503.11.1.el9_5.ppc64le``."""
    found = re.match(r"(\d+)\.(\d+)\.\d+-(\d+)", release)
    major, minor, build = (int(group) for group in found.groups()) if found else (6, 0, 0)
    late = (major, minor) == (4, 18) and build >= _LATE_RHEL8
    new = (major, minor) >= (5, 14)
    return Mobility(joins=late or (major, minor) >= (5, 11), nodes=new, watchdog=new)


_LATE_RHEL8 = 372


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
        mobility: What the kernel does.
        drivers: What the drivers do when they find themselves on another server, and when they log in there.
        hooks: Runs the hooks of a phase; returns the status of the one that vetoes, or 0.
        watchdog_factor: Percent by which the watchdog waits longer during a move.
    """

    def __init__(
        self,
        *,
        kernel: KernelPrint,
        report: Report,
        append: Callable[[bytes], None],
        new_pid: Callable[[], int],
        now: Callable[[], float],
        mobility: Mobility,
        drivers: tuple[Callable[[], None], Callable[[], None]],
        hooks: Callable[[str], int],
        watchdog_factor: Callable[[], int],
    ) -> None:
        self._kernel = kernel
        self._report = report
        self._append = append
        self._new_pid = new_pid
        self._now = now
        self._mobility = mobility
        self._drivers = drivers
        self._hooks = hooks
        self._watchdog_factor = watchdog_factor
        self.move: Move | None = None

    def check(self, stream_id: int, target_id: int) -> int:
        """``drmgr -m -c pmig -p check``: 0, the status of a hook that vetoes, or 255.

        That is the status while another drmgr holds the lock; then nothing is logged.
        """
        if self.move is not None:
            return _LOCK_HELD
        self._call("check", stream_id, target_id, self._new_pid())
        status = self._hooks("check")
        if status:
            self._hooks("undocheck")
        self._end_block()
        return status

    def start(self, stream_id: int, target_id: int, cpu: int) -> None:
        """``drmgr -m -c pmig -p pre``: the kernel is told the stream and polls until it is to suspend."""
        if self.move is not None:
            raise RuntimeError("a migration of this partition is already running")
        self.move = Move(self._new_pid(), cpu)
        self._call("pre", stream_id, target_id, self.move.pid)
        self._hooks("pre")
        self._text(f"Initiating migration via /sys/kernel/mobility/migration with 0x{stream_id:016x}\n\n")

    def suspend(self, source: Hardware) -> None:
        """The last lines on the source server."""
        move = self._running()
        move.source = source
        if self._mobility.watchdog:
            factor = self._watchdog_factor()
            self._kernel(f"watchdog: Set the NMI watchdog timeout factor to {factor}%", Level.INFO)
        if self._mobility.joins:
            self._kernel(f"mobility: calling ibm,suspend-me on CPU {move.cpu}", Level.INFO)
        else:
            self._kernel(f"calling ibm,suspend-me on cpu {move.cpu}", Level.DEBUG)

    def resume(self, hardware: Hardware) -> None:
        """The first lines on the target, or on the source when the hypervisor gave up."""
        move = self._running()
        move.failed = move.source is not None and move.source.serial == hardware.serial
        if move.failed and self._mobility.joins:
            self._kernel("mobility: ibm,suspend-me error: 9000", Level.ERR)
        elif move.failed:
            self._kernel("ibm,suspend-me returned 9000", Level.DEBUG)
        if self._mobility.joins:
            self._kernel(f"mobility: CPU {move.cpu} waking all threads", Level.INFO)
        if move.failed:
            return
        reconnect, log_in = self._drivers
        reconnect()
        if self._mobility.nodes:
            node = "/ibm,platform-facilities"
            self._kernel(f"mobility: ignoring remove operation for {node}/ibm,compression-v1:2415", Level.NOTICE)
            self._kernel(f"mobility: ignoring add operation for {node}", Level.NOTICE)
        log_in()
        if self._mobility.watchdog:
            self._kernel("mobility: waiting for memory transfer to complete...", Level.INFO)

    def end(self, status: int) -> None:
        """The kernel's call has returned 0 or an errno."""
        move = self._running()
        self._kernel_end(move, status)
        if move.source is not None and self._mobility.watchdog:
            self._kernel("watchdog: Set the NMI watchdog timeout factor to 0%", Level.INFO)
        if status:
            self._text("Write to migration file failed with rc: -1\n")
        self._text(f"Kernel migration returned {status}\n")
        self._hooks("post")
        self._end_block()
        self._report(f"drmgr: migration rc {status}", move.pid)
        self.move = None

    def _kernel_end(self, move: Move, status: int) -> None:
        if status == 0 and self._mobility.watchdog:
            self._kernel("mobility: memory transfer completed.", Level.INFO)
        if status == 0 or not self._mobility.joins:
            return
        if move.failed:
            self._kernel("mobility: Partition suspend attempt 1 of 5 error: -5", Level.NOTICE)
            self._kernel("mobility: VASI state 2 after failed suspend", Level.NOTICE)
        elif status != _EINVAL:
            self._kernel("mobility: unexpected H_VASI_STATE result 2", Level.ERR)

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
