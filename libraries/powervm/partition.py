"""A Linux partition, reached over SSH: who it is, which server it runs on, and what LPM needs of it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from powervm.errors import MobilityError
from powervm.ssh import CommandResult, Connection
from powervm.waiting import Deadline

BOOT_ID = "/proc/sys/kernel/random/boot_id"
UPTIME = "/proc/uptime"
SYSTEM_ID = "/proc/device-tree/system-id"
MODEL = "/proc/device-tree/model"
PARTITION_CONFIGURATION = "/proc/powerpc/lparcfg"
OS_RELEASE = "/etc/os-release"

NEEDED_PACKAGES = ("src", "rsct.core", "rsct.core.utils", "rsct.basic", "DynamicRM", "powerpc-utils")
"""What RMC, and with it an active migration, needs; op-test and avocado check the same and some more."""

NEEDED_SUBSYSTEMS = ("ctrmc", "IBM.DRM", "IBM.MgmtDomainRM")
"""Subsystems that have to be active; others of RSCT are started on demand, and inoperative is normal for them."""


RMC_PORTS = ("657/tcp", "657/udp")
"""What RMC uses, in both directions between console and partition."""


@dataclass(frozen=True)
class Identity:
    """What tells a partition apart, and which server it runs on, read inside it.

    Attributes:
        boot_id: New at each boot, so it proves that none happened.
        uptime: Seconds since boot.
        serial: Serial number of the server, from ``system-id`` (``IBM,02`` and the seven characters).
        type_model: Machine type and model of the server, from ``model``, for example ``9009-22A``.
        partition_id: Its id on the server, from lparcfg.
    """

    boot_id: str
    uptime: float
    serial: str
    type_model: str
    partition_id: int | None


@dataclass(frozen=True)
class Subsystem:
    """One row of ``lssrc -a``."""

    name: str
    group: str
    active: bool


class LinuxPartition:
    """A Linux partition.

    Args:
        name: Its name in the lab file.
        connection: The one connection to it.
        command_limit: Seconds that a command may take.
    """

    def __init__(self, name: str, connection: Connection, *, command_limit: float = 120.0) -> None:
        self.name = name
        self.connection = connection
        self._limit = command_limit

    def run(self, command: str, deadline: Deadline | None = None) -> CommandResult:
        """Run a command; the result is given back whatever its status is."""
        return self.connection.run(command, deadline.within(self._limit) if deadline else Deadline(self._limit))

    def lines(self, command: str, deadline: Deadline | None = None) -> Iterator[str]:
        """The lines that a command prints, as they come, however many; its exit status does not matter."""
        limit = deadline.within(self._limit) if deadline else Deadline(self._limit)
        with self.connection.stream(command, limit) as lines:
            yield from lines

    def identity(self, deadline: Deadline | None = None) -> Identity:
        """Boot id, uptime and server, read in one round.

        Raises:
            MobilityError: A file is missing or empty, which a Linux partition on PowerVM always has.
        """
        files = self._read_files((BOOT_ID, UPTIME, SYSTEM_ID, MODEL, PARTITION_CONFIGURATION), deadline)
        for name in (BOOT_ID, UPTIME, SYSTEM_ID, MODEL):
            if not files[name].strip():
                raise MobilityError(
                    f"{self.name}: {name} is missing or empty.",
                    remedy="Check that the address in the lab file is that of a Linux partition on PowerVM.",
                )
        return read_identity(files)

    def distribution(self, deadline: Deadline | None = None) -> dict[str, str]:
        """``/etc/os-release`` as a dictionary, for example ``ID`` and ``VERSION_ID``; quotes are taken off."""
        return read_os_release(self._read_files((OS_RELEASE,), deadline)[OS_RELEASE])

    def missing_packages(
        self, packages: Sequence[str] = NEEDED_PACKAGES, deadline: Deadline | None = None
    ) -> list[str]:
        """Which of the packages are not installed."""
        result = self.run(f"LC_ALL=C rpm -q {shlex.join(packages)}", deadline)
        return read_missing_packages(result.stdout, packages)

    def subsystems(self, deadline: Deadline | None = None) -> list[Subsystem]:
        """The subsystems of the system resource controller; empty when there is none."""
        result = self.run("LC_ALL=C lssrc -a", deadline)
        return read_subsystems(result.stdout) if result.ok else []

    def start_subsystem(self, name: str, deadline: Deadline | None = None) -> CommandResult:
        """Start a subsystem (``startsrc``)."""
        return self.run(f"startsrc -s {shlex.quote(name)}", deadline)

    def firewall_active(self, deadline: Deadline | None = None) -> bool | None:
        """Whether firewalld runs; None when it is not installed.

        ``systemctl status`` ends with 0 for a running unit, 3 for a stopped one and 4 for one that is not there.
        """
        return {0: True, 3: False}.get(self.run("systemctl status firewalld.service", deadline).status)

    def closed_rmc_ports(self, deadline: Deadline | None = None) -> list[str]:
        """Those of RMC's ports that a running firewalld does not let in, such as ``657/tcp``, in one round.

        ``--query-port`` ends with 0 for an open port and with 1 for another one; any other status says that there is
        no firewalld to ask.
        """
        script = f"for p in {' '.join(RMC_PORTS)}; do firewall-cmd -q --query-port=$p 2>/dev/null; echo $p $?; done"
        answers = (line.split() for line in self.run(script, deadline).stdout.splitlines())
        return [words[0] for words in answers if len(words) == 2 and words[1] == "1"]

    def open_ports(self, ports: Sequence[str], deadline: Deadline | None = None) -> CommandResult:
        """Let ports in until the firewall is loaded anew or the partition is restarted."""
        return self.run(shlex.join(["firewall-cmd", *(f"--add-port={port}" for port in ports)]), deadline)

    def close_ports(self, ports: Sequence[str], deadline: Deadline | None = None) -> None:
        """Take back what `open_ports` did; ports that are closed meanwhile stay so.

        Raises:
            CommandFailed: The firewall refused.
        """
        for port in ports:
            if self.run(f"firewall-cmd -q --query-port={shlex.quote(port)}", deadline).ok:
                self.run(f"firewall-cmd --remove-port={shlex.quote(port)}", deadline).check()

    def restart_rmc(self, deadline: Deadline | None = None) -> list[CommandResult]:
        """Stop RMC and its resource managers, start them, and allow remote clients (``rmcctrl -z``, ``-A``, ``-p``)."""
        return [self.run(_first_of(_RMCCTRL, step), deadline) for step in ("-z", "-A", "-p")]

    def rebuild_rmc(self, deadline: Deadline | None = None) -> list[CommandResult]:
        """Give the partition a new RMC node id (``recfgct``), for partitions that were cloned."""
        return [self.run(command, deadline) for command in (_RECFGCT, _first_of(_RMCCTRL, "-p"))]

    def _read_files(self, names: Sequence[str], deadline: Deadline | None) -> dict[str, str]:
        """Read several small files in one round; a missing one reads as empty."""
        script = f"for f in {' '.join(names)}; do printf '{_MARK}%s\\n' $f; cat $f; echo; done"
        return _split_files(self.run(script, deadline).stdout, names)


# RSCT lies in different places on different levels, and the search path of an exec channel holds none of them.
_RMCCTRL = ("/opt/rsct/bin/rmcctrl", "/usr/sbin/rsct/bin/rmcctrl")
_RECFGCT = "/usr/sbin/rsct/install/bin/recfgct"
_MARK = "==> "


def _first_of(programs: tuple[str, str], arguments: str) -> str:
    """A command that runs whichever of two programs is there."""
    newer, older = programs
    return f"if [ -e {newer} ]; then {newer} {arguments}; else {older} {arguments}; fi"


def _split_files(output: str, names: Sequence[str]) -> dict[str, str]:
    files = dict.fromkeys(names, "")
    for part in output.split(_MARK)[1:]:
        name, _, content = part.partition("\n")
        if name in files:
            files[name] = content.replace("\0", "")
    return files


def read_identity(files: dict[str, str]) -> Identity:
    """Put an identity together from the files' contents (NUL characters of the device tree taken off)."""
    configuration = read_partition_configuration(files.get(PARTITION_CONFIGURATION, ""))
    partition_id = configuration.get("partition_id", "")
    return Identity(
        boot_id=files[BOOT_ID].strip(),
        uptime=float(files[UPTIME].split()[0]),
        serial=re.sub(r"^IBM,(\d\d)?", "", files[SYSTEM_ID].strip()),
        type_model=files[MODEL].strip().removeprefix("IBM,"),
        partition_id=int(partition_id) if partition_id.isdigit() else None,
    )


