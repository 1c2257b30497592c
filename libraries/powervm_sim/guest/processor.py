"""What the processor generations look like to Linux, as data.

The texts are those of published ``/proc/cpuinfo`` and ``lscpu`` output of PowerVM partitions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Processor:
    """A generation of processors.

    Attributes:
        name: As the kernel spells it; Power11 is not in capitals there.
        version: Upper half of the processor version register, with the revision, for example ``004e 0202``.
        revision: For example ``2.2``.
        logical_version: Of the compatibility mode with this name.
        caches: L1d, L1i, L2 and L3 as ``lscpu`` prints them.
    """

    name: str
    version: str
    revision: str
    logical_version: str
    caches: tuple[str, str, str, str]
    radix: bool = True

    @property
    def cpu_line(self) -> str:
        """The ``cpu`` line of ``/proc/cpuinfo`` in the compatibility mode with this name."""
        return f"{self.name} (architected), altivec supported"


_GENERATIONS = {
    8: Processor("POWER8", "004d 0200", "2.0", "0xf000004", ("64K", "32K", "512K", "8192K"), radix=False),
    9: Processor("POWER9", "004e 0202", "2.2", "0xf000005", ("32K", "32K", "512K", "10240K")),
    10: Processor("POWER10", "0080 0200", "2.0", "0xf000006", ("64K", "96K", "256K", "8K")),
    11: Processor("Power11", "0082 0200", "2.0", "0xf000007", ("64K", "96K", "256K", "8K")),
}


def processor(name: str) -> Processor:
    """The generation in a name such as ``POWER9``, ``POWER9_base`` or ``Power11``.

    Raises:
        ValueError: No generation from POWER8 to Power11 is named.
    """
    found = re.match(r"power(\d+)", name, re.IGNORECASE)
    if not found or int(found[1]) not in _GENERATIONS:
        raise ValueError(f"{name!r} is not a processor generation or mode from POWER8 to POWER11")
    return _GENERATIONS[int(found[1])]


def mode(compatibility_mode: str, silicon: str) -> Processor:
    """The generation that a compatibility mode stands for; ``default`` means that of the silicon."""
    return processor(silicon if compatibility_mode.lower() == "default" else compatibility_mode)
