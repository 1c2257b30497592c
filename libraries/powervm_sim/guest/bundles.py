"""Collections of support data: what commands and files of a simulated system show, packed into a real archive."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterable
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.archives import packed
from powervm_sim.shell.pipes import Collector, Null, TooMuchData

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_LONGEST = 2 * 1024 * 1024
_EVERYTHING = 12 * 1024 * 1024


class Bundle:
    """Collects files under one folder and packs them.

    Args:
        name: The folder in the archive.
    """

    def __init__(self, guest: LinuxGuest, name: str) -> None:
        self._guest = guest
        self._name = name
        self._members: dict[str, bytes] = {}
        self._size = 0

    def add(self, path: str, data: bytes) -> None:
        """A file; what is very long is cut at its beginning."""
        data = data[-_LONGEST:]
        if self._size + len(data) <= _EVERYTHING:
            self._members[path.lstrip("/")] = data
            self._size += len(data)

    def file(self, path: str) -> None:
        """A copy of a file of the system, if it can be read."""
        tree = self._guest.tree
        try:
            data = tree.read(path)
        except OSError:
            return
        self.add(path, data)

    def folder(self, path: str) -> None:
        """Copies of all files below a folder."""
        tree = self._guest.tree
        if not tree.is_dir(path):
            return
        real = tree.resolve(path)[0]
        for place, _ in list(tree.walk(real)):
            if not tree.is_dir(place):
                self.file(place)

    async def command(self, line: str, path: str) -> None:
        """What a command prints."""
        printed = Collector(_LONGEST)
        shell = self._guest.shell()
        try:
            await shell.run(line, Null(), printed, printed)
        except TooMuchData:
            pass
        finally:
            await shell.close()
        self.add(path, printed.text.encode("utf-8", "surrogateescape"))

    async def commands(self, folder: str, lines: Iterable[str]) -> None:
        """What several commands print, in files that are called like them."""
        for line in lines:
            name = re.sub(r"[^A-Za-z0-9.=,-]+", "_", line.rpartition("/")[2] if " " not in line else line.strip("/"))
            await self.command(line, f"{folder}/{name.strip('_')}")

    def packed(self, compression: str) -> bytes:
        """The archive.

        Args:
            compression: ``xz`` or ``gz``.
        """
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for path, data in sorted(self._members.items()):
                entry = tarfile.TarInfo(f"{self._name}/{path}")
                entry.size, entry.mtime, entry.mode = len(data), int(self._guest.clock.time()), 0o600
                entry.uname = entry.gname = "root"
                archive.addfile(entry, io.BytesIO(data))
        return packed(buffer.getvalue(), f".{compression}")

    def members(self) -> dict[str, bytes]:
        """The files by path."""
        return dict(self._members)
