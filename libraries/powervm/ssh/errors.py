"""What can go wrong between us and an endpoint, each with the cure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm.errors import MobilityError
from powervm.waiting import DeadlinePassed

if TYPE_CHECKING:
    from powervm.ssh.command import CommandResult
    from powervm.ssh.endpoint import Endpoint


class SshError(MobilityError):
    """An endpoint could not be used as asked.

    The text starts with the endpoint's name and address. What paramiko or the operating system said is the
    ``__cause__``.

    Args:
        where: The endpoint; its name, host and port become attributes.
        message: What was found.
        remedy: What to do about it.
    """

    def __init__(self, where: Endpoint, message: str, *, remedy: str = "") -> None:
        self.endpoint = where.name
        self.host = where.host
        self.port = where.port
        super().__init__(f"{where}: {message}", remedy=remedy)


class HostUnreachable(SshError):
    """No way to the host, no such name, or nobody answered in time."""


class ConnectionRefused(SshError):
    """The host is there, but nothing listens on the port."""


class TooManySessions(SshError):
    """The server went on resetting new connections, or refusing new channels, until the time was over."""


class HandshakeFailed(SshError):
    """What answers is no SSH server, or it broke the protocol."""


class NoCommonAlgorithms(SshError):
    """The server and this client share no algorithm, as with servers that know SHA-1 only."""


class HostKeyUnknown(SshError):
    """Nobody has vouched for the host key, and new ones are not accepted."""


class HostKeyChanged(SshError):
    """The host key is another one than the one that is trusted."""


class HostKeysUnusable(SshError):
    """The file of known host keys, or a pinned key, cannot be read or written."""


class KeyFileUnusable(SshError):
    """The private key cannot be used: missing, garbled, encrypted; found before anything was sent."""


class AuthenticationFailed(SshError):
    """The login was not accepted. One attempt was made, and this connection makes no other."""


class ConnectionLost(SshError):
    """The connection broke, so how the command ended is unknown.

    Attributes:
        command: What was running.
    """

    def __init__(self, where: Endpoint, command: str, *, reason: str = "the connection was lost") -> None:
        self.command = command
        super().__init__(
            where,
            f"{reason} during '{command}'.",
            remedy="Whether the command has done its work is not known; look at its effect before repeating it.",
        )


class CommandRefused(SshError):
    """The server opened a channel, but would not start the command on it."""


class CommandDeadlinePassed(SshError, DeadlinePassed):
    """The command did not end in time. It was asked to stop, and its channel was closed.

    Attributes:
        command: What was running.
        limit: Seconds that were allowed.
        stdout: What it had written so far.
        stderr: The same for the error stream.
    """

    def __init__(
        self, where: Endpoint, command: str, limit: float, *, stage: str = "", stdout: str = "", stderr: str = ""
    ) -> None:
        self.command = command
        self.limit = limit
        self.stdout = stdout
        self.stderr = stderr
        super().__init__(
            where,
            f"'{command}' did not end within {limit:.1f} s{f' ({stage})' if stage else ''}.",
            remedy="Allow it more time, or look whether the endpoint is busy or frozen.",
        )


class OutputTooLong(SshError):
    """The command printed more than anybody wants to hold in memory; half of it would be misread."""

    def __init__(self, where: Endpoint, command: str) -> None:
        super().__init__(
            where, f"'{command}' printed more than 16 MB.", remedy="Ask for less, or let it be saved to a file."
        )


class CommandFailed(SshError):
    """The command ended with a status other than 0.

    Attributes:
        result: The `CommandResult`.
    """

    def __init__(self, result: CommandResult) -> None:  # a result knows where it is from
        self.result = result
        said = result.first_line
        self.endpoint, self.host, self.port = result.endpoint, result.host, result.port
        place = f"{result.endpoint} ({result.host}:{result.port})" if result.host else result.endpoint
        text = f"'{result.command}' ended with status {result.status}"
        MobilityError.__init__(self, f"{place}: {text}{f': {said}' if said else '.'}")


class StillRunning(SshError):
    """The result of a command was asked for before its end."""


class AnswerNotAccepted(SshError):
    """The command asked the same question again after it had been answered. It was not answered a second time.

    Attributes:
        command: What was running.
        stdout: What it had written, without any secret.
    """

    def __init__(self, where: Endpoint, command: str, *, stdout: str) -> None:
        self.command = command
        self.stdout = stdout
        super().__init__(
            where,
            f"'{command}' asked again after it was answered, so the answer was not accepted. It was sent once.",
            remedy="Check the password; several wrong ones can lock the user.",
        )


class TransferFailed(SshError):
    """A file could not be fetched. Nothing was left under its local name."""
