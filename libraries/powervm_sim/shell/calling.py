"""Finds and calls the commands that are not the shell's own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from powervm_sim.shell.builtin import UTILITIES, Invocation
from powervm_sim.shell.call import Call, Command, Input, Output, Runner
from powervm_sim.shell.files import resolve
from powervm_sim.shell.pipes import TooMuchData
from powervm_sim.shell.state import ShellError, State
from powervm_sim.shell.streams import Streams
from powervm_sim.shell.system import System

if TYPE_CHECKING:
    from powervm_sim.shell.execution import Executor


async def external(executor: Executor, words: Sequence[str], streams: Streams, overlay: Mapping[str, str]) -> int:
    """Call a simulated command. Raises ShellError when there is none."""
    state, name = executor.state, words[0]
    if "/" in name and state.dialect.restricted:
        raise ShellError(state.dialect.restricted_slash.format(name=name))
    if state.system is not None and name not in _OWN:
        return await _program(executor, state.system, words, streams, overlay)
    command = state.lookup(name) if name and state.system is None else None
    if command is not None:
        return await _call(command, executor, words, streams, {**state.variables, **overlay})
    utility = UTILITIES.get(name)
    if utility is None or name in state.dialect.without:
        raise await _missing(name, state)
    return await executor.with_variables(overlay, utility, Invocation(executor, name, words[1:], streams))


_OWN = frozenset({"echo", "printf", "test", "[", "true", "false", "kill"})
"""What a shell does itself, whatever programs of that name there are."""

_REPLACING = frozenset({"env"})


async def _program(
    executor: Executor, system: System, words: Sequence[str], streams: Streams, overlay: Mapping[str, str]
) -> int:
    """Run a program that is found in the file tree: by its path, or over ``PATH``."""
    state, name = executor.state, words[0]
    variables = {**state.variables, **overlay}
    path = system.locate(name, variables.get("PATH", ""), variables.get("PWD", "/")) if name else None
    if path is None:
        raise await _missing(name, state)
    interpreter = system.interpreter(path)
    if interpreter is not None:
        runner = system.locate(interpreter[0], "", "/")
        if runner is None or system.interpreter(runner) is not None:
            raise ShellError(f"{name}: {interpreter[0]}: bad interpreter: No such file or directory", status=126)
        shown = name if "/" in name else path
        return await executor.child().run_words([*interpreter, shown, *words[1:]], streams, overlay, functions=False)
    command = state.lookup(path)
    if command is not None:
        return await _call(command, executor, words, streams, variables)
    program = path.rpartition("/")[2]
    utility = UTILITIES.get(program)
    if utility is None:
        raise await _missing(name, state)
    work = executor.with_variables(overlay, utility, Invocation(executor, program, words[1:], streams))
    return await system.run(words, work, replaces=program in _REPLACING)


async def _call(
    command: Command, executor: Executor, words: Sequence[str], streams: Streams, variables: dict[str, str]
) -> int:
    state = executor.state
    call = Call(
        name=words[0],
        arguments=list(words[1:]),
        stdin=streams.stdin,
        stdout=streams.stdout,
        stderr=streams.stderr,
        variables=variables,
        terminal=state.terminal,
        session=state.session,
        files=state.files,
        run=_runner(executor, streams),
    )
    try:
        return await command(call)
    except TooMuchData:
        await streams.stderr.write(f"{words[0]}: memory exhausted\n")
        return 2


def _runner(executor: Executor, streams: Streams) -> Runner:
    """What runs a command for another one, in a subshell."""

    async def run(words: Sequence[str], stdin: Input, stdout: Output, stderr: Output) -> int:
        child = executor.child()
        inner = streams.replaced({0: stdin, 1: stdout, 2: stderr})
        return await child.isolated(child.guarded(words, inner))

    return run


async def _missing(name: str, state: State) -> ShellError:
    """The error for a name that is no command."""
    if "/" not in name:
        return ShellError(state.dialect.not_found.format(name=name), status=127)
    status = await state.files.status(resolve(name, state.variables)) if state.files else None
    if status is None:
        return ShellError(f"{name}: No such file or directory", status=127)
    if status.kind == "folder":
        return ShellError(f"{name}: Is a directory", status=126)
    if not status.mode & 0o111:
        return ShellError(f"{name}: Permission denied", status=126)
    return ShellError(state.dialect.not_simulated.format(name=name), status=126)


async def together(runs: Sequence[Coroutine[Any, Any, int]]) -> list[int]:
    """Run all at once; whatever ends one of them badly ends the others too, and nothing is left behind."""
    tasks = [asyncio.ensure_future(run) for run in runs]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
