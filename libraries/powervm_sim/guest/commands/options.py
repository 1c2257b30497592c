"""Options as GNU tools read them, with their words for what is wrong."""

from __future__ import annotations

import getopt
from collections.abc import Sequence

from powervm_sim.shell.call import Call, Command
from powervm_sim.shell.files import reason


class UsageError(Exception):
    """A command was called in a way that it does not understand, or cannot go on.

    Args:
        text: What it prints on stderr.
        status: Its exit status.
    """

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


def parse(
    call: Call, short: str = "", long: Sequence[str] = (), *, mixed: bool = True, status: int = 1
) -> tuple[list[tuple[str, str]], list[str]]:
    """Split the arguments into options and the rest.

    Args:
        short: As for `getopt.getopt`: letters, a colon after those that take a value.
        long: Names without dashes, ``=`` after those that take a value.
        mixed: Options may stand after other arguments.
        status: The exit status of the tool when it is called wrongly.

    Returns:
        Pairs of option (with its dashes, in full) and value; the other arguments.

    Raises:
        UsageError: In the words of GNU getopt.
    """
    read = getopt.gnu_getopt if mixed else getopt.getopt
    try:
        return read(list(call.arguments), short, list(long))
    except getopt.GetoptError as problem:
        raise UsageError(f"{name_of(call)}: {_words(problem)}", status) from None


def name_of(call: Call) -> str:
    """The name that a command puts before its messages."""
    return call.name.rpartition("/")[2]


def _words(problem: getopt.GetoptError) -> str:
    letter = len(problem.opt) == 1
    if "requires argument" in problem.msg:
        return (
            f"option requires an argument -- '{problem.opt}'"
            if letter
            else (f"option '--{problem.opt}' requires an argument")
        )
    if "must not have" in problem.msg:
        return f"option '--{problem.opt}' doesn't allow an argument"
    return f"invalid option -- '{problem.opt}'" if letter else f"unrecognized option '--{problem.opt}'"


async def reported(command: Command, call: Call) -> int:
    """Run a command; what it cannot go on with becomes a line on stderr and an exit status."""
    try:
        return await command(call)
    except UsageError as problem:
        await call.stderr.write(f"{problem}\n")
        return problem.status
    except BrokenPipeError:
        raise
    except OSError as problem:
        await call.stderr.write(f"{name_of(call)}: {reason(problem)}\n")
        return 1


async def refuse(call: Call) -> int:
    """For a command that the real system has, and this one has not."""
    await call.stderr.write(f"{name_of(call)}: not simulated\n")
    return 1


def quoted(text: str) -> str:
    """The text in the quotation marks that GNU tools use where a name is not meant to be pasted into a shell."""
    return f"\u2018{text}\u2019"


def not_simulated(call: Call, what: str) -> UsageError:
    """What to raise for something that the real tool knows, and this lab does not."""
    return UsageError(f"{name_of(call)}: {what}: not simulated")