def read_partition_configuration(content: str) -> dict[str, str]:
    """Read ``lparcfg``: ``key=value`` lines after a first line without an equals sign."""
    pairs = (line.partition("=") for line in content.splitlines())
    return {key: value for key, equals, value in pairs if equals}


def read_os_release(content: str) -> dict[str, str]:
    """Read ``/etc/os-release``; distributions differ in their quoting."""
    return {key: value.strip("\"'") for key, value in read_partition_configuration(content).items()}


def read_missing_packages(output: str, packages: Sequence[str]) -> list[str]:
    """Which packages ``rpm -q`` did not list.

    It prints one line for each name in the order asked: ``name-version-release.arch`` for an installed one, a
    sentence for a missing one. The sentence may be translated, so only the first form is looked for.
    """
    lines = output.splitlines()
    installed = {
        package for package in packages if any(re.match(rf"{re.escape(package)}-\d[^ ]*$", line) for line in lines)
    }
    return [package for package in packages if package not in installed]


def read_subsystems(output: str) -> list[Subsystem]:
    """Read ``lssrc -a``: name, group, process id (empty when inoperative), status."""
    found = []
    for line in output.splitlines()[1:]:
        words = line.split()
        if len(words) >= 2:
            found.append(Subsystem(words[0], words[1] if len(words) > 2 else "", words[-1] == "active"))
    return found
