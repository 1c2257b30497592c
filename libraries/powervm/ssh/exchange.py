"""One command on one channel, from the request to the exit status."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from types import TracebackType

from powervm.ssh.bell import Bell
from powervm.ssh.command import CommandResult
from powervm.ssh.endpoint import Endpoint
from powervm.ssh.errors import CommandDeadlinePassed, CommandRefused, ConnectionLost, SshError
from powervm.ssh.link import Lease
from powervm.ssh.transport import BROKEN
from powervm.waiting import Deadline

_CHUNK = 256 * 1024
_WINDOW_POLL = 0.01
"""Seconds between two looks whether a full window of the peer has room again; paramiko tells nobody."""
_LONGEST_WAIT = 1.0
"""Seconds until a connection that was given up is noticed; its thread may be stuck and wake nobody."""
_MOST_KEPT = 16 * 1024 * 1024
"""Bytes of each stream that are kept for a result; more comes from a command that has run wild."""
_TERMINAL_WIDTH = 1000
"""Columns, so that no program wraps its prompt."""


class _Kept:
    """The beginning of a stream."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._room = _MOST_KEPT
        self.full = False

    def add(self, data: bytes) -> None:
        self.full = self.full or len(data) > self._room
        if self._room:
            self._pieces.append(data[: self._room])
            self._room -= len(self._pieces[-1])

    def text(self) -> str:
        return b"".join(self._pieces).decode("utf-8", "replace")


