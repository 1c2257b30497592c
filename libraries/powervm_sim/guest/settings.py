"""What an administrator can set until the next boot: kernel parameters, the firewall's ports, threads per core."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from powervm_sim.guest.tree import Tree

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_PARAMETERS = {
    "kernel/nmi_wd_lpm_factor": "200",
    "kernel/dmesg_restrict": "0",
    "kernel/printk": "4\t4\t1\t7",
    "kernel/panic": "180",
    "kernel/hung_task_timeout_secs": "120",
    "kernel/watchdog_thresh": "10",
    "kernel/sysrq": "16",
    "vm/swappiness": "60",
    "vm/dirty_ratio": "20",
    "vm/dirty_background_ratio": "10",
    "net/ipv4/ip_forward": "0",
}


@dataclass
class FirewallRules:
    """Ports that are open beside SSH; RMC needs 657, which its packages open."""

    ports: set[str] = field(default_factory=lambda: {"657/tcp", "657/udp"})
    permanent: set[str] = field(default_factory=lambda: {"657/tcp", "657/udp"})

    @property
    def lets_rmc_in(self) -> bool:
        """A console can reach the RMC daemon."""
        return "657/tcp" in self.ports


class Parameters:
    """``/proc/sys``: texts by path. Those with numbers take numbers only."""

    def __init__(self) -> None:
        self._values = dict(_PARAMETERS)

    def number(self, name: str) -> int:
        """The first number of a value."""
        return int(self._values[name].split()[0])

    def publish(self, tree: Tree) -> None:
        """Make the files."""
        show, accept = self._show, self._accept
        for name in self._values:
            tree.computed(f"/proc/sys/{name}", partial(show, name), mode=0o644, accept=partial(accept, name))

    def _show(self, name: str) -> str:
        return self._values[name] + "\n"

    def _accept(self, name: str, data: bytes) -> None:
        words = data.decode("ascii", "replace").split()
        if not words or not all(word.lstrip("-").isdigit() for word in words):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._values[name] = "\t".join(words)


def mounts(guest: LinuxGuest) -> str:
    """``/proc/mounts``."""
    rows = (
        (f"/dev/mapper/{guest.spec.distribution}-root", "/", "xfs", "rw,relatime,attr2,inode64,noquota"),
        ("proc", "/proc", "proc", "rw,nosuid,nodev,noexec,relatime"),
        ("sysfs", "/sys", "sysfs", "rw,nosuid,nodev,noexec,relatime"),
    )
    return "".join(f"{' '.join(row)} 0 0\n" for row in rows)


def statistics(guest: LinuxGuest) -> str:
    """``/proc/stat``: the sum of all processors, and the moment of the boot."""
    ticks = int(guest.uptime * 100)
    busy = min(0.95, guest.stress.workers / max(1, guest.cpus))
    whole = ticks * guest.cpus
    user, system = int(whole * (0.002 + busy * 0.7)), int(whole * (0.001 + busy * 0.2))
    figures = (user, 0, system, max(0, whole - user - system), 12, 0, 5, 0, 0, 0)
    booted = int(guest.clock.time() - guest.uptime)
    running = 1 + guest.stress.workers
    return (
        f"cpu  {' '.join(map(str, figures))}\nbtime {booted}\nprocesses {guest.processes.last_pid}\n"
        f"procs_running {running}\nprocs_blocked 0\n"
    )


def ranges(numbers: list[int]) -> str:
    """Numbers as the kernel lists them, for example ``0-7,16``."""
    parts: list[str] = []
    start = before = None
    for number in [*numbers, None]:
        if before is not None and number == before + 1:
            before = number
            continue
        if start is not None:
            parts.append(str(start) if start == before else f"{start}-{before}")
        start = before = number
    return ",".join(parts)
