"""Commands that take long: one that is looked after now and then, and one that is read line by line."""

from __future__ import annotations

import codecs
import dataclasses
from collections import deque
from collections.abc import Callable, Iterator
from types import TracebackType

from powervm.ssh.command import CommandResult
from powervm.ssh.errors import StillRunning
from powervm.ssh.exchange import Exchange
from powervm.ssh.link import Link
from powervm.waiting import Deadline

_LONGEST_LINE = 1024 * 1024
_STDERR_TAIL = 64 * 1024

Observer = Callable[[CommandResult], None]


class RunningCommand:
    """A command that runs on a channel of its own while the caller does other things.

    No thread waits for it. Its output is read by `wait`, so call that every few seconds; up to 2 MB are held in
    between without the command being blocked. Of a result, the first 16 MB are kept. Not for use by two threads at
    once.
    """

    def __init__(self, exchange: Exchange, finished: Observer) -> None:
        self._exchange = exchange
        self._finished = finished
        self._result: CommandResult | None = None

    @property
    def command(self) -> str:
        """What runs."""
        return self._exchange.command

    @property
    def elapsed(self) -> float:
        """Seconds since it was started, until its end if it has ended."""
        return self._exchange.elapsed

    def wait(self, seconds: float) -> bool:
        """Read what it writes, for at most ``seconds`` (0 looks once); True when it has ended.

        Raises:
            ConnectionLost: The connection broke, or the server sent no exit status.
        """
        if self._result:
            return True
        try:
            if not self._exchange.work(Deadline(seconds)):
                return False
            self._result = self._exchange.result()
        except BaseException as error:
            self._exchange.close(error)
            raise
        self._exchange.close()
        self._finished(self._result)
        return True

    def result(self) -> CommandResult:
        """What it did, once `wait` has said that it ended.

        Raises:
            StillRunning: It has not.
        """
        if self._result is None:
            raise StillRunning(
                self._exchange.endpoint,
                f"'{self.command}' has not ended after {self.elapsed:.1f} s.",
                remedy="Wait for its end first.",
            )
        return self._result

    def close(self) -> None:
        """Give it up: close the channel; if it still runs, and was started so, the server is asked to stop it."""
        self._exchange.close()

    def __enter__(self) -> RunningCommand:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exchange.close(error)


class LineStream(Iterator[str]):
    """The lines that a command writes, as they come; memory use does not depend on how many there are.

    A context manager: the command starts when it is entered, and is given up when it is left before the end.
    Lines longer than 1 MiB come in pieces. When the reader is slow, so is the command.

    Attributes:
        result: After the last line, the `CommandResult`; its ``stdout`` is empty, and of ``stderr`` it has the end.
    """

    def __init__(self, link: Link, command: str, deadline: Deadline, finished: Observer) -> None:
        self.result: CommandResult | None = None
        self._link = link
        self._command = command
        self._deadline = deadline
        self._finished = finished
        self._exchange: Exchange | None = None
        self._entered = False
        self._lines: deque[str] = deque()
        self._rest = ""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._stderr = b""

    def __enter__(self) -> LineStream:
        lease = self._link.open(self._deadline, self._command)
        exchange = Exchange(self._link.endpoint, lease, self._command, on_stdout=self._split, on_stderr=self._keep_tail)
        try:
            exchange.start(self._deadline)
        except BaseException as error:
            exchange.close(error)
            raise
        self._exchange, self._entered = exchange, True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(error)

    def __next__(self) -> str:
        """The next line, without its end.

        Raises:
            CommandDeadlinePassed: It did not come in time.
            ConnectionLost: It cannot come any more.
        """
        while not self._lines:
            if not self._entered:
                raise RuntimeError("Enter the stream first: 'with connection.stream(...) as lines'.")
            if self._exchange is None:
                raise StopIteration
            self._read_more(self._exchange)
        return self._lines.popleft()

    def close(self, error: BaseException | None = None) -> None:
        """Give the command up if it still runs, and close its channel.

        Args:
            error: What made the caller leave, if anything did.
        """
        if self._exchange:
            self._exchange.close(error)
            self._exchange = None

    def _read_more(self, exchange: Exchange) -> None:
        try:
            if self._deadline.passed:
                raise exchange.late(self._deadline)  # noqa: TRY301
            exchange.step(self._deadline)
            if exchange.ended:
                self._end(exchange)
        except BaseException as error:
            self.close(error)
            raise

    def _end(self, exchange: Exchange) -> None:
        self._split(b"", final=True)
        self.result = dataclasses.replace(exchange.result(), stderr=self._stderr.decode("utf-8", "replace"))
        self.close()
        self._finished(self.result)

    def _split(self, data: bytes, *, final: bool = False) -> None:
        *lines, rest = (self._rest + self._decode(data, final)).split("\n")
        self._lines.extend(lines)
        if rest and (final or len(rest) > _LONGEST_LINE):
            self._lines.append(rest)
            rest = ""
        self._rest = rest

    def _keep_tail(self, data: bytes) -> None:
        self._stderr = (self._stderr + data)[-_STDERR_TAIL:]
