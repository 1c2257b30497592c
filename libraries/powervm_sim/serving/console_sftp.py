"""SFTP and scp on a management console: a user's own files, and the dumps that his task role lets him fetch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import asyncssh
from asyncssh import SFTPAttrs, SFTPName

from powervm_sim.console.authority import user_on
from powervm_sim.console.files import Guarded
from powervm_sim.guest.scp import TreeScp
from powervm_sim.guest.sftp import Handle, TreeSftp
from powervm_sim.world.consoles import Console

_CHANGES = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC


class ConsoleSftp(TreeSftp):
    """The files of a console for the user who has logged in."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], console: Console) -> None:
        user = user_on(console, str(channel.get_extra_info("username")))
        awake = asyncio.Event()
        awake.set()
        super().__init__(channel, console.files, home=user.home, awake=awake, now=time.time)
        self._guard = Guarded(console.files, user)

    async def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> Handle:
        """Open a file."""
        self._may_change(path) if pflags & _CHANGES else self._may_see(path)
        return await super().open(path, pflags, attrs)

    async def stat(self, path: bytes) -> SFTPAttrs:
        """What is there."""
        self._may_see(path)
        return await super().stat(path)

    async def lstat(self, path: bytes) -> SFTPAttrs:
        """What is there, a link itself."""
        self._may_see(path, follow=False)
        return await super().lstat(path)

    async def setstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Change mode, time or size."""
        self._may_change(path)
        await super().setstat(path, attrs)

    async def lsetstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """The same without following a link."""
        self._may_change(path, follow=False)
        await super().lsetstat(path, attrs)

    async def fsetstat(self, file_obj: object, attrs: SFTPAttrs) -> None:
        """The same for an open file, which must be open for writing."""
        if isinstance(file_obj, Handle) and not file_obj.writable:
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        await super().fsetstat(file_obj, attrs)

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        """The entries of a folder."""
        self._may_see(path)
        async for entry in super().scandir(path):
            yield entry

    async def mkdir(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Make a folder."""
        self._may_change(path)
        await super().mkdir(path, attrs)

    async def rmdir(self, path: bytes) -> None:
        """Remove an empty folder."""
        self._may_change(path)
        await super().rmdir(path)

    async def remove(self, path: bytes) -> None:
        """Remove a file."""
        self._may_change(path, follow=False)
        await super().remove(path)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Move something to a free name."""
        self._may_change(oldpath, follow=False)
        self._may_change(newpath, follow=False)
        await super().rename(oldpath, newpath)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Move something, also over a file."""
        self._may_change(oldpath, follow=False)
        self._may_change(newpath, follow=False)
        await super().posix_rename(oldpath, newpath)

    async def readlink(self, path: bytes) -> bytes:
        """Where a link leads."""
        self._may_see(path, follow=False)
        return await super().readlink(path)

    async def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """Make a link; what it leads to is checked when it is used."""
        self._may_change(newpath, follow=False)
        await super().symlink(oldpath, newpath)

    def _may_see(self, path: bytes, *, follow: bool = True) -> None:
        self._guard.readable(self._path(path), follow=follow)

    def _may_change(self, path: bytes, *, follow: bool = True) -> None:
        self._guard.writable(self._path(path), follow=follow)


class ConsoleScp(TreeScp, ConsoleSftp):
    """The same for a channel that runs ``scp`` in its old mode."""


def console_files(channel: asyncssh.SSHServerChannel[bytes], console: Console) -> ConsoleSftp:
    """The server for an SFTP session, or for a channel that runs ``scp``."""
    kind = ConsoleSftp if channel.get_command() is None else ConsoleScp
    return kind(channel, console)
