"""The operating systems of partitions in the words of a console."""

from __future__ import annotations

from powervm_sim.guest.distribution import DISTRIBUTIONS


def os_facts(distribution: str) -> tuple[str, str, str]:
    """Family, kernel and release of a distribution, for example ``Linux/RedHat``, ``5.14.0`` and ``9.5``."""
    system = DISTRIBUTIONS[distribution]
    family = "Linux/RedHat" if distribution.startswith("rhel") else "Linux/SuSE"
    release = next(line for line in system.os_release if line.startswith("VERSION_ID="))
    return family, system.kernel.partition("-")[0], release.partition("=")[2].strip('"')
