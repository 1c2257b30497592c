"""Commands that look at files: ``ls stat df readlink realpath sha256sum md5sum sha1sum``."""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, name_of, not_simulated, parse
from powervm_sim.guest.commands.places import attempt, each, need, place
from powervm_sim.guest.nodes import Folder, Link, Node
from powervm_sim.guest.tree import Tree
from powervm_sim.shell.call import Call
from powervm_sim.shell.files import reason

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_HALF_YEAR = 182 * 86400


async def list_files(guest: LinuxGuest, call: Call) -> int:
    """``ls``: one name in a line, ``-l`` with details; ``-a -A -d -t -r -S -h -1 -R`` (names are never in columns)."""
    options, words = parse(call, "1aAdhlnrtSR", ("all", "directory", "human-readable", "reverse"), status=2)
    letters = {name[2:3] if name.startswith("--") else name[1] for name, _ in options}
    files: list[tuple[str, Node]] = []
    folders: list[tuple[str, Folder]] = []
    status = 0
    for word in words or ["."]:
        try:
            node = guest.tree.node(place(call, word), follow="l" not in letters or word.endswith("/"))
        except OSError as problem:
            status = 2
            await call.stderr.write(f"ls: cannot access '{word}': {reason(problem)}\n")
            continue
        if isinstance(node, Folder) and "d" not in letters:
            folders.append((word, node))
        else:
            files.append((word, node))
    blocks = [_listing(guest, _sorted(files, letters), letters)] if files else []
    for word, folder in folders:
        blocks += _folder_blocks(guest, word, folder, letters, titled=len(words) > 1 or "R" in letters)
    await call.stdout.write("\n".join(blocks))
    return status


def _folder_blocks(guest: LinuxGuest, word: str, node: Folder, letters: set[str], *, titled: bool) -> list[str]:
    blocks: list[str] = []
    todo = [(word, node)]
    while todo:
        place_shown, folder = todo.pop()
        hidden = bool(letters & {"a", "A"})
        entries = [entry for entry in folder.entries.items() if hidden or not entry[0].startswith(".")]
        ordered = _sorted(entries, letters)
        shown = [(".", folder), ("..", folder), *ordered] if "a" in letters else ordered
        total = f"total {sum(_blocks(entry) for _, entry in shown)}\n" if letters & {"l", "n"} else ""
        title = f"{place_shown}:\n" if titled else ""
        blocks.append(f"{title}{total}{_listing(guest, shown, letters)}")
        if "R" in letters:
            below = [
                (f"{place_shown.rstrip('/')}/{name}", entry) for name, entry in ordered if isinstance(entry, Folder)
            ]
            todo += below[::-1]
    return blocks


def _sorted(entries: Sequence[tuple[str, Node]], letters: set[str]) -> list[tuple[str, Node]]:
    ordered = sorted(entries, key=lambda entry: entry[0])
    if "t" in letters:
        ordered.sort(key=lambda entry: -entry[1].modified)
    elif "S" in letters:
        ordered.sort(key=lambda entry: -entry[1].size)
    return ordered[::-1] if "r" in letters else ordered


