"""The connection to one endpoint, as the rest of the library uses it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from powervm.secret import Password, masked
from powervm.ssh.command import CommandResult, Fetched, as_deadline
from powervm.ssh.endpoint import Endpoint
from powervm.ssh.errors import AuthenticationFailed, CommandDeadlinePassed, OutputTooLong
from powervm.ssh.exchange import Exchange
from powervm.ssh.link import Link
from powervm.ssh.refusals import Refusals
from powervm.ssh.running import LineStream, RunningCommand
from powervm.ssh.saving import Saved, save
from powervm.ssh.terminal import Answers, Conversation
from powervm.ssh.transfer import fetch
from powervm.waiting import Deadline


class Connection:
    """Runs commands on an endpoint and fetches files from it, all over one SSH connection.

    It connects at the first use, and again at the next use after a loss or `close`. A login that was refused is never
    made again: every later use raises the same `AuthenticationFailed`. Several threads may use it at once; at
    most ``endpoint.channels`` commands run at the same time, further ones wait for a place within their deadline.

    No call outlasts its deadline, whatever the peer does. When it passes, the server is asked to send SIGTERM to the
    command, and the channel is closed. OpenSSH from 7.9 on passes the signal to the command's process group, but not
    for root. Where it is not passed on, the command goes on until it next reads or writes; start it with ``timeout``
    where that matters.

    All methods raise the subclasses of `powervm.ssh.SshError`.

    Args:
        endpoint: Where to.
        observer: Called with each `CommandResult`, in the thread that ran the command, before it is returned. What it
            raises reaches the caller.
        refusals: Logins that were refused before, also by other connections; by default only its own.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        observer: Callable[[CommandResult], None] | None = None,
        refusals: Refusals[AuthenticationFailed] | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._link = Link(endpoint, refusals or Refusals())
        self._observer = observer

    @property
    def connected(self) -> bool:
        """True while there is a connection and no loss of it has been noticed."""
        return self._link.wire is not None

    @property
    def connects(self) -> int:
        """How many connections were made and logged in so far."""
        return self._link.connects

    @property
    def server_version(self) -> str:
        """What the server says it is, such as ``SSH-2.0-OpenSSH_8.7``; empty while not connected."""
        wire = self._link.wire
        return wire.remote_version if wire else ""

    def connect(self, deadline: Deadline | float | None = None) -> None:
        """Connect and log in now, if there is no connection, instead of at the first use.

        Args:
            deadline: For all of it; the endpoint's ``connect_timeout`` by default.
        """
        limit = as_deadline(self.endpoint.connect_timeout if deadline is None else deadline)
        self._link.open(limit, "the login").close()

    def run(
        self,
        command: str,
        deadline: Deadline | float,
        *,
        input: str | None = None,  # noqa: A002
        shown_as: str = "",
        hide: Sequence[Password] = (),
    ) -> CommandResult:
        """Run ``command`` and wait for its end. Any exit status is a result; see `CommandResult.check`.

        Args:
            command: For the user's shell on the endpoint.
            deadline: Seconds, or a deadline that was passed down.
            input: What the command can read; it is not recorded. Without it the command reads an empty input.
            shown_as: How the result and all messages show the command, when it holds what they must not.
            hide: Passwords that the command might print; they are masked in its output.

        Raises:
            CommandDeadlinePassed: It did not end in time; what it wrote so far is in the exception.
            ConnectionLost: The connection broke meanwhile, or the server sent no exit status.
            OutputTooLong: It printed more than 16 MB; see `stream` and `save`.

        Example:
            ``connection.run("lssyscfg -r sys -F name", 30).check().stdout.splitlines()``
        """
        limit = as_deadline(deadline)
        with self._exchange(command, limit, shown_as=shown_as) as exchange:
            exchange.start(limit, given=(input or "").encode())
            try:
                exchange.finish(limit)
            except CommandDeadlinePassed as late:
                late.stdout, late.stderr = masked(late.stdout, hide), masked(late.stderr, hide)
                raise
            if exchange.overflowed:
                raise OutputTooLong(self.endpoint, exchange.command)
            result = exchange.result()
        if hide:
            result = replace(result, stdout=masked(result.stdout, hide), stderr=masked(result.stderr, hide))
        self._observe(result)
        return result

    def start(
        self, command: str, *, deadline: Deadline | float | None = None, stop_on_close: bool = True
    ) -> RunningCommand:
        """Start ``command`` and come back at once, as for one that blocks for many minutes.

        Args:
            command: For the user's shell on the endpoint.
            deadline: Until when it has to be *started*; the endpoint's ``connect_timeout`` by default.
            stop_on_close: Ask the server to send it SIGTERM when it is closed before its end. Without that it is left
                alone, as a command should be that only watches what goes on anyway.

        Returns:
            The command, which has no deadline of its own. Close it, or use it as a context manager.
        """
        limit = as_deadline(self.endpoint.connect_timeout if deadline is None else deadline)
        exchange = self._exchange(command, limit, stops=stop_on_close)
        try:
            exchange.start(limit)
        except BaseException as error:
            exchange.close(error)
            raise
        return RunningCommand(exchange, self._observe)

    def stream(self, command: str, deadline: Deadline | float) -> LineStream:
        """The lines of ``command`` as they come.

        Example:
            ``with connection.stream("journalctl -k", 60) as lines: ...``
        """
        return LineStream(self._link, command, as_deadline(deadline), self._observe)

    def converse(self, command: str, answers: Answers, deadline: Deadline | float) -> CommandResult:
        """Run ``command`` on a terminal and answer what it asks, each question once.

        A question that does not come is left out: what the command did without it is a result as well.

        Args:
            command: For the user's shell on the endpoint.
            answers: Pairs of a regular expression for the prompt and the answer, in the order of the questions. A
                prompt is matched in the last line, while that line has no end.
            deadline: Seconds, or a deadline that was passed down.

        Returns:
            The result; all output is in ``stdout``, and an echoed `Password` is masked in it.

        Raises:
            AnswerNotAccepted: It asked again for something that had been answered, as after a wrong password. It got
                no second answer, and its channel was closed.

        Example:
            ``connection.converse("mkauthkeys --ip hmc2 -u hscroot", [("[Pp]assword.*: ?$", password)], 120)``
        """
        result = Conversation(self._link, command, answers).hold(as_deadline(deadline))
        self._observe(result)
        return result

    def fetch(self, remote: str, local: Path, deadline: Deadline | float) -> Fetched:
        """Copy a file of the endpoint to ``local``, which must not exist; its folder is made.

        Raises:
            TransferFailed: The remote file cannot be read, or the local one cannot be written or exists already.
        """
        return fetch(self._link, remote, local, as_deadline(deadline))

    def save(
        self,
        command: str,
        local: Path,
        deadline: Deadline | float,
        *,
        most: int = 1 << 30,
        give_up: Callable[[], bool] = lambda: False,
    ) -> Saved:
        """Run ``command`` and write its output to ``local``, which must not exist, as it comes.

        Args:
            command: For the user's shell on the endpoint.
            local: The new file; its folder is made.
            deadline: Seconds, or a deadline that was passed down.
            most: Bytes that are kept at most; then the command is stopped.
            give_up: Asked at least once a second; when it says yes, the command is stopped.

        Returns:
            How it ended; what came is kept in any case.
        """
        return save(self._link, command, local, as_deadline(deadline), most=most, give_up=give_up)

    def close(self) -> None:
        """End the connection; commands that still run on it are lost."""
        self._link.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _exchange(self, command: str, limit: Deadline, *, shown_as: str = "", stops: bool = True) -> Exchange:
        lease = self._link.open(limit, shown_as or command)
        return Exchange(self.endpoint, lease, command, shown_as=shown_as, stops=stops)

    def _observe(self, result: CommandResult) -> None:
        if self._observer:
            self._observer(result)
