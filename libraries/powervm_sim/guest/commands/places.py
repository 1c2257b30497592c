"""What commands that work on files have in common: paths as the user wrote them, and errors per file."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from typing import TypeVar

from powervm_sim.guest.commands.options import UsageError, name_of
from powervm_sim.guest.tree import Tree, join
from powervm_sim.shell.call import Call
from powervm_sim.shell.files import reason

_Made = TypeVar("_Made")


def place(call: Call, path: str) -> str:
    """The absolute path of what the user wrote; ``..`` is left to the tree, which knows the links."""
    absolute = join(call.variables.get("PWD") or "/", path)
    return absolute + "/" if path.endswith("/") and absolute != "/" else absolute


def base(path: str) -> str:
    """The last part of a path."""
    return posixpath.basename(path.rstrip("/")) or "/"


def into(call: Call, tree: Tree, target: str, source: str) -> str:
    """Where the source goes, as the user would write it: into the target when that is a folder, else to itself."""
    return f"{target.rstrip('/')}/{base(source)}" if tree.is_dir(place(call, target)) else target


def attempt(call: Call, what: str, action: Callable[[], _Made]) -> _Made:
    """Do it; an error of the tree becomes ``NAME: WHAT: reason`` in the words of the C library.

    Args:
        what: For example ``cannot remove 'x'``.
    """
    try:
        return action()
    except OSError as problem:
        raise UsageError(f"{name_of(call)}: {what}: {reason(problem)}") from None


async def each(call: Call, words: Iterable[str], action: Callable[[str], str | None]) -> int:
    """Do it for every word and go on after errors; what ``action`` returns is printed. Status 1 after any error."""
    status = 0
    for word in words:
        try:
            text = action(word)
        except UsageError as problem:
            status = problem.status
            await call.stderr.write(f"{problem}\n")
            continue
        if text:
            await call.stdout.write(text)
    return status


def need(call: Call, words: list[str], count: int = 1) -> None:
    """Raises UsageError in the words of GNU coreutils when there are fewer words than that."""
    if len(words) < count:
        name = name_of(call)
        what = (
            f"missing destination file operand after '{words[0]}'"
            if words
            else ("missing file operand" if name in ("cp", "mv", "touch") else "missing operand")
        )
        raise UsageError(f"{name}: {what}\nTry '{name} --help' for more information.")
