"""What a command did, and how long one may wait for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from powervm.ssh.errors import CommandFailed
from powervm.waiting import Deadline


def as_deadline(limit: Deadline | float) -> Deadline:
    """``limit`` itself, or a deadline that many seconds from now."""
    return limit if isinstance(limit, Deadline) else Deadline(limit)


@dataclass(frozen=True)
class CommandResult:
    """A command that ended.

    Args:
        endpoint: Name of the endpoint.
        command: As it was sent. What was written to its input is not recorded.
        status: Exit status, 0 to 255; a command whose status is unknown has no result.
        stdout: What it wrote, decoded as UTF-8; other bytes are shown as U+FFFD.
        stderr: The same for the error stream.
        started: When it was sent, with time zone UTC.
        duration: Seconds until it had ended.
        host: Host of the endpoint.
        port: Port of the endpoint.
    """

    endpoint: str
    command: str
    status: int
    stdout: str
    stderr: str
    started: datetime
    duration: float
    host: str = ""
    port: int = 0

    @property
    def ok(self) -> bool:
        """True when the status is 0."""
        return self.status == 0

    @property
    def first_line(self) -> str:
        """The first line that is not empty, of stdout or else of stderr: management consoles report on stdout."""
        return next((line.strip() for line in f"{self.stdout}\n{self.stderr}".splitlines() if line.strip()), "")

    def check(self) -> CommandResult:
        """This result, if the status is 0.

        Raises:
            CommandFailed: It is not; the first line of the output is in the message.
        """
        if not self.ok:
            raise CommandFailed(self)
        return self


@dataclass(frozen=True)
class Fetched:
    """A file that was fetched.

    Args:
        size: Bytes.
        sha256: Of the content, in hexadecimal.
        duration: Seconds.
    """

    size: int
    sha256: str
    duration: float
