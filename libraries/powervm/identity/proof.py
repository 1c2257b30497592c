"""The proof inside the partition: it is the same one, it was not restarted, and it runs on the target now.

The pair ``system-id`` and ``model`` of the device tree follows the server; the processor lines of ``/proc/cpuinfo``
may keep those of the source and prove nothing.
"""

from __future__ import annotations

from powervm.console import ManagedSystem
from powervm.outcome import Finding, Identified, Severity
from powervm.partition import Identity, LinuxPartition
from powervm.ssh import AuthenticationFailed, HostKeyChanged
from powervm.waiting import Deadline, DeadlinePassed, ask_until

CHECK = "proof in the partition"

_ONE_TRY = 20.0
"""Seconds for one reading: an old connection may lead nowhere after the move, and a new one does not."""


def identified(identity: Identity) -> Identified:
    """An identity, for the record."""
    return Identified(
        boot_id=identity.boot_id,
        uptime=identity.uptime,
        serial=identity.serial,
        type_model=identity.type_model,
        partition_id=identity.partition_id,
    )


def read_again(partition: LinuxPartition, deadline: Deadline, *, interval: float) -> Identity:
    """Read the identity after a migration; a connection that was cut meanwhile is made again.

    Raises:
        DeadlinePassed: The partition did not answer up to the deadline.
    """
    try:
        return ask_until(
            partition.identity,
            deadline,
            each=_ONE_TRY,
            interval=interval,
            what=f"an answer of {partition.name}",
            final=(AuthenticationFailed, HostKeyChanged),
            late=partition.connection.close,
        )
    except DeadlinePassed as passed:
        raise DeadlinePassed(f"{partition.name}: {passed.message}", remedy=passed.remedy) from passed


def prove_move(
    name: str, before: Identified, after: Identified, *, target: ManagedSystem, elapsed: float
) -> list[Finding]:
    """Compare who the partition was with who it is.

    Args:
        name: The partition, for the findings.
        before, after: Read before and after the migration.
        target: The target as its console describes it.
        elapsed: Seconds between the two readings.
    """
    return [
        _same_boot(name, before, after),
        _uptime(name, before, after, elapsed),
        _server(name, before, after, target.serial, target.type_model),
    ]


def _same_boot(name: str, before: Identified, after: Identified) -> Finding:
    if before.boot_id == after.boot_id:
        return _finding(name, Severity.OK, f"the boot id is the same ({after.boot_id}).")
    text = f"the boot id changed from {before.boot_id} to {after.boot_id}: it was restarted."
    return _finding(name, Severity.ERROR, text, "Look for a crash in its console log and its kernel log.")


def _uptime(name: str, before: Identified, after: Identified, elapsed: float) -> Finding:
    grown = after.uptime - before.uptime
    if grown >= 0:
        return _finding(name, Severity.OK, f"the uptime went on ({grown:.0f} s in {elapsed:.0f} s).")
    text = f"the uptime went back from {before.uptime:.0f} s to {after.uptime:.0f} s."
    return _finding(name, Severity.ERROR, text, "Look for a restart in its console log.")


def _server(name: str, before: Identified, after: Identified, serial: str, type_model: str) -> Finding:
    if after.serial == serial and after.type_model == type_model:
        text = f"it runs on {type_model} {serial} (before: {before.type_model} {before.serial})."
        return _finding(name, Severity.OK, text)
    text = f"it says it runs on {after.type_model} {after.serial}; the target is {type_model} {serial}."
    return _finding(name, Severity.ERROR, text, "Compare the console's list of partitions with the device tree.")


def _finding(name: str, severity: Severity, text: str, remedy: str = "") -> Finding:
    return Finding(severity=severity, check=CHECK, subject=name, text=text, remedy=remedy)
