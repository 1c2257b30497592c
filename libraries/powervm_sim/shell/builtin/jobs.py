"""``wait``, ``jobs``, ``disown``, ``sleep``, and ``kill`` where the endpoint has none of its own."""

from __future__ import annotations

import asyncio
import re

from powervm_sim.shell.builtin.base import Builtin, Invocation
from powervm_sim.shell.builtin.signals import find_job, send
from powervm_sim.shell.state import Job

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


async def _wait(invocation: Invocation) -> int:
    state, status = invocation.state, 0
    if not invocation.arguments:
        await _finished(*state.jobs)
        state.jobs.clear()
        return 0
    for text in invocation.arguments:
        if text.startswith("-"):
            return await invocation.complain(f"{text}: not simulated", 2)
        job = find_job(state, text)
        if job is None:
            what = f"pid {text} is not a child of this shell" if text.isdigit() else f"{text}: no such job"
            status = await invocation.complain(what, 127)
            continue
        await _finished(job)
        status = job.status or 0
    return status


async def _finished(*jobs: Job) -> None:
    """Wait for the jobs; being cancelled meanwhile does not end them."""
    if jobs:
        await asyncio.wait({job.task for job in jobs})


async def _jobs(invocation: Invocation) -> int:
    options = set("".join(word[1:] for word in invocation.arguments if word.startswith("-")))
    if options - set("lpr"):
        return await invocation.complain(f"-{min(options - set('lpr'))}: not simulated", 2)
    for job in list(invocation.state.jobs):
        if "r" in options and job.status is not None:
            continue
        if "p" in options:
            await invocation.write(f"{job.pid}\n")
            continue
        status = job.status
        word = "Running" if status is None else ("Done" if status == 0 else f"Exit {status}")
        suffix = " &" if status is None else ""
        pid = f"{job.pid} " if "l" in options else ""
        await invocation.write(f"[{job.number}]  {pid}{word:<22}  {job.text}{suffix}\n")
        if status is not None:
            invocation.state.jobs.remove(job)
    return 0


async def _disown(invocation: Invocation) -> int:
    state = invocation.state
    words = [word for word in invocation.arguments if word not in ("-h", "-a", "-r")]
    keep = "-h" in invocation.arguments
    every = bool({"-a", "-r"} & set(invocation.arguments))
    names = words or ([] if every else ["%%"])
    status = 0
    chosen = [job for job in state.jobs if job.status is None] if every and not words else []
    for name in names:
        job = find_job(state, name)
        if job is None:
            status = await invocation.complain(f"{'current' if name == '%%' else name}: no such job")
        else:
            chosen.append(job)
    for job in chosen:
        if state.system is not None:
            state.system.detach(job.pid)
        if not keep:
            state.jobs.remove(job)
    return status


async def _kill(invocation: Invocation) -> int:
    if invocation.state.system is not None:
        return await send(invocation, invocation.state.system)
    words = list(invocation.arguments)
    test = False
    if words and words[0].startswith("-"):
        signal = words.pop(0)[1:].upper().removeprefix("SIG")
        if signal not in ("0", "1", "2", "9", "15", "HUP", "INT", "KILL", "TERM"):
            return await invocation.complain(f"{signal}: not simulated")
        test = signal == "0"
    if not words:
        return await invocation.complain("usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ...", 2)
    status = 0
    for text in words:
        job = find_job(invocation.state, text)
        if job is None or job.status is not None:
            reason = "No such process" if text.lstrip("-").isdigit() else "no such job"
            status = await invocation.complain(f"({text}) - {reason}" if text.isdigit() else f"{text}: {reason}")
        elif not test:
            job.task.cancel()
    return status


async def _sleep(invocation: Invocation) -> int:
    total = 0.0
    if not invocation.arguments:
        await invocation.streams.stderr.write("sleep: missing operand\nTry 'sleep --help' for more information.\n")
        return 1
    for text in invocation.arguments:
        match = re.fullmatch(r"(\d+\.?\d*|\.\d+)([smhd]?)", text, re.ASCII)
        if match is None:
            message = f"sleep: invalid time interval '{text}'\nTry 'sleep --help' for more information.\n"
            await invocation.streams.stderr.write(message)
            return 1
        total += float(match.group(1)) * _UNITS[match.group(2)]
    await asyncio.sleep(total)
    if invocation.state.gate is not None:
        await invocation.state.gate()
    return 0


BUILTINS: dict[str, Builtin] = {"wait": _wait, "jobs": _jobs, "disown": _disown}
UTILITIES: dict[str, Builtin] = {"sleep": _sleep, "kill": _kill}
