"""What a simulated file tree is made of: folders, files, links, and files whose content is computed when read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field


def failure(code: int, path: str) -> OSError:
    """The exception (of the fitting subclass of `OSError`) for an errno and the path that it concerns."""
    return OSError(code, os.strerror(code), path)


@dataclass(kw_only=True, eq=False, slots=True)
class Node:
    """One thing in the tree.

    Attributes:
        kind: The file type bits of a mode, for example `stat.S_IFREG`.
        mode: Permission bits only, for example ``0o644``.
        modified: Seconds since the epoch.
    """

    mode: int
    modified: float
    kind = 0
    user: int = 0
    group: int = 0

    @property
    def size(self) -> int:
        """Bytes, as ``stat`` shows them."""
        return 0


@dataclass(kw_only=True, eq=False, slots=True)
class Folder(Node):
    """A directory: its entries by name."""

    kind = stat.S_IFDIR
    entries: MutableMapping[str, Node] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return 4096


@dataclass(kw_only=True, eq=False, slots=True)
class Link(Node):
    """A symbolic link; it leads only to places inside its own tree, because the tree resolves it."""

    kind = stat.S_IFLNK
    target: str

    @property
    def size(self) -> int:
        return len(self.target)


class Readable(Node):
    """A node with content."""

    __slots__ = ()
    kind = stat.S_IFREG

    def read(self, offset: int = 0, size: int = -1) -> bytes:
        """At most ``size`` bytes from ``offset`` on; -1 means all."""
        raise NotImplementedError

    def write(self, data: bytes, offset: int) -> None:
        """Write the bytes at the offset."""
        raise NotImplementedError

    def truncate(self, size: int) -> None:
        """Cut or extend the content to ``size`` bytes."""
        raise NotImplementedError


@dataclass(kw_only=True, eq=False, slots=True)
class File(Readable):
    """A regular file.

    Attributes:
        content: Bytes that other files may share, until this file changes.
        reserve: Asked before the content grows or after it shrank, with the difference in bytes; raises ENOSPC.
        linked: False once the file was removed: an open handle may still read it, but no longer write.
    """

    reserve: Callable[[int], None]
    content: bytes | bytearray = b""
    linked: bool = True

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, offset: int = 0, size: int = -1) -> bytes:
        return bytes(self.content[offset : None if size < 0 else offset + size])

    def write(self, data: bytes, offset: int) -> None:
        if offset + len(data) > len(self.content):
            self.truncate(offset + len(data))
        self._check_linked()
        self._own()[offset : offset + len(data)] = data

    def truncate(self, size: int) -> None:
        self._check_linked()
        change = size - len(self.content)
        self.reserve(change)
        if change > 0:
            self._own().extend(bytes(change))
        elif change < 0:
            del self._own()[size:]

    def _own(self) -> bytearray:
        """The content as what this file alone has."""
        if isinstance(self.content, bytes):
            self.content = bytearray(self.content)
        return self.content

    def _check_linked(self) -> None:
        if not self.linked:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))


@dataclass(kw_only=True, eq=False, slots=True)
class Computed(Readable):
    """A file such as those in ``/proc``: its content is made when it is read, and written bytes go to a function.

    Attributes:
        produce: Returns the content, as bytes or as text; None when the file cannot be read.
        accept: Takes what is written; None when the file cannot be written.
    """

    produce: Callable[[], str | bytes] | None
    accept: Callable[[bytes], None] | None = None

    def read(self, offset: int = 0, size: int = -1) -> bytes:
        if self.produce is None:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        made = self.produce()
        content = made.encode("utf-8", "surrogateescape") if isinstance(made, str) else made
        return content[offset : None if size < 0 else offset + size]

    def write(self, data: bytes, offset: int) -> None:  # noqa: ARG002 - such files take what comes, wherever
        if self.accept is None:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        self.accept(data)

    def truncate(self, size: int) -> None:  # noqa: ARG002
        if self.accept is None:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
