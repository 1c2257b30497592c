"""Commands in the background: starting them, and waiting for those that still hold a pipe open."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from powervm_sim.shell.call import Output
from powervm_sim.shell.pipes import Null
from powervm_sim.shell.state import Job, State
from powervm_sim.shell.streams import Streams
from powervm_sim.shell.syntax import Command, Item, Script, SimpleCommand

if TYPE_CHECKING:
    from powervm_sim.shell.execution import Executor

_KEPT = 100
"""Jobs that have ended and whose status can still be asked for."""

_log = logging.getLogger(__name__)


def start(executor: Executor, item: Item, streams: Streams) -> Job:
    """Start a job. Raises ShellError when too many run."""
    state = executor.state
    state.processes.start()
    child, script = executor.child(), Script((Item(item.first, item.rest),))
    system = state.system
    pid = system.begin(item.text, simple=_simple(item)) if system else next(state.pids)

    async def run() -> int:
        if system is not None:
            system.enter(pid)
        return await child.isolated(child.script(script, streams.replaced({0: Null()})))

    number = max((job.number for job in state.jobs if job.status is None), default=0) + 1
    job = Job(number, pid, item.text, asyncio.create_task(run()), streams.stdout, holds=_holds(item, streams))
    if system is not None:
        system.attach(pid, job.task)
    ended = [known for known in state.jobs if known.status is not None]
    for known in ended[:-_KEPT]:
        state.jobs.remove(known)
    state.jobs.append(job)
    state.registry.append(job)
    job.task.add_done_callback(lambda _task: _ended(job, state))
    state.last_pid = job.pid
    return job


async def settle(state: State, stream: Output) -> None:
    """Wait for the jobs of a subshell that still write to a pipe: its reader sees the end only after them."""
    if holding := {job.task for job in state.jobs if job.stdout is stream and job.status is None}:
        await asyncio.wait(holding)


def _simple(item: Item) -> bool:
    return not item.rest and len(item.first.commands) == 1 and isinstance(item.first.commands[0], SimpleCommand)


def _holds(item: Item, streams: Streams) -> bool:
    """Whether some command of the job writes to the output or the error output of its session."""
    away = {number: _is_file(stream) for number, stream in ((1, streams.stdout), (2, streams.stderr))}
    pipelines = [item.first, *(pipeline for _, pipeline in item.rest)]
    return any(
        not _redirected(command, away | {1: True} if number < len(pipeline.commands) - 1 else away)
        for pipeline in pipelines
        for number, command in enumerate(pipeline.commands)
    )


def _is_file(stream: Output) -> bool:
    """A file or the empty device: such a stream can be closed by whoever has opened it."""
    return hasattr(stream, "close")


def _redirected(command: Command, away: dict[int, bool]) -> bool:
    """Both outputs of the command lead somewhere else than to the session's.

    Args:
        away: By descriptor, whether that is so without the command's own redirections.
    """
    elsewhere = dict(away)
    for redirect in getattr(command, "redirects", ()):
        if redirect.operator in ("&>", "&>>"):
            elsewhere |= {1: True, 2: True}
        elif redirect.operator in (">", ">>", ">|", "<>"):
            elsewhere[redirect.descriptor if redirect.descriptor is not None else 1] = True
        elif redirect.operator == ">&":
            number = redirect.descriptor if redirect.descriptor is not None else 1
            source = redirect.target.raw.rstrip("-")
            elsewhere[number] = elsewhere.get(int(source), True) if source.isdigit() else True
    return elsewhere[1] and elsewhere[2]


def _ended(job: Job, state: State) -> None:
    state.processes.end()
    if state.system is not None:
        job.signal = state.system.end(job.pid) or job.signal
    state.registry.remove(job)
    if not job.task.cancelled() and (error := job.task.exception()) is not None:
        _log.error("the background command %r failed inside the simulator", job.text, exc_info=error)
