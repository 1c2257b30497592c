"""Nothing that a client sends can hang the lab, fill its memory or leave something behind."""

from __future__ import annotations

import asyncio
import errno
import tracemalloc
from collections.abc import Awaitable, Callable

import pytest
from sim_shell_support import Bench, MemoryFile, MemoryFiles, run

from powervm_sim.shell.call import Call
from powervm_sim.shell.pipes import Collector, Null, Pipe, Text, TooMuchData, gather_input


def within(test: Callable[[], Awaitable[None]], seconds: float = 30) -> None:
    """Run a test on an event loop, for at most some time."""
    asyncio.run(asyncio.wait_for(test(), seconds))


async def others() -> int:
    """How many tasks there are beside this one and the one that waits for the test."""
    await asyncio.sleep(0)
    return len(asyncio.all_tasks()) - 1


@pytest.mark.parametrize(
    ("script", "stdout"),
    [
        ("yes | head -2", "y\ny\n"),
        ("while true; do echo x; done | head -1", "x\n"),
        ("(yes; echo never) | sed 2q", "y\ny\n"),
        ("yes | grep y | sed s/y/z/ | awk '{print NR}' | head -3", "1\n2\n3\n"),
        ("seq 1 100000000 | head -1", "1\n"),
        ("yes | { read a; echo $a; }", "y\n"),
        ("yes | true; echo $?", "0\n"),
        ("set -o pipefail; yes | true; echo $?", "141\n"),
    ],
)
def test_an_endless_writer_ends_with_its_reader(script: str, stdout: str) -> None:
    assert run(script).stdout == stdout


@pytest.mark.parametrize(
    "script",
    [
        "yes",
        "yes > /dev/null",
        "while :; do :; done",
        "until false; do x=1; done",
        "awk 'BEGIN{while(1) x++}'",
        "echo a | sed ':a;ba'",
        "sleep 600 | cat",
        "x=$(sleep 600)",
        "f() { sleep 600; }; f | f",
        "( sleep 600 )",
        "cat <<< a | sleep 600",
        "echo 600 | xargs sleep",
        "timeout 600 sleep 600",
        "bash -c 'sleep 600'",
        "wait & sleep 600",
    ],
)
def test_cancelling_ends_everything_and_others_get_their_turn(script: str) -> None:
    async def test() -> None:
        bench = Bench(files=MemoryFiles())
        before = await others()
        task = asyncio.create_task(bench.shell.run(script, Text(), Null(), Null()))
        for _ in range(50):
            await asyncio.sleep(0)  # comes back only when the script lets others run
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        await bench.shell.close()
        assert await others() == before

    within(test)


def test_a_cancelled_shell_can_be_used_again() -> None:
    async def test() -> None:
        bench = Bench()
        task = asyncio.create_task(bench.run("x=1; sleep 600 | cat; echo no"))
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await bench.run("echo x=$x")).stdout == "x=1\n"

    within(test)


def test_output_to_a_stalled_reader_is_not_kept() -> None:
    async def test() -> None:
        bench = Bench()
        pipe = Pipe()
        tracemalloc.start()
        task = asyncio.create_task(bench.shell.run("yes | cat | tr y z", Text(), pipe, Null()))
        for _ in range(3000):
            await asyncio.sleep(0)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert not task.done()
        assert peak < 8_000_000
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    within(test)


