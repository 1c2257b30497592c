"""What fio and iperf3 say in their JSON output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def read_json(output: str) -> dict[str, Any] | None:
    """The last JSON object of an output, which may hold other lines as well; None when there is none.

    fio prints warnings before it, and with ``--status-interval`` a new object each time.
    """
    decoder = json.JSONDecoder()
    found: dict[str, Any] | None = None
    place = output.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(output, place)
        except ValueError:
            place = output.find("\n{", place + 1)
            place += 1 if place >= 0 else 0
            continue
        if isinstance(value, dict) and value:
            found = value
        place = output.find("{", end)
    return found


def fio_complaints(document: dict[str, Any]) -> Iterator[str]:
    """The jobs that had errors; fio counts them in ``error``, an errno."""
    for job in document.get("jobs", ()):
        error = job.get("error", 0)
        if error:
            yield f"the fio job '{job.get('jobname', '?')}' ended with error {error}."


def fio_figures(document: dict[str, Any]) -> dict[str, float]:
    """Operations in a second, and the longest one in milliseconds, by job and direction."""
    found: dict[str, float] = {}
    for job in document.get("jobs", ()):
        for way in ("read", "write"):
            part = job.get(way) or {}
            if part.get("total_ios"):
                name = f"{job.get('jobname', '?')} {way}"
                found[f"{name}: operations per second"] = float(part.get("iops", 0.0))
                longest = (part.get("clat_ns") or {}).get("max")
                if longest is not None:
                    found[f"{name}: longest operation (ms)"] = longest / 1e6
    return found


def iperf3_complaints(document: dict[str, Any], *, stopped: bool) -> Iterator[str]:
    """Its error, but for the one that says that it was interrupted, when that is what we did."""
    error = str(document.get("error", ""))
    if error and not (stopped and error.startswith("interrupt")):
        yield f"iperf3 reported: '{error}'."


def iperf3_figures(document: dict[str, Any]) -> dict[str, float]:
    """Bits in a second, retransmissions, and the seconds in which nothing went through."""
    found: dict[str, float] = {}
    end = document.get("end") or {}
    for name in ("sum_sent", "sum_received", "sum"):
        part = end.get(name) or {}
        if "bits_per_second" in part:
            found[f"{name}: bits per second"] = float(part["bits_per_second"])
        if "retransmits" in part:
            found[f"{name}: retransmissions"] = float(part["retransmits"])
    sums = [interval.get("sum") or {} for interval in document.get("intervals", ())]
    if sums:
        still = [part.get("seconds", 0.0) for part in sums if not part.get("bits_per_second")]
        found["seconds without any traffic"] = float(sum(still))
    return found