class Exchange:
    """A command on a channel of its own.

    As a context manager it closes the channel at the end. A command that is left behind by an exception, also by
    KeyboardInterrupt or Robot Framework's timeout, is sent SIGTERM first, which not every server passes
    on (see `Connection`).

    Args:
        endpoint: Where it runs.
        lease: The channel.
        command: What runs.
        shown_as: How results and messages show the command, when it holds what they must not.
        stops: Whether the command is to stop when the channel is closed before its end.
        on_stdout: Called with what came; by default it is kept for the result.
        on_stderr: The same for the error stream.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        lease: Lease,
        command: str,
        *,
        shown_as: str = "",
        stops: bool = True,
        on_stdout: Callable[[bytes], object] | None = None,
        on_stderr: Callable[[bytes], object] | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.command = shown_as or command
        self._sent = command
        self._lease = lease
        self._stops = stops
        self._channel = lease.channel
        self._stdout, self._stderr = _Kept(), _Kept()
        self._on_stdout = on_stdout or self._stdout.add
        self._on_stderr = on_stderr or self._stderr.add
        self._stdout_open = self._stderr_open = True
        self._input = memoryview(b"")
        self._input_open = False
        self._arrival = Bell()
        self._started = datetime.now(timezone.utc)
        self._start = time.monotonic()
        self._duration: float | None = None

    def __enter__(self) -> Exchange:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(error)

    def close(self, error: BaseException | None = None) -> None:
        """Close the channel; a command that still runs, and is to stop then, is sent SIGTERM.

        Args:
            error: What made the caller leave, if anything did.
        """
        self._lease.close(error, signal="TERM" if self._stops and not self.ended else "")

    @property
    def ended(self) -> bool:
        """True when all output has been read and nothing more comes."""
        return self._duration is not None

    @property
    def overflowed(self) -> bool:
        """It has written more than is kept; the beginning is."""
        return self._stdout.full or self._stderr.full

    @property
    def elapsed(self) -> float:
        """Seconds since the start, until the end if it has ended."""
        return time.monotonic() - self._start if self._duration is None else self._duration

    def start(self, deadline: Deadline, *, given: bytes = b"", terminal: bool = False) -> None:
        """Ask the server to run the command.

        Args:
            deadline: For the server's answer.
            given: What the command gets as its input; after it comes the end of input.
            terminal: Run it on a pseudo-terminal. Its input then stays open for `send`.
        """
        self._channel.settimeout(0.0)
        self._channel.in_buffer.set_event(self._arrival)  # type: ignore[arg-type]
        self._channel.in_stderr_buffer.set_event(self._arrival)  # type: ignore[arg-type]
        with self._errors(deadline, refusable=True), self._lease.guard(deadline):
            self._lease.wire.bound_requests(self._channel, deadline)
            if terminal:
                self._channel.get_pty(width=_TERMINAL_WIDTH)
            self._channel.exec_command(self._sent)
        if not terminal:
            self._input, self._input_open = memoryview(given), True

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Add to the input and wait until it is sent."""
        self._input = memoryview(bytes(self._input) + data)
        while self._input and not self.ended:
            self.step(deadline)
            if deadline.passed:
                raise self.late(deadline)

    def finish(self, deadline: Deadline) -> None:
        """Work until the command has ended.

        Raises:
            CommandDeadlinePassed: It has not.
            ConnectionLost: Nobody will know whether it did.
        """
        if not self.work(deadline):
            raise self.late(deadline)

    def work(self, deadline: Deadline) -> bool:
        """Send input and read output until the command ends or the deadline passes; True when it has ended."""
        while not self.ended:
            late = deadline.passed
            self.step(deadline)
            if late:
                break
        return self.ended

    def step(self, deadline: Deadline) -> None:
        """Send and read what can be now; if that is nothing, wait until it changes or the deadline passes."""
        with self._errors(deadline), self._lease.guard(deadline):
            self._arrival.rearm()
            if self._write() | self._read():
                return
            wait = min(deadline.remaining, _LONGEST_WAIT)
            if self._stdout_open or self._stderr_open:
                self._arrival.wait(min(wait, _WINDOW_POLL) if self._input else wait)
            elif self._channel.status_event.wait(wait):
                self._duration = time.monotonic() - self._start
            if not (self.ended or self._channel.closed or self._lease.wire.is_active()):
                raise self._lost(None)

    def result(self) -> CommandResult:
        """What the command did; it must have ended.

        Raises:
            ConnectionLost: The server sent no exit status.
        """
        status = self._channel.exit_status
        if status < 0:
            raise self._lost(None)
        where, stdout, stderr = self.endpoint, self.stdout, self.stderr
        return CommandResult(
            where.name, self.command, status, stdout, stderr, self._started, self.elapsed, where.host, where.port
        )

    @property
    def stdout(self) -> str:
        """What was read and not passed on to ``on_stdout``."""
        return self._stdout.text()

    @property
    def stderr(self) -> str:
        """The same for the error stream."""
        return self._stderr.text()

    def late(self, deadline: Deadline) -> CommandDeadlinePassed:
        """The error for a command that did not end in time."""
        return CommandDeadlinePassed(
            self.endpoint, self.command, deadline.limit, stdout=self.stdout, stderr=self.stderr
        )

    def _read(self) -> bool:
        """Read one piece of each stream; True when anything came or a stream ended."""
        stdout = self._take(self._channel.recv) if self._stdout_open else None
        stderr = self._take(self._channel.recv_stderr) if self._stderr_open else None
        if stdout:
            self._on_stdout(stdout)
        if stderr:
            self._on_stderr(stderr)
        self._stdout_open = self._stdout_open and stdout != b""
        self._stderr_open = self._stderr_open and stderr != b""
        return stdout is not None or stderr is not None

    def _take(self, receive: Callable[[int], bytes]) -> bytes | None:
        """What is there now: None when nothing, ``b""`` when nothing comes any more."""
        try:
            return receive(_CHUNK)
        except TimeoutError:
            return None

    def _write(self) -> bool:
        """Send one packet of the input, or its end; True when something was sent."""
        wire = self._lease.wire
        sent = 0
        try:
            if self._input:
                sent = wire.send_data(self._channel, self._input)
                self._input = self._input[sent:]
            elif self._input_open:
                self._input_open = False
                wire.send_eof(self._channel)
        except BrokenPipeError:
            self._input, self._input_open = memoryview(b""), False  # it ended without reading all of its input
        return sent > 0

    @contextmanager
    def _errors(self, deadline: Deadline, *, refusable: bool = False) -> Iterator[None]:
        """Give what paramiko raises our names."""
        try:
            yield
        except SshError:
            raise
        except BROKEN as error:
            if deadline.passed or isinstance(error, TimeoutError):
                raise self.late(deadline) from error
            if refusable and not self._dead():
                raise CommandRefused(
                    self.endpoint,
                    f"the server would not run '{self.command}'.",
                    remedy="Check what this user may run on the host.",
                ) from error
            raise self._lost(error) from error

    def _lost(self, error: BaseException | None) -> ConnectionLost:
        if error or self._dead():
            return ConnectionLost(self.endpoint, self.command)
        return ConnectionLost(
            self.endpoint, self.command, reason="the command was killed, or its session ended, without an exit status"
        )

    def _dead(self) -> bool:
        """Whether the connection is gone; paramiko closes the channels a moment before it says so."""
        self._lease.wire.join(0.1)
        return not self._lease.wire.is_active()
