"""A simulated Linux partition: the operating system that the world boots, suspends, moves and resumes."""

from __future__ import annotations

import asyncio
import random
import uuid
from functools import partial
from typing import Any

import asyncssh

from powervm_sim.guest import system_files
from powervm_sim.guest.boot_lines import boot_lines
from powervm_sim.guest.clock import Clock, syslog_time
from powervm_sim.guest.commands import catalogue
from powervm_sim.guest.hardware_files import THREADS_PER_CORE
from powervm_sim.guest.interface import Firmware, Hardware
from powervm_sim.guest.journal import LOCAL0, Entry, Journal
from powervm_sim.guest.kernel_log import KernelLog, KernelRecord, Level
from powervm_sim.guest.migration import DRMGR_LOG, MigrationLog
from powervm_sim.guest.network import Interface, interfaces
from powervm_sim.guest.processes import ProcessTable
from powervm_sim.guest.rsct import Rsct
from powervm_sim.guest.services import Units
from powervm_sim.guest.sftp import TreeSftp
from powervm_sim.guest.shell_files import TreeFiles
from powervm_sim.guest.spec import Firewall, GuestSpec, package_name
from powervm_sim.guest.tree import Tree
from powervm_sim.shell.call import Terminal
from powervm_sim.shell.dialect import BASH
from powervm_sim.shell.shell import Shell

_DRMGR_LOG_LIMIT = 1024 * 1024
_MESSAGES = "/var/log/messages"
_MESSAGES_LIMIT = 8 * 1024 * 1024


