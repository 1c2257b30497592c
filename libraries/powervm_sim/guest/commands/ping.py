"""``ping`` of iputils: one packet after the other until it is enough, and what came of it.

Times of packets follow the schedule and not the moment at which the lab got round to print a line, so that what it
shows of a suspended partition is exact: nothing leaves while it is suspended, and the next packet leaves at once.
"""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.guest.network import Interface
from powervm_sim.guest.processes import current
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_OTHER = 2
_INTERRUPT = 2
_LINGER = 10.0
_LATE = 1.0
_SHORTEST = 0.001


@dataclass(frozen=True)
class Order:
    """What the options ask for. Times in seconds."""

    target: str
    count: int | None = None
    interval: float = 1.0
    wait: float = _LINGER
    deadline: float | None = None
    source: str = ""
    stamps: bool = False
    outstanding: bool = False
    quiet: bool = False
    numeric: bool = False
    size: int = 56
    ttl: int = 64


@dataclass(frozen=True)
class Target:
    """Where the packets go.

    Attributes:
        shown: How replies name it.
        interface: By which they leave.
        alive: Tells whether it answers now.
        near: It is this partition itself.
    """

    address: str
    shown: str
    interface: Interface
    source: str
    alive: Callable[[], bool]
    near: bool


async def ping(guest: LinuxGuest, call: Call) -> int:
    """``ping [-c N] [-i S] [-w S] [-W S] [-I DEVICE] [-s BYTES] [-t TTL] [-DOqnv46] TARGET``."""
    order = _order(call)
    target = _target(guest, order)
    via = f" from {target.source} {order.source}:" if order.source else ""
    size = f"{order.size}({order.size + 28})"
    await call.stdout.write(f"PING {order.target} ({target.address}){via} {size} bytes of data.\n")
    run = _Run(guest, call, order, target)
    try:
        await run.go()
    except asyncio.CancelledError:
        process = current()
        # A plain end (SIGTERM) has no last word; an interrupt and a client that went away are told apart by it.
        if process is None or process.signal not in (0, _INTERRUPT):
            raise
        with suppress(BrokenPipeError):
            await run.summary()
        if process.signal == 0:
            raise
        return run.status
    await run.summary()
    return run.status


def _order(call: Call) -> Order:
    try:
        given, words = parse(call, "c:i:w:W:I:s:t:M:p:Q:l:m:S:T:DOqnvU46AabBdfhLNrRV", status=_OTHER)
    except UsageError as problem:
        text = f"{problem}\n\nUsage\n  ping [options] <destination>\n"
        raise UsageError(text.rstrip("\n"), _OTHER) from None
    options = dict(given)
    for name in ("-M", "-p", "-Q", "-l", "-m", "-S", "-T", "-A", "-b", "-B", "-d", "-f", "-L", "-N", "-r", "-R"):
        if name in options:
            raise not_simulated(call, name)
    if "-6" in options:
        raise not_simulated(call, "-6")
    if "-V" in options or "-h" in options:
        raise not_simulated(call, "-V" if "-V" in options else "-h")
    if len(words) != 1:
        raise UsageError("ping: usage error: Destination address required", 1 if not words else _OTHER)
    count = _number(options, "-c", 0.0)
    return Order(
        target=words[0],
        count=int(count) if count else None,
        interval=max(_SHORTEST, _number(options, "-i", 1.0)),
        wait=_number(options, "-W", _LINGER),
        deadline=_number(options, "-w", 0.0) or None,
        source=options.get("-I", ""),
        stamps="-D" in options,
        outstanding="-O" in options,
        quiet="-q" in options,
        numeric="-n" in options,
        size=int(_number(options, "-s", 56.0)),
        ttl=int(_number(options, "-t", 64.0)),
    )


def _number(options: dict[str, str], name: str, default: float) -> float:
    if name not in options:
        return default
    try:
        value = float(options[name])
    except ValueError:
        value = -1.0
    whole = name in ("-c", "-s", "-t")
    if value < 0 or not math.isfinite(value) or (whole and value != int(value)):
        raise UsageError(f"ping: invalid argument: '{options[name]}'", _OTHER)
    if name == "-c" and value < 1:
        raise UsageError(f"ping: invalid argument: '{options[name]}': out of range: 1 <= value", _OTHER)
    return value


def _target(guest: LinuxGuest, order: Order) -> Target:
    address = _resolve(guest, order.target)
    mine = guest.network.addresses()
    near = ip_address(address).is_loopback or address in mine
    interface = guest.network.find(order.source) if order.source else None
    if order.source and interface is None and order.source not in mine:
        raise UsageError(f"ping: unknown iface: {order.source}", _OTHER)
    if interface is None:
        interface = guest.network.source(address)
    if interface is None:
        raise UsageError("ping: connect: Network is unreachable", _OTHER)
    source = next((own.partition("/")[0] for own in interface.addresses), address)
    if order.source and not interface.addresses:
        raise UsageError(f"ping: connect: Cannot assign requested address ({order.source})", _OTHER)
    named = order.target != address and not order.numeric
    shown = f"{order.target} ({address})" if named else address

    def alive() -> bool:
        if near:
            return True
        gateway = guest.network.gateway()
        if gateway is not None and address == gateway[1]:
            return True
        found = guest.firmware.neighbour(address)
        return found is not None and found.answers

    return Target(address, shown, interface, source, alive, near)