def test_a_client_that_stops_reading_gives_141() -> None:
    async def test() -> None:
        bench = Bench()
        pipe = Pipe()
        task = asyncio.create_task(bench.shell.run("while :; do echo x; done", Text(), pipe, Null()))
        assert await pipe.readline() == "x\n"
        pipe.close_reading()
        assert await task == 141

    within(test)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("f() { f; }; f", "maximum function nesting level exceeded"),
        ('x=\'eval "$x"\'; eval "$x"', "maximum nesting level exceeded"),
        ("x=$(yes)", "command substitution: more than 16 MiB"),
        ("echo {1..99999999}", "brace expansion: too many words"),
        ("echo {1..900}{1..900}{1..900}", "brace expansion: too many words"),
        ("printf '%999999999d' 1", "a width above 10000"),
        ("x=0123456789; for i in 1 2 3 4 5 6; do x=$x$x$x$x$x$x$x$x$x$x; done", "longer than 1 MiB"),
        ("yes | sort", "sort: memory exhausted"),
        ("yes | tac | head -1", "tac: memory exhausted"),
        ("x='x+1'; echo $((x))", "expression recursion level exceeded"),
        ("echo ab | sed ':a;s/.*/&&/;ta'", "sed: memory exhausted"),
        ("awk 'BEGIN{x=\"a\"; while (1) x = x x}'", "awk: memory exhausted"),
        ("echo a | awk '{$99999999=1}'", "attempt to access field"),
        ("for i in {1..600}; do sleep 60 & done", "fork: Resource temporarily unavailable"),
        ("echo '" + "x" * 140_000 + "'", "a script longer than"),
        ("( " * 200 + "echo" + " )" * 200, "nested too deeply"),
        ("{ " * 60 + "echo", "nested too deeply"),
    ],
)
def test_limits_are_reported(script: str, words: str) -> None:
    result = run(script, files=MemoryFiles())
    assert words in result.stderr


@pytest.mark.parametrize(
    ("expression", "found"),
    [("(a+)+$", False), ("(a|aa)+$", False), ("(a*)*b", True), ("((a+)+)+$", False), ("(a|a)*c", False)],
)
def test_no_expression_takes_for_ever(expression: str, found: bool) -> None:
    text = "a" * 2000 + "b"
    assert run(f"grep -cE '{expression}'", text).stdout == f"{int(found)}\n"
    assert run(f"sed -nE '/{expression}/p' | wc -l", text).stdout == f"{int(found)}\n"


def test_many_repetitions_on_a_long_line() -> None:
    assert run("grep -c 'a.*b.*c.*d.*e.*f.*g.*x'", "abcdefg" * 700).stdout == "0\n"


def test_a_pipe_holds_no_more_than_its_capacity() -> None:
    async def test() -> None:
        pipe = Pipe(capacity=10)
        writer = asyncio.create_task(pipe.write("0123456789abcdef\nrest\n"))
        await asyncio.sleep(0)
        assert not writer.done()
        assert await pipe.readline() == "0123456789abcdef\n"
        await writer
        pipe.close_writing()
        assert await pipe.read() == "rest\n"
        assert await pipe.readline() == ""

    within(test)


def test_a_waiting_writer_hears_that_its_reader_has_gone() -> None:
    async def test() -> None:
        pipe = Pipe(capacity=4)
        writer = asyncio.create_task(pipe.write("too much"))
        await asyncio.sleep(0)
        pipe.close_reading()
        with pytest.raises(BrokenPipeError):
            await writer

    within(test)


def test_collectors_are_bounded() -> None:
    async def test() -> None:
        with pytest.raises(TooMuchData):
            await Collector(most=10).write("x" * 11)
        with pytest.raises(TooMuchData):
            await gather_input(Text("a\n" * 1000), most=100)

    within(test)


def test_a_fault_in_a_command_is_not_swallowed() -> None:
    async def broken(_call: Call) -> int:
        raise ZeroDivisionError("a fault of the simulator")

    async def test() -> None:
        bench = Bench(commands={"broken": broken})
        before = await others()
        with pytest.raises(ZeroDivisionError):
            await bench.run("yes | broken | cat")
        assert await others() == before

    within(test)


class FullDisk(MemoryFiles):
    """A tree on which nothing can be written any more."""

    async def open_write(self, path: str, *, append: bool = False) -> MemoryFile:
        return FullFile(self, path)


class FullFile(MemoryFile):
    """Its disk is full."""

    async def write(self, text: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("script", ["echo a > f", "printf a > f", "cat <<< a > f", "{ echo a; } > f"])
def test_a_full_disk_is_the_commands_failure(script: str) -> None:
    result = run(f"{script}; echo $?", files=FullDisk())
    assert result.stdout == "1\n"
    assert result.stderr == "bash: line 1: write error: No space left on device\n"
