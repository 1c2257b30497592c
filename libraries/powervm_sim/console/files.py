"""The files of a console as its users see them: their own folder, and the dumps where the task role allows it."""

from __future__ import annotations

import asyncio
import errno
import posixpath

from powervm_sim import hsc
from powervm_sim.guest.nodes import failure
from powervm_sim.guest.shell_files import TreeFiles
from powervm_sim.guest.tree import Tree, join
from powervm_sim.shell.files import FileStatus, Writer
from powervm_sim.shell.pipes import Text
from powervm_sim.world.console_files import may_read, may_write
from powervm_sim.world.consoles import Console
from powervm_sim.world.users import ConsoleUser

_MOST = 1024 * 1024


class Guarded:
    """Finds out whether a user may have a path, after all links (without ``follow``: except one at the very end)."""

    def __init__(self, tree: Tree, user: ConsoleUser) -> None:
        self._tree = tree
        self._user = user

    def readable(self, path: str, *, follow: bool = True) -> str:
        """The path. Raises PermissionError."""
        if not may_read(self._user, self._real(path, follow)):
            raise failure(errno.EACCES, path)
        return path

    def writable(self, path: str, *, follow: bool = True) -> str:
        """The path. Raises PermissionError."""
        if not may_write(self._user, self._real(path, follow)):
            raise failure(errno.EACCES, path)
        return path

    def _real(self, path: str, follow: bool) -> str:
        try:
            return self._tree.resolve(path, follow=follow)[0]
        except OSError:
            return posixpath.normpath(path)


class ConsoleFiles:
    """See `powervm_sim.shell.files.Files`."""

    def __init__(self, console: Console, user: ConsoleUser) -> None:
        awake = asyncio.Event()
        awake.set()
        self._files = TreeFiles(console.files, awake)
        self._guard = Guarded(console.files, user)

    async def open_read(self, path: str) -> Text:
        """The file as it is now."""
        return await self._files.open_read(self._guard.readable(path))

    async def open_write(self, path: str, *, append: bool = False) -> Writer:
        """Create or empty the file, or go on at its end."""
        return await self._files.open_write(self._guard.writable(path), append=append)

    async def status(self, path: str, *, follow: bool = True) -> FileStatus | None:
        """What is there, or None."""
        try:
            return await self._files.status(self._guard.readable(path), follow=follow)
        except PermissionError:
            return None

    async def list(self, path: str) -> list[str]:
        """The names in a folder."""
        return await self._files.list(self._guard.readable(path))


def input_file(console: Console, user: ConsoleUser, name: str) -> str:
    """The content of a file that a command is to read (``-f``). Raises HscError (HSCLAF62)."""
    path = join(user.home, name)
    try:
        data = console.files.read(Guarded(console.files, user).readable(path))
    except OSError as error:
        text = f"The file {name} cannot be read: {error.strerror}."
        raise hsc.HscError("HSCLAF62", text) from None
    if len(data) > _MOST:
        raise hsc.HscError("HSCLAF62", f"The file {name} cannot be read: File too large.")
    return data.decode("utf-8", "replace")
