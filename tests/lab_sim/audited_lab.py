"""Runs the simulated lab as its program does, and writes down whatever it does to the host outside of its own folders.

Usage: ``python audited_lab.py LOG [arguments of the program]``. One line for each event: what, and its arguments.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parents[2] / "libraries"
_NEVER = (
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.forkpty",
    "subprocess.Popen",
    "socket.connect",
    "pty.",
)
_WITH_PATH = ("open", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate",
              "os.listdir", "os.scandir", "os.chmod", "os.chown", "os.utime", "shutil.", "glob.")  # fmt: skip


def _own(path: str, folders: tuple[str, ...]) -> bool:
    return path.startswith(folders)


def watch(log: int, writable: tuple[str, ...], readable: tuple[str, ...]) -> None:
    """From now on, write down what is not allowed."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_NEVER):
            os.write(log, f"{event} {arguments!r}\n".encode())
        elif event.startswith(_WITH_PATH) and arguments and isinstance(arguments[0], (str, bytes, os.PathLike)):
            path = os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100 - no object may be made in here
            reading = event in ("os.listdir", "os.scandir") or (event == "open" and arguments[2] & 3 == os.O_RDONLY)
            if not _own(path, writable + readable if reading else writable):
                os.write(log, f"{event} {arguments!r}\n".encode())

    sys.addaudithook(hook)


def main() -> int:
    """Serve, watched from the moment when everything is up."""
    log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    sys.path.insert(0, str(PROGRAM))
    from powervm_sim.serving import program  # noqa: PLC0415 - its place is known only now

    own = str(Path(sys.argv[1]).parent)
    modules = (str(PROGRAM), sys.prefix, sys.base_prefix, "/dev/urandom", "/usr/share/zoneinfo", "/etc/localtime")
    tell = program.Server._tell

    def told(server: program.Server) -> None:
        tell(server)
        watch(log, (own, str(server._state.path)), modules)

    program.Server._tell = told  # type: ignore[method-assign]
    return program.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
