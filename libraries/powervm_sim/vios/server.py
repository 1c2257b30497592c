"""A simulated Virtual I/O Server: what ``padmin`` and the management console can do on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import asyncssh

from powervm_sim.guest.clock import Clock
from powervm_sim.guest.scp import serve_files
from powervm_sim.guest.sftp import TreeSftp
from powervm_sim.guest.shell_files import TreeFiles
from powervm_sim.guest.system_files import append_bounded
from powervm_sim.guest.tree import Tree
from powervm_sim.shell.call import Lookup, Terminal
from powervm_sim.shell.dialect import RESTRICTED_KSH
from powervm_sim.shell.pipes import Collector, Text
from powervm_sim.shell.shell import Shell
from powervm_sim.vios.commands import catalogue
from powervm_sim.vios.commands.root import LPM_LOG
from powervm_sim.vios.error_log import LOGGING_STARTED, MIGRATION_COMPLETED, ErrorLog
from powervm_sim.vios.view import ViosView

HOME = "/home/padmin"
_LPM_LOG_LIMIT = 5 * 1024 * 1024
_TREE_SIZE = 32 * 1024 * 1024
_ROOT_KSH = replace(RESTRICTED_KSH, name="ksh", login_name="ksh", restricted=False, protected=frozenset())


class VirtualIOServer:
    """A server.

    Attributes:
        tree: Its files.
        error_log: What ``errlog`` shows.
        around: What the look-up of commands goes through, in every shell.
        prompt: What an interactive shell shows.

    Args:
        look: Makes the view of the present; called for every command.
        pause: Waits for so many seconds of a long thing (the world may let it be shorter).
        snap_seconds: How long ``snap`` takes.
        short_names: Whether commands over an exec channel are known without ``ioscli``; on a terminal they always are.
        clock: Real time, unless a test brings its own.
    """

    prompt = "$ "

    def __init__(
        self,
        look: Callable[[], ViosView],
        *,
        pause: Callable[[float], Awaitable[None]],
        snap_seconds: float = 300.0,
        short_names: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self._look = look
        self.pause = pause
        self.snap_seconds = snap_seconds
        self._short_names = short_names
        self.clock = clock or Clock()
        self.error_log = ErrorLog()
        self.error_log.add(LOGGING_STARTED, "errdemon", self.clock.time())
        self.tree = Tree(size=_TREE_SIZE, nodes=2000, now=self.clock.time)
        self.around: Callable[[Lookup], Lookup] = lambda lookup: lookup
        self._awake = asyncio.Event()
        self._awake.set()
        for folder in (HOME, "/tmp", "/var/adm/lpm", LPM_LOG.rpartition("/")[0]):  # noqa: S108 - in the simulated tree
            self.tree.make_folders(folder)
        self.tree.write(LPM_LOG, b"")
        self.tree.computed("/proc/version", self._build)

    @property
    def view(self) -> ViosView:
        """The server at this moment."""
        return self._look()

    def shell(self, session: Any = None, terminal: Terminal | None = None) -> Shell:
        """``padmin``'s restricted Korn shell.

        Args:
            session: Given to each command as `Call.session`.
            terminal: None on an exec channel without a pty.
        """
        lookup = catalogue.lookup(self, short_names=self._short_names or terminal is not None)
        return Shell(
            self.around(lookup),
            RESTRICTED_KSH,
            session=session,
            variables=_environment("padmin", HOME),
            files=TreeFiles(self.tree, self._awake),
            terminal=terminal,
            login=terminal is not None,
        )

    def root_shell(self, session: Any = None, terminal: Terminal | None = None) -> Shell:
        """The shell behind ``oem_setup_env``."""
        return Shell(
            self.around(catalogue.root_lookup(self)),
            _ROOT_KSH,
            session=session,
            variables=_environment("root", "/"),
            files=TreeFiles(self.tree, self._awake),
            terminal=terminal,
        )

    def sftp(self, channel: asyncssh.SSHServerChannel[bytes]) -> TreeSftp:
        """An SFTP (and scp) server over the tree, for `asyncssh.listen`."""
        return serve_files(
            channel,
            self.tree,
            home=HOME,
            awake=self._awake,
            now=self.clock.time,
            writable=(HOME, "/tmp"),  # noqa: S108 - in the simulated tree
            owner=("padmin", "staff"),
        )

    async def command(self, text: str) -> tuple[str, int]:
        """Run a command for the management console (``viosvrcmd``), which writes it without ``ioscli``.

        Returns:
            Standard output, followed by standard error when the command failed; and the exit status.
        """
        shell = Shell(
            self.around(catalogue.lookup(self, short_names=True)),
            RESTRICTED_KSH,
            session=None,
            variables=_environment("padmin", HOME),
            files=TreeFiles(self.tree, self._awake),
        )
        output, errors = Collector(), Collector()
        try:
            status = await shell.run(text, Text(), output, errors)
        finally:
            await shell.close()
        return (output.text if status == 0 else output.text + errors.text), status

    def migration_completed(self) -> None:
        """A migration that this server moved has ended well: an entry in the error log."""
        self.error_log.add(MIGRATION_COMPLETED, "vioslpm0", self.clock.time())

    def trace(self, text: str) -> None:
        """Add a line to the trace of migrations (``alog -o -t lpm``)."""
        append_bounded(self.tree, LPM_LOG, f"{text}\n".encode("utf-8", "replace"), limit=_LPM_LOG_LIMIT)

    def _build(self) -> str:
        return (
            "_kdb_buildinfo unix_64 Oct 17 2023 09:12:44 2342A_73D\n"
            if self.view.level.startswith("4.")
            else "_kdb_buildinfo unix_64 Aug 25 2020 10:46:09 2035A_71c\n"
        )


def _environment(user: str, home: str) -> dict[str, str]:
    return {
        "HOME": home,
        "USER": user,
        "LOGNAME": user,
        "PWD": home,
        "SHELL": "/usr/bin/rksh",
        "PATH": "/usr/ios/cli:/usr/ios/utils:/usr/ios/lpm/bin:/usr/ios/oem:/home/padmin",
        "LANG": "C",
    }