def _resolve(guest: LinuxGuest, name: str) -> str:
    """The address of a name. Raises UsageError."""
    found = resolve(guest, name)
    if found is None:
        raise UsageError(f"ping: {name}: Name or service not known", _OTHER)
    return found


def resolve(guest: LinuxGuest, name: str) -> str | None:
    """The address of a name in ``/etc/hosts`` or in the world; an address is its own."""
    with suppress(ValueError):
        return str(ip_address(name))
    with suppress(OSError):
        # Short forms such as 127.1 are addresses for ping, too.
        if name and name.replace(".", "").isdigit():
            return socket.inet_ntoa(socket.inet_aton(name))
    if guest.tree.exists("/etc/hosts"):
        for line in guest.tree.read("/etc/hosts").decode("utf-8", "replace").splitlines():
            words = line.partition("#")[0].split()
            if name in words[1:]:
                return words[0]
    found = guest.firmware.neighbour(name)
    return found.address if found is not None else None


@dataclass
class _Run:
    """The packets of one call."""

    guest: LinuxGuest
    call: Call
    order: Order
    target: Target
    sent: int = 0
    received: int = 0
    total: float = 0.0
    squares: float = 0.0
    least: float = math.inf
    most: float = 0.0
    begun: float = 0.0
    last: float = 0.0
    answered: bool = True

    @property
    def status(self) -> int:
        """0 some reply, 1 none, or fewer than asked for before the deadline."""
        order = self.order
        if order.deadline is not None and order.count is not None and self.received < order.count:
            return 1
        return 0 if self.received else 1

    async def go(self) -> None:
        """Send until it is enough."""
        guest, order = self.guest, self.order
        numbers = guest.random(f"ping {guest.processes.current_pid()}")
        due = self.begun = guest.clock.monotonic()
        end = self.begun + order.deadline if order.deadline is not None else math.inf
        while not self._enough():
            due = await self._until(min(due, end))
            if due >= end:
                return
            await self._send(due, 0.05 * numbers.uniform(0.8, 1.5) if self.target.near else numbers.uniform(0.12, 0.31))
            due += order.interval
        if not self.answered:
            linger = order.wait if not self.received else min(order.wait, 1.0)
            await self._until(min(self.last + linger, end))

    def _enough(self) -> bool:
        count = self.order.count
        if count is None:
            return False
        # With a deadline so many answers are meant.
        return (self.received if self.order.deadline is not None else self.sent) >= count

    async def _until(self, due: float) -> float:
        """Wait; returns the moment at which the process really went on."""
        guest = self.guest
        rest = due - guest.clock.monotonic()
        await asyncio.sleep(max(0.0, rest))
        await guest.awake.wait()
        now, pace = guest.clock.monotonic(), guest.pace
        late = now - due
        if pace.resumed_at is not None and pace.suspended_at is not None and due < pace.resumed_at:
            if pace.suspended_at <= due:
                return pace.resumed_at
            late -= pace.resumed_at - pace.suspended_at
        return due if late < _LATE else now

    async def _send(self, due: float, milliseconds: float) -> None:
        order, target = self.order, self.target
        if order.outstanding and not self.answered and not order.quiet:
            await self.call.stdout.write(f"{self._stamp(due)}no answer yet for icmp_seq={self.sent}\n")
        self.sent += 1
        self.last = due
        target.interface.sent += 1
        self.answered = target.alive() and (target.near or target.interface.works) and bool(target.interface.addresses)
        if not self.answered:
            return
        self._count(milliseconds)
        target.interface.received += 1
        if not order.quiet:
            stamp = self._stamp(due + milliseconds / 1000)
            text = f"{order.size + 8} bytes from {target.shown}: icmp_seq={self.sent} ttl={order.ttl}"
            await self.call.stdout.write(f"{stamp}{text} time={_shown(milliseconds)} ms\n")

    def _count(self, milliseconds: float) -> None:
        self.received += 1
        self.total += milliseconds
        self.squares += milliseconds * milliseconds
        self.least, self.most = min(self.least, milliseconds), max(self.most, milliseconds)

    def _stamp(self, moment: float) -> str:
        if not self.order.stamps:
            return ""
        clock = self.guest.clock
        return f"[{clock.time() + moment - clock.monotonic():.6f}] "

    async def summary(self) -> None:
        """The last lines."""
        received = self.received
        lost = 100 * (self.sent - received) / self.sent if self.sent else 0
        total = round(max(0.0, self.last - self.begun) * 1000)
        text = f"\n--- {self.order.target} ping statistics ---\n"
        text += f"{self.sent} packets transmitted, {received} received, {lost:g}% packet loss, time {total}ms\n"
        if received:
            mean = self.total / received
            deviation = math.sqrt(max(0.0, self.squares / received - mean * mean))
            figures = (self.least, mean, self.most, deviation)
            text += f"rtt min/avg/max/mdev = {'/'.join(f'{figure:.3f}' for figure in figures)} ms\n"
        else:
            text += "\n"
        await self.call.stdout.write(text)


def _shown(milliseconds: float) -> str:
    places = 3 if milliseconds < 1 else 2 if milliseconds < 10 else 1 if milliseconds < 100 else 0
    return f"{milliseconds:.{places}f}"


COMMANDS: dict[str, GuestCommand] = {"ping": ping}
