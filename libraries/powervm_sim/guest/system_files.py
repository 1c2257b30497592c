"""Fills the file tree of a simulated Linux partition: ``/etc``, ``/proc``, ``/sys``, ``/var`` and the programs."""

from __future__ import annotations

import struct
import uuid
from functools import cache, partial
from itertools import count
from typing import TYPE_CHECKING

from powervm_sim.guest import hardware_files, kmsg, network_files, settings
from powervm_sim.guest.tree import Tree

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

DRM_TRACE = "/var/ct/IW/log/mc/IBM.DRM/trace"

_FOLDERS = (
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/mnt",
    "/opt",
    "/proc",
    "/run",
    "/srv",
    "/sys",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/var/log",
    "/var/ct",
    "/var/lib",
    "/var/lock",
    "/var/spool",
    "/etc/drmgr.d/pmig",
    "/etc/ssh",
)


def trace_record(data: bytes, now: float) -> bytes:
    """What an action leaves in the binary trace of IBM.DRM."""
    return struct.pack(">4sQI", b"TRC\0", int(now * 1e6), len(data)) + data


def fill(guest: LinuxGuest) -> None:
    """Make all folders and files."""
    tree, spec = guest.tree, guest.spec
    for folder in _FOLDERS:
        tree.make_folders(folder)
    tree.make_folder("/root", mode=0o700)
    for folder in ("/tmp", "/var/tmp"):  # noqa: S108 - in the simulated tree
        tree.make_folder(folder, mode=0o1777)
    for name in ("bin", "sbin", "lib"):
        tree.link(f"/{name}", f"usr/{name}")
    tree.computed("/dev/null", lambda: b"", mode=0o666, accept=lambda _: None)
    readings = count()
    for name in ("random", "urandom"):
        tree.computed(f"/dev/{name}", lambda: guest.random(f"urandom {next(readings)}").randbytes(1 << 20))
    tree.computed("/dev/kmsg", partial(kmsg.records, guest), mode=0o644, accept=partial(kmsg.add, guest))
    _fill_etc(guest)
    _fill_proc(guest)
    _fill_sys(guest)
    fill_programs(guest)
    tree.write("/var/log/boot.log", b"", mode=0o600)
    tree.write("/var/ct/IBM.DRM.stderr", b"", mode=0o600)
    tree.make_folders(DRM_TRACE.rpartition("/")[0])
    tree.write(DRM_TRACE, trace_record(b"IBM.DRM", guest.clock.time()), mode=0o600)
    for name in ("platform", "rtas_errd.log"):
        tree.write(f"/var/log/{name}", b"", mode=0o600)
    if spec.system.system_log:
        tree.write("/var/log/messages", b"", mode=0o600)
    for path, text in spec.files.items():
        tree.make_folders(path.rpartition("/")[0])
        tree.write(path, text.encode())


def _fill_etc(guest: LinuxGuest) -> None:
    tree, spec = guest.tree, guest.spec
    tree.write("/usr/lib/os-release", _lines(spec.system.os_release))
    tree.link("/etc/os-release", "../usr/lib/os-release")
    name, text = spec.system.release_file
    tree.make_folders(f"/etc/{name}".rpartition("/")[0])
    tree.write(f"/etc/{name}", text.encode())
    tree.computed("/etc/hostname", lambda: guest.host_name + "\n", mode=0o644)
    tree.write("/etc/machine-id", f"{guest.machine_id}\n".encode())
    hosts = ["127.0.0.1   localhost localhost.localdomain", "::1         localhost localhost.localdomain"]
    names = " ".join(dict.fromkeys((spec.host_name, spec.short_name)))
    hosts += [f"{address.partition('/')[0]} {names}" for address in spec.addresses[:1]]
    tree.write("/etc/hosts", _lines(hosts))
    tree.write(
        "/etc/passwd", _lines(("root:x:0:0:root:/root:/bin/bash", "sshd:x:74:74::/usr/share/empty:/sbin/nologin"))
    )
    tree.write("/etc/group", _lines(("root:x:0:", "sshd:x:74:")))


