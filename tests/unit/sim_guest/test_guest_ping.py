"""``ping`` in a partition: statuses, summary, and the length of a blackout to the tick."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
from guest_doubles import SOURCE, STREAM, TARGET, Result, limited, make_real_guest, run_in

from powervm_sim.guest.interface import Neighbour
from powervm_sim.guest.linux import LinuxGuest
from powervm_sim.shell.pipes import Collector, Text

OTHERS = {
    "hmc1": Neighbour("10.0.0.10", True, frozenset({22, 657})),
    "10.0.0.10": Neighbour("10.0.0.10", True, frozenset({22, 657})),
    "10.0.0.11": Neighbour("10.0.0.11", False),
}


def in_loop(work: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(limited(work()))


def ping(options: str) -> Result:
    async def work() -> Result:
        return await run_in(make_real_guest(neighbours=OTHERS).shell(), f"ping {options}")

    result: Result = in_loop(work)
    return result


@pytest.mark.parametrize("milliseconds", [40, 210, 1500])
def test_a_blackout_is_as_long_as_the_lab_says_give_or_take_one_tick(milliseconds: int) -> None:
    async def work() -> tuple[float, str]:
        guest: LinuxGuest = make_real_guest(neighbours=OTHERS)
        printed = Collector()
        shell = guest.shell()
        task = asyncio.create_task(shell.run("ping -D -i 0.01 -O -W 1 10.0.0.10", Text(), printed, printed))
        await asyncio.sleep(0.1)
        guest.start_migration(STREAM, 19)
        guest.suspend()
        begun = time.monotonic()
        await asyncio.sleep(milliseconds / 1000)
        guest.resume(TARGET)
        truth = time.monotonic() - begun
        await asyncio.sleep(0.1)
        guest.end_migration(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await shell.close()
        return truth, printed.text

    truth, text = in_loop(work)
    stamps = [float(stamp) for stamp in re.findall(r"^\[(\d+\.\d{6})\] 64 bytes", text, re.MULTILINE)]
    gap = max(after - before for before, after in pairwise(stamps))
    assert abs(gap - truth) <= 0.0105
    numbers = [int(number) for number in re.findall(r"icmp_seq=(\d+) ttl", text)]
    assert numbers == list(range(1, len(numbers) + 1)), "the partition itself misses nothing"


def test_replies_and_summary() -> None:
    result = ping("-c 3 -i 0.01 -s 100 hmc1")
    lines = result.out.splitlines()
    assert result.status == 0
    assert lines[0] == "PING hmc1 (10.0.0.10) 100(128) bytes of data."
    assert re.fullmatch(r"108 bytes from hmc1 \(10\.0\.0\.10\): icmp_seq=1 ttl=64 time=0\.\d{3} ms", lines[1])
    assert lines[5] == "--- hmc1 ping statistics ---"
    assert re.fullmatch(r"3 packets transmitted, 3 received, 0% packet loss, time \d+ms", lines[6])
    assert re.fullmatch(r"rtt min/avg/max/mdev = 0\.\d+/0\.\d+/0\.\d+/0\.\d+ ms", lines[7])


def test_nobody_answers() -> None:
    result = ping("-D -O -c 2 -i 0.01 -W 0.05 10.0.0.11")
    assert result.status == 1
    assert re.search(r"^\[\d+\.\d{6}\] no answer yet for icmp_seq=1$", result.out, re.MULTILINE)
    assert "2 packets transmitted, 0 received, 100% packet loss" in result.out


def test_a_deadline_before_all_answers_is_a_failure() -> None:
    assert ping("-q -c 50 -i 0.02 -w 0.1 10.0.0.10").status == 1
    assert ping("-q -i 0.02 -w 0.1 10.0.0.10").status == 0


@pytest.mark.parametrize(
    ("options", "status", "text"),
    [
        ("nohost", 2, "ping: nohost: Name or service not known\n"),
        ("-Z 10.0.0.10", 2, "ping: invalid option -- 'Z'\n"),
        ("-c none 10.0.0.10", 2, "ping: invalid argument: 'none'\n"),
        ("-I env9 10.0.0.10", 2, "ping: unknown iface: env9\n"),
        ("", 1, "ping: usage error: Destination address required\n"),
        ("-f 10.0.0.10", 1, "ping: -f: not simulated\n"),
    ],
)
def test_what_is_wrong_is_told(options: str, status: int, text: str) -> None:
    result = ping(options)
    assert (result.status, result.out) == (status, "")
    assert result.err.startswith(text)


def test_an_interface_without_address_reaches_nothing() -> None:
    async def work() -> Result:
        guest = make_real_guest(SOURCE, OTHERS)
        return await run_in(guest.shell(), "ip addr flush env2; ping -c 1 10.0.0.10")

    assert in_loop(work) == Result(2, "", "ping: connect: Network is unreachable\n")


def test_an_interrupt_has_the_summary_as_its_last_word() -> None:
    async def work() -> Result:
        guest = make_real_guest(neighbours=OTHERS)
        script = "ping -q -i 0.01 10.0.0.10 > /tmp/p & sleep 0.1; kill -INT $!; wait $!; echo $?; cat /tmp/p"
        return await run_in(guest.shell(), script)

    result = in_loop(work)
    assert result.out.startswith("0\nPING ")
    assert "0% packet loss" in result.out


def test_ports_of_others() -> None:
    async def work() -> list[Result]:
        guest = make_real_guest(neighbours=OTHERS)
        return [await run_in(guest.shell(), f"nc -zv {words}") for words in ("10.0.0.10 657", "10.0.0.10 1", "x 1")]

    reached, refused, unknown = in_loop(work)
    assert reached.status == 0
    assert "Ncat: Connected to 10.0.0.10:657.\n" in reached.err
    assert (refused.status, refused.err.splitlines()[-1]) == (1, "Ncat: Connection refused.")
    assert unknown.status == 1


def test_the_shell_can_try_a_port() -> None:
    async def work() -> list[Result]:
        guest = make_real_guest(neighbours=OTHERS)
        scripts = [
            "</dev/tcp/10.0.0.10/657 && echo open",
            ": > /dev/tcp/hmc1/1",
            "timeout 0.05 sh -c ': </dev/tcp/10.0.0.11/22'",
        ]
        return [await run_in(guest.shell(), script) for script in scripts]

    reached, refused, silent = in_loop(work)
    assert reached.out == "open\n"
    assert (refused.status, refused.err) == (1, "bash: line 1: /dev/tcp/hmc1/1: Connection refused\n")
    assert silent.status == 124
