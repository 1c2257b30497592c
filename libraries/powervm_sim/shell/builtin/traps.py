"""``trap``: what a shell does when it ends, or when a signal ends it.

A handler of a signal is the last thing that its shell does here; a real shell would go on after it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from powervm_sim.shell.builtin.base import Builtin, Invocation
from powervm_sim.shell.parser import Parser
from powervm_sim.shell.quoting import quoted
from powervm_sim.shell.state import AbandonLine, ExitShell, ShellError
from powervm_sim.shell.streams import Streams
from powervm_sim.shell.syntax import ShellSyntaxError

if TYPE_CHECKING:
    from powervm_sim.shell.execution import Executor

_NUMBERS = {"0": "EXIT", "1": "HUP", "2": "INT", "3": "QUIT", "15": "TERM"}
_UNSIMULATED = frozenset({"ERR", "DEBUG", "RETURN", "USR1", "USR2", "PIPE", "ALRM", "CHLD", "WINCH", "TSTP", "CONT"})


async def _trap(invocation: Invocation) -> int:
    words, traps = list(invocation.arguments), invocation.state.traps
    if not words or words == ["-p"]:
        lines = (f"trap -- {quoted(text)} {_shown(name)}\n" for name, text in sorted(traps.items()))
        await invocation.write("".join(lines))
        return 0
    if words[0] == "--":
        words.pop(0)
    elif words[0].startswith("-") and words[0] != "-":
        return await invocation.complain(f"{words[0]}: not simulated", 2)
    handler = words.pop(0) if len(words) > 1 else "-"
    status = 0
    for word in words:
        name = _NUMBERS.get(word, word.upper().removeprefix("SIG"))
        if name in _UNSIMULATED:
            status = await invocation.complain(f"{word}: not simulated")
        elif name not in _NUMBERS.values():
            status = await invocation.complain(f"{word}: invalid signal specification")
        elif handler == "-":
            traps.pop(name, None)
        else:
            traps[name] = handler
    return status


def _shown(name: str) -> str:
    return name if name == "EXIT" else f"SIG{name}"


async def ended(executor: Executor, streams: Streams, status: int) -> int:
    """The shell has come to its end: its ``EXIT`` handler runs; returns the exit status."""
    state = executor.state
    handler = state.traps.pop("EXIT", "")
    state.status = status
    return await _handle(executor, streams, handler) if handler else status


async def killed(executor: Executor, streams: Streams, signal: int) -> int:
    """A signal (0: its user) has ended the shell: the handlers of the signal and of ``EXIT`` run.

    Returns:
        The exit status: of the ``exit`` in a handler, or that of a shell that the signal has ended.
    """
    state = executor.state
    name = _NUMBERS.get(str(signal or 2), "")
    handlers = [state.traps.pop(key, "") for key in (name, "EXIT")] if name else []
    state.status = 128 + (signal or 2)
    for handler in filter(None, handlers):
        with suppress(BrokenPipeError, asyncio.CancelledError):
            state.status = await _handle(executor, streams, handler)
    return state.status


async def _handle(executor: Executor, streams: Streams, handler: str) -> int:
    state = executor.state
    before = state.status
    parser = Parser(handler)
    try:
        while (script := parser.line()) is not None:
            await executor.script(script, streams)
    except ExitShell as end:
        return end.status
    except (AbandonLine, ShellSyntaxError, ShellError) as problem:
        await streams.stderr.write(f"{state.prefix()}trap: {problem}\n")
    return before


BUILTINS: dict[str, Builtin] = {"trap": _trap}
