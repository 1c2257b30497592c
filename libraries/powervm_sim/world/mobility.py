"""The settings of mobility that ``migrlpar -o set`` changes: of a managed system, and of a mover service partition."""

from __future__ import annotations

from dataclasses import dataclass

_MOST_OF_OLD_MOVERS = 8
_MOST = 16
_OLD_LEVELS = ("1", "2")


@dataclass(eq=False)
class SystemMobility:
    """Settings of a managed system.

    Attributes:
        inactive_policy: ``config`` or ``prof``: what an inactive partition is defined by on the target.
        inactive_source_storage: Its partitions may migrate while the servers of their storage are down.
    """

    inactive_policy: str = "config"
    inactive_source_storage: bool = False


@dataclass(eq=False)
class MoverSettings:
    """Settings of a Virtual I/O Server as a mover.

    Attributes:
        concurrent: Migrations that it takes part in at once (``cfg_msp_lpm_ops``).
        level: Concurrency level (``concurrency_lvl``), 1 to 5; a lower one gives more resources to each migration.
    """

    concurrent: int = 8
    level: int = 3

    @property
    def speed(self) -> float:
        """The share of the usual copy rate that a migration gets."""
        return {1: 1.4, 2: 1.2, 3: 1.0, 4: 0.9, 5: 0.8}[self.level]


def most_concurrent(level: str) -> int:
    """How many migrations a Virtual I/O Server of this level supports at once."""
    return _MOST_OF_OLD_MOVERS if level.split(".", maxsplit=1)[0] in _OLD_LEVELS else _MOST
