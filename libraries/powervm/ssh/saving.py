"""A command whose output goes to a file as it comes, however much that is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from powervm.ssh.errors import CommandDeadlinePassed, ConnectionLost
from powervm.ssh.exchange import Exchange
from powervm.ssh.link import Link
from powervm.ssh.transfer import Target
from powervm.waiting import Deadline

_STDERR_TAIL = 16 * 1024

SavedEnding = Literal["complete", "cut", "late", "lost", "given up"]
"""``cut``: it was longer than allowed; ``late``: its deadline passed; ``lost``: the connection broke; ``given up``: the
caller did not want it any longer."""


@dataclass(frozen=True)
class Saved:
    """What a command wrote, in a file.

    Args:
        size: Bytes of standard output in the file.
        sha256: Of these bytes, in hexadecimal.
        status: Exit status; None when it did not end by itself.
        stderr: The end of the error stream.
        duration: Seconds.
        ending: Whether it is all there.
    """

    size: int
    sha256: str
    status: int | None
    stderr: str
    duration: float
    ending: SavedEnding


class _Full(Exception):
    """The file has the size that is allowed."""


def save(
    link: Link, command: str, local: Path, deadline: Deadline, *, most: int, give_up: Callable[[], bool] = lambda: False
) -> Saved:
    """Run ``command`` and write what it prints to ``local``, which must not exist.

    What came is kept, also when the command is too slow, prints too much, or the connection breaks: it is evidence.

    Args:
        link: Opens the channel.
        command: What runs; it is stopped when it is not waited for any longer.
        local: The new file.
        deadline: For all of it.
        most: Bytes that are kept at most.
        give_up: Asked at least once a second; when it says yes, what came is kept, and no more is waited for.

    Raises:
        TransferFailed: The local file cannot be written, or exists already.
        CommandRefused: The server does not run it.
    """
    digest, size, stderr = hashlib.sha256(), 0, b""
    status: int | None = None
    ending: SavedEnding = "complete"

    def keep(data: bytes) -> None:
        nonlocal size
        data = data[: most - size]
        digest.update(data)
        target.write(data)
        size += len(data)
        if size >= most:
            raise _Full

    def keep_tail(data: bytes) -> None:
        nonlocal stderr
        stderr = (stderr + data)[-_STDERR_TAIL:]

    lease = link.open(deadline, command)
    with Exchange(link.endpoint, lease, command, on_stdout=keep, on_stderr=keep_tail) as exchange:
        with Target(link.endpoint, local) as target:
            exchange.start(deadline)
            try:
                if _follow(exchange, deadline, give_up):
                    status = exchange.result().status
                else:
                    ending = "given up"
            except _Full:
                ending = "cut"
            except CommandDeadlinePassed:
                ending = "late"
            except ConnectionLost:
                ending = "lost"
        return Saved(size, digest.hexdigest(), status, stderr.decode("utf-8", "replace"), exchange.elapsed, ending)


def _follow(exchange: Exchange, deadline: Deadline, give_up: Callable[[], bool]) -> bool:
    """Work until the command has ended; False when it was given up before."""
    while not exchange.ended:
        if give_up():
            return False
        late = deadline.passed
        exchange.step(deadline)
        if late and not exchange.ended:
            raise exchange.late(deadline)
    return True
