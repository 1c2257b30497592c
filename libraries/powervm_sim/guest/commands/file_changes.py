"""Commands that change files: ``cp mv rm rmdir mkdir touch chmod mktemp``."""

from __future__ import annotations

import errno
import re
import string
from functools import partial
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, name_of, not_simulated, parse, quoted
from powervm_sim.guest.commands.places import attempt, base, each, into, need, place
from powervm_sim.guest.nodes import Folder, Link, Node, Readable, failure
from powervm_sim.guest.tree import Tree
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_ALPHABET = string.ascii_letters + string.digits


async def copy(guest: LinuxGuest, call: Call) -> int:
    """``cp [-r] [-f] [-p] SOURCE... TARGET``."""
    options, words = parse(call, "afprRvdnuT", ("recursive", "force", "archive", "preserve", "verbose"))
    need(call, words, 2)
    deep = any(name in ("-a", "-r", "-R", "--recursive", "--archive") for name, _ in options)
    _check_target(guest, call, words)
    tree = guest.tree

    def one(word: str) -> None:
        source = place(call, word)
        node = attempt(call, f"cannot stat '{word}'", partial(tree.node, source))
        if isinstance(node, Folder) and not deep:
            raise UsageError(f"cp: -r not specified; omitting directory '{word}'")
        shown = into(call, tree, words[-1], word)
        what = f"cannot create {'directory' if isinstance(node, Folder) else 'regular file'} '{shown}'"
        goal = attempt(call, what, lambda: tree.resolve(place(call, shown))[0])
        real = tree.resolve(source)[0]
        if goal == real:
            raise UsageError(f"cp: '{word}' and '{shown}' are the same file")
        if isinstance(node, Folder) and goal.startswith(f"{real}/"):
            raise UsageError(f"cp: cannot copy a directory, '{word}', into itself, '{shown}'")
        attempt(call, what, partial(_copy, tree, real, goal))

    return await each(call, words[:-1], one)


def _copy(tree: Tree, source: str, target: str) -> None:
    for path, node in list(tree.walk(source)):
        goal = target + path[len(source) :]
        if isinstance(node, Folder):
            if not tree.is_dir(goal):
                tree.make_folder(goal, mode=node.mode)
        elif isinstance(node, Link):
            tree.link(goal, node.target)
        elif isinstance(node, Readable):
            tree.write(goal, node.read(), mode=node.mode | 0o200)


def _check_target(guest: LinuxGuest, call: Call, words: list[str]) -> None:
    target = words[-1]
    if (len(words) > 2 or target.endswith("/")) and not guest.tree.is_dir(place(call, target)):
        raise UsageError(f"{name_of(call)}: target '{target}' is not a directory")


async def move(guest: LinuxGuest, call: Call) -> int:
    """``mv SOURCE... TARGET``."""
    _, words = parse(call, "fvuT", ("force", "verbose"))
    need(call, words, 2)
    _check_target(guest, call, words)
    tree = guest.tree

    def one(word: str) -> None:
        source = place(call, word)
        attempt(call, f"cannot stat '{word}'", partial(tree.node, source, follow=False))
        shown = into(call, tree, words[-1], word)
        attempt(call, f"cannot move '{word}' to '{shown}'", partial(tree.rename, source, place(call, shown)))

    return await each(call, words[:-1], one)


async def remove(guest: LinuxGuest, call: Call) -> int:
    """``rm [-r] [-f] FILE...``."""
    options, words = parse(call, "rRfvdi", ("recursive", "force", "verbose", "dir"))
    kinds = {name for name, _ in options}
    force = bool(kinds & {"-f", "--force"})
    if not words and force:
        return 0
    need(call, words)
    deep = bool(kinds & {"-r", "-R", "--recursive"})

    def one(word: str) -> None:
        path = place(call, word)
        if base(word) in (".", ".."):
            raise UsageError(f"rm: refusing to remove '.' or '..' directory: skipping '{word}'")
        if force and not guest.tree.exists(path):
            return
        node = attempt(call, f"cannot remove '{word}'", partial(guest.tree.node, path, follow=False))
        if isinstance(node, Folder) and not deep:
            raise UsageError(f"rm: cannot remove '{word}': Is a directory")
        if path == "/":
            raise UsageError("rm: it is dangerous to operate recursively on '/'")
        attempt(call, f"cannot remove '{word}'", partial(remove_all, guest.tree, path))

    return await each(call, words, one)


def remove_all(tree: Tree, path: str) -> None:
    """Remove what is there, with everything below it."""
    for below, node in reversed(list(tree.walk(path))):
        if isinstance(node, Folder):
            tree.remove_folder(below)
        else:
            tree.remove(below)


async def remove_folder(guest: LinuxGuest, call: Call) -> int:
    """``rmdir FOLDER...``."""
    _, words = parse(call, "pv", ("verbose",))
    need(call, words)

    def one(word: str) -> None:
        attempt(call, f"failed to remove '{word}'", partial(guest.tree.remove_folder, place(call, word)))

    return await each(call, words, one)


