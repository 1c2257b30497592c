"""Reference codes: what the operator panel of a partition or of a service processor has shown."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

IN_FIRMWARE = "CA00E1F1"
SMS_MENU = "CA00E1DC"
NOTHING_TO_BOOT = "AA00E1A9"
LINUX = "Linux ppc64le"
POWER_OFF = ("D200C300", "D200C301")
SYSTEM_ON = ("C1009002", "C7004091")
SYSTEM_READY = ""
SYSTEM_OFF = ("D1508200", "01")
_KEPT = 200


@dataclass(frozen=True)
class ReferenceCode:
    """One code and when it came, in seconds since the epoch."""

    time: float
    code: str


@dataclass(eq=False)
class ReferenceCodes:
    """The newest codes."""

    _codes: deque[ReferenceCode] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def show(self, *codes: str) -> None:
        """Show these one after the other; one that is shown already is not shown again."""
        for code in codes:
            if not self._codes or self._codes[-1].code != code:
                self._codes.append(ReferenceCode(time.time(), code))

    def __iter__(self) -> Iterator[ReferenceCode]:
        """The newest first."""
        return reversed(self._codes)
