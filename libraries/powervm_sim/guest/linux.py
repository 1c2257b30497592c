"""A simulated Linux partition: the operating system that the world boots, suspends, moves and resumes."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import Any

import asyncssh

from powervm_sim.guest import system_files
from powervm_sim.guest.boot_lines import boot_lines
from powervm_sim.guest.clock import Clock
from powervm_sim.guest.commands import catalogue
from powervm_sim.guest.commands.network_probes import connect
from powervm_sim.guest.devices import Devices
from powervm_sim.guest.dlpar import follow
from powervm_sim.guest.facts import Facts
from powervm_sim.guest.hardware_files import THREADS_PER_CORE
from powervm_sim.guest.hcn import HybridNetwork
from powervm_sim.guest.hooks import Hooks
from powervm_sim.guest.interface import Adapter, Authenticate, ConsoleListener, Firmware, Hardware
from powervm_sim.guest.journal import LOCAL0
from powervm_sim.guest.kernel_log import KernelLog, Level
from powervm_sim.guest.load import Load, WorkPace
from powervm_sim.guest.logs import Logs
from powervm_sim.guest.migration import DRMGR_LOG, MigrationLog, mobility_of
from powervm_sim.guest.network import Network
from powervm_sim.guest.processes import ProcessTable
from powervm_sim.guest.rsct import Rsct
from powervm_sim.guest.scp import serve_files
from powervm_sim.guest.services import Units
from powervm_sim.guest.settings import FirewallRules, Parameters
from powervm_sim.guest.sftp import TreeSftp
from powervm_sim.guest.shell_files import TreeFiles
from powervm_sim.guest.shell_system import GuestSystem
from powervm_sim.guest.spec import Firewall, GuestSpec, package_name
from powervm_sim.guest.storage import Storage
from powervm_sim.guest.system_console import SystemConsole, linux_words
from powervm_sim.guest.tree import Tree
from powervm_sim.guest.trouble import Trouble
from powervm_sim.shell.call import Lookup, Terminal
from powervm_sim.shell.dialect import BASH
from powervm_sim.shell.shell import Shell

_CLIENT_PORT = 50022
"""The port that every SSH client of a partition seems to come from."""


class LinuxGuest(Facts):
    """See `powervm_sim.guest.interface.Guest` for what the world calls.

    Attributes:
        host_name: As it is now; that of the spec after each boot.
        package_names: Those of the packages that are installed, without versions.
        tree: All files.
        kernel_log: The ring buffer since boot.
        journal: The system journal.
        units: The systemd services.
        rsct: The subsystems under the System Resource Controller.
        processes: What runs.
        around: What the look-up of commands goes through, in every shell.
        awake: Cleared from `suspend` to `resume`; everything that a client notices waits for it.

    Args:
        seed: Makes ids reproducible.
        clock: Real time, unless a test brings its own.
    """

    def __init__(self, spec: GuestSpec, firmware: Firmware, *, seed: int, clock: Clock | None = None) -> None:
        self.spec = spec
        self.firmware = firmware
        self.clock: Clock = clock or Clock()
        self.around: Callable[[Lookup], Lookup] = lambda lookup: lookup
        self.awake = asyncio.Event()
        self.awake.set()
        self._seed = f"{seed} {spec.host_name}"
        self._random = self.random("")
        self.machine_id = self._new_id()
        self.packages = spec.installed()
        self.package_names = frozenset(map(package_name, self.packages))
        self.console = SystemConsole(self, linux_words(spec))
        self.tree = Tree(now=self.clock.time)
        self.logs = Logs(self, self._new_id())
        self.journal = self.logs.journal
        self.rsct = Rsct(spec.rmc, firmware.rmc_changed)
        self.units = Units(
            (service for service in spec.system.services if service.name != "firewalld" or self.has("firewalld")),
            self.clock.time,
            lambda text: self.log(text, "systemd", pid=1),
        )
        firewall = self.units.find("firewalld")
        if firewall is not None:
            firewall.enabled = spec.firewall is Firewall.RUNNING
        self.hooks = Hooks(self)
        self.hybrid = HybridNetwork(self)
        self.trouble = Trouble(self)
        self._hardware: Hardware | None = None
        self._running = False
        self._start()
        self.tree.later(partial(system_files.fill, self))

    # --- what the world calls --------------------------------------------------------------------------------

    @property
    def rmc_ready(self) -> bool:
        """The subsystems that RMC needs are active and remote clients are allowed."""
        return self._running and self._has_rsct() and self.rsct.ready and self._reachable()

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
        self.network = Network(self.spec, hardware, self._network_line)
        self.storage = Storage(hardware, self.spec.host_name)
        self.tree.later(partial(system_files.fill_hardware, self))
        self._running = True
        self.kernel_log.watchers.append(self.console.kernel)
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
        self.console.booted()

    def stop(self) -> None:
        """The power is gone."""
        self._running = False
        self.console.stopped()
        self.awake.set()
        self.processes.end_all()
        self.migration.move = None
        self.firmware.rmc_changed()

    def check_migration(self, stream_id: int, target_id: int) -> int:
        """``drmgr -m -c pmig -p check`` is run."""
        return self.migration.check(stream_id, target_id)

    @property
    def objection(self) -> str:
        """What the hooks of the last check have printed when one of them did not agree."""
        return self.hooks.veto

    def start_migration(self, stream_id: int, target_id: int) -> None:
        """``drmgr -m -c pmig -p pre`` is run."""
        self.tree.settle()  # it was filled by the hardware of this server
        self.migration.start(stream_id, target_id, self._random.randrange(self.cpus))
        self.pace.slow(tracked=True)

    def remove_port(self, adapter: Adapter) -> int:
        """A migratable port is about to go: 0, or why it cannot, such as 16 without another member of its bond."""
        if not self._running:
            return 0
        refused = self.hybrid.query(adapter.drc_index, adapter.hcn_id)
        return refused or self.hybrid.remove(adapter.drc_index, adapter.hcn_id)

    def add_port(self, adapter: Adapter) -> int:
        """A port was plugged in: it joins its bond."""
        return self.hybrid.configure(adapter) if self._running else 0

    @property
    def dirty_rate(self) -> float:
        """Megabytes of memory that the load writes in a second."""
        return self.stress.dirty_rate if self._running else 0.0

    # A system that went down or was restarted meanwhile knows nothing of the migration: it logs nothing.

    def suspend(self) -> None:
        """Last moment on the source."""
        if self.migration.move is not None:
            self.migration.suspend(self.hardware)
        if self._running:
            self.devices.lose()
            self.awake.clear()
            self.pace.freeze()

    def resume(self, hardware: Hardware) -> None:
        """First moment on the target, or on the source again."""
        moved = self._hardware is not None and self._hardware.serial != hardware.serial
        self._hardware = hardware
        if self._running:
            self.storage.moves += moved
        if self.migration.move is not None:
            self.migration.resume(hardware)
        self.pace.thaw()
        self.awake.set()

    def hardware_changed(self, hardware: Hardware) -> None:
        """Memory, processors or adapters were added or taken away."""
        if self._running:
            before, self._hardware = self.hardware, hardware
            follow(self, before.adapters)

    def fail_over(self, adapter: Adapter) -> None:
        """Another backing device serves this vNIC from now on, also when ``1`` was written to its ``failover`` file."""
        if self._running:
            self.devices.fail_over(adapter)

    def end_migration(self, status: int) -> None:
        """The kernel's call has returned."""
        self.pace.slow(tracked=False)
        if self.migration.move is not None:
            self.migration.end(status)

    def attach_console(self, listener: ConsoleListener, authenticate: Authenticate) -> Callable[[str], None]:
        """Somebody looks at the console."""
        return self.console.attach_console(listener, authenticate)

    def detach_console(self) -> None:
        """Nobody looks any more."""
        self.console.detach_console()

    # --- what commands and files read ------------------------------------------------------------------------

    def install(self, package: str) -> None:
        """A package was installed: its programs are there from now on."""
        self.packages = (*self.packages, package)
        self.package_names |= {package_name(package)}
        system_files.fill_programs(self)

    def has(self, package: str) -> bool:
        """The package of that name is installed."""
        return package in self.package_names

    def programs(self) -> Mapping[str, Mapping[str, bytes]]:
        """The files of all programs that are installed, by folder and name."""
        return catalogue.program_files(self.spec.distribution, self.package_names)

    def log(self, text: str, identifier: str, *, priority: Level = Level.INFO, facility: int = 3, pid: int) -> None:
        """A program reports something to syslog."""
        self.logs.report(text, identifier, priority=priority, facility=facility, pid=pid)

    def append_log(self, path: str, data: bytes) -> None:
        """A program writes to a log file of its own."""
        self.logs.append(path, data)

    def append_drmgr(self, data: bytes) -> None:
        """drmgr writes to its log, and IBM.DRM, which runs it, to its trace."""
        self.logs.append(DRMGR_LOG, data)
        self.logs.append(system_files.DRM_TRACE, system_files.trace_record(data, self.clock.time()))

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something so many seconds from now, unless the system goes down; at once where no time passes."""
        boot = self.boot_id

        def due() -> None:
            if self._running and self.boot_id == boot:
                action()

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            due()
            return
        loop.call_later(seconds, due)

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
        ours = self.network.gateway()
        if ours is not None and session is not None:  # what sshd tells a login: both ends, as this network knows them
            interface, far = ours
            near = interface.addresses[0].partition("/")[0]
            variables |= {"SSH_CLIENT": f"{far} {_CLIENT_PORT} 22", "SSH_CONNECTION": f"{far} {_CLIENT_PORT} {near} 22"}
        process = self.processes.add("-bash" if terminal else "bash", parent=self._login_pid())
        process.terminal = self._free_terminal() if terminal else "?"
        process.session = process.pid
        return Shell(
            self.around(catalogue.lookup(self)),
            BASH,
            session=session,
            variables=variables,
            files=TreeFiles(self.tree, self.awake, partial(connect, self)),
            terminal=terminal,
            login=terminal is not None,
            gate=self._gate,
            system=GuestSystem(self),
            pid=process.pid,
        )

    def sftp(self, channel: asyncssh.SSHServerChannel[bytes]) -> TreeSftp:
        """An SFTP (and scp) server over the tree, for `asyncssh.listen`."""
        return serve_files(channel, self.tree, home="/root", awake=self.awake, now=self.clock.time)

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
        self.kernel_log = KernelLog(self.clock, self.booted, self.logs.kernel)
        self.devices = Devices(self)
        self.pace = WorkPace(self.clock)
        self.stress = Load()
        self.firewall = FirewallRules()
        self.parameters = Parameters()
        self.threads = THREADS_PER_CORE
        self.migration = MigrationLog(
            kernel=self._kernel_print,
            report=lambda text, pid: self.log(text, "drmgr", facility=LOCAL0, pid=pid),
            append=self.append_drmgr,
            new_pid=self.processes.next_pid,
            now=self.clock.time,
            mobility=mobility_of(self.spec.release),
            drivers=(self.devices.reconnect, self.devices.log_in),
            hooks=self.hooks.run,
            watchdog_factor=lambda: self.parameters.number("kernel/nmi_wd_lpm_factor"),
        )

    def _new_id(self) -> str:
        return f"{self._random.getrandbits(128):032x}"

    def _free_terminal(self) -> str:
        used = {process.terminal for process in self.processes}
        return next(name for name in map("pts/{}".format, count()) if name not in used)

    def _login_pid(self) -> int:
        """The SSH server, which is the parent of every login."""
        unit = self.units.find("sshd")
        return unit.pid if unit is not None and unit.pid is not None else 1

    def _reachable(self) -> bool:
        """No firewall keeps consoles away from RMC."""
        unit = self.units.find("firewalld")
        return unit is None or not unit.active or self.firewall.lets_rmc_in

    def _has_rsct(self) -> bool:
        return self.has("src") and self.has("rsct.core") and self.has("DynamicRM")

    def _network_line(self, text: str) -> None:
        self.kernel_log.write(text, Level.INFO)

    def _kernel_print(self, text: str, level: Level) -> None:
        self.kernel_log.write(text, level)
