"""The Linux distributions that a simulated partition can run, as data.

Package and kernel levels are examples of what such a system has; the names are those that the RSCT and
powerpc-utils documentation of IBM gives for Linux on Power.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Service:
    """A systemd service that is installed.

    Attributes:
        program: The process that runs while the service is active; empty for one that ends by itself.
    """

    name: str
    description: str
    program: str
    enabled: bool = True


@dataclass(frozen=True)
class Distribution:
    """A distribution.

    Attributes:
        os_release: The lines of ``/etc/os-release``.
        release_file: Name and content of the older release file.
        packages: ``name-version-release.arch``.
        system_log: Whether rsyslog writes ``/var/log/messages``.
        interface: How the network interface of the virtual adapter with a given number is called.
    """

    name: str
    kernel: str
    build: str
    os_release: tuple[str, ...]
    release_file: tuple[str, str]
    packages: tuple[str, ...]
    services: tuple[Service, ...]
    system_log: bool
    interface: str

    @property
    def title(self) -> str:
        """``NAME`` of os-release."""
        return next(line for line in self.os_release if line.startswith("NAME=")).partition("=")[2].strip('"')


_POWER_PACKAGES = (
    "src-3.2.6.0-21116.ppc64le",
    "rsct.core-3.2.6.0-21116.ppc64le",
    "rsct.core.utils-3.2.6.0-21116.ppc64le",
    "rsct.basic-3.2.6.0-21116.ppc64le",
    "rsct.opt.storagerm-3.2.6.0-21116.ppc64le",
    "DynamicRM-2.0.7-9.ppc64le",
    "devices.chrp.base.ServiceRM-2.5.1.1-20125.ppc64le",
)

_COMMON_SERVICES = (
    Service("sshd", "OpenSSH server daemon", "/usr/sbin/sshd -D"),
    Service("chronyd", "NTP client/server", "/usr/sbin/chronyd"),
    Service("rtas_errd", "ppc64 rtas_errd (platform error handling) Service", "/usr/sbin/rtas_errd"),
    Service("dbus-broker", "D-Bus System Message Bus", "/usr/bin/dbus-broker-launch --scope system"),
)

_FIREWALL = Service("firewalld", "firewalld - dynamic firewall daemon", "/usr/sbin/firewalld --nofork --nopid")

RHEL9 = Distribution(
    name="rhel9",
    kernel="5.14.0-503.11.1.el9_5.ppc64le",
    build="#1 SMP PREEMPT_DYNAMIC Mon Sep 30 11:54:44 EDT 2024",
    os_release=(
        'NAME="Red Hat Enterprise Linux"',
        'VERSION="9.5 (Plow)"',
        'ID="rhel"',
        'ID_LIKE="fedora"',
        'VERSION_ID="9.5"',
        'PLATFORM_ID="platform:el9"',
        'PRETTY_NAME="Red Hat Enterprise Linux 9.5 (Plow)"',
        'ANSI_COLOR="0;31"',
        'CPE_NAME="cpe:/o:redhat:enterprise_linux:9::baseos"',
    ),
    release_file=("redhat-release", "Red Hat Enterprise Linux release 9.5 (Plow)\n"),
    packages=(
        *_POWER_PACKAGES,
        "bash-5.1.8-9.el9.ppc64le",
        "coreutils-8.32-36.el9.ppc64le",
        "firewalld-1.3.4-7.el9.noarch",
        "kernel-5.14.0-503.11.1.el9_5.ppc64le",
        "kernel-core-5.14.0-503.11.1.el9_5.ppc64le",
        "ksh-1.0.6-4.el9.ppc64le",
        "librtas-2.0.2-14.el9.ppc64le",
        "NetworkManager-1.48.10-2.el9_5.ppc64le",
        "openssh-server-8.7p1-43.el9.ppc64le",
        "powerpc-utils-1.3.11-4.el9.ppc64le",
        "powerpc-utils-core-1.3.11-4.el9.ppc64le",
        "rsyslog-8.2310.0-4.el9.ppc64le",
        "sos-4.8.0-1.el9.noarch",
        "stress-ng-0.17.08-2.el9.ppc64le",
        "systemd-252-46.el9_5.2.ppc64le",
        "util-linux-2.37.4-20.el9.ppc64le",
    ),
    services=(
        *_COMMON_SERVICES,
        _FIREWALL,
        Service("NetworkManager", "Network Manager", "/usr/sbin/NetworkManager --no-daemon"),
        Service("rsyslog", "System Logging Service", "/usr/sbin/rsyslogd -n"),
        Service("crond", "Command Scheduler", "/usr/sbin/crond -n"),
    ),
    system_log=True,
    interface="env{}",
)

SLES15 = Distribution(
    name="sles15",
    kernel="5.14.21-150500.55.83-default",
    build="#1 SMP PREEMPT_DYNAMIC Wed Sep 25 08:53:51 UTC 2024 (4d52bdd)",
    os_release=(
        'NAME="SLES"',
        'VERSION="15-SP5"',
        'VERSION_ID="15.5"',
        'PRETTY_NAME="SUSE Linux Enterprise Server 15 SP5"',
        'ID="sles"',
        'ID_LIKE="suse"',
        'ANSI_COLOR="0;32"',
        'CPE_NAME="cpe:/o:suse:sles:15:sp5"',
    ),
    release_file=("products.d/baseproduct", "SLES 15.5\n"),
    packages=(
        *_POWER_PACKAGES,
        "bash-4.4-150400.25.22.ppc64le",
        "coreutils-8.32-150400.9.6.1.ppc64le",
        "firewalld-0.9.3-150400.8.12.1.noarch",
        "kernel-default-5.14.21-150500.55.83.1.ppc64le",
        "ksh-93vu-150400.1.ppc64le",
        "librtas2-2.0.2-150400.1.ppc64le",
        "openssh-server-8.4p1-150300.3.37.1.ppc64le",
        "powerpc-utils-1.3.11-150500.5.8.1.ppc64le",
        "stress-ng-0.17.01-bp155.1.5.ppc64le",
        "supportutils-3.2.8-150300.7.35.33.1.noarch",
        "systemd-249.17-150400.8.43.1.ppc64le",
        "util-linux-2.37.4-150500.9.17.2.ppc64le",
        "wicked-0.6.76-150500.3.36.1.ppc64le",
    ),
    services=(
        *_COMMON_SERVICES,
        _FIREWALL,
        Service("wickedd", "wicked network management service daemon", "/usr/sbin/wickedd --systemd --foreground"),
        Service("cron", "Command Scheduler", "/usr/sbin/cron -n"),
    ),
    system_log=False,
    interface="eth{}",
)


def _renamed(packages: tuple[str, ...], changes: dict[str, str]) -> tuple[str, ...]:
    """The packages with other versions: ``{"sos": "4.7.1-3.el8.noarch"}``; an empty text takes one away."""
    kept = []
    for package in packages:
        name = package.rsplit("-", 2)[0]
        if name not in changes:
            kept.append(package)
        elif changes[name]:
            kept.append(f"{name}-{changes[name]}")
    return tuple(kept)


RHEL8 = replace(
    RHEL9,
    name="rhel8",
    kernel="4.18.0-553.el8_10.ppc64le",
    build="#1 SMP Fri May 10 15:13:08 EDT 2024",
    os_release=(
        'NAME="Red Hat Enterprise Linux"',
        'VERSION="8.10 (Ootpa)"',
        'ID="rhel"',
        'ID_LIKE="fedora"',
        'VERSION_ID="8.10"',
        'PLATFORM_ID="platform:el8"',
        'PRETTY_NAME="Red Hat Enterprise Linux 8.10 (Ootpa)"',
        'ANSI_COLOR="0;31"',
        'CPE_NAME="cpe:/o:redhat:enterprise_linux:8::baseos"',
    ),
    release_file=("redhat-release", "Red Hat Enterprise Linux release 8.10 (Ootpa)\n"),
    packages=_renamed(
        RHEL9.packages,
        {
            "bash": "4.4.20-5.el8.ppc64le",
            "coreutils": "8.30-15.el8.ppc64le",
            "firewalld": "0.9.11-4.el8.noarch",
            "kernel": "4.18.0-553.el8_10.ppc64le",
            "kernel-core": "4.18.0-553.el8_10.ppc64le",
            "ksh": "20120801-267.el8.ppc64le",
            "librtas": "2.0.2-5.el8.ppc64le",
            "NetworkManager": "1.40.16-15.el8_10.ppc64le",
            "openssh-server": "8.0p1-24.el8.ppc64le",
            "powerpc-utils": "1.3.10-6.el8.ppc64le",
            "powerpc-utils-core": "1.3.10-6.el8.ppc64le",
            "rsyslog": "8.2102.0-15.el8.ppc64le",
            "sos": "4.7.1-3.el8_10.noarch",
            "stress-ng": "0.15.00-1.el8.ppc64le",
            "systemd": "239-82.el8_10.ppc64le",
            "util-linux": "2.32.1-46.el8.ppc64le",
        },
    ),
)

RHEL10 = replace(
    RHEL9,
    name="rhel10",
    kernel="6.12.0-55.9.1.el10_0.ppc64le",
    build="#1 SMP PREEMPT_DYNAMIC Tue Apr 1 10:42:30 EDT 2025",
    os_release=(
        'NAME="Red Hat Enterprise Linux"',
        'VERSION="10.0 (Coughlan)"',
        'ID="rhel"',
        'ID_LIKE="centos fedora"',
        'VERSION_ID="10.0"',
        'PLATFORM_ID="platform:el10"',
        'PRETTY_NAME="Red Hat Enterprise Linux 10.0 (Coughlan)"',
        'ANSI_COLOR="0;31"',
        'CPE_NAME="cpe:/o:redhat:enterprise_linux:10::baseos"',
    ),
    release_file=("redhat-release", "Red Hat Enterprise Linux release 10.0 (Coughlan)\n"),
    packages=_renamed(
        RHEL9.packages,
        {
            "bash": "5.2.26-6.el10.ppc64le",
            "coreutils": "9.5-6.el10.ppc64le",
            "firewalld": "2.3.0-1.el10.noarch",
            "kernel": "6.12.0-55.9.1.el10_0.ppc64le",
            "kernel-core": "6.12.0-55.9.1.el10_0.ppc64le",
            "librtas": "2.0.6-4.el10.ppc64le",
            "NetworkManager": "1.52.0-3.el10_0.ppc64le",
            "openssh-server": "9.9p1-7.el10_0.ppc64le",
            "powerpc-utils": "1.3.13-2.el10.ppc64le",
            "powerpc-utils-core": "1.3.13-2.el10.ppc64le",
            "rsyslog": "",
            "sos": "4.9.0-1.el10.noarch",
            "stress-ng": "0.18.06-1.el10.ppc64le",
            "systemd": "257-9.el10_0.ppc64le",
            "util-linux": "2.40.2-10.el10.ppc64le",
        },
    ),
    services=tuple(service for service in RHEL9.services if service.name != "rsyslog"),
    system_log=False,
)

SLES15_SP6 = replace(
    SLES15,
    name="sles15sp6",
    kernel="6.4.0-150600.23.25-default",
    build="#1 SMP PREEMPT_DYNAMIC Tue Oct 1 10:54:01 UTC 2024 (ea7c56d)",
    os_release=(
        'NAME="SLES"',
        'VERSION="15-SP6"',
        'VERSION_ID="15.6"',
        'PRETTY_NAME="SUSE Linux Enterprise Server 15 SP6"',
        'ID="sles"',
        'ID_LIKE="suse"',
        'ANSI_COLOR="0;32"',
        'CPE_NAME="cpe:/o:suse:sles:15:sp6"',
    ),
    release_file=("products.d/baseproduct", "SLES 15.6\n"),
    packages=_renamed(
        SLES15.packages,
        {
            "kernel-default": "6.4.0-150600.23.25.1.ppc64le",
            "powerpc-utils": "1.3.12-150600.3.6.1.ppc64le",
            "supportutils": "3.2.8-150600.3.3.1.noarch",
            "systemd": "254.18-150600.4.15.10.ppc64le",
            "util-linux": "2.39.3-150600.4.12.2.ppc64le",
        },
    ),
)

DISTRIBUTIONS = {distribution.name: distribution for distribution in (RHEL8, RHEL9, RHEL10, SLES15, SLES15_SP6)}