def _blocks(node: Node) -> int:
    return -(-node.size // 4096) * 4


def _listing(guest: LinuxGuest, entries: Sequence[tuple[str, Node]], letters: set[str]) -> str:
    if not letters & {"l", "n"}:
        return "".join(f"{name}\n" for name, _ in entries)
    owner = "0" if "n" in letters else "root"
    sizes = [human(node.size) if "h" in letters else str(node.size) for _, node in entries]
    width = max(map(len, sizes), default=0)
    now = guest.clock.time()
    return "".join(
        f"{stat.filemode(node.kind | node.mode)}. {2 if isinstance(node, Folder) else 1} {owner} {owner} "
        f"{size:>{width}} {_date(node.modified, now)} {name}{f' -> {node.target}' if isinstance(node, Link) else ''}\n"
        for (name, node), size in zip(entries, sizes, strict=True)
    )


def human(size: float) -> str:
    """A size as ``ls -h`` and ``df -h`` show it."""
    for unit in ("", "K", "M", "G"):
        if size < 1024 or unit == "G":
            break
        size /= 1024
    return f"{size:.1f}{unit}" if unit and size < 10 else f"{-(-size // 1):.0f}{unit}"


def _date(moment: float, now: float) -> str:
    when = datetime.fromtimestamp(moment).astimezone()
    tail = f"{when:%H:%M}" if 0 <= now - moment < _HALF_YEAR else f" {when:%Y}"
    return f"{when:%b} {when.day:2d} {tail}"


async def show_status(guest: LinuxGuest, call: Call) -> int:
    """``stat [-c FORMAT] [-L] FILE...``; formats know ``%s %Y %y %a %A %n %N %F %U %G %u %g %b`` and a few more."""
    options, words = parse(call, "c:Lft", ("format=", "printf=", "dereference"))
    chosen = dict(options)
    raw = "--printf" in chosen
    form = chosen.get("-c", chosen.get("--format", chosen.get("--printf", _STAT)))
    form = form.replace("\\n", "\n").replace("\\t", "\t") if raw else form
    if chosen.keys() & {"-f", "-t"}:
        raise not_simulated(call, "-f" if "-f" in chosen else "-t")
    need(call, words)
    follow = bool(chosen.keys() & {"-L", "--dereference"})

    def one(word: str) -> str:
        node = attempt(call, f"cannot statx '{word}'", partial(guest.tree.node, place(call, word), follow=follow))
        text = form
        values = _status_values(word, node)
        text = re.sub(r"%([a-zA-Z%])", lambda found: values.get(found[1], found[0]), text)
        return text if raw else f"{text}\n"

    return await each(call, words, one)


_STAT = """  File: %N
  Size: %s\t\tBlocks: %b          IO Block: 65536  %F
Access: (0%a/%A)  Uid: (    %u/    %U)   Gid: (    %g/    %G)
Access: %x
Modify: %y
Change: %z
 Birth: %w"""


def _status_values(word: str, node: Node) -> dict[str, str]:
    kind = "directory" if isinstance(node, Folder) else "symbolic link" if isinstance(node, Link) else "regular file"
    when = datetime.fromtimestamp(node.modified).astimezone()
    stamp = f"{when:%Y-%m-%d %H:%M:%S.%f}000 {when:%z}"
    return {
        "N": f"{word} -> {node.target}" if isinstance(node, Link) else word,
        "b": str(-(-node.size // 512)),
        "f": f"{node.kind | node.mode:x}",
        "h": "1",
        "i": str(id(node) % 10**8),
        "x": stamp,
        "z": stamp,
        "w": stamp,
        "X": str(int(node.modified)),
        "Z": str(int(node.modified)),
        "%": "%",
        "s": str(node.size),
        "Y": str(int(node.modified)),
        "y": f"{when:%Y-%m-%d %H:%M:%S.%f}000 {when:%z}",
        "a": f"{node.mode:o}",
        "A": stat.filemode(node.kind | node.mode),
        "F": "regular empty file" if kind == "regular file" and not node.size else kind,
        "U": "root",
        "G": "root",
        "u": str(node.user),
        "g": str(node.group),
        "n": word,
    }


async def free_space(guest: LinuxGuest, call: Call) -> int:
    """``df [-h|-k|-m|-P] [PATH...]``: one file system holds everything."""
    options, words = parse(call, "hkmPTlai", ("human-readable", "portability", "print-type", "inodes"))
    for word in words:
        attempt(call, word, partial(guest.tree.node, place(call, word)))
    letters = {name.lstrip("-")[:1] for name, _ in options}
    if letters & {"a", "i"} or ("--inodes", "") in options:
        raise not_simulated(call, "-a" if "a" in letters else "-i")
    if ("--print-type", "") in options:
        letters = letters - {"p"} | {"T"}
    tree: Tree = guest.tree
    figures = [tree.size, tree.occupied, tree.size - tree.occupied]
    if "h" in letters:
        shown, title = [human(figure) for figure in figures], "Size"
    else:
        unit = 1024 * 1024 if "m" in letters else 1024
        shown, title = [str(-(-figure // unit)) for figure in figures], "1M-blocks" if "m" in letters else "1K-blocks"
    free = "Avail" if "h" in letters else "Available"
    device = f"/dev/mapper/{guest.spec.distribution}-root"
    percent = f"{-(-100 * tree.occupied // tree.size)}%"
    kind, kind_title = ("xfs  ", "Type ") if "T" in letters else ("", "")
    header = f"{'Filesystem':<{len(device)}} {kind_title}{title:>9} {'Used':>8} {free:>9} Use% Mounted on\n"
    await call.stdout.write(f"{header}{device} {kind}{shown[0]:>9} {shown[1]:>8} {shown[2]:>9} {percent:>4} /\n")
    return 0


async def read_link(guest: LinuxGuest, call: Call) -> int:
    """``readlink [-f] PATH...`` and ``realpath PATH...``."""
    options, words = parse(call, "fen", ("canonicalize",))
    need(call, words)
    full = bool(options) or name_of(call) == "realpath"

    def one(word: str) -> str:
        if full:
            return attempt(call, word, lambda: guest.tree.resolve(place(call, word))[0]) + "\n"
        try:
            node = guest.tree.node(place(call, word), follow=False)
        except OSError:
            node = None
        if not isinstance(node, Link):
            # readlink says nothing and fails.
            raise SilentFailure
        return f"{node.target}\n"

    try:
        return await each(call, words, one)
    except SilentFailure:
        return 1


class SilentFailure(Exception):
    """A command fails without a word."""


async def checksum(guest: LinuxGuest, call: Call) -> int:
    """``sha256sum``, ``md5sum`` and ``sha1sum``, of files or of the standard input, and ``-c``."""
    options, words = parse(call, "bct", ("check", "binary", "text"))
    if any(name in ("-c", "--check") for name, _ in options):
        return await _check_sums(guest, call, words)
    method = name_of(call).removesuffix("sum")
    if not words:
        data = (await call.stdin.read()).encode("utf-8", "surrogateescape")
        await call.stdout.write(f"{hashlib.new(method, data, usedforsecurity=False).hexdigest()}  -\n")
        return 0

    def one(word: str) -> str:
        data = attempt(call, word, partial(guest.tree.read, place(call, word)))
        return f"{hashlib.new(method, data, usedforsecurity=False).hexdigest()}  {word}\n"

    return await each(call, words, one)


async def _check_sums(guest: LinuxGuest, call: Call, words: list[str]) -> int:
    """``-c``: the files that are listed still have their sums."""
    method = name_of(call).removesuffix("sum")
    failed = 0
    for word in words or ["-"]:
        if word == "-":
            text = await call.stdin.read()
        else:
            text = attempt(call, word, partial(guest.tree.read, place(call, word))).decode("utf-8", "surrogateescape")
        rows = [line.split(None, 1) for line in text.splitlines() if line.strip()]
        if not all(len(row) == 2 for row in rows) or not rows:
            raise UsageError(f"{name_of(call)}: {word}: no properly formatted checksum lines found")
        for digest, name in rows:
            shown = name.lstrip("*")
            data = attempt(call, shown, partial(guest.tree.read, place(call, shown)))
            good = hashlib.new(method, data, usedforsecurity=False).hexdigest() == digest.lower()
            failed += not good
            await call.stdout.write(f"{shown}: {'OK' if good else 'FAILED'}\n")
    if failed:
        many = "checksum did" if failed == 1 else "checksums did"
        await call.stderr.write(f"{name_of(call)}: WARNING: {failed} computed {many} NOT match\n")
    return int(failed > 0)


COMMANDS: dict[str, GuestCommand] = {
    "ls": list_files,
    "stat": show_status,
    "df": free_space,
    "readlink": read_link,
    "realpath": read_link,
    "sha256sum": checksum,
    "md5sum": checksum,
    "sha1sum": checksum,
}
