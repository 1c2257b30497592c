"""Reading the kernel log and the journal: levels, following, ``/dev/kmsg``, releases that know less."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from guest_doubles import Hands, Result, limited, make_guest, make_real_guest, runner

from powervm_sim.guest.kernel_log import Level
from powervm_sim.guest.linux import LinuxGuest
from powervm_sim.guest.migration import mobility_of
from powervm_sim.shell.pipes import Collector, Text

Run = Callable[..., Result]


def in_loop(work: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(limited(work()))


def test_levels_by_name_and_number(guest: LinuxGuest, run: Run) -> None:
    guest.kernel_log.clear()
    for level in Level:
        guest.kernel_log.write(f"line {level.value}", level)
    named = run("dmesg -t -l emerg,alert,crit,err").out
    assert named == "".join(f"line {number}\n" for number in range(4))
    assert run("dmesg -t -l 0,1,2,3").out == named
    assert run("dmesg -t --level=err").out == "line 3\n"
    assert run("dmesg -l x") == Result(1, "", "dmesg: unknown level 'x'\n")
    assert run("dmesg -l err+").status == 1
    assert run("dmesg -l 9").status == 1
    assert run("dmesg -n 9").status == 1
    assert run("dmesg -t -l emerg | grep nothing; echo $?").out == "1\n"


def test_newer_releases_know_more_and_older_ones_less(hands: Hands) -> None:
    newer = runner(make_guest(hands, distribution="rhel10"))
    assert newer("dmesg -t -l err+ | wc -l").out == newer("dmesg -t -l 0,1,2,3 | wc -l").out
    older = runner(make_guest(hands, distribution="rhel8"))
    assert older("dmesg --since yesterday").err.startswith("dmesg: unrecognized option '--since'")
    assert older("journalctl -k --cursor-file=/tmp/c").status == 1
    assert newer("dmesg --since yesterday | wc -l").out != "0\n"


@pytest.mark.parametrize(
    ("release", "joins", "watchdog"),
    [
        ("4.18.0-193.el8.ppc64le", False, False),
        ("4.18.0-553.el8_10.ppc64le", True, False),
        ("5.14.0-503.11.1.el9_5.ppc64le", True, True),
        ("6.4.0-150600.23.25-default", True, True),
        ("3.10.0-1160.el7.ppc64le", False, False),
    ],
)
def test_older_kernels_say_less_about_a_move(release: str, joins: bool, watchdog: bool) -> None:
    mobility = mobility_of(release)
    assert (mobility.joins, mobility.watchdog) == (joins, watchdog)


@pytest.mark.parametrize(
    "command", ["dmesg -t -W", "journalctl -f -n 0 -o cat", "dmesg -w -t | grep --line-buffered new"]
)
def test_new_lines_are_shown_as_they_come(command: str) -> None:
    async def work() -> str:
        guest = make_real_guest()
        shell, printed = guest.shell(), Collector()
        task = asyncio.create_task(shell.run(command, Text(), printed, printed))
        await asyncio.sleep(0.15)
        guest.kernel_log.write("something new", Level.WARN)
        for _ in range(30):
            await asyncio.sleep(0.05)
            if printed.text:
                break
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await shell.close()
        return printed.text

    assert in_loop(work) == "something new\n"


def test_the_kernel_takes_lines_and_shows_records(guest: LinuxGuest, run: Run) -> None:
    run("echo '<3>bad' > /dev/kmsg; echo plain > /dev/kmsg; dmesg -C")
    records = run("tail -n 2 /dev/kmsg").out.splitlines()
    number = guest.kernel_log.last
    assert records == [f"11,{number - 1},0,-;bad", f"12,{number},0,-;plain"]
    assert run("dmesg").out == ""


def test_entries_by_unit_field_and_pattern(run: Run) -> None:
    run("logger -t marker -p local0.err 'stage 1'; logger -t marker 'stage 2'; systemctl restart crond")
    assert run("journalctl -t marker -o cat").out == "stage 1\nstage 2\n"
    assert run("journalctl SYSLOG_IDENTIFIER=marker PRIORITY=3 -o cat").out == "stage 1\n"
    assert run("journalctl -g 'STAGE 2|nothing' -o cat").out == "-- No entries --\n"
    assert run("journalctl -g 'stage (2|9)' -o cat").out == "stage 2\n"
    assert (
        run("journalctl -u crond -o cat | tail -n 2").out == "Stopped Command Scheduler.\nStarted Command Scheduler.\n"
    )
    assert run("journalctl -t marker -n 1 -o short-unix").out.split()[0].endswith(".000000")
    assert run("grep -c marker /var/log/messages").out == "2\n"
    assert run("journalctl --list-boots | wc -l").out == "1\n"


def test_tail_follows_files() -> None:
    async def work() -> tuple[str, str]:
        guest = make_real_guest()
        guest.tree.write("/tmp/a", b"1\n2\n")
        shell, out, err = guest.shell(), Collector(), Collector()
        task = asyncio.create_task(shell.run("tail -n 1 -f /tmp/a /tmp/none", Text(), out, err))
        await asyncio.sleep(0.15)
        guest.tree.write("/tmp/a", b"3\n", append=True)
        await asyncio.sleep(0.3)
        guest.tree.write("/tmp/a", b"4\n")
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await shell.close()
        return out.text, err.text

    out, err = in_loop(work)
    assert out == "==> /tmp/a <==\n2\n3\n4\n"
    assert err == (
        "tail: cannot open '/tmp/none' for reading: No such file or directory\ntail: /tmp/a: file truncated\n"
    )


def test_tail_has_nothing_to_follow(run: Run) -> None:
    assert run("tail -f /tmp/none").status == 1
    assert run("echo x | tail -f").out == "x\n"
