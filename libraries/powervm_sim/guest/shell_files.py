"""A tree in the form that the shell language wants: redirection, globbing, ``test -f`` and ``cat FILE``."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Awaitable, Callable
from typing import Literal

from powervm_sim.guest.nodes import Readable
from powervm_sim.guest.tree import Tree
from powervm_sim.shell.files import FileStatus, Writer, reason
from powervm_sim.shell.pipes import Null, Text
from powervm_sim.shell.state import ShellError

_Kind = Literal["file", "folder", "link"]
_KINDS: dict[int, _Kind] = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}


class TreeFiles:
    """See `powervm_sim.shell.files.Files`.

    Args:
        awake: Cleared while the system is suspended; nothing is read or written then.
        connect: Tries a TCP connection to a host and a port, for ``/dev/tcp/HOST/PORT``; raises OSError.
    """

    def __init__(
        self, tree: Tree, awake: asyncio.Event, connect: Callable[[str, int], Awaitable[None]] | None = None
    ) -> None:
        self._tree = tree
        self._awake = awake
        self._connect = connect

    async def open_read(self, path: str) -> Text:
        """The file as it is now."""
        await self._awake.wait()
        if await self._connected(path):
            return Text()
        return Text(self._tree.read(path).decode("utf-8", "surrogateescape"))

    async def open_write(self, path: str, *, append: bool = False) -> Writer:
        """Create or empty the file, or go on at its end."""
        await self._awake.wait()
        if await self._connected(path):
            return Null()
        file = self._tree.create(path)
        if not append:
            file.truncate(0)
        return _TreeWriter(file, self._awake)

    async def _connected(self, path: str) -> bool:
        """The path means a TCP connection, which was made and carries nothing. Raises OSError when it was refused."""
        words = path.split("/")
        if self._connect is None or len(words) != 5 or words[:3] != ["", "dev", "tcp"] or not words[4].isdigit():
            return False
        await self._connect(words[3], int(words[4]))
        return True

    async def status(self, path: str, *, follow: bool = True) -> FileStatus | None:
        """What is there, or None."""
        await self._awake.wait()
        try:
            found = self._tree.node(path, follow=follow)
        except OSError:
            return None
        return FileStatus(_KINDS[found.kind], found.size, found.mode, found.modified)

    async def list(self, path: str) -> list[str]:
        """The names in a folder."""
        await self._awake.wait()
        return self._tree.list(path)


class _TreeWriter:
    """A file that is open for writing at its end."""

    def __init__(self, file: Readable, awake: asyncio.Event) -> None:
        self._file = file
        self._awake = awake

    async def write(self, text: str) -> None:
        await self._awake.wait()
        try:
            self._file.write(text.encode("utf-8", "surrogateescape"), self._file.size)
        except OSError as problem:
            raise ShellError(f"write error: {reason(problem)}") from None
        await asyncio.sleep(0)

    async def close(self) -> None:
        """Nothing is buffered."""
