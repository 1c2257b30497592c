"""``cat``, ``ls``, ``mv``, ``rm`` and ``df`` as AIX words them, over the server's small file tree."""

from __future__ import annotations

import stat
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.options import UsageError, parse
from powervm_sim.guest.commands.places import into, place
from powervm_sim.guest.nodes import Folder
from powervm_sim.shell.call import Call
from powervm_sim.vios.commands.kinds import ViosCommand

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

_FORBIDDEN = "The file access permissions do not allow the specified action."
_MISSING = "A file or directory in the path name does not exist."


async def cat(server: VirtualIOServer, call: Call) -> int:
    """Files, or the standard input; status 2 for a file that cannot be opened."""
    options, words = parse(call, "qnu", status=2)
    if options:
        raise UsageError("Usage: cat [-urnSsqvteb] [ - | File ... ]", 2)
    if not words:
        await call.stdout.write(await call.stdin.read())
    status = 0
    for word in words:
        text = _content(server, place(call, word))
        if text is None:
            status = 2
            await call.stderr.write(f"cat: 0652-050 Cannot open {word}.\n")
        else:
            await call.stdout.write(text)
    return status


def _content(server: VirtualIOServer, path: str) -> str | None:
    try:
        return server.tree.read(path).decode("utf-8", "surrogateescape")
    except OSError:
        return None


async def ls(server: VirtualIOServer, call: Call) -> int:
    """``ls [-a] [-l] [FILE...]``."""
    options, words = parse(call, "la1t")
    letters = {name[1] for name, _ in options}
    status = 0
    for word in words or ["."]:
        path = place(call, word)
        if not server.tree.exists(path):
            status = 2
            await call.stderr.write(f"ls: 0653-341 The file {word} does not exist.\n")
            continue
        names = server.tree.list(path) if server.tree.is_dir(path) else [word]
        shown = [name for name in names if "a" in letters or not name.startswith(".")]
        for name in shown:
            below = f"{path.rstrip('/')}/{name}" if server.tree.is_dir(path) else path
            await call.stdout.write(_long(server, below, name) if "l" in letters else f"{name}\n")
    return status


def _long(server: VirtualIOServer, path: str, name: str) -> str:
    node = server.tree.node(path)
    when = datetime.fromtimestamp(node.modified).astimezone()
    links = 2 if isinstance(node, Folder) else 1
    mode = stat.filemode(node.kind | node.mode)
    return f"{mode} {links:>4} padmin   staff    {node.size:>11} {when:%b %d %H:%M} {name}\n"


async def mv(server: VirtualIOServer, call: Call, *, as_root: bool = False) -> int:
    """``mv [-f] FILE TARGET``."""
    words = parse(call, "fi")[1]
    if len(words) != 2:
        raise UsageError("Usage: mv [-I] [ -d | -e ] [-i | -f] [-E{force|ignore|warn}] [--] src target")
    source, target = place(call, words[0]), place(call, into(call, server.tree, words[1], words[0]))
    if not (as_root or (server.may_change(source) and server.may_change(target))):
        raise UsageError(f"mv: 0653-401 Cannot rename {words[0]} to {words[1]}:\n             {_FORBIDDEN}")
    try:
        server.tree.rename(source, target)
    except FileNotFoundError:
        raise UsageError(f"mv: 0653-401 Cannot rename {words[0]} to {words[1]}:\n             {_MISSING}") from None
    except OSError as problem:
        reason = problem.strerror or "unknown error"
        raise UsageError(f"mv: 0653-401 Cannot rename {words[0]} to {words[1]}:\n             {reason}") from None
    return 0


async def rm(server: VirtualIOServer, call: Call, *, as_root: bool = False) -> int:
    """``rm [-f] FILE...``; folders are removed with ``-r``."""
    options, words = parse(call, "firRe")
    letters = {name[1] for name, _ in options}
    if not words:
        raise UsageError("Usage: rm [-Rre] [-i | -f] [--] File ...")
    status = 0
    for word in words:
        path = place(call, word)
        if as_root or server.may_change(path):
            problem = _remove(server, path, word, everything=bool(letters & {"r", "R"}))
        else:
            problem = f"0653-609 Cannot remove {word}.\n{_FORBIDDEN}"
        if problem and not ("f" in letters and problem.endswith("does not exist.")):
            status = 2
            await call.stderr.write(f"rm: {problem}\n")
    return status


def _remove(server: VirtualIOServer, path: str, word: str, *, everything: bool) -> str:
    try:
        if everything and server.tree.is_dir(path):
            _remove_folder(server, path)
        else:
            server.tree.remove(path)
    except FileNotFoundError:
        return f"{word}: {_MISSING}"
    except OSError:
        return f"0653-603 Cannot remove directory {word}."
    return ""


def _remove_folder(server: VirtualIOServer, path: str) -> None:
    for below, node in reversed(list(server.tree.walk(path))):
        if isinstance(node, Folder):
            server.tree.remove_folder(below)
        else:
            server.tree.remove(below)


async def df(server: VirtualIOServer, call: Call) -> int:
    """``df``, ``-m`` and ``-g``: the tree counts as ``/home``."""
    options, _ = parse(call, "kmgIt")
    unit, title = {"-m": (1024**2, "MB blocks"), "-g": (1024**3, "GB blocks"), "-k": (1024, "1024-blocks")}.get(
        options[-1][0] if options else "", (512, "512-blocks")
    )
    size, free = server.tree.size / unit, (server.tree.size - server.tree.occupied) / unit
    used = -(-100 * server.tree.occupied // server.tree.size)
    digits = 2 if unit > 1024 else 0
    await call.stdout.write(
        f"{'Filesystem':<14}{title:>12}{'Free':>12} %Used    Iused %Iused Mounted on\n"
        f"{'/dev/hd1':<14}{size:>12.{digits}f}{free:>12.{digits}f}{used:>5}%{20:>9}{1:>6}% /home\n"
    )
    return 0


COMMANDS: dict[str, ViosCommand] = {"cat": cat, "ls": ls, "mv": mv, "rm": rm, "df": df}

ROOT_COMMANDS: dict[str, ViosCommand] = COMMANDS | {"mv": partial(mv, as_root=True), "rm": partial(rm, as_root=True)}
