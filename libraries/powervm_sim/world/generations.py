"""Processor generations and the compatibility modes that their servers offer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Generation:
    """One POWER generation.

    Attributes:
        name: ``POWER8`` ... ``POWER11``.
        modes: In the order of ``lpar_proc_compat_modes``, without ``default``.
        max_partitions: ``max_lpars`` of a usual server.
        service_processor: ``fsp`` or ``ebmc``.
    """

    name: str
    modes: tuple[str, ...]
    max_partitions: int
    service_processor: str

    def best_mode(self, firmware: str) -> str:
        """What a partition gets at activation that asks for nothing special; FW910 has the base mode only."""
        if self.name == "POWER9" and firmware.startswith("FW910"):
            return "POWER9_base"
        return self.name

    def offered(self, firmware: str) -> tuple[str, ...]:
        """The modes of a server with this firmware: FW910 has only the base of its own generation."""
        own = self.best_mode(firmware)
        return self.modes if own == self.name else tuple(mode for mode in self.modes if mode != self.name)

    def supports(self, mode: str) -> bool:
        """Whether a partition in this mode (or with this wish) can run here."""
        return mode == "default" or mode in self.modes


GENERATIONS = {
    generation.name: generation
    for generation in (
        Generation("POWER8", ("POWER6", "POWER6+", "POWER7", "POWER8"), 200, "fsp"),
        Generation("POWER9", ("POWER7", "POWER8", "POWER9", "POWER9_base"), 400, "fsp"),
        Generation("POWER10", ("POWER8", "POWER9", "POWER9_base", "POWER10"), 1000, "ebmc"),
        Generation("POWER11", ("POWER9", "POWER9_base", "POWER10", "POWER11"), 1000, "ebmc"),
    )
}
