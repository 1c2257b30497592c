"""How long the network of a partition is gone while it moves: ping from within, before, during and after.

A ping from within the partition has the time of each answer by the partition's clock, which jumps over the time that
it was suspended: both that and a reset adapter are seen as a gap between two answers. Source: ping of iputils.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from powervm.background import BackgroundCommand
from powervm.errors import MobilityError
from powervm.lab import Network
from powervm.outcome import Finding, Outage, Severity
from powervm.partition import LinuxPartition
from powervm.waiting import Deadline, DeadlinePassed, wait_until

CHECK = "network"

_ANSWER = re.compile(r"^\[(?P<time>\d+\.\d+)\] \d+ bytes from .*?icmp_seq=(?P<number>\d+)\b")
_WAITING = re.compile(r"^\[(?P<time>\d+\.\d+)\] no answer yet for icmp_seq=(?P<number>\d+)\b")
_SUMMARY = re.compile(r"^(?P<sent>\d+) packets transmitted, (?P<received>\d+) received")
_NUMBERS = 1 << 16
"""Sequence numbers of ping begin again after so many."""


@dataclass
class Answers:
    """The output of ``ping -D -O``, read line by line.

    Attributes:
        first, last: Time of the first and of the last answer; None when there was none.
        gap, gap_at: The longest time without an answer: between two in a row, or before the first one.
        whole: Ping has told its summary, as it does when it is stopped; else it was killed, or its file is cut off.
    """

    sent: int = 0
    received: int = 0
    first: float | None = None
    last: float | None = None
    gap: float = 0.0
    gap_at: float | None = None
    seen: float | None = None
    whole: bool = False
    _round: int = 0
    _number: int = 0
    _begun: float | None = None

    def read(self, lines: Iterable[str]) -> Answers:
        """Take more lines."""
        for line in lines:
            self._take(line)
        return self

    def _take(self, line: str) -> None:
        answer, waiting, summary = _ANSWER.match(line), _WAITING.match(line), _SUMMARY.match(line)
        if answer:
            self._count(int(answer["number"]))
            self._answered(float(answer["time"]))
        elif waiting:
            self._count(int(waiting["number"]))
            self.seen = float(waiting["time"])
            self._begun = self.seen if self._begun is None else self._begun
        elif summary:
            self.sent, self.received, self.whole = int(summary["sent"]), int(summary["received"]), True

    def _count(self, number: int) -> None:
        if number < self._number - _NUMBERS // 2:
            self._round += _NUMBERS
        self._number = number
        self.sent = max(self.sent, self._round + number)

    def _answered(self, time: float) -> None:
        self.received += 1
        since = self._begun if self.last is None else self.last
        if since is not None and time - since > self.gap:
            self.gap, self.gap_at = time - since, since
        self.first = time if self.first is None else self.first
        self.last = self.seen = time

    def outage(self, network: Network) -> Outage:
        """The figures; a gap that had not ended when the probe was stopped counts up to the last ping."""
        gap, begun = self.gap, self.gap_at
        if self.last is not None and self.seen is not None and self.seen - self.last > gap:
            gap, begun = self.seen - self.last, self.last
        return Outage(
            interface=network.interface,
            peer=network.peer,
            interval=network.interval,
            sent=self.sent,
            received=self.received,
            lost=max(0, self.sent - self.received),
            longest_gap=None if self.last is None else round(gap, 3),
            gap_at=begun,
            limit=network.outage,
        )


def judge_outage(partition: str, outage: Outage) -> Finding:
    """Whether the network was gone for longer than is fine."""
    route = f"{outage.peer} through {outage.interface}"
    counts = f"{outage.lost} of {outage.sent} pings were lost"
    remedy = "Look at the switch ports of the target, at the VLAN there, and at the kernel log of the partition."
    if outage.longest_gap is None:
        text = f"{route} did not answer once during the move ({outage.sent} pings)."
        return Finding(severity=Severity.ERROR, check=CHECK, subject=partition, text=text, remedy=remedy)
    gap = f"{route} did not answer for {outage.longest_gap:.1f} s during the move; {counts}"
    if outage.longest_gap > outage.limit:
        text = f"{gap}, and {outage.limit:g} s are fine."
        return Finding(severity=Severity.ERROR, check=CHECK, subject=partition, text=text, remedy=remedy)
    return Finding(severity=Severity.OK, check=CHECK, subject=partition, text=f"{gap}.")


def ping_probe(partition: LinuxPartition, network: Network, *, lifetime: float) -> BackgroundCommand:
    """A ping that runs in the partition until it is stopped, or for ``lifetime`` seconds."""
    words = ["ping", "-n", "-D", "-O", "-i", f"{network.interval:g}", "-w", f"{lifetime:.0f}"]
    command = shlex.join([*words, "-I", network.interface, network.peer])
    return BackgroundCommand(partition, "the ping probe", command, program="ping", signal="INT")


def ping_once(partition: LinuxPartition, network: Network, deadline: Deadline | None = None) -> MobilityError | None:
    """Ping the peer three times through the interface; why it did not answer, or None when it did."""
    words = ["ping", "-n", "-c", "3", "-i", "0.2", "-W", "2", "-I", network.interface, network.peer]
    result = partition.run(f"LC_ALL=C {shlex.join(words)}", deadline)
    if result.ok:
        return None
    said = (
        result.stderr.strip().splitlines()[:1]
        or [line for line in result.stdout.splitlines() if _SUMMARY.match(line)]
        or [f"exit status {result.status}"]
    )
    return MobilityError(
        f"{partition.name}: {network.peer} does not answer a ping through {network.interface}: {said[0]}.",
        remedy="Check address, VLAN and link of the interface, and that the peer is up.",
    )


def ping_until(
    partition: LinuxPartition, network: Network, deadline: Deadline, *, limit: float, interval: float
) -> MobilityError | None:
    """Ping the peer until it answers or the deadline passes; why it did not answer, or None when it did.

    A link needs a moment after it was brought up, and so does an address of IPv6, or an adapter after a move.

    Args:
        partition: From where.
        network: Its interface and peer.
        deadline: When to stop; the peer is asked once more then.
        limit: Seconds that one command may take.
        interval: Seconds between two tries.
    """
    trouble: MobilityError | None = None

    def answers() -> bool:
        nonlocal trouble
        trouble = ping_once(partition, network, Deadline(limit))
        return trouble is None

    with suppress(DeadlinePassed):
        wait_until(answers, deadline, interval=interval)
    return trouble
