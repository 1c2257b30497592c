"""A simulated Virtual I/O Server: what ``padmin`` and the management console can do on it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import asyncssh

from powervm_sim.guest.clock import Clock
from powervm_sim.guest.scp import serve_files
from powervm_sim.guest.sftp import TreeSftp
from powervm_sim.guest.shell_files import TreeFiles
from powervm_sim.guest.tree import Tree
from powervm_sim.shell.call import Lookup, Terminal
from powervm_sim.shell.dialect import RESTRICTED_KSH
from powervm_sim.shell.pipes import Collector, Text
from powervm_sim.shell.shell import Shell
from powervm_sim.vios.commands import catalogue
from powervm_sim.vios.error_log import LOGGING_STARTED, MIGRATION_COMPLETED, MIGRATION_FAILED, ErrorLog
from powervm_sim.vios.logs import Logs
from powervm_sim.vios.view import ViosView

HOME = "/home/padmin"
_TREE_SIZE = 32 * 1024 * 1024
_OWN = (HOME, "/tmp")  # noqa: S108 - in the simulated tree
_AS_ROOT = re.compile(r"\s*oem_setup_env\s*(?:&&|;)(.*)", re.DOTALL)
_ROOT_KSH = replace(RESTRICTED_KSH, name="ksh", login_name="ksh", restricted=False, protected=frozenset())


class VirtualIOServer:
    """A server.

    Attributes:
        tree: Its files.
        error_log: What ``errlog`` shows.
        around: What the look-up of commands goes through, in every shell.
        logs: Its other logs.
        changed: Attributes that a user has set, by device and attribute.
        defined: Names of devices that a user has unconfigured.
        booted: When it was started, in seconds since the epoch.
        prompt: What an interactive shell shows.

    Args:
        look: Makes the view of the present; called for every command.
        pause: Waits for so many seconds of a long thing (the world may let it be shorter).
        snap_seconds: How long ``snap`` takes.
        short_names: Whether commands over an exec channel are known without ``ioscli``; on a terminal they always are.
        map_port: Maps a virtual fibre channel adapter to a physical port, or to none for an empty text.
        set_mover: Sets the number of concurrent migrations (``cfg_msp_lpm_ops``) or their level (``concurrency_lvl``).
        clock: Real time, unless a test brings its own.
        name: The name of the view alone, which logs want often and which a whole view is too dear for.
    """

    prompt = "$ "

    def __init__(
        self,
        look: Callable[[], ViosView],
        *,
        pause: Callable[[float], Awaitable[None]],
        snap_seconds: float = 300.0,
        short_names: bool = False,
        map_port: Callable[[str, str], None] | None = None,
        set_mover: Callable[[str, int], None] | None = None,
        clock: Clock | None = None,
        name: Callable[[], str] | None = None,
    ) -> None:
        self._look = look
        self.pause = pause
        self.snap_seconds = snap_seconds
        self._short_names = short_names
        self.clock = clock or Clock()
        self.error_log = ErrorLog()
        self.error_log.add(LOGGING_STARTED, "errdemon", self.clock.time())
        self.map_port = map_port
        self.set_mover = set_mover
        self.changed: dict[tuple[str, str], str] = {}
        self.defined: set[str] = set()
        self.booted = self.clock.time()
        self.tree = Tree(size=_TREE_SIZE, nodes=2000, now=self.clock.time)
        self.around: Callable[[Lookup], Lookup] = lambda lookup: lookup
        self._awake = asyncio.Event()
        self._awake.set()
        for folder in _OWN:
            self.tree.make_folders(folder)
        self.logs = Logs(self.tree, name or (lambda: self.view.name), self.clock.time)
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
            writable=_OWN,
            owner=("padmin", "staff"),
        )

    async def command(self, text: str) -> tuple[str, int]:
        """Run a command for the management console (``viosvrcmd``), which writes it without ``ioscli``.

        What follows ``oem_setup_env &&`` is run as root.

        Returns:
            Standard output, followed by standard error when the command failed; and the exit status.
        """
        as_root = _AS_ROOT.match(text)
        if as_root:
            shell, text = self.root_shell(), as_root[1]
        else:
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

    def migration_phase(self, phase: str, partition: str, stream: int, role: str) -> None:
        """A migration that this server moves has come to a new phase, such as ``copy``, ``end`` or ``failed``.

        Args:
            role: ``source`` or ``target``.
        """
        self.logs.phase(phase, partition, stream, role)
        kind = {"end": MIGRATION_COMPLETED, "failed": MIGRATION_FAILED, "stopped": MIGRATION_FAILED}.get(phase)
        if kind is not None:
            self.error_log.add(kind, "vioslpm0", self.clock.time())

    def may_change(self, path: str) -> bool:
        """Whether ``padmin`` may change what is at the path."""
        try:
            real = self.tree.resolve(path, follow=False)[0]
        except OSError:
            return True  # that it is not there is for the command to say
        return any(real.startswith(f"{folder}/") for folder in _OWN)

    def trace(self, text: str) -> None:
        """Add a line to the trace of migrations (``alog -o -t lpm``)."""
        self.logs.add("lpm", text)

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