class LinuxGuest:
    """See `powervm_sim.guest.interface.Guest` for what the world calls.

    Attributes:
        host_name: As it is now; that of the spec after each boot.
        tree: All files.
        kernel_log: The ring buffer since boot.
        journal: The system journal.
        units: The systemd services.
        rsct: The subsystems under the System Resource Controller.
        processes: What runs.
        awake: Cleared from `suspend` to `resume`; everything that a client notices waits for it.

    Args:
        seed: Makes ids reproducible.
        clock: Real time, unless a test brings its own.
    """

    def __init__(self, spec: GuestSpec, firmware: Firmware, *, seed: int, clock: Clock | None = None) -> None:
        self.spec = spec
        self.firmware = firmware
        self.clock = clock or Clock()
        self.awake = asyncio.Event()
        self.awake.set()
        self._random = random.Random(f"{seed} {spec.host_name}")  # noqa: S311 - reproducible, not secret
        self.machine_id = self._new_id()
        self.packages = spec.installed()
        self._package_names = {package_name(package) for package in self.packages}
        self.tree = Tree(now=self.clock.time)
        self.journal = Journal(self._new_id(), self._system_log)
        self.rsct = Rsct(spec.rmc, firmware.rmc_changed)
        self.units = Units(
            (service for service in spec.system.services if service.name != "firewalld" or self.has("firewalld")),
            self.clock.time,
        )
        firewall = self.units.find("firewalld")
        if firewall is not None:
            firewall.enabled = spec.firewall is Firewall.RUNNING
        self._hardware: Hardware | None = None
        self._running = False
        self.interfaces: tuple[Interface, ...] = ()
        self._start()
        self.tree.later(partial(system_files.fill, self))

    # --- what the world calls --------------------------------------------------------------------------------

    @property
    def rmc_ready(self) -> bool:
        """The subsystems that RMC needs are active and remote clients are allowed."""
        return self._running and self._has_rsct() and self.rsct.ready

    @property
    def running(self) -> bool:
        """It is booted (also while suspended)."""
        return self._running

    def boot(self, hardware: Hardware) -> None:
        """The partition was activated."""
        if self._running:
            raise RuntimeError(f"{self.spec.host_name} is already running")
        self._hardware = self.booted_on = hardware
        self._start()
        self.interfaces = interfaces(self.spec, hardware)
        self.tree.later(partial(system_files.fill_hardware, self))
        self._running = True
        for text, level in boot_lines(hardware, self.version, self.command_line):
            self.kernel_log.write(text, level)
        for pid, command in ((1, "/usr/lib/systemd/systemd --switched-root --system"), (2, "[kthreadd]")):
            self.processes.add(command, pid=pid)
        self.units.boot(self.processes)
        if self._has_rsct():
            self.processes.add("/usr/sbin/srcmstr")
            self.rsct.boot(self.processes)
        for command in self.spec.processes:
            self.processes.add(command)

    def stop(self) -> None:
        """The power is gone."""
        self._running = False
        self.awake.set()
        self.processes.end_all()
        self.migration.move = None
        self.firmware.rmc_changed()

    def check_migration(self, stream_id: int, target_id: int) -> int:
        """``drmgr -m -c pmig -p check`` is run."""
        return self.migration.check(stream_id, target_id)

    def start_migration(self, stream_id: int, target_id: int) -> None:
        """``drmgr -m -c pmig -p pre`` is run."""
        self.tree.settle()  # it was filled by the hardware of this server
        self.migration.start(stream_id, target_id, self._random.randrange(self.cpus))

    # A system that went down or was restarted meanwhile knows nothing of the migration: it logs nothing.

    def suspend(self) -> None:
        """Last moment on the source."""
        if self.migration.move is not None:
            self.migration.suspend(self.hardware)
        if self._running:
            self.awake.clear()

    def resume(self, hardware: Hardware) -> None:
        """First moment on the target, or on the source again."""
        self._hardware = hardware
        if self.migration.move is not None:
            self.migration.resume(hardware)
        self.awake.set()

    def end_migration(self, status: int) -> None:
        """The kernel's call has returned."""
        if self.migration.move is not None:
            self.migration.end(status)

    # --- what commands and files read ------------------------------------------------------------------------

    @property
    def hardware(self) -> Hardware:
        """The server that it runs on. Raises RuntimeError before the first boot."""
        if self._hardware is None:
            raise RuntimeError(f"{self.spec.host_name} was never booted")
        return self._hardware

    @property
    def uptime(self) -> float:
        """Seconds since boot; a move does not reset it."""
        return self.clock.monotonic() - self.booted

    @property
    def cpus(self) -> int:
        """Hardware threads that are online."""
        return self.hardware.processors * THREADS_PER_CORE

    @property
    def load(self) -> str:
        """The three load averages."""
        busy = sum(process.task is not None for process in self.processes)
        return f"{0.02 + busy * 0.05:.2f} 0.03 0.01"

    @property
    def version(self) -> str:
        """The line in ``/proc/version``."""
        return f"Linux version {self.spec.release} (builder@{self.spec.distribution}) (gcc) {self.spec.system.build}"

    @property
    def command_line(self) -> str:
        """The kernel's command line."""
        return f"BOOT_IMAGE=/vmlinuz-{self.spec.release} root=/dev/mapper/{self.spec.distribution}-root ro"

    def has(self, package: str) -> bool:
        """The package of that name is installed."""
        return package in self._package_names

    def programs(self) -> list[str]:
        """The paths of all programs that are installed."""
        return catalogue.paths(self)

    def log(self, text: str, identifier: str, *, priority: Level = Level.INFO, facility: int = 3, pid: int) -> None:
        """A program reports something to syslog."""
        self.journal.write(
            text,
            realtime=round(self.clock.time() * 1_000_000),
            monotonic=round(self.uptime * 1_000_000),
            boot_id=self.boot_id.replace("-", ""),
            identifier=identifier,
            priority=priority,
            facility=facility,
            pid=pid,
        )

    async def _gate(self) -> None:
        await self.awake.wait()

    async def sleep(self, seconds: float) -> None:
        """Let time pass for a program; while the partition is suspended, nothing goes on."""
        await asyncio.sleep(seconds)
        await self.awake.wait()

    def shell(self, session: Any = None, terminal: Terminal | None = None) -> Shell:
        """A root shell, as a login over SSH gets it.

        Args:
            session: Given to each command as `Call.session`.
            terminal: None on an exec channel without a pty.
        """
        variables = {
            "HOME": "/root",
            "USER": "root",
            "LOGNAME": "root",
            "SHELL": "/bin/bash",
            "PWD": "/root",
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin",
            "HOSTNAME": self.host_name,
            "LANG": "C.UTF-8",
        }
        return Shell(
            catalogue.lookup(self),
            BASH,
            session=session,
            variables=variables,
            files=TreeFiles(self.tree, self.awake),
            terminal=terminal,
            login=terminal is not None,
            gate=self._gate,
        )

    def sftp(self, channel: asyncssh.SSHServerChannel[bytes]) -> TreeSftp:
        """An SFTP (and scp) server over the tree, for `asyncssh.listen`."""
        return TreeSftp(channel, self.tree, home="/root", awake=self.awake, now=self.clock.time)

    @property
    def prompt(self) -> str:
        """What an interactive shell shows, for the home folder."""
        if self.spec.distribution.startswith("sles"):
            return f"{self.spec.short_name}:~ # "
        return f"[root@{self.spec.short_name} ~]# "

    # --- inside ----------------------------------------------------------------------------------------------

    def _start(self) -> None:
        """Everything that does not outlive a restart."""
        self.host_name = self.spec.host_name
        self.booted = self.clock.monotonic()
        self.boot_id = str(uuid.UUID(self._new_id()))
        self.processes = ProcessTable(self.clock.time, first_pid=700)
        self.kernel_log = KernelLog(self.clock, self.booted, self._kernel_line)
        self.migration = MigrationLog(
            kernel=self._kernel_print,
            report=lambda text, pid: self.log(text, "drmgr", facility=LOCAL0, pid=pid),
            append=self._drmgr_log,
            new_pid=self.processes.next_pid,
            now=self.clock.time,
        )

    def _new_id(self) -> str:
        return f"{self._random.getrandbits(128):032x}"

    def _has_rsct(self) -> bool:
        return self.has("src") and self.has("rsct.core") and self.has("DynamicRM")

    def _kernel_print(self, text: str, level: Level) -> None:
        self.kernel_log.write(text, level)

    def _kernel_line(self, record: KernelRecord) -> None:
        self.journal.write(
            record.text,
            realtime=round((self.clock.time() - self.uptime) * 1_000_000) + record.microseconds,
            monotonic=record.microseconds,
            boot_id=self.boot_id.replace("-", ""),
            identifier="kernel",
            priority=record.level,
            facility=record.facility,
        )

    def _system_log(self, entry: Entry) -> None:
        if not self.spec.system.system_log:
            return
        origin = entry.identifier if entry.pid is None else f"{entry.identifier}[{entry.pid}]"
        line = f"{syslog_time(entry.realtime / 1e6)} {self.spec.short_name} {origin}: {entry.text}\n"
        data = line.encode("utf-8", "surrogateescape")
        self.tree.later(partial(system_files.append_bounded, self.tree, _MESSAGES, data, limit=_MESSAGES_LIMIT))

    def _drmgr_log(self, data: bytes) -> None:
        system_files.append_bounded(self.tree, DRMGR_LOG, data, limit=_DRMGR_LOG_LIMIT, keep=f"{DRMGR_LOG}.0")
