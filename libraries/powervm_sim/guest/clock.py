"""The clocks of a simulated system, and how they are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic as real_monotonic
from time import time as real_time

_FORMATS = (
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S",
    "%y-%m-%d %H:%M:%S",
)
_UNITS = {"s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hr": 3600, "hour": 3600}
_UNITS |= {"d": 86400, "day": 86400, "w": 604800, "week": 604800}
_SPAN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*")


@dataclass(frozen=True)
class Clock:
    """Where time comes from: real time, unless a test brings its own.

    Attributes:
        time: Seconds since the epoch.
        monotonic: Seconds of a clock that is never set; it goes on while a partition is suspended, because the
            hypervisor moves the timebase forward by the length of the pause.
    """

    time: Callable[[], float] = real_time
    monotonic: Callable[[], float] = real_monotonic


def syslog_time(moment: float) -> str:
    """As in syslog files and ``journalctl``, for example ``Aug  6 10:14:40``."""
    when = datetime.fromtimestamp(moment).astimezone()
    return f"{when:%b} {when.day:2d} {when:%H:%M:%S}"


def calendar_time(moment: float) -> str:
    """As in ``dmesg -T``, for example ``Wed Aug 26 10:16:02 2026``."""
    return datetime.fromtimestamp(moment).astimezone().ctime()


def parse_time(text: str, now: float) -> float:
    """A point in time as ``--since`` options take it, in seconds since the epoch.

    Args:
        text: ``2026-08-26 10:14:00``, ``10:14``, ``@1787738162.5``, ``now``, ``today``, ``yesterday``, ``-5min``
            or ``5 minutes ago``.
        now: The present, in seconds since the epoch.

    Raises:
        ValueError: It is none of these.
    """
    text = text.strip()
    today = datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    words = {"now": now, "today": today.timestamp(), "yesterday": (today - timedelta(days=1)).timestamp()}
    if text in words:
        return words[text]
    if text.startswith("@"):
        return float(text[1:])
    if text.startswith("-"):
        return now - _span(text[1:])
    if text.endswith(" ago"):
        return now - _span(text[:-4])
    if ":" in text and "-" not in text:
        text = f"{today:%Y-%m-%d} {text}"
    for form in _FORMATS:
        with suppress(ValueError):
            return datetime.strptime(text, form).astimezone().timestamp()
    raise ValueError(text)


def _span(text: str) -> float:
    """Seconds in a text such as ``1h 30min``."""
    seconds, place = 0.0, 0
    while place < len(text):
        found = _SPAN.match(text, place)
        unit = found and (_UNITS.get(found[2]) or _UNITS.get(found[2].rstrip("s")))
        if not found or not unit:
            raise ValueError(text)
        seconds += float(found[1]) * unit
        place = found.end()
    if not place:
        raise ValueError(text)
    return seconds
