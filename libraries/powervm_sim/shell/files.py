"""What the shell language and the filters need from a file tree: redirection, globbing, ``test -f``, ``cat FILE``.

A partition has such a tree; a management console has none. Paths are absolute and already resolved against ``PWD``
(``.`` and ``..`` removed); the tree follows its own symbolic links. No implementation ever opens a file of the host.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from powervm_sim.shell.call import Input, Output


@dataclass(frozen=True)
class FileStatus:
    """What ``test`` can ask about a path.

    Attributes:
        kind: ``file``, ``folder``, ``link`` (only when links are not followed), ``device`` or ``pipe``.
        size: In bytes.
        mode: Permission bits, for example ``0o644``.
        modified: Seconds since the epoch.
    """

    kind: Literal["file", "folder", "link", "device", "pipe"]
    size: int = 0
    mode: int = 0o644
    modified: float = 0.0


class Writer(Output, Protocol):
    """A file that is open for writing. Writing may raise OSError, for example when the disk is full."""

    async def close(self) -> None:
        """The content is complete. May be called more than once."""


class Files(Protocol):
    """A file tree. Failures are the usual kinds of ``OSError`` with ``strerror`` as the C library words it."""

    async def open_read(self, path: str) -> Input:
        """Open a file for reading, from its beginning to the end that it has then."""

    async def open_write(self, path: str, *, append: bool = False) -> Writer:
        """Create or empty a file (or go on at its end) and open it for writing."""

    async def status(self, path: str, *, follow: bool = True) -> FileStatus | None:
        """What is there, or None."""

    async def list(self, path: str) -> list[str]:
        """The names in a folder, without ``.`` and ``..``, in any order. Raises OSError when it is no folder."""


def resolve(path: str, variables: Mapping[str, str]) -> str:
    """Make a path as a user wrote it absolute: against ``PWD``, without ``.``, ``..`` and doubled slashes."""
    absolute = posixpath.normpath(posixpath.join(variables.get("PWD") or "/", path))
    return "/" + absolute.lstrip("/")


def reason(error: OSError) -> str:
    """The words of the C library for an error of a file tree, for example ``No such file or directory``."""
    if error.strerror:
        return error.strerror
    for kind, words in _REASONS:
        if isinstance(error, kind):
            return words
    return str(error) or "Input/output error"


_REASONS: tuple[tuple[type[OSError], str], ...] = (
    (FileNotFoundError, "No such file or directory"),
    (IsADirectoryError, "Is a directory"),
    (NotADirectoryError, "Not a directory"),
    (PermissionError, "Permission denied"),
    (FileExistsError, "File exists"),
)
