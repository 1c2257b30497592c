"""``kill`` on a system with processes, and how a shell's jobs are named."""

from __future__ import annotations

import asyncio

from powervm_sim.shell.builtin.base import Invocation
from powervm_sim.shell.state import Job, State
from powervm_sim.shell.system import System


def find_job(state: State, text: str) -> Job | None:
    """The job that ``%1``, ``%%`` or a process number names."""
    if text in ("%", "%%", "%+"):
        return state.jobs[-1] if state.jobs else None
    for job in state.jobs:
        if text in (f"%{job.number}", str(job.pid)):
            return job
    return None


def _signal(words: list[str]) -> tuple[str, list[str]]:
    """The signal that the options name, and what is left."""
    signal = "TERM"
    if words[:1] in (["-s"], ["-n"]) and len(words) > 1:
        signal, words = words[1], words[2:]
    elif words and len(words[0]) > 1 and words[0].startswith("-") and words[0] != "--":
        signal, words = words[0][1:], words[1:]
    return signal, words[1:] if words[:1] == ["--"] else words


async def send(invocation: Invocation, system: System) -> int:
    """``kill`` on a system with processes: any process, and jobs of this shell by ``%N``."""
    words = list(invocation.arguments)
    if words[:1] in (["-l"], ["-L"]):
        return await invocation.complain("-l: not simulated", 2)
    signal, words = _signal(words)
    if not words:
        usage = "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]"
        await invocation.streams.stderr.write(usage + "\n")
        return 2
    sent = 0
    for text in words:
        job = find_job(invocation.state, text) if text.startswith("%") else None
        if job is None and not text.lstrip("-").isdigit():
            what = "no such job" if text.startswith("%") else "arguments must be process or job IDs"
            await invocation.complain(f"{text}: {what}")
            continue
        try:
            system.kill(job.pid if job else int(text), signal)
        except ProcessLookupError:
            await invocation.complain(f"({text}) - No such process")
        except ValueError:
            return await invocation.complain(f"{signal}: invalid signal specification")
        else:
            sent += 1
    # The task of what was killed ends now, so that a question right behind this finds it gone.
    await asyncio.sleep(0)
    return 0 if sent else 1
