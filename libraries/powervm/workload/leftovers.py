"""Loads that a run has left in a partition: those of a run that died on this computer are cleared away."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

from powervm.partition import LinuxPartition
from powervm.waiting import Deadline

FOLDERS = "/var/tmp/mobility-workload"  # noqa: S108 - folders of the target, with new names, for their owner only
_OURS = re.compile(rf"{FOLDERS}-[0-9a-f]{{12}}")


def owner() -> str:
    """Which run a load belongs to: computer, process, and when that process began."""
    return f"{socket.gethostname()} {os.getpid()} {_begin_of(os.getpid())}"


def _begin_of(process: int) -> str:
    """When a process of this computer began, in ticks since its boot; empty when it is not there or nobody knows."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = status.rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 else ""


def is_dead(text: str) -> bool:
    """Whether the run that an owner's text names has ended; no, when it was on another computer or cannot be told."""
    words = text.split()
    if len(words) != 3 or words[0] != socket.gethostname() or not words[1].isdigit():
        return False
    return _begin_of(int(words[1])) != words[2]


def clear_leftovers(guest: LinuxPartition, deadline: Deadline) -> list[str]:
    """Remove the loads of dead runs of this computer.

    Returns:
        What was removed, and what of others is there, as sentences.
    """
    look = f"for f in {FOLDERS}-*; do [ -s $f/owner ] && echo $f $(cat $f/owner); done"
    told = []
    for line in guest.run(look, deadline).stdout.splitlines():
        folder, _, text = line.partition(" ")
        if not _OURS.fullmatch(folder):
            continue
        if is_dead(text):
            guest.run(f"[ -s {folder}/keeper ] && {still_kept(folder)} && {kill(folder)}; rm -rf {folder}", deadline)
            told.append(f"{guest.name}: {folder} was removed with its workload, which a run that died has left there.")
        else:
            told.append(f"{guest.name}: {folder} is a workload of another run ({text}); the partition carries both.")
    return told


def still_kept(folder: str) -> str:
    """A condition: the process that keeps a load is that of this folder, and no new one of the same number."""
    return f"ps -p $(cat {folder}/keeper) -o args= | grep -qF {folder}"


def kill(folder: str) -> str:
    """Ends everything in the session of a load."""
    return f"pkill -KILL -s $(cat {folder}/keeper)"
