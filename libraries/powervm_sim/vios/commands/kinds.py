"""The form of a Virtual I/O Server's commands, and how their options are read."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.options import UsageError
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

ViosCommand = Callable[["VirtualIOServer", Call], Awaitable[int]]
"""A command that works on a Virtual I/O Server; raises `UsageError` to end with a text on stderr."""

NOT_FOUND = 2
"""Exit status of a command that did not find what it was asked for."""

NO_ACCESS = 3
"""Exit status of a command that its user must not run so."""

INCOMPLETE = 4
"""Exit status of a command that could not complete."""

NO_DEVICE_THERE = 10
"""Exit status when no device is at a physical location."""


def read_flags(
    call: Call, usage: str, *, flags: Sequence[str] = (), values: Sequence[str] = (), lists: Sequence[str] = ()
) -> tuple[dict[str, str], list[str]]:
    """Options as words with one dash, in the manner of this system: ``-all -fmt :``.

    Args:
        lists: Options that take all words up to the next option, none as well; their value has them with blanks.

    Returns:
        The value of each option (empty for a flag) by its name without dash; the words that belong to none.

    Raises:
        UsageError: An option is unknown or lacks its value; the text has the usage.
    """
    options: dict[str, str] = {}
    rest: list[str] = []
    words = list(call.arguments)
    while words:
        word = words.pop(0)
        name = word[1:]
        if not word.startswith("-"):
            rest.append(word)
        elif name in lists:
            taken = list(itertools.takewhile(lambda other: not other.startswith("-"), words))
            del words[: len(taken)]
            options[name] = " ".join(taken)
        elif name in flags:
            options[name] = ""
        elif name in values and words:
            options[name] = words.pop(0)
        elif name in values:
            raise UsageError(f"Option flag {word} requires a value.\n\nUsage: {usage}")
        else:
            raise UsageError(f"Invalid option flag {word}\n\nUsage: {usage}")
    return options, rest
