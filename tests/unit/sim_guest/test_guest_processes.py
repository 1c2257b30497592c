"""Processes, and the standstill while a partition is suspended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from guest_doubles import STREAM, TARGET, Result, limited, run_in

from powervm_sim.guest.linux import LinuxGuest

Run = Callable[..., Result]


def in_loop(work: Callable[[], object]) -> None:
    asyncio.run(limited(work()))  # type: ignore[arg-type]


async def turns(count: int = 20) -> None:
    """Let everything that can go on go on."""
    for _ in range(count):
        await asyncio.sleep(0)


def test_nothing_passes_while_the_partition_is_suspended(guest: LinuxGuest) -> None:
    async def work() -> None:
        guest.start_migration(STREAM, 19)
        guest.suspend()
        task = asyncio.create_task(run_in(guest.shell(), "hostname -s; sleep 0; uname -m"))
        await turns()
        await asyncio.sleep(0.05)
        assert not task.done()
        guest.resume(TARGET)
        assert await task == Result(0, "lp7\nppc64le\n", "")
        guest.end_migration(0)

    in_loop(work)


def test_a_command_that_runs_already_stands_still(guest: LinuxGuest) -> None:
    async def work() -> None:
        task = asyncio.create_task(run_in(guest.shell(), "sleep 0.02; uname -m"))
        await turns()
        guest.start_migration(STREAM, 19)
        guest.suspend()
        await asyncio.sleep(0.1)
        assert not task.done()
        guest.resume(TARGET)
        assert (await task).out == "ppc64le\n"

    in_loop(work)


def test_every_command_is_a_process_while_it_runs(guest: LinuxGuest) -> None:
    async def work() -> None:
        task = asyncio.create_task(run_in(guest.shell(), "sleep 600; echo $?"))
        await turns()
        listed = (await run_in(guest.shell(), "ps -ef")).out
        assert "sleep 600\n" in listed
        pid = next(process.pid for process in guest.processes if process.command == "sleep 600")
        assert (await run_in(guest.shell(), f"/usr/bin/kill {pid}")).status == 0
        assert await task == Result(0, "143\n", "")
        assert guest.processes.get(pid) is None
        gone = await run_in(guest.shell(), f"/usr/bin/kill {pid}")
        assert gone == Result(1, "", f"kill: sending signal to {pid} failed: No such process\n")

    in_loop(work)


def test_the_power_ends_every_command(guest: LinuxGuest) -> None:
    async def work() -> None:
        task = asyncio.create_task(run_in(guest.shell(), "sleep 600; uname; hostname"))
        await turns()
        guest.stop()
        assert await task == Result(137, "", "")
        assert len(guest.processes) == 0
        assert not guest.rmc_ready

    in_loop(work)


def test_a_client_that_goes_away_ends_its_command(guest: LinuxGuest) -> None:
    async def work() -> None:
        before, tasks = len(guest.processes), asyncio.all_tasks()
        task = asyncio.create_task(run_in(guest.shell(), "sleep 600"))
        await turns()
        assert len(guest.processes) == before + 2  # the shell and its command
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await turns()
        assert len(guest.processes) == before
        assert asyncio.all_tasks() == tasks

    in_loop(work)


def test_ps_columns(guest: LinuxGuest, run: Run) -> None:
    assert run("ps -p 1 -o pid=,comm=") == Result(0, "      1 systemd\n", "")
    assert run("ps -p 99999").status == 1
    assert (
        run("ps aux | head -n 1").out == "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
    )


def test_kill_checks_its_arguments(run: Run) -> None:
    assert run("/usr/bin/kill -FOO 1") == Result(1, "", "kill: unknown signal: FOO\n")
    assert run("/usr/bin/kill abc") == Result(1, "", 'kill: cannot find process "abc"\n')
    assert run("kill abc").err == "bash: line 1: kill: abc: arguments must be process or job IDs\n"


def test_sleep_checks_its_arguments(run: Run) -> None:
    assert run("sleep").status == 1
    assert run("sleep soon").err.startswith("sleep: invalid time interval")
    assert run("sleep 0.01s").status == 0
