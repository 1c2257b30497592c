"""Commands in the background: starting them, and waiting for those that still hold a pipe open."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from powervm_sim.shell.call import Output
from powervm_sim.shell.pipes import Null
from powervm_sim.shell.state import Job, State
from powervm_sim.shell.streams import Streams
from powervm_sim.shell.syntax import Item, Script

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

    async def run() -> int:
        return await child.isolated(child.script(script, streams.replaced({0: Null()})))

    number = max((job.number for job in state.jobs if job.status is None), default=0) + 1
    job = Job(number, next(state.pids), item.text, asyncio.create_task(run()), streams.stdout)
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


def _ended(job: Job, state: State) -> None:
    state.processes.end()
    state.registry.remove(job)
    if not job.task.cancelled() and (error := job.task.exception()) is not None:
        _log.error("the background command %r failed inside the simulator", job.text, exc_info=error)
