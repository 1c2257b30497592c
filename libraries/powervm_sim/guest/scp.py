"""The old mode of scp over a tree: a shell reads its paths, and its errors name the path first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import asyncssh
from asyncssh import SFTPAttrs, SFTPName

from powervm_sim.guest.sftp import Handle, TreeSftp
from powervm_sim.guest.tree import Tree
from powervm_sim.shell.files import reason


def serve_files(channel: asyncssh.SSHServerChannel[bytes], tree: Tree, **settings: Any) -> TreeSftp:
    """The server for an SFTP session, or for a channel that runs ``scp``; the settings are those of `TreeSftp`."""
    kind = TreeSftp if channel.get_command() is None else TreeScp
    return kind(channel, tree, **settings)


class TreeScp(TreeSftp):
    """What `asyncssh` asks when the client runs ``scp -t`` or ``scp -f``."""

    async def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> Handle:
        """Open a file."""
        with _path_first(path):
            return await super().open(path, pflags, attrs)

    async def stat(self, path: bytes) -> SFTPAttrs:
        """What is there, links followed."""
        with _path_first(path):
            return await super().stat(path)

    async def mkdir(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Make a folder."""
        with _path_first(path):
            await super().mkdir(path, attrs)

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        """The entries of a folder."""
        with _path_first(path):
            async for name in super().scandir(path):
                yield name

    def _path(self, path: bytes) -> str:
        home = path == b"~" or path.startswith(b"~/")
        return super()._path(path[1:].lstrip(b"/") if home else path)


@contextmanager
def _path_first(path: bytes) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        text = f"{path.decode('utf-8', 'replace')}: {reason(problem)}"
        raise type(problem)(problem.errno, text) from None
