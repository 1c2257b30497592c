"""Processor compatibility modes: what the console says, and what the system inside the partition says.

Inside, ``AT_PLATFORM`` of the auxiliary vector is the mode that the system runs in, and the ``cpu`` lines of
``/proc/cpuinfo`` name it too. Both are set at boot and stay over a move. ``AT_BASE_PLATFORM`` is the processor that it
was booted on. Linux' ``lparstat -i`` tells no mode.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from powervm.console import PartitionStatus
from powervm.errors import MobilityError
from powervm.outcome import Finding, Severity
from powervm.partition import LinuxPartition
from powervm.waiting import Deadline

CHECK = "processor mode"
_COMMAND = "LD_SHOW_AUXV=1 /bin/true; grep -m 1 ^cpu /proc/cpuinfo"


@dataclass(frozen=True)
class ModeInside:
    """What the system in a partition says of its processors.

    Attributes:
        platform: ``AT_PLATFORM``, for example ``power9``.
        base_platform: ``AT_BASE_PLATFORM``; empty where it is not told.
        processor: The ``cpu`` line, for example ``POWER9 (architected), altivec supported``.
    """

    platform: str
    base_platform: str
    processor: str


def read_mode(guest: LinuxPartition, deadline: Deadline | None = None) -> ModeInside:
    """Ask the system in a partition, in one round.

    Raises:
        MobilityError: It does not tell.
    """
    return parse_mode(guest.name, guest.run(_COMMAND, deadline).stdout)


def parse_mode(name: str, output: str) -> ModeInside:
    """Read the auxiliary vector and the first ``cpu`` line."""
    pairs = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in output.splitlines())}
    if not pairs.get("AT_PLATFORM") or not pairs.get("cpu"):
        raise MobilityError(
            f"{name}: the system does not tell in which processor mode it runs.",
            remedy=f"Try '{_COMMAND}' in the partition.",
        )
    return ModeInside(pairs["AT_PLATFORM"], pairs.get("AT_BASE_PLATFORM", ""), pairs["cpu"])


def prove_mode(name: str, wanted: str, status: PartitionStatus, inside: ModeInside) -> list[Finding]:
    """Compare the mode that a partition should run in with what its console and its system say.

    ``POWER9_base`` is POWER9 to the system inside.

    Args:
        name: The partition, for the findings.
        wanted: A mode as consoles write it, for example ``POWER9``.
    """
    plain = re.sub(r"[_+].*$", "", wanted).lower()
    named = inside.processor.split(" ")[0].lower()
    return [
        _finding(
            name, status.current_mode == wanted, f"the console says that it runs in {status.current_mode}", wanted
        ),
        _finding(name, inside.platform == plain, f"its system says AT_PLATFORM {inside.platform}", wanted),
        _finding(name, named == plain, f"its kernel names the processor '{inside.processor}'", wanted),
    ]


def _finding(name: str, good: bool, text: str, wanted: str) -> Finding:
    if good:
        return Finding(severity=Severity.OK, check=CHECK, subject=name, text=f"{text}.")
    remedy = "Set the mode in its profile, and restart it with that profile."
    return Finding(severity=Severity.ERROR, check=CHECK, subject=name, text=f"{text}, not {wanted}.", remedy=remedy)
