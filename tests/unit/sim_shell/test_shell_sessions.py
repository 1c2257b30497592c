"""One shell over several lines: what stays, when more input is needed, jobs, terminals, suspension."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sim_shell_support import Bench, MemoryFiles

from powervm_sim.shell.call import Call
from powervm_sim.shell.dialect import BASH, RESTRICTED_BASH
from powervm_sim.shell.pipes import Collector, Pipe, Text
from powervm_sim.shell.shell import Shell


def within(test: Callable[[], Awaitable[None]]) -> None:
    """Run a test on an event loop, for at most 30 seconds."""
    asyncio.run(asyncio.wait_for(test(), 30))


def test_variables_functions_directory_and_status_stay() -> None:
    async def test() -> None:
        bench = Bench(files=MemoryFiles(), login=True)
        await bench.run("x=5; f() { echo f$x; }; cd /etc")
        assert (await bench.run("f; pwd")).stdout == "f5\n/etc\n"
        await bench.run("false")
        assert (await bench.run("echo Rc=$?")).stdout == "Rc=1\n"
        assert bench.shell.variables["x"] == "5"
        assert not bench.shell.exited
        assert (await bench.run("exit 3")).status == 3
        assert bench.shell.exited

    within(test)


def test_a_login_shell_words_errors_without_line_numbers_and_survives_them() -> None:
    async def test() -> None:
        bench = Bench(login=True)
        assert (await bench.run("foo")).stderr == "-bash: foo: command not found\n"
        assert (await bench.run("echo )")).stderr == "-bash: syntax error near unexpected token `)'\n"
        assert (await bench.run("set -u; echo $nope; echo no")).stderr == "-bash: nope: unbound variable\n"
        assert not bench.shell.exited
        assert (await bench.run("echo on")).stdout == "on\n"

    within(test)


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("echo a", True),
        ("", True),
        ("echo 'a", False),
        ('echo "a', False),
        ("echo $(ls", False),
        ("echo `ls", False),
        ("echo ${x", False),
        ("for i in a b", False),
        ("for i in a b; do\necho $i", False),
        ("for i in a b; do\necho $i\ndone", True),
        ("while read x; do", False),
        ("if true; then", False),
        ("case x in", False),
        ("case x in a) ;;", False),
        ("f() {", False),
        ("( echo a", False),
        ("{ echo a;", False),
        ("echo a |", False),
        ("echo a &&", False),
        ("echo a \\", False),
        ("echo a \\\\", True),
        ("cat <<EOF", False),
        ("cat <<EOF\na\n", False),
        ("cat <<EOF\na\nEOF\n", True),
        ("echo )", True),
        ("fi", True),
        ("echo a # '", True),
    ],
)
def test_complete(text: str, complete: bool) -> None:
    shell = Shell({}.get, BASH, session=None)
    assert shell.complete(text) is complete
    assert shell.complete(text + "\n") is complete


def test_a_command_gets_everything_that_it_needs() -> None:
    seen: list[Call] = []

    async def probe(call: Call) -> int:
        seen.append(call)
        await call.stdout.write(await call.stdin.read())
        return 7

    async def test() -> None:
        files = MemoryFiles()
        bench = Bench(RESTRICTED_BASH, files=files, commands={"probe": probe})
        result = await bench.run("x=1; echo in | A='b c' probe -m \"a b\" '' $x; echo $?")
        assert result.stdout == "in\n7\n"
        call = seen[0]
        assert (call.name, list(call.arguments)) == ("probe", ["-m", "a b", "", "1"])
        assert (call.variables["A"], call.variables["HOME"]) == ("b c", "/home/tester")
        assert (call.session, call.files, call.terminal) == ("the session", files, None)
        assert "A" not in bench.shell.variables

    within(test)


def test_jobs_run_beside_are_waited_for_and_end_with_the_session() -> None:
    async def test() -> None:
        bench, before = Bench(), asyncio.all_tasks()
        assert (await bench.run("sleep 60 & sleep 60 & echo started")).stdout == "started\n"
        assert [job.text for job in bench.shell.jobs] == ["sleep 60", "sleep 60"]
        listed = (await bench.run("jobs; kill %1; wait %1; echo $?")).stdout
        assert listed.splitlines() == [
            "[1]  Running                 sleep 60 &",
            "[2]  Running                 sleep 60 &",
            "143",
        ]
        await bench.run("nohup sleep 60 &")
        kept = await bench.shell.close()
        assert [job.text for job in kept] == ["nohup sleep 60"]
        assert [job.text for job in bench.shell.jobs] == ["nohup sleep 60"]
        kept[0].task.cancel()
        await asyncio.gather(kept[0].task, return_exceptions=True)
        assert bench.shell.jobs == []
        assert asyncio.all_tasks() == before

    within(test)


class TypedAnswers:
    """A terminal at which somebody types."""

    columns = 80
    rows = 24

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, bool]] = []

    async def ask(self, prompt: str, *, echo: bool = True) -> str:
        self.asked.append((prompt, echo))
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)


def test_read_asks_at_the_terminal() -> None:
    async def test() -> None:
        terminal = TypedAnswers("hmc1", "secret word")
        shell = Shell({}.get, BASH, session=None, terminal=terminal, login=True)
        out, err = Collector(), Collector()
        script = "read -p 'Name: ' n; read -s -p 'Password: ' p; echo $n ${#p}; read -p more x || echo closed"
        await shell.run(script, Text(), out, err)
        assert out.text == "hmc1 11\nclosed\n"
        assert terminal.asked == [("Name: ", True), ("Password: ", False), ("more", True)]

    within(test)


def test_a_background_job_of_a_login_is_announced() -> None:
    async def test() -> None:
        shell = Shell({}.get, BASH, session=None, terminal=TypedAnswers(), login=True)
        out, err = Collector(), Collector()
        await shell.run("sleep 30 &\necho $!", Text(), out, err)
        assert err.text == f"[1] {out.text.strip()}\n"
        await shell.close()

    within(test)


def test_a_suspended_endpoint_runs_no_command_until_it_goes_on() -> None:
    async def test() -> None:
        running = asyncio.Event()

        async def gate() -> None:
            await running.wait()

        shell = Shell({}.get, BASH, session=None, gate=gate)
        out = Collector()
        task = asyncio.create_task(shell.run("echo a; echo b", Text(), out, Collector()))
        for _ in range(20):
            await asyncio.sleep(0)
        assert out.text == ""
        running.set()
        assert await task == 0
        assert out.text == "a\nb\n"

    within(test)


def test_read_times_out() -> None:
    async def test() -> None:
        out = Collector()
        shell = Shell({}.get, BASH, session=None)
        await shell.run("read -t 0.05 x; echo $?", Pipe(), out, Collector())
        assert out.text == "142\n"

    within(test)
