"""The one connection to an endpoint, and its channels."""

from __future__ import annotations

import contextlib
import itertools
import threading
from types import TracebackType

import paramiko

from powervm.ssh.bell import Places
from powervm.ssh.endpoint import Endpoint
from powervm.ssh.errors import AuthenticationFailed, CommandDeadlinePassed, ConnectionLost, TooManySessions
from powervm.ssh.handshake import connect
from powervm.ssh.refusals import Refusals, attempt_at
from powervm.ssh.transport import BROKEN, Wire
from powervm.ssh.watchdog import Watchdog
from powervm.waiting import Deadline

GRACE = 0.5
"""Seconds after a deadline until a call that is still stuck is ended by breaking the connection."""


class Lease:
    """A channel, held until `close`.

    Attributes:
        wire: The connection that it belongs to.
        channel: The channel.
    """

    def __init__(self, wire: Wire, channel: paramiko.Channel, watchdog: Watchdog, places: Places) -> None:
        self.wire = wire
        self.channel = channel
        self._watchdog = watchdog
        self._places: Places | None = places

    def __enter__(self) -> Lease:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(error)

    def guard(self, deadline: Deadline) -> contextlib.AbstractContextManager[None]:
        """Break the connection if the block is stuck shortly after the deadline."""
        return self._watchdog.guard(deadline.remaining + GRACE, self.wire.abort)

    def close(self, error: BaseException | None = None, *, signal: str = "") -> None:
        """Close the channel and give its place back; the second time nothing happens.

        Args:
            error: What made the caller leave, if anything did.
            signal: Sent to the command before, such as ``"TERM"``.
        """
        places, self._places = self._places, None
        if places is None:
            return
        try:
            if error is None or isinstance(error, Exception):
                with self.guard(Deadline(GRACE)):
                    self._tidy(signal)
            else:
                self.wire.recover(lambda: self._tidy(signal), GRACE)
        finally:
            places.give_back()

    def _tidy(self, signal: str) -> None:
        with contextlib.suppress(*BROKEN):  # a connection that breaks here is noticed, and replaced, at its next use
            if signal:
                self.wire.send_signal(self.channel, signal)
            self.channel.close()


class Link:
    """Opens channels to an endpoint over one connection, which is made at the first use and again after a loss.

    Safe from several threads.

    Args:
        endpoint: Where to.
        refusals: Logins that were refused before.

    Attributes:
        connects: How many connections were made so far.
    """

    def __init__(self, endpoint: Endpoint, refusals: Refusals[AuthenticationFailed]) -> None:
        self.endpoint = endpoint
        self.connects = 0
        self._wire: Wire | None = None
        self._connecting = threading.Lock()
        self._refusals = refusals
        self._places = Places(endpoint.channels)
        self._watchdog = Watchdog(f"watchdog {endpoint.name}")

    @property
    def wire(self) -> Wire | None:
        """The connection, if there is a living one."""
        wire = self._wire
        return wire if wire and wire.is_active() else None

    def open(self, deadline: Deadline, what: str) -> Lease:
        """A channel of its own for ``what``, a command as messages show it."""
        if not self._places.take(deadline):
            raise self._late(deadline, what, f"{self.endpoint.channels} others were running on this connection")
        try:
            wire, channel = self._open_channel(deadline, what)
        except BaseException:
            self._places.give_back()
            raise
        return Lease(wire, channel, self._watchdog, self._places)

    def close(self) -> None:
        """Break the connection; commands on it are lost."""
        with self._connecting:
            wire, self._wire = self._wire, None
        if wire:
            wire.end(GRACE)

    def _open_channel(self, deadline: Deadline, what: str) -> tuple[Wire, paramiko.Channel]:
        """Ask until the server has room; a connection that proves dead is replaced once, since nothing was sent."""
        replaced = False
        for attempt in itertools.count(1):
            wire = self._connected(deadline, what)
            try:
                with self._watchdog.guard(deadline.remaining + GRACE, wire.abort):
                    return wire, wire.open_session(timeout=deadline.remaining)
            except BROKEN as error:
                error.__traceback__ = None  # it holds the channel, which must not live on: see Wire
                self._judge(wire, error, deadline, what, attempt=attempt, replaced=replaced)
            except BaseException:
                wire.recover(lambda: None, GRACE)
                raise
            replaced = replaced or not wire.is_active()
        raise AssertionError("unreachable")

    def _judge(
        self, wire: Wire, error: BaseException, deadline: Deadline, what: str, *, attempt: int, replaced: bool
    ) -> None:
        """Return, after a pause if one is due, when it is worth trying again to open a channel; raise when not."""
        if deadline.passed:
            if isinstance(error, paramiko.ChannelException):
                raise self._full() from error
            raise self._late(deadline, what, "no channel was opened") from error
        if not wire.is_active():
            if replaced:
                raise ConnectionLost(self.endpoint, what) from error
            return
        delay = min(0.02 * 2**attempt, 0.5)
        if delay >= deadline.remaining:
            raise self._full() from error
        threading.Event().wait(delay)

    def _connected(self, deadline: Deadline, what: str) -> Wire:
        if wire := self.wire:
            return wire
        if not self._connecting.acquire(timeout=deadline.remaining):
            raise self._late(deadline, what, "another command was still connecting")
        try:
            return self.wire or self._connect(deadline)
        finally:
            self._connecting.release()

    def _connect(self, deadline: Deadline) -> Wire:
        attempt = attempt_at(self.endpoint)
        self._refusals.check(attempt)
        try:
            self._wire = wire = connect(self.endpoint, deadline, pause=threading.Event().wait)
        except AuthenticationFailed as refusal:
            self._refusals.remember(attempt, refusal)
            raise
        self.connects += 1
        return wire

    def _late(self, deadline: Deadline, what: str, stage: str) -> CommandDeadlinePassed:
        return CommandDeadlinePassed(self.endpoint, what, deadline.limit, stage=stage)

    def _full(self) -> TooManySessions:
        return TooManySessions(
            self.endpoint,
            "the server refuses further channels on the connection.",
            remedy="End other commands, or lower 'channels' of this endpoint (OpenSSH's MaxSessions is 10).",
        )
