"""Commands that look at files: ``ls stat find df readlink realpath sha256sum md5sum``."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, name_of, not_simulated, parse, quoted
from powervm_sim.guest.commands.places import attempt, base, each, need, place
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
    """``stat -c FORMAT FILE...`` with ``%s %Y %y %a %A %n %F %U %G %u %g``; other forms are not simulated."""
    options, words = parse(call, "c:Lft", ("format=", "printf=", "dereference"))
    chosen = dict(options)
    form = chosen.get("-c", chosen.get("--format"))
    if form is None:
        raise not_simulated(call, "without -c")
    need(call, words)
    follow = bool(chosen.keys() & {"-L", "--dereference"})

    def one(word: str) -> str:
        node = attempt(call, f"cannot statx '{word}'", partial(guest.tree.node, place(call, word), follow=follow))
        text = form
        for letter, value in _status_values(word, node).items():
            text = text.replace(f"%{letter}", value)
        return f"{text}\n"

    return await each(call, words, one)


def _status_values(word: str, node: Node) -> dict[str, str]:
    kind = "directory" if isinstance(node, Folder) else "symbolic link" if isinstance(node, Link) else "regular file"
    when = datetime.fromtimestamp(node.modified).astimezone()
    return {
        "s": str(node.size),
        "Y": str(int(node.modified)),
        "y": f"{when:%Y-%m-%d %H:%M:%S.%f}000 {when:%z}",
        "a": f"{node.mode:o}",
        "A": stat.filemode(node.kind | node.mode),
        "F": "regular empty file" if kind == "regular file" and not node.size else kind,
        "U": "root",
        "G": "root",
        "u": "0",
        "g": "0",
        "n": word,
    }


async def find(guest: LinuxGuest, call: Call) -> int:
    """``find [PATH...] [-maxdepth N] [-mindepth N] [-name GLOB] [-type f|d|l] [-print]``."""
    words = list(call.arguments)
    start = next((place for place, word in enumerate(words) if word.startswith(("-", "(", "!"))), len(words))
    tests = _find_tests(call, words[start:])

    def one(word: str) -> str:
        root = attempt(call, quoted(word), lambda: list(guest.tree.walk(place(call, word))))
        skipped = len(place(call, word).rstrip("/"))
        shown = []
        for path, node in root:
            rest = path[skipped:]
            if _find_matches(tests, base(path), node, depth=len(rest.strip("/").split("/")) if rest.strip("/") else 0):
                shown.append((word.rstrip("/") or "/") + rest if rest else word)
        return "".join(f"{path}\n" for path in shown)

    return await each(call, words[:start] or ["."], one)


def _find_tests(call: Call, words: list[str]) -> dict[str, str]:
    tests: dict[str, str] = {}
    while words:
        word = words.pop(0)
        if word == "-print":
            continue
        if word not in ("-name", "-iname", "-type", "-maxdepth", "-mindepth"):
            raise not_simulated(call, word)
        if not words:
            raise UsageError(f"find: missing argument to `{word}'")
        tests[word] = words.pop(0)
    for word in ("-maxdepth", "-mindepth"):
        if word in tests and not tests[word].isdigit():
            raise UsageError(
                f"find: Expected a positive decimal integer argument to {word}, but got {quoted(tests[word])}"
            )
    if tests.get("-type", "f") not in ("f", "d", "l"):
        raise not_simulated(call, f"-type {tests['-type']}")
    return tests


def _find_matches(tests: dict[str, str], name: str, node: Node, *, depth: int) -> bool:
    kind = "d" if isinstance(node, Folder) else "l" if isinstance(node, Link) else "f"
    return (
        int(tests.get("-mindepth", 0)) <= depth <= int(tests.get("-maxdepth", depth))
        and tests.get("-type", kind) == kind
        and fnmatchcase(name, tests.get("-name", "*"))
        and fnmatchcase(name.lower(), tests.get("-iname", "*").lower())
    )


async def free_space(guest: LinuxGuest, call: Call) -> int:
    """``df [-h|-k|-m|-P] [PATH...]``: one file system holds everything."""
    options, words = parse(call, "hkmPTla", ("human-readable", "portability"))
    for word in words:
        attempt(call, word, partial(guest.tree.node, place(call, word)))
    letters = {name.lstrip("-")[:1] for name, _ in options}
    if letters & {"T", "l", "a"}:
        raise not_simulated(call, f"-{min(letters)}")
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
    header = f"{'Filesystem':<{len(device)}} {title:>9} {'Used':>8} {free:>9} Use% Mounted on\n"
    await call.stdout.write(f"{header}{device} {shown[0]:>9} {shown[1]:>8} {shown[2]:>9} {percent:>4} /\n")
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
    """``sha256sum`` and ``md5sum``, of files or of the standard input; ``-c`` is not simulated."""
    options, words = parse(call, "bct", ("check", "binary", "text"))
    if any(name in ("-c", "--check") for name, _ in options):
        raise not_simulated(call, "-c")
    method = name_of(call).removesuffix("sum")
    if not words:
        data = (await call.stdin.read()).encode("utf-8", "surrogateescape")
        await call.stdout.write(f"{hashlib.new(method, data, usedforsecurity=False).hexdigest()}  -\n")
        return 0

    def one(word: str) -> str:
        data = attempt(call, word, partial(guest.tree.read, place(call, word)))
        return f"{hashlib.new(method, data, usedforsecurity=False).hexdigest()}  {word}\n"

    return await each(call, words, one)


COMMANDS: dict[str, GuestCommand] = {
    "ls": list_files,
    "stat": show_status,
    "find": find,
    "df": free_space,
    "readlink": read_link,
    "realpath": read_link,
    "sha256sum": checksum,
    "md5sum": checksum,
}
