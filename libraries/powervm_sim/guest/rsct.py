"""RSCT in a simulated partition: the subsystems under the System Resource Controller, and what RMC needs of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from powervm_sim.guest.processes import ProcessTable
from powervm_sim.guest.spec import Rmc

# Order and groups as `lssrc -a` shows them; the last four are started on demand, so they are normally inoperative.
_SUBSYSTEMS = (
    ("ctrmc", "rsct", True),
    ("IBM.DRM", "rsct_rm", True),
    ("IBM.ConfigRM", "rsct_rm", False),
    ("IBM.HostRM", "rsct_rm", True),
    ("IBM.MgmtDomainRM", "rsct_rm", True),
    ("IBM.ServiceRM", "rsct_rm", True),
    ("IBM.StorageRM", "rsct_rm", False),
    ("ctcas", "rsct", False),
    ("IBM.ERRM", "rsct_rm", False),
    ("IBM.AuditRM", "rsct_rm", False),
    ("IBM.LPRM", "rsct_rm", False),
)
_NEEDED_FOR_RMC = ("ctrmc", "IBM.DRM", "IBM.MgmtDomainRM")


@dataclass
class Subsystem:
    """A subsystem; it is active as long as it has a process id."""

    name: str
    group: str
    starts: bool
    pid: int | None = None


class Rsct:
    """The subsystems and the RMC configuration.

    Attributes:
        remote_clients: Whether consoles may connect (``rmcctrl -p`` and ``-P``).

    Args:
        behaviour: See `Rmc`.
        changed: Called after every change that may matter to RMC.
    """

    def __init__(self, behaviour: Rmc, changed: Callable[[], None]) -> None:
        self._behaviour = behaviour
        self._changed = changed
        self._processes = ProcessTable(lambda: 0.0)
        self._subsystems = {name: Subsystem(name, group, starts) for name, group, starts in _SUBSYSTEMS}
        # A session that hangs since boot; only a stop of ctrmc frees it.
        self._stuck = behaviour is Rmc.BROKEN
        self.remote_clients = behaviour is not Rmc.BROKEN
        self._clients_later: bool | None = None

    def __iter__(self) -> Iterator[Subsystem]:
        return iter(self._subsystems.values())

    @property
    def ready(self) -> bool:
        """Consoles can reach RMC in this partition."""
        if self._behaviour is Rmc.DEAD or self._stuck or not self.remote_clients:
            return False
        return all(self._subsystems[name].pid for name in _NEEDED_FOR_RMC)

    @property
    def active(self) -> bool:
        """The RMC daemon itself runs, so local commands get answers."""
        return self._subsystems["ctrmc"].pid is not None

    def find(self, name: str) -> Subsystem | None:
        """The subsystem, if it is on file."""
        return self._subsystems.get(name)

    def group(self, name: str) -> list[Subsystem]:
        """The subsystems of a group; none when the group is not on file."""
        return [subsystem for subsystem in self if subsystem.group == name]

    def boot(self, processes: ProcessTable) -> None:
        """The system boots: what starts by itself, starts."""
        self._processes = processes
        for subsystem in self:
            subsystem.pid = None
        self.start_defaults()

    def start(self, subsystem: Subsystem) -> int:
        """Start it, if it is not active; returns the process id."""
        if subsystem.pid is None:
            program = f"/opt/rsct/bin/{subsystem.name}d"
            subsystem.pid = self._processes.add(program, ended=lambda: self._ended(subsystem)).pid
            if subsystem.name == "ctrmc" and self._clients_later is not None:
                self.remote_clients, self._clients_later = self._clients_later, None
            self._changed()
        return subsystem.pid

    def stop(self, subsystem: Subsystem) -> None:
        """Stop it, if it is active."""
        if subsystem.pid is not None:
            self._processes.remove(subsystem.pid)
            self._ended(subsystem)

    def start_defaults(self) -> None:
        """Start ctrmc and the resource managers that come with it."""
        for subsystem in self:
            if subsystem.starts:
                self.start(subsystem)

    def stop_all(self) -> None:
        """Stop ctrmc and all resource managers, and wait for their end (``rmcctrl -z``)."""
        for subsystem in self:
            self.stop(subsystem)

    def allow_remote_clients(self, allowed: bool) -> None:
        """Let consoles connect, or not."""
        self.remote_clients = allowed
        self._clients_later = None
        self._changed()

    def allow_remote_clients_from_next_start(self, allowed: bool) -> None:
        """Let consoles connect from the next start of ctrmc on, or not (``rmcctrl -q`` and ``-Q``)."""
        self._clients_later = allowed

    def reconfigure(self) -> None:
        """Make the configuration anew and start with it (``recfgct``)."""
        self.stop_all()
        self.start_defaults()
        self.allow_remote_clients(True)

    def _ended(self, subsystem: Subsystem) -> None:
        subsystem.pid = None
        if subsystem.name == "ctrmc":
            self._stuck = False
        self._changed()
