"""Pairs of firmware levels between which IBM's tables refuse a migration. What they only do not support is possible."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TEXT = re.compile(r"FW(\d+)[^(]*(?:\((?:\w*_)?(\d+)\))?")
_OLD_340_PACK = 39
_OPEN_840_PACK = 113
_BLOCKED = {710: {760, 763, 770, 773, 780, 783}, 720: {770, 773, 780, 783}}
_BLOCKED |= {level: {710} for level in (760, 763)} | {level: {710, 720} for level in (770, 773, 780)}
_POWER7 = range(710, 800)


@dataclass(frozen=True)
class Firmware:
    """A level as the tables write it, such as 840_113."""

    release: int
    pack: int


def blocked(source: str, target: str) -> bool:
    """Whether a migration from one firmware (``FW840.40 (SV840_113)``) to another is refused."""
    old, new = _read(source), _read(target)
    if old is None or new is None:
        return False
    if old.release == 340 and old.pack == _OLD_340_PACK and new.release >= 730:
        return True
    if new.release in _BLOCKED.get(old.release, ()):
        return True
    return _needs_open_840(old, new) and not all(
        level.pack >= _OPEN_840_PACK for level in (old, new) if level.release == 840
    )


def _needs_open_840(old: Firmware, new: Firmware) -> bool:
    """Between 760 and 840 in either direction, and from 840 to any level of POWER7."""
    releases = {old.release, new.release}
    return releases == {760, 840} or (old.release == 840 and new.release in _POWER7)


def _read(text: str) -> Firmware | None:
    found = _TEXT.match(text)
    return Firmware(int(found[1]), int(found[2] or 0)) if found else None