async def make_folder(guest: LinuxGuest, call: Call) -> int:
    """``mkdir [-p] [-m MODE] FOLDER...``."""
    options, words = parse(call, "pvm:", ("parents", "mode=", "verbose"))
    need(call, words)
    chosen = {name.lstrip("-")[:1]: value for name, value in options}
    make = partial(
        guest.tree.make_folders if "p" in chosen else guest.tree.make_folder, mode=_mode(call, chosen.get("m", "755"))
    )

    def one(word: str) -> None:
        attempt(call, f"cannot create directory {quoted(word)}", lambda: make(place(call, word)))

    return await each(call, words, one)


def _mode(call: Call, text: str) -> int:
    if not text or set(text) - set(string.octdigits) or len(text) > 5:
        raise not_simulated(call, f"mode {text}")
    return int(text, 8) & 0o7777


async def touch(guest: LinuxGuest, call: Call) -> int:
    """``touch [-c] FILE...``."""
    options, words = parse(call, "camhd:r:t:", ("no-create",))
    kinds = {name for name, _ in options}
    if kinds - {"-c", "--no-create"}:
        raise not_simulated(call, min(kinds))
    need(call, words)

    def one(word: str) -> None:
        path = place(call, word)
        if kinds and not guest.tree.exists(path):
            return
        if not guest.tree.is_dir(path):
            attempt(call, f"cannot touch '{word}'", partial(guest.tree.create, path))
        guest.tree.node(path).modified = guest.clock.time()

    return await each(call, words, one)


async def change_mode(guest: LinuxGuest, call: Call) -> int:
    """``chmod [-R] MODE FILE...``, with an octal number or ``[ugoa][+-=][rwxX]``."""
    words = list(call.arguments)
    deep = bool(words) and words[0] in ("-R", "--recursive")
    words = words[1:] if deep else words
    need(call, words, 2)
    text = words[0]
    if not text[:1].isdigit() and not _SYMBOLIC.fullmatch(text):
        raise UsageError(f"chmod: invalid mode: {quoted(text)}\nTry 'chmod --help' for more information.")

    def one(word: str) -> None:
        path = place(call, word)
        node = attempt(call, f"cannot access '{word}'", partial(guest.tree.node, path))
        for found in [found for _, found in guest.tree.walk(path)] if deep else [node]:
            found.mode = _mode(call, text) if text[:1].isdigit() else _symbolic(text, found)

    return await each(call, words[1:], one)


_SYMBOLIC = re.compile(r"[ugoa]*[-+=][rwxX]*(,[ugoa]*[-+=][rwxX]*)*")
_SHIFTS = {"u": 6, "g": 3, "o": 0}


def _symbolic(text: str, node: Node) -> int:
    """The mode that a node has after the changes."""
    mode = node.mode
    for change in text.split(","):
        at = min(change.index(sign) for sign in "+-=" if sign in change)
        letters = set(change[at + 1 :])
        whose = [_SHIFTS[letter] for letter in ("ugo" if set(change[:at]) <= {"a"} else change[:at])]
        some = isinstance(node, Folder) or bool(mode & 0o111)
        bits = ("r" in letters) * 4 | ("w" in letters) * 2 | ("x" in letters or ("X" in letters and some))
        for shift in whose:
            if change[at] == "=":
                mode &= ~(7 << shift)
            mode = mode & ~(bits << shift) if change[at] == "-" else mode | (bits << shift)
    return mode


async def make_temporary(guest: LinuxGuest, call: Call) -> int:
    """``mktemp [-d] [-u] [-p FOLDER] [-t] [TEMPLATE]``."""
    options, words = parse(call, "dup:tq", ("directory", "dry-run", "tmpdir=", "suffix="))
    chosen = {name.lstrip("-"): value for name, value in options}
    template = words[0] if words else "tmp.XXXXXXXXXX"
    stem = template.rstrip("X")
    if len(template) - len(stem) < 3:
        raise UsageError(f"mktemp: too few X's in template {quoted(template)}")
    if not words or chosen.keys() & {"p", "tmpdir", "t"}:
        folder = chosen.get("p") or chosen.get("tmpdir") or call.variables.get("TMPDIR") or "/tmp"  # noqa: S108
        stem = f"{folder.rstrip('/')}/{stem}"
    chance = guest.random(f"mktemp {guest.processes.current_pid()}")
    for _ in range(100):
        filled = "".join(chance.choices(_ALPHABET, k=len(template) - len(template.rstrip("X"))))
        path = stem + filled + chosen.get("suffix", "")
        if not guest.tree.exists(place(call, path)):
            break
    if not chosen.keys() & {"u", "dry-run"}:
        folder_wanted = bool(chosen.keys() & {"d", "directory"})
        kind = "directory" if folder_wanted else "file"
        make = partial(_make_private, guest.tree, place(call, path), folder=folder_wanted)
        attempt(call, f"failed to create {kind} via template {quoted(template)}", make)
    await call.stdout.write(f"{path}\n")
    return 0


def _make_private(tree: Tree, path: str, *, folder: bool) -> None:
    if folder:
        tree.make_folder(path, mode=0o700)
    elif tree.exists(path):
        raise failure(errno.EEXIST, path)
    else:
        tree.create(path, mode=0o600)


COMMANDS: dict[str, GuestCommand] = {
    "cp": copy,
    "mv": move,
    "rm": remove,
    "rmdir": remove_folder,
    "mkdir": make_folder,
    "touch": touch,
    "chmod": change_mode,
    "mktemp": make_temporary,
}
