"""Fetching files over SFTP."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import paramiko

from powervm.ssh.command import Fetched
from powervm.ssh.endpoint import Endpoint
from powervm.ssh.errors import CommandDeadlinePassed, ConnectionLost, SshError, TransferFailed
from powervm.ssh.link import Lease, Link
from powervm.ssh.transport import BROKEN
from powervm.waiting import Deadline

_CHUNK = 32 * 1024
"""Bytes that every server gives for one request."""
_LARGE_CHUNK = 255 * 1024
"""Bytes that most servers give; fewer and larger requests save half of the processor's time."""
_SEGMENT = 16 * 1024 * 1024
"""Bytes asked for in advance: much enough to keep the line busy, little enough for memory."""


def fetch(link: Link, remote: str, local: Path, deadline: Deadline) -> Fetched:
    """Copy the file ``remote`` of the endpoint to ``local``, which must not exist.

    The content is written under a temporary name in the same folder, which is renamed when all is there. A file that
    grows meanwhile is fetched up to the size that it had at the start.

    Raises:
        TransferFailed: The remote file cannot be read, or the local one cannot be written or exists already.
        CommandDeadlinePassed: It took too long.
        ConnectionLost: The connection broke.
    """
    started = time.monotonic()
    where, what = link.endpoint, f"fetching {remote}"
    with (
        Target(where, local) as target,
        link.open(deadline, what) as lease,
        _named_errors(where, lease, what, deadline),
        lease.guard(deadline),
    ):
        # the remote file is closed with the channel; closing it by itself would wait for an answer
        source = _quiet(_sftp(where, lease, deadline).open(remote, "rb"))
        size, digest = _copy(source, target, lease.channel, deadline)
    return Fetched(size, digest, time.monotonic() - started)


def _sftp(where: Endpoint, lease: Lease, deadline: Deadline) -> paramiko.SFTPClient:
    lease.channel.settimeout(deadline.remaining)
    lease.wire.bound_requests(lease.channel, deadline)
    try:
        lease.channel.invoke_subsystem("sftp")
        return paramiko.SFTPClient(lease.channel)
    except paramiko.SSHException as error:
        lease.wire.join(0.2)
        if deadline.passed or not lease.wire.is_active():
            raise
        raise TransferFailed(
            where, "the server offers no file transfer (SFTP).", remedy="Print the file with a command instead."
        ) from error


def _quiet(source: paramiko.SFTPFile) -> paramiko.SFTPFile:
    """paramiko asks for the pieces in a thread of its own; what breaks there shows in the reading, not on stderr."""
    ask = source._prefetch_thread  # type: ignore[attr-defined]  # noqa: SLF001

    def ask_quietly(*pieces: object) -> None:
        with contextlib.suppress(*BROKEN):
            ask(*pieces)

    source._prefetch_thread = ask_quietly  # type: ignore[attr-defined]  # noqa: SLF001
    return source


def _copy(source: paramiko.SFTPFile, target: Target, channel: paramiko.Channel, deadline: Deadline) -> tuple[int, str]:
    """Returns size and SHA-256 of what was copied."""
    expected = source.stat().st_size or 0
    channel.settimeout(deadline.remaining)
    first = _first_answer(source) if expected > _CHUNK else b""
    chunk = source.MAX_REQUEST_SIZE
    digest, size, asked = hashlib.sha256(first), len(first), len(first)
    target.write(first)
    while size < expected or not expected:  # files of /proc have the size 0, and content
        if size == asked < expected:
            asked = min(expected, size + _SEGMENT)
            source.prefetch(asked)
        channel.settimeout(deadline.remaining)
        data = source.read(min(chunk, asked - size) if expected else chunk)
        if not data:
            break
        digest.update(data)
        target.write(data)
        size += len(data)
    if size < expected:
        raise EOFError(f"it ended after {size} of {expected} bytes")
    return size, digest.hexdigest()


def _first_answer(source: paramiko.SFTPFile) -> bytes:
    """What the server gives for one large request; further requests have the size of that answer."""
    source.MAX_REQUEST_SIZE = _LARGE_CHUNK
    first: bytes = source._read(_LARGE_CHUNK)  # type: ignore[attr-defined]  # noqa: SLF001 - read() would ask again
    source.MAX_REQUEST_SIZE = max(_CHUNK, len(first))
    source.seek(len(first))
    return first


class Target:
    """A local file that is new: has its name when all is well, and vanishes when not.

    Args:
        where: For messages.
        local: Its name, which must not be taken.
    """

    def __init__(self, where: Endpoint, local: Path) -> None:
        self._where = where
        self._local = local
        self._temporary = local.with_name(f".{local.name}.{secrets.token_hex(4)}.part")

    def __enter__(self) -> Target:
        with self._errors():
            if self._local.exists():
                raise FileExistsError(errno.EEXIST, "it exists already")
            self._local.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._temporary.open("xb")
        return self

    def write(self, data: bytes) -> None:
        with self._errors():
            self._file.write(data)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with self._errors():
                self._file.close()
                if kind is None:
                    self._local.touch(exist_ok=False)  # takes the name, so that no file that came meanwhile is lost
                    self._temporary.replace(self._local)
        finally:
            self._temporary.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TransferFailed(
                self._where,
                f"{self._local} cannot be written: {error.strerror}.",
                remedy="Nothing is overwritten; choose another name, or check rights and free space.",
            ) from error


@contextlib.contextmanager
def _named_errors(where: Endpoint, lease: Lease, what: str, deadline: Deadline) -> Iterator[None]:
    """Give what paramiko raises our names."""
    try:
        yield
    except SshError:
        raise
    except BROKEN as error:
        if deadline.passed or isinstance(error, TimeoutError):
            raise CommandDeadlinePassed(where, what, deadline.limit) from error
        lease.wire.join(0.2)
        if not lease.wire.is_active():
            raise ConnectionLost(where, what) from error
        raise TransferFailed(
            where, f"{what} failed: {error}.", remedy="Check the path, its rights, and that it is a file."
        ) from error
