"""What a simulated Linux partition is to be: the part of a world file that concerns the operating system."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum

from powervm_sim.guest.distribution import DISTRIBUTIONS, Distribution


class Rmc(Enum):
    """How the RMC subsystem of the partition behaves."""

    WORKING = "working"
    """It connects to the consoles by itself."""
    BROKEN = "broken"
    """It is active, but connects only after ``rmcctrl -z``, ``-A`` and ``-p``, or after ``recfgct``."""
    DEAD = "dead"
    """It never connects, whatever is restarted."""


class Firewall(Enum):
    """The state of firewalld."""

    RUNNING = "running"
    STOPPED = "stopped"
    ABSENT = "absent"


@dataclass(frozen=True)
class GuestSpec:
    """A Linux system.

    Attributes:
        host_name: With or without domain.
        distribution: ``rhel8``, ``rhel9``, ``rhel10``, ``sles15`` or ``sles15sp6``.
        addresses: IP addresses with prefix length, for example ``10.20.1.7/24``; the first one is that of the first
            virtual Ethernet adapter, the next of the next one; what is left over belongs to the last adapter.
        kernel: Release that ``uname -r`` shows; None for that of the distribution.
        packages: Installed packages as ``name-version-release.arch``; None for those of the distribution.
        missing_packages: Names that are taken out of them. A command of a missing package is not there either.
        processes: Command lines that run from boot on, beside the services.
        files: Further files by absolute path.
    """

    host_name: str
    distribution: str = "rhel9"
    addresses: tuple[str, ...] = ()
    kernel: str | None = None
    packages: tuple[str, ...] | None = None
    missing_packages: tuple[str, ...] = ()
    rmc: Rmc = Rmc.WORKING
    firewall: Firewall = Firewall.STOPPED
    processes: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # World files bring plain words.
        object.__setattr__(self, "rmc", Rmc(self.rmc))
        object.__setattr__(self, "firewall", Firewall(self.firewall))
        if self.distribution not in DISTRIBUTIONS:
            near = get_close_matches(self.distribution, DISTRIBUTIONS, 1) or sorted(DISTRIBUTIONS)
            raise ValueError(f"{self.host_name}: distribution {self.distribution!r} is not known; try {near[0]!r}.")

    @property
    def system(self) -> Distribution:
        """The distribution as data."""
        return DISTRIBUTIONS[self.distribution]

    @property
    def short_name(self) -> str:
        """The host name without domain."""
        return self.host_name.partition(".")[0]

    @property
    def release(self) -> str:
        """The kernel release."""
        return self.kernel or self.system.kernel

    def installed(self) -> tuple[str, ...]:
        """The installed packages as ``name-version-release.arch``, without those that are said to be missing."""
        packages = self.packages if self.packages is not None else self.system.packages
        kept = (package for package in packages if package_name(package) not in self.missing_packages)
        return tuple(
            package for package in kept if package_name(package) != "firewalld" or self.firewall is not Firewall.ABSENT
        )


def package_name(package: str) -> str:
    """The name in ``name-version-release.arch``."""
    return package.rsplit("-", 2)[0]