def _fill_proc(guest: LinuxGuest) -> None:
    tree, folder = guest.tree, "/proc/sys/kernel/random"
    chance = cache(lambda: guest.random("uuid"))
    tree.computed(f"{folder}/boot_id", lambda: f"{guest.boot_id}\n")
    tree.computed(f"{folder}/uuid", lambda: f"{uuid.UUID(int=chance().getrandbits(128), version=4)}\n")
    tree.computed("/proc/sys/kernel/hostname", lambda: guest.host_name + "\n", mode=0o644)
    tree.computed("/proc/sys/kernel/osrelease", lambda: guest.spec.release + "\n")
    tree.computed("/proc/mounts", lambda: settings.mounts(guest))
    tree.computed("/proc/stat", lambda: settings.statistics(guest))
    tree.computed("/sys/devices/system/cpu/online", lambda: settings.ranges(guest.online) + "\n")
    tree.computed("/proc/uptime", lambda: f"{guest.uptime:.2f} {guest.uptime * 0.98 * guest.cpus:.2f}\n")
    tree.computed("/proc/loadavg", lambda: f"{guest.load} 1/{len(guest.processes) + 180} {guest.processes.last_pid}\n")
    tree.computed("/proc/version", lambda: guest.version + "\n")
    tree.computed("/proc/cmdline", lambda: guest.command_line + "\n")
    tree.computed("/proc/cpuinfo", lambda: hardware_files.cpuinfo(guest.hardware, guest.booted_on, guest.online))
    tree.computed("/proc/meminfo", lambda: hardware_files.meminfo(guest.hardware, guest.stress.memory))
    tree.computed("/proc/powerpc/lparcfg", lambda: hardware_files.lparcfg(guest.hardware, guest.uptime))
    tree.link("/proc/ppc64", "powerpc")
    tree.link("/proc/device-tree", network_files.DEVICE_TREE)


def _fill_sys(guest: LinuxGuest) -> None:
    tree = guest.tree
    tree.computed("/sys/kernel/mobility/api_version", lambda: "1\n")
    tree.computed("/sys/kernel/mobility/migration", None, mode=0o200)
    tree.make_folders("/sys/devices/vio")
    tree.make_folders("/sys/class/net")


def fill_hardware(guest: LinuxGuest) -> None:
    """Make the files of the hardware that the system was booted on; their content follows a move."""
    for name in hardware_files.device_tree(guest.hardware, guest.booted_on):
        guest.tree.computed(f"{network_files.DEVICE_TREE}/{name}", partial(_property, guest, name))
    network_files.fill(guest)
    guest.parameters.publish(guest.tree)
    _fill_hosts(guest)


def _property(guest: LinuxGuest, name: str) -> bytes:
    return hardware_files.device_tree(guest.hardware, guest.booted_on)[name]


def fill_programs(guest: LinuxGuest) -> None:
    """Something to be found by ``test -x`` and ``ls``, for each program that is installed."""
    for folder, programs in guest.programs().items():
        guest.tree.add_files(folder, programs, mode=0o755)


def _lines(lines: tuple[str, ...] | list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def append_bounded(tree: Tree, path: str, data: bytes, *, limit: int, keep: str | None = None) -> None:
    """Add to a log file; when it is above ``limit`` bytes it is renamed to ``keep`` first, or halved.

    A full file system loses the line, as it does on a real system: nothing that logs fails because of that.
    """
    try:
        file = tree.create(path)
        if file.size > limit:
            if keep:
                tree.rename(path, keep)
            else:
                tree.write(path, file.read(limit // 2))
        tree.write(path, data, append=True)
    except OSError:
        return


def _fill_hosts(guest: LinuxGuest) -> None:
    """``/sys/class/scsi_host`` and, for Fibre Channel, ``/sys/class/fc_host``."""
    tree, storage = guest.tree, guest.storage
    for folder in ("/sys/class/scsi_host", "/sys/class/fc_host", "/sys/block"):
        network_files.clear(tree, folder)
    for number, adapter in enumerate(storage.hosts):
        name = f"host{number}"
        tree.computed(f"/sys/class/scsi_host/{name}/proc_name", partial(str, f"{adapter.driver}\n"))
        tree.computed(f"/sys/class/scsi_host/{name}/partition_name", partial(_server, guest, number))
        if adapter.driver == "ibmvfc":
            folder = f"/sys/class/fc_host/{name}"
            tree.computed(f"{folder}/port_name", partial(_port_name, guest, number))
            tree.computed(f"{folder}/node_name", partial(_port_name, guest, number))
            tree.computed(f"{folder}/port_state", partial(str, "Online\n"))
            tree.computed(f"{folder}/speed", partial(str, "16 Gbit\n"))
    for disk in storage.disks:
        for path in disk.paths:
            tree.computed(f"/sys/block/{path.name}/size", partial(str, f"{disk.size // 512}\n"))
            state = partial(lambda found: "running\n" if found.works else "offline\n", path)
            tree.computed(f"/sys/block/{path.name}/device/state", state)


def _port_name(guest: LinuxGuest, number: int) -> str:
    return guest.storage.port_name(guest.storage.hosts[number]) + "\n"


def _server(guest: LinuxGuest, number: int) -> str:
    return guest.storage.hosts[number].host_name + "\n"
