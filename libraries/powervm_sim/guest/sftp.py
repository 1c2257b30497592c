"""SFTP and scp over a tree in memory, for ``asyncssh``.

Every request of `asyncssh.SFTPServer` is answered here: the inherited ones would work on the files of the machine that
runs the simulator.
"""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

import asyncssh
from asyncssh import SFTPAttrs, SFTPName

from powervm_sim.flow import until_flowing
from powervm_sim.guest.nodes import Node, Readable, failure
from powervm_sim.guest.tree import Tree, join

_BLOCK = 4096
_UMASK = 0o022
_LONGEST_READ = 256 * 1024  # as OpenSSH has it
_MOST_UNREAD = 1024 * 1024
_LOOK_AGAIN = 0.01  # seconds


@dataclass(eq=False)
class Handle:
    """An open file."""

    node: Readable
    append: bool
    readable: bool
    writable: bool

    def seek(self, offset: int, whence: int) -> int:
        """Where data begins or ends at or behind the offset: asyncssh asks for its extension on sparse files."""
        if offset >= self.node.size:
            raise failure(errno.ENXIO, "")
        return offset if whence == os.SEEK_DATA else self.node.size


class TreeSftp(asyncssh.SFTPServer):
    """An SFTP server over a `Tree`.

    Args:
        tree: The only files that can be reached.
        home: Where relative paths start.
        awake: Cleared while the system is suspended; every request waits then.
        now: Seconds since the epoch.
        writable: The folders in and below which the user may change things; None for all.
        owner: User and group that long listings name as the owners of everything.
    """

    def __init__(
        self,
        channel: asyncssh.SSHServerChannel[bytes],
        tree: Tree,
        *,
        home: str,
        awake: asyncio.Event,
        now: Callable[[], float],
        writable: Sequence[str] | None = None,
        owner: tuple[str, str] = ("root", "root"),
    ) -> None:
        super().__init__(channel)
        self._writable = writable
        self._owner = owner
        self._tree = tree
        self._home = home
        self._awake = awake
        self._now = now

    # --- files -----------------------------------------------------------------------------------------------

    async def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> Handle:
        """Open a file in the manner of SFTP version 3."""
        await self._awake.wait()
        change = pflags & (asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC)
        place = self._to_change(path) if change else self._path(path)
        if pflags & asyncssh.FXF_CREAT:
            node = self._tree.create(
                place, mode=_mode(attrs, 0o644) & ~_UMASK, exclusive=bool(pflags & asyncssh.FXF_EXCL)
            )
        else:
            node = self._tree.file(place)
        if pflags & asyncssh.FXF_TRUNC:
            node.truncate(0)
        return Handle(
            node,
            append=bool(pflags & asyncssh.FXF_APPEND),
            readable=bool(pflags & asyncssh.FXF_READ),
            writable=bool(pflags & (asyncssh.FXF_WRITE | asyncssh.FXF_APPEND)),
        )

    async def open56(self, path: bytes, desired_access: int, flags: int, attrs: SFTPAttrs) -> NoReturn:  # noqa: ARG002
        """Refuse: the server offers version 3, as OpenSSH does."""
        _refuse()

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """A piece of the file, once the client has taken most of those before."""
        await self._taken()
        await self._awake.wait()
        handle = _handle(file_obj)
        if not handle.readable:
            raise failure(errno.EBADF, "")
        return handle.node.read(offset, min(size, _LONGEST_READ))

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Put a piece into the file."""
        await self._awake.wait()
        handle = _handle(file_obj)
        if not handle.writable:
            raise failure(errno.EBADF, "")
        handle.node.write(data, handle.node.size if handle.append else offset)
        handle.node.modified = self._now()
        return len(data)

    async def close(self, file_obj: object) -> None:
        """Nothing is buffered."""
        _handle(file_obj)
        await self._awake.wait()

    async def fsync(self, file_obj: object) -> None:
        """Nothing is buffered."""
        _handle(file_obj)
        await self._awake.wait()

    # --- attributes ------------------------------------------------------------------------------------------

    async def stat(self, path: bytes) -> SFTPAttrs:
        """What is there, links followed."""
        await self._awake.wait()
        return _attributes(self._tree.node(self._path(path)))

    async def lstat(self, path: bytes) -> SFTPAttrs:
        """What is there, a link itself."""
        await self._awake.wait()
        return _attributes(self._tree.node(self._path(path), follow=False))

    async def fstat(self, file_obj: object) -> SFTPAttrs:
        """The open file."""
        await self._awake.wait()
        return _attributes(_handle(file_obj).node)

    async def setstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Change mode, time or size."""
        await self._awake.wait()
        _change(self._tree.node(self._to_change(path)), attrs)

    async def lsetstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """The same without following a link."""
        await self._awake.wait()
        _change(self._tree.node(self._to_change(path, follow=False), follow=False), attrs)

    async def fsetstat(self, file_obj: object, attrs: SFTPAttrs) -> None:
        """The same for an open file."""
        await self._awake.wait()
        handle = _handle(file_obj)
        if self._writable is not None and not handle.writable:
            raise failure(errno.EACCES, "")
        _change(handle.node, attrs)

    async def statvfs(self, path: bytes) -> asyncssh.SFTPVFSAttrs:
        """How much room there is."""
        await self._awake.wait()
        self._tree.node(self._path(path))
        return self._room()

    async def fstatvfs(self, file_obj: object) -> asyncssh.SFTPVFSAttrs:
        """How much room there is."""
        await self._awake.wait()
        _handle(file_obj)
        return self._room()

    def _room(self) -> asyncssh.SFTPVFSAttrs:
        free = (self._tree.size - self._tree.used) // _BLOCK
        return asyncssh.SFTPVFSAttrs(
            bsize=_BLOCK, frsize=_BLOCK, blocks=self._tree.size // _BLOCK, bfree=free, bavail=free, namemax=255
        )

    # --- folders ---------------------------------------------------------------------------------------------

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        """The entries of a folder, with ``.`` and ``..``."""
        await self._awake.wait()
        place = self._path(path)
        folder = self._tree.folder(place)
        parent = self._tree.folder(f"{place}/..")
        entries: list[tuple[str, Node]] = [(".", folder), ("..", parent), *sorted(folder.entries.items())]
        for name, node in entries:
            await self._awake.wait()
            yield SFTPName(_encode(name), attrs=_attributes(node))

    async def mkdir(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Make a folder."""
        await self._awake.wait()
        self._tree.make_folder(self._to_change(path), mode=_mode(attrs, 0o755) & ~_UMASK)

    async def rmdir(self, path: bytes) -> None:
        """Remove an empty folder."""
        await self._awake.wait()
        self._tree.remove_folder(self._to_change(path, follow=False))

    async def remove(self, path: bytes) -> None:
        """Remove a file."""
        await self._awake.wait()
        self._tree.remove(self._to_change(path, follow=False))

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Move something to a free name."""
        await self._awake.wait()
        if self._tree.exists(self._path(newpath)):
            raise failure(errno.EEXIST, self._path(newpath))
        await self.posix_rename(oldpath, newpath)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Move something, also over a file."""
        await self._awake.wait()
        self._tree.rename(self._to_change(oldpath, follow=False), self._to_change(newpath, follow=False))

    # --- paths and links -------------------------------------------------------------------------------------

    async def realpath(self, path: bytes) -> bytes:
        """The absolute path without links."""
        await self._awake.wait()
        return _encode(self._tree.resolve(self._path(path))[0])

    async def readlink(self, path: bytes) -> bytes:
        """Where a link leads."""
        await self._awake.wait()
        target = getattr(self._tree.node(self._path(path), follow=False), "target", None)
        if target is None:
            raise failure(errno.EINVAL, self._path(path))
        return _encode(target)

    async def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """Make a link; it is resolved inside the tree."""
        await self._awake.wait()
        self._tree.link(self._to_change(newpath, follow=False), oldpath.decode("utf-8", "surrogateescape"))

    async def link(self, oldpath: bytes, newpath: bytes) -> NoReturn:  # noqa: ARG002
        """Refuse: there are no hard links here."""
        _refuse()

    async def lock(self, file_obj: object, offset: int, length: int, flags: int) -> NoReturn:  # noqa: ARG002
        """Refuse, as OpenSSH does."""
        _refuse()

    async def unlock(self, file_obj: object, offset: int, length: int) -> NoReturn:  # noqa: ARG002
        """Refuse, as OpenSSH does."""
        _refuse()

    def map_path(self, path: bytes) -> NoReturn:  # noqa: ARG002
        """Refuse: no path leads to a file of the host."""
        _refuse()

    def reverse_map_path(self, path: bytes) -> NoReturn:  # noqa: ARG002
        """Refuse: no path leads to a file of the host."""
        _refuse()

    def format_user(self, uid: int | None) -> str:
        """The owner's name: not one of the host."""
        return self._owner[0] if not uid else str(uid)

    def format_group(self, gid: int | None) -> str:
        """The group's name: not one of the host."""
        return self._owner[1] if not gid else str(gid)

    def exit(self) -> None:
        """The client is done. Without an exit status OpenSSH's scp would call the copy failed."""
        self.channel.exit(0)

    async def _taken(self) -> None:
        """A client may ask for thousands of pieces and read none of them: it has to take what it asked for."""
        await asyncio.sleep(0)
        while self.channel.get_write_buffer_size() > _MOST_UNREAD and not self.channel.is_closing():
            await asyncio.sleep(_LOOK_AGAIN)
        await until_flowing(self.channel)
        if self.channel.is_closing():
            raise failure(errno.EPIPE, "")

    def _path(self, path: bytes) -> str:
        return join(self._home, path.decode("utf-8", "surrogateescape"))

    def _to_change(self, path: bytes, *, follow: bool = True) -> str:
        """The path of something that is to be made, changed or removed."""
        place = self._path(path)
        if self._writable is not None:
            real = self._tree.resolve(place, follow=follow)[0]
            if not any(real.startswith(f"{folder}/") or (follow and real == folder) for folder in self._writable):
                raise failure(errno.EACCES, place)
        return place


def _refuse() -> NoReturn:
    raise asyncssh.SFTPOpUnsupported("not supported by this server")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _handle(file_obj: object) -> Handle:
    if not isinstance(file_obj, Handle):
        raise asyncssh.SFTPFailure("not an open file")
    return file_obj


_TYPES = {
    stat.S_IFREG: asyncssh.FILEXFER_TYPE_REGULAR,
    stat.S_IFDIR: asyncssh.FILEXFER_TYPE_DIRECTORY,
    stat.S_IFLNK: asyncssh.FILEXFER_TYPE_SYMLINK,
}


def _attributes(node: Node) -> SFTPAttrs:
    when = int(node.modified)
    return SFTPAttrs(
        type=_TYPES[node.kind],
        size=node.size,
        uid=node.user,
        gid=node.group,
        permissions=node.kind | node.mode,
        atime=when,
        mtime=when,
        nlink=1,
    )


def _mode(attrs: SFTPAttrs, default: int) -> int:
    return default if attrs.permissions is None else stat.S_IMODE(attrs.permissions)


def _change(node: Node, attrs: SFTPAttrs) -> None:
    if attrs.size is not None and isinstance(node, Readable):
        node.truncate(attrs.size)
    node.mode = _mode(attrs, node.mode)
    if attrs.mtime is not None:
        node.modified = float(attrs.mtime)
