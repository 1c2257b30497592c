"""The few files of a management console that its user gets to see: the home folder and ``/dump``."""

from __future__ import annotations

import asyncio
import time

import asyncssh

from powervm_sim.guest.scp import serve_files
from powervm_sim.guest.sftp import TreeSftp
from powervm_sim.guest.shell_files import TreeFiles
from powervm_sim.guest.tree import Tree

DUMP = "/dump"
_SIZE = 64 * 1024 * 1024
_NODES = 2000


class ConsoleFiles:
    """The tree behind the sessions and copies of one user.

    Commands write where they like; a user who copies files can change his home only.

    Attributes:
        home: For example ``/home/hscroot``.
    """

    def __init__(self, user: str = "hscroot") -> None:
        self.home = f"/home/{user}"
        self.tree = Tree(size=_SIZE, nodes=_NODES)
        self._awake = asyncio.Event()
        self._awake.set()
        for folder in (self.home, DUMP):
            self.tree.make_folders(folder)

    def for_shell(self) -> TreeFiles:
        """The tree as the shell and its filters read it."""
        return TreeFiles(self.tree, self._awake)

    def sftp(self, channel: asyncssh.SSHServerChannel[bytes]) -> TreeSftp:
        """The server of one SFTP or scp session."""
        return serve_files(
            channel,
            self.tree,
            home=self.home,
            awake=self._awake,
            now=time.time,
            writable=(self.home,),
            owner=(self.home.rpartition("/")[2], "hmc"),
        )
