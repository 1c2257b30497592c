"""Runs the tree of a script: lists, pipelines, compound commands, simple commands."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from powervm_sim.shell import background, conditions, patterns
from powervm_sim.shell.builtin import BUILTINS, Invocation
from powervm_sim.shell.calling import external, together
from powervm_sim.shell.expansion import Expander
from powervm_sim.shell.files import reason
from powervm_sim.shell.pipes import Collector, Pipe, TooMuchData
from powervm_sim.shell.state import (
    DEEPEST_CALLS,
    AbandonLine,
    ExitShell,
    FunctionReturn,
    LoopControl,
    ShellError,
    State,
)
from powervm_sim.shell.streams import Redirections, Streams, differences
from powervm_sim.shell.syntax import (
    ArithmeticCommand,
    Assignment,
    Case,
    Command,
    Condition,
    For,
    Function,
    Group,
    If,
    Item,
    Pipeline,
    Redirected,
    Script,
    SimpleCommand,
    While,
)

KILLED_BY_PIPE = 141
"""The status of a writer whose reader has gone (128 + SIGPIPE)."""

_ONE_STAGE = (SimpleCommand, Condition, ArithmeticCommand)


class _Capture(Collector):
    """Collects what a command substitution prints. When it is too much, the writer ends as if nobody read it."""

    full = False

    async def write(self, text: str) -> None:
        try:
            await super().write(text)
        except TooMuchData:
            self.full = True
            raise BrokenPipeError("too much for a command substitution") from None


class Executor:
    """Runs commands with one shell's memory; a subshell has an executor of its own."""

    def __init__(self, state: State) -> None:
        self.state = state

    def expander(self, streams: Streams) -> Expander:
        """What expands words here."""
        return Expander(self.state, lambda script: self._substitute(script, streams))

    async def script(self, script: Script, streams: Streams) -> int:
        """Run items one after the other; returns the last status."""
        status, done = 0, len(self.state.moved)
        for item in script.items:
            status = await self._item(item, self.moved(streams, done))
        return status

    def moved(self, streams: Streams, done: int = 0) -> Streams:
        """The streams after what ``exec`` has redirected in this shell; ``done`` of its calls are in them already."""
        for changes in self.state.moved[done:]:
            streams = streams.replaced(changes)
        return streams

    async def isolated(self, run: Awaitable[int]) -> int:
        """The status of what runs in a subshell: no exit, error or closed pipe gets out of it."""
        try:
            return await run
        except (ExitShell, AbandonLine, FunctionReturn) as end:
            return end.status
        except LoopControl:
            return 0
        except BrokenPipeError:
            return KILLED_BY_PIPE

    async def report(self, error: ShellError, streams: Streams) -> None:
        """Print an error as this shell does."""
        await streams.stderr.write(f"{self.state.prefix()}{error}\n")

    async def _item(self, item: Item, streams: Streams) -> int:
        if item.background:
            return await self._background(item, streams)
        status = await self._tolerant(self._pipeline, item.first, streams, tolerate=bool(item.rest))
        for index, (operator, pipeline) in enumerate(item.rest):
            if (status == 0) == (operator == "&&"):
                last = index == len(item.rest) - 1
                status = await self._tolerant(self._pipeline, pipeline, streams, tolerate=not last)
        return status

    async def _tolerant(
        self, run: Callable[[Any, Streams], Awaitable[int]], node: object, streams: Streams, *, tolerate: bool = True
    ) -> int:
        """Run; with ``tolerate`` a failure does not end a shell that has ``set -e``."""
        self.state.tolerated += tolerate
        try:
            return await run(node, streams)
        finally:
            self.state.tolerated -= tolerate

    async def _pipeline(self, pipeline: Pipeline, streams: Streams) -> int:
        started = time.monotonic()
        if len(pipeline.commands) == 1:
            single = pipeline.commands[0]
            status = await self._tolerant(self.command, single, streams, tolerate=pipeline.negated)
            if isinstance(single, _ONE_STAGE) or (isinstance(single, Group) and single.subshell):
                self.state.stages = [status]
        else:
            status = await self._reporting(self._stages, pipeline.commands, streams)
        if pipeline.timed:
            minutes, seconds = divmod(time.monotonic() - started, 60)
            report = f"\nreal\t{minutes:.0f}m{seconds:.3f}s\nuser\t0m0.000s\nsys\t0m0.000s\n"
            await streams.stderr.write(report)
        self.state.status = int(status == 0) if pipeline.negated else status
        if status and self.state.options.errexit and not self.state.tolerated and not pipeline.negated:
            raise ExitShell(status)
        return self.state.status

    async def _stages(self, commands: Sequence[Command], streams: Streams) -> int:
        pipes = [Pipe() for _ in commands[1:]]
        with self.state.processes.more(len(commands)):
            statuses = await together(
                [self._stage(command, index, pipes, streams) for index, command in enumerate(commands)]
            )
        self.state.stages = statuses
        if self.state.options.pipefail:
            return next((status for status in reversed(statuses) if status), 0)
        return statuses[-1]

    async def _stage(self, command: Command, index: int, pipes: list[Pipe], streams: Streams) -> int:
        last = index == len(pipes)
        if index > 0:
            streams = streams.replaced({0: pipes[index - 1]})
        if not last:
            streams = streams.replaced({1: pipes[index]})
        try:
            if last and self.state.dialect.last_stage_here:
                return await self.command(command, streams)
            child = self.child()
            status = await self.isolated(child.command(command, streams))
            await background.settle(child.state, streams.stdout)
            return status
        finally:
            if index > 0:
                pipes[index - 1].close_reading()
            if not last:
                pipes[index].close_writing()

    async def _background(self, item: Item, streams: Streams) -> int:
        state = self.state
        state.status = await self._reporting(self._start, item, streams)
        return state.status

    async def _start(self, item: Item, streams: Streams) -> int:
        job = background.start(self, item, streams)
        if self.state.terminal is not None and self.state.login:
            await streams.stderr.write(f"[{job.number}] {job.pid}\n")
        return 0

    async def command(self, command: Command, streams: Streams) -> int:
        """Run one command; errors of the shell itself are printed here."""
        return await self._reporting(partial(self._RUNNERS[type(command)], self), command, streams)

    async def _reporting(self, run: Callable[[Any, Streams], Awaitable[int]], node: object, streams: Streams) -> int:
        try:
            return await run(node, streams)
        except ShellError as error:
            return await self._reported(error, streams)
        except BrokenPipeError:
            raise
        except OSError as error:  # of a file of the endpoint: nothing here touches a file of the host
            return await self._reported(ShellError(f"write error: {reason(error)}"), streams)

    async def _reported(self, error: ShellError, streams: Streams) -> int:
        await self.report(error, streams)
        if error.scope == "command":
            return error.status
        if error.scope == "shell" and not self.state.login:
            raise ExitShell(error.status)
        raise AbandonLine(1)

    async def _simple(self, command: SimpleCommand, streams: Streams) -> int:
        state = self.state
        if state.gate is not None:
            await state.gate()
        state.line = command.line
        state.substitution_status = None
        expander = self.expander(streams)
        words = await expander.fields(command.words)
        redirections = Redirections(state, expander)
        try:
            outer, streams = streams, await redirections.apply(command.redirects, streams)
            if words == ["exec"]:
                redirections.keep()
                state.moved.append(differences(outer, streams))
                return 0
            if not words:
                return await self._assign(command.assignments, expander)
            overlay = {item.name: await self._assigned(item, expander) for item in command.assignments}
            if state.options.xtrace:
                await streams.stderr.write("+ " + " ".join(words) + "\n")
            return await self.run_words(words, streams, overlay)
        finally:
            await redirections.close()

    async def _assign(self, assignments: Sequence[Assignment], expander: Expander) -> int:
        for assignment in assignments:
            self.state.set(assignment.name, await self._assigned(assignment, expander))
        return self.state.substitution_status or 0

    async def _assigned(self, assignment: Assignment, expander: Expander) -> str:
        value = await expander.text(assignment.value)
        return (self.state.get(assignment.name) or "") + value if assignment.append else value

    async def run_words(
        self,
        words: Sequence[str],
        streams: Streams,
        overlay: Mapping[str, str] | None = None,
        *,
        functions: bool = True,
    ) -> int:
        """Run a command by its words. ``overlay`` holds variables for this command only."""
        overlay = await self._allowed(overlay or {}, streams)
        name, arguments = words[0], words[1:]
        function = self.state.functions.get(name) if functions else None
        if function is not None:
            return await self.with_variables(overlay, self._function, function, arguments, streams)
        builtin = BUILTINS.get(name)
        if builtin is not None:
            return await self.with_variables(overlay, builtin, Invocation(self, name, arguments, streams))
        return await external(self, words, streams, overlay)

    async def _allowed(self, overlay: Mapping[str, str], streams: Streams) -> dict[str, str]:
        kept: dict[str, str] = {}
        for name, value in overlay.items():
            if name in self.state.readonly or name in self.state.dialect.protected:
                await self.report(ShellError(self.state.dialect.readonly.format(name=name)), streams)
            else:
                kept[name] = value
        return kept

    def child(self) -> Executor:
        """The executor of a subshell."""
        return Executor(self.state.fork())

    async def with_variables(
        self, overlay: Mapping[str, str], run: Callable[..., Awaitable[int]], *arguments: object
    ) -> int:
        """Run something of the shell itself with variables that are put back afterwards."""
        variables, exported = self.state.variables, self.state.exported
        before = {name: variables.get(name) for name in overlay}
        new = set(overlay) - exported
        variables.update(overlay)
        exported |= new
        try:
            return await run(*arguments)
        finally:
            exported -= new
            for name, value in before.items():
                if value is None:
                    variables.pop(name, None)
                else:
                    variables[name] = value

    async def guarded(self, words: Sequence[str], streams: Streams) -> int:
        """Run a command for another one (``xargs``), which knows no functions."""
        try:
            return await self.run_words(words, streams, functions=False)
        except ShellError as error:
            await self.report(error, streams)
            return error.status

    async def _function(self, body: Command, arguments: Sequence[str], streams: Streams) -> int:
        state = self.state
        if state.calls >= DEEPEST_CALLS:
            raise ShellError(f"maximum function nesting level exceeded ({DEEPEST_CALLS})", scope="line")
        outer, loops = state.positional, state.loops
        state.positional, state.loops = list(arguments), 0
        state.calls += 1
        state.returnable += 1
        state.locals.append({})
        try:
            return await self.command(body, streams)
        except FunctionReturn as end:
            return end.status
        finally:
            state.positional, state.loops = outer, loops
            state.calls -= 1
            state.returnable -= 1
            for name, value in state.locals.pop().items():
                if value is None:
                    state.variables.pop(name, None)
                else:
                    state.variables[name] = value

    async def _group(self, group: Group, streams: Streams) -> int:
        if not group.subshell:
            return await self.script(group.body, streams)
        child = self.child()
        with self.state.processes.more(1):
            return await self.isolated(child.script(group.body, streams))

    async def _if(self, node: If, streams: Streams) -> int:
        for condition, body in node.branches:
            if await self._tolerant(self.script, condition, streams) == 0:
                return await self.script(body, streams)
        return await self.script(node.otherwise, streams) if node.otherwise else 0

    async def _for(self, node: For, streams: Streams) -> int:
        words = node.words
        values = list(self.state.positional) if words is None else await self.expander(streams).fields(words)
        status = 0
        for value in values:
            self.state.set(node.name, value)
            status, leave = await self._iteration(node.body, streams)
            if leave:
                break
        return status

    async def _while(self, node: While, streams: Streams) -> int:
        status = 0
        while (await self._tolerant(self.script, node.condition, streams) == 0) != node.until:
            status, leave = await self._iteration(node.body, streams)
            if leave:
                break
        return status

    async def _iteration(self, body: Script, streams: Streams) -> tuple[int, bool]:
        """One turn of a loop: its status, and whether the loop is to be left."""
        await asyncio.sleep(0)
        self.state.loops += 1
        try:
            return await self.script(body, streams), False
        except LoopControl as control:
            if control.levels > 1:
                raise LoopControl(leave=control.leave, levels=control.levels - 1) from None
            return 0, control.leave
        finally:
            self.state.loops -= 1

    async def _case(self, node: Case, streams: Streams) -> int:
        expander = self.expander(streams)
        subject = await expander.text(node.subject)
        for alternatives, body in node.clauses:
            for alternative in alternatives:
                if patterns.matches(await expander.pattern(alternative), subject):
                    return await self.script(body, streams)
        return 0

    async def _define(self, node: Function, _streams: Streams) -> int:
        self.state.functions[node.name] = node.body
        return 0

    async def _condition(self, node: Condition, streams: Streams) -> int:
        return int(not await conditions.holds(node, self.state, self.expander(streams)))

    async def _arithmetic(self, node: ArithmeticCommand, streams: Streams) -> int:
        return int(await self.expander(streams).arithmetic(node.expression) == 0)

    async def _redirected(self, node: Redirected, streams: Streams) -> int:
        redirections = Redirections(self.state, self.expander(streams))
        try:
            return await self.command(node.body, await redirections.apply(node.redirects, streams))
        finally:
            await redirections.close()

    async def _substitute(self, script: Script, streams: Streams) -> str:
        collected = _Capture()
        child = self.child()
        with self.state.processes.more(1):
            run = child.script(script, streams.replaced({1: collected}))
            self.state.substitution_status = await self.isolated(run)
            await background.settle(child.state, collected)
        if collected.full:
            raise ShellError("command substitution: more than 16 MiB: not simulated", scope="line")
        self.state.status = self.state.substitution_status
        return collected.text

    _RUNNERS: ClassVar[dict[type, Callable[[Any, Any, Streams], Awaitable[int]]]] = {
        SimpleCommand: _simple,
        Group: _group,
        If: _if,
        For: _for,
        While: _while,
        Case: _case,
        Function: _define,
        Condition: _condition,
        ArithmeticCommand: _arithmetic,
        Redirected: _redirected,
    }
