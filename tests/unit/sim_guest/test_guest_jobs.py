"""Background jobs, the search path and scripts in a partition's shell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from guest_doubles import STREAM, TARGET, Result, limited, make_real_guest, run_in

from powervm_sim.guest.linux import LinuxGuest
from powervm_sim.shell.pipes import Collector, Text

Run = Callable[..., Result]


def in_loop(work: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(limited(work()))


class Screen:
    columns = 80
    rows = 24

    async def ask(self, prompt: str, *, echo: bool = True) -> str:
        raise EOFError


def test_a_job_is_a_process_with_the_number_that_the_shell_tells(run: Run) -> None:
    out = run("sleep 30 & ps -p $! -o pid=,ppid=,args=; echo $! $$; kill $!; wait $!; echo $?").out.splitlines()
    pid, parent, *command = out[0].split()
    assert command == ["sleep", "30"]
    assert out[1].split() == [pid, parent]
    assert out[2] == "143"


def test_a_job_of_several_commands_is_a_subshell_with_children(run: Run) -> None:
    out = run("(sleep 30; echo late) & sleep 0.02; ps --ppid $! -o args=; kill $!; wait $!; echo $?").out
    assert out == "sleep 30\n143\n"


def test_jobs_go_on_after_their_session_and_are_seen_by_others() -> None:
    async def work() -> None:
        guest = make_real_guest()
        await run_in(guest.shell(), "sleep 30 >/dev/null 2>&1 &")
        assert (await run_in(guest.shell(), "pgrep -a sleep")).out.endswith(" sleep 30\n")
        assert (await run_in(guest.shell(), "pkill -f 'sleep 3'; pgrep sleep; echo $?")).out == "1\n"

    in_loop(work)


def test_a_cut_line_ends_jobs_that_were_not_told_to_stay() -> None:
    async def work() -> None:
        guest = make_real_guest()
        shell = guest.shell(terminal=Screen())
        script = "sleep 31 & nohup sleep 32 & setsid sleep 33 & sleep 34 & disown; sleep 0.02"
        await shell.run(script, Text(), Collector(), Collector())
        stayed = await shell.close(hangup=True)
        await asyncio.sleep(0)
        left = [process.command for process in guest.processes if process.name == "sleep"]
        assert left == ["sleep 32", "sleep 33", "sleep 34"][: len(left)]
        assert len(left) == 3
        assert [job.text for job in stayed] == ["nohup sleep 32", "setsid sleep 33", "sleep 34"]
        guest.stop()
        await asyncio.gather(*(job.task for job in stayed), return_exceptions=True)
        assert len(guest.processes) == 0

    in_loop(work)


def test_nohup_lets_a_hang_up_pass_and_nothing_else(run: Run) -> None:
    script = (
        "nohup sleep 30 >/dev/null 2>&1 & sleep 0.02; kill -HUP $!; kill -0 $! && echo there; kill $!; wait $!; echo $?"
    )
    assert run(script).out == "there\n143\n"


def test_the_session_of_an_ssh_command_ends_with_the_last_job_that_holds_its_output() -> None:
    async def work() -> None:
        guest = make_real_guest()
        out = Collector()
        shell = guest.shell()
        await shell.run("(sleep 0.1; echo late) &", Text(), out, out)
        assert out.text == ""
        await shell.settle()
        assert out.text == "late\n"
        quiet = (
            "sleep 30 >/dev/null 2>&1 &",
            "(nohup sleep 30 &) >/tmp/o 2>&1",
            "sleep 30 2>/dev/null | cat &>/tmp/o &",
        )
        for script in quiet:
            await shell.run(script, Text(), out, out)
            await asyncio.wait_for(shell.settle(), 1)
        await shell.close()

    in_loop(work)


def test_jobs_stand_still_with_the_partition() -> None:
    async def work() -> None:
        guest = make_real_guest()
        await run_in(guest.shell(), "(sleep 0.05; echo done > /tmp/x) > /dev/null 2>&1 &")
        await asyncio.sleep(0.02)
        guest.start_migration(STREAM, 19)
        guest.suspend()
        await asyncio.sleep(0.15)
        assert not guest.tree.exists("/tmp/x")
        guest.resume(TARGET)
        await asyncio.sleep(0.1)
        assert guest.tree.read("/tmp/x") == b"done\n"
        guest.end_migration(0)

    in_loop(work)


def test_processes_of_a_session_are_found_and_killed_together(run: Run) -> None:
    script = (
        "setsid sh -c 'sleep 31 & timeout 60 sleep 32; true' > /dev/null 2>&1 & sleep 0.05; sleep 33 & "
        "ps -p $! -o sid= | tr -d ' '; echo $$; pgrep -c -s $(pgrep -f '^sh -c'); "
        "pkill -KILL -s $(pgrep -f '^sh -c'); sleep 0.02; pgrep -a sleep; kill $!"
    )
    own, shell, count, left = run(script).out.splitlines()
    assert own == shell
    assert (count, left.partition(" ")[2]) == ("4", "sleep 33")


def test_a_killed_shell_runs_nothing_more(run: Run) -> None:
    assert run("echo before; kill $$; echo after") == Result(143, "before\n", "")


def test_kill_speaks_as_bash_does(run: Run) -> None:
    assert run("kill 99999").err == "bash: line 1: kill: (99999) - No such process\n"
    assert run("kill -FOO 1").err == "bash: line 1: kill: FOO: invalid signal specification\n"
    assert run("kill").status == 2
    assert run("kill -STOP 1").err == "bash: line 1: kill: STOP: not simulated\n"


def test_commands_are_found_over_the_search_path(run: Run) -> None:
    assert run("PATH=/nowhere; ls").err == "bash: line 1: ls: command not found\n"
    assert run("PATH=/nowhere; /usr/bin/ls -d /etc").out == "/etc\n"
    assert run("rmcctrl -p").status == 127
    assert run("PATH=$PATH:/opt/rsct/bin; rmcctrl -p; command -v rmcctrl").out == "/opt/rsct/bin/rmcctrl\n"
    assert run("command -v ls lsdevinfo echo").out == "/usr/bin/ls\n/usr/sbin/lsdevinfo\necho\n"
    assert run("type -t if ls echo; which ls nothing; echo $?").out == "keyword\nfile\nbuiltin\n/usr/bin/ls\n1\n"
    assert run("rm /usr/bin/uname; uname").status == 127


def test_scripts_run_by_path_and_with_an_interpreter(run: Run) -> None:
    write = r"printf '#!/bin/bash\necho $0 $1 $#\nexit 3\n' > /tmp/x.sh; cd /tmp; "
    assert run(write + "./x.sh") == Result(126, "", "bash: line 1: ./x.sh: Permission denied\n")
    assert run(write + "sh x.sh a") == Result(3, "x.sh a 1\n", "")
    assert run(write + "chmod +x x.sh; ./x.sh a b") == Result(3, "./x.sh a 2\n", "")
    assert run(write + "chmod 755 x.sh; PATH=/tmp x.sh").out == "/tmp/x.sh 0\n"
    assert run("printf '#!/bin/nothing\\n' > /tmp/y; chmod 755 /tmp/y; /tmp/y").status == 126
    assert run("cp /usr/bin/uname /tmp/u; /tmp/u -m").out == "ppc64le\n"


def test_env_starts_from_nothing(run: Run) -> None:
    assert run("env -i A=1 /usr/bin/env").out.startswith("A=1\n") or run("env -i A=1").out == "A=1\n"
    assert run("A=5 env | grep ^A=").out == "A=5\n"


def test_a_program_that_was_removed_from_a_package_is_not_there() -> None:
    async def work() -> Result:
        guest: LinuxGuest = make_real_guest(missing_packages=("stress-ng",))
        return await run_in(guest.shell(), "command -v stress-ng || echo none; yum install -y stress-ng; stress-ng -V")

    result = in_loop(work)
    assert result.out.startswith("none\n")
    assert "stress-ng, version 0.17.08" in result.out


def test_handlers_run_when_a_shell_ends(run: Run) -> None:
    assert run("trap 'echo bye $?' EXIT; echo hi; (exit 4)") == Result(4, "hi\nbye 4\n", "")
    assert run("trap 'rm -f /tmp/t; exit 9' EXIT; touch /tmp/t; exit 2").status == 9
    assert run("ls /tmp/t").status == 2
    assert run("sh -c 'trap \"echo inner\" 0; echo first'; echo outer").out == "first\ninner\nouter\n"
    assert run("trap 'x' TERM; trap; trap - TERM; trap; (trap 'echo sub' EXIT)").out.startswith("trap -- ")
    assert run("trap 'x' NOISE").err == "bash: line 1: trap: NOISE: invalid signal specification\n"
    assert run("trap 'x' ERR").err == "bash: line 1: trap: ERR: not simulated\n"


def test_a_killed_script_has_its_handlers_run(run: Run) -> None:
    script = r"printf 'trap \"echo term\" TERM\ntrap \"echo end\" EXIT\nsleep 30\n' > /tmp/t.sh; "
    assert run(script + "sh /tmp/t.sh & sleep 0.05; kill $!; wait $!; echo $?").out == "term\nend\n143\n"


def test_a_handler_of_a_signal_says_with_what_status_its_shell_ends(run: Run) -> None:
    result = run("bash -c 'trap \"echo caught; exit 3\" TERM; kill -TERM $$; echo no'; echo $?")
    assert result.out == "caught\n3\n"


def test_an_inner_shell_has_a_number_of_its_own(run: Run) -> None:
    outer, inner, group = run("echo $$; bash -c 'echo $$'; (echo $$)").out.split()
    assert group == outer != inner
    assert run("bash -c 'kill -9 $$'; echo $?").out == "137\n"


def test_a_program_is_found_where_it_is_now_and_not_where_it_was(run: Run) -> None:
    folder = "mkdir -p /usr/local/bin; echo echo mine > /usr/local/bin/nproc; "
    own = "chmod 755 /usr/local/bin/nproc; nproc; "
    assert run(f"nproc; {folder}{own}").out == "64\nmine\n"
    assert run("chmod 644 /usr/local/bin/nproc; nproc").out == "64\n"
    assert run(f"{own}mv /usr/local/bin/nproc /usr/local/bin/n; nproc; n").out == "mine\n64\nmine\n"
    assert run("mv /usr/local/bin/n /usr/local/bin/nproc; nproc; rm /usr/local/bin/nproc; nproc").out == "mine\n64\n"
