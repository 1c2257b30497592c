"""What commands and files ask a simulated Linux system about itself."""

from __future__ import annotations

import random

from powervm_sim.guest import hardware_files
from powervm_sim.guest.clock import Clock
from powervm_sim.guest.hardware_files import THREADS_PER_CORE
from powervm_sim.guest.interface import Hardware
from powervm_sim.guest.load import Load
from powervm_sim.guest.processes import ProcessTable
from powervm_sim.guest.spec import GuestSpec, package_name


class Facts:
    """Figures and texts that follow from the state of the system.

    Attributes:
        booted: Monotonic seconds of the boot.
        packages: What is installed, as ``name-version-release.arch``.
        processes: What runs.
        stress: The load.
        threads: Hardware threads of each core that are online.
    """

    spec: GuestSpec
    clock: Clock
    booted: float
    packages: tuple[str, ...]
    processes: ProcessTable
    stress: Load
    threads: int
    _hardware: Hardware | None
    _seed: str

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
        return self.hardware.processors * self.threads

    @property
    def online(self) -> list[int]:
        """The numbers of the hardware threads that are online."""
        cores = range(0, self.hardware.processors * THREADS_PER_CORE, THREADS_PER_CORE)
        return [core + thread for core in cores for thread in range(self.threads)]

    @property
    def load(self) -> str:
        """The three load averages."""
        busy = sum(process.task is not None for process in self.processes)
        working = self.stress.workers
        return f"{0.02 + busy * 0.05 + working:.2f} {0.03 + working * 0.7:.2f} {0.01 + working * 0.3:.2f}"

    @property
    def version(self) -> str:
        """The line in ``/proc/version``."""
        return f"Linux version {self.spec.release} (builder@{self.spec.distribution}) (gcc) {self.spec.system.build}"

    @property
    def command_line(self) -> str:
        """The kernel's command line."""
        return f"BOOT_IMAGE=/vmlinuz-{self.spec.release} root=/dev/mapper/{self.spec.distribution}-root ro"

    @property
    def available_memory(self) -> int:
        """Kilobytes that programs can still have."""
        return hardware_files.available(self.hardware, self.stress.memory)

    def package_version(self, name: str) -> str:
        """The version of an installed package, for example ``2.37.4``; ``0`` when it is not there."""
        found = next((package for package in self.packages if package_name(package) == name), "")
        return found.rsplit("-", 2)[1] if found else "0"

    def random(self, purpose: str) -> random.Random:
        """Numbers that are the same for the same purpose in the same world."""
        return random.Random(f"{self._seed} {purpose}".rstrip())  # noqa: S311 - reproducible, not secret
