"""Hooks of drmgr: the programs in ``/etc/drmgr.d/pmig`` that are run around a migration.

The world waits for the answer of a check, and a check of the real drmgr waits for its hooks. They are therefore run to
their end here, in an event loop of their own while the world stands still, and get little time.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from powervm_sim.guest.nodes import Readable
from powervm_sim.shell.pipes import Collector, Null

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

FOLDER = "/etc/drmgr.d/pmig"
LIMIT = 2.0
"""Seconds that one hook may take; then it is ended."""

_TIMED_OUT = 124


class Hooks:
    """Runs the hooks of a phase.

    Attributes:
        output: What the hooks of the last phase have printed.
        veto: What the hooks of the last check have printed when one of them did not agree: a console shows it.
    """

    def __init__(self, guest: LinuxGuest) -> None:
        self._guest = guest
        self.output = ""
        self.veto = ""

    def run(self, phase: str) -> int:
        """All hooks in the order of their names; at ``check`` the first status that is not 0 ends it.

        Args:
            phase: ``check``, ``undocheck``, ``pre`` or ``post``.
        """
        self.output = ""
        if phase == "check":
            self.veto = ""
        for name in self._names():
            path = f"{FOLDER}/{name}"
            pid = self._guest.processes.next_pid()
            self._log(f"Running hook '{path}' for phase {phase} (PID={pid})\n")
            status = self._one(path, phase)
            self._log(f"hook '{path}' exited with status {status}\n")
            if status and phase == "check":
                self.veto = self.output
                return status
        return 0

    def _names(self) -> list[str]:
        tree = self._guest.tree
        if not tree.is_dir(FOLDER):
            return []
        nodes = {name: tree.node(f"{FOLDER}/{name}") for name in tree.list(FOLDER) if tree.exists(f"{FOLDER}/{name}")}
        return [name for name, node in nodes.items() if isinstance(node, Readable) and node.mode & 0o111]

    def _one(self, path: str, phase: str) -> int:
        result = [_TIMED_OUT]
        printed = Collector()

        async def work() -> None:
            shell = self._guest.shell()
            settings = {"DRC_TYPE": "pmig", "PHASE": phase, "ACTION": "migrate", "DRC_COUNT": "0"}
            words = " ".join(f"{name}={value}" for name, value in settings.items())
            try:
                result[0] = await asyncio.wait_for(shell.run(f"{words} {path}", Null(), printed, printed), LIMIT)
            except asyncio.TimeoutError:
                result[0] = _TIMED_OUT
            finally:
                for job in await shell.close():
                    job.task.cancel()

        # A loop of its own in a thread that is waited for: nothing else runs meanwhile.
        thread = threading.Thread(target=lambda: asyncio.run(work()), name="drmgr hook")
        thread.start()
        thread.join()
        self.output += printed.text
        return result[0]

    def _log(self, text: str) -> None:
        self._guest.append_drmgr(text.encode())
