"""A worker of pabot, and what becomes of it when pabot itself is killed."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from pathlib import Path

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

_LOOK = 0.5
_PARENT = os.getppid()
"""Known from the first moment on: after the end of pabot it would be another process."""


def pabot() -> int | None:
    """The process of pabot; None when this is no worker of it."""
    with suppress(RobotNotRunningError):
        if BuiltIn().get_variable_value("${PABOTQUEUEINDEX}") is not None:
            return _PARENT
    return None


def end_with_pabot() -> None:
    """This worker is from now on ended like with Ctrl-C, teardowns included, when pabot has ended.

    Otherwise it would go on alone, and nobody would see its results. The PabotLib that pabot had started goes, too. The
    thread ends with this process.
    """
    process, name = pabot(), "end with pabot"
    if process is None or any(thread.name == name for thread in threading.enumerate()):
        return
    servers = _pabotlibs(process)

    def watch() -> None:
        while os.getppid() == process:
            threading.Event().wait(_LOOK)
        os.kill(os.getpid(), signal.SIGTERM)
        for server in servers:
            if _is_pabotlib(server):
                with suppress(OSError):  # another worker was faster
                    os.kill(server, signal.SIGTERM)

    threading.Thread(target=watch, name=name, daemon=True).start()


def _pabotlibs(process: int) -> list[int]:
    """The servers that a process has started; only Linux tells."""
    found = []
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in children.read_text().split() if _is_pabotlib(int(child))]
    return found


def _is_pabotlib(process: int) -> bool:
    with suppress(OSError):
        return b"pabot.pabotlib" in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    return False
