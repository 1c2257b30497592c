"""``stress-ng`` in a partition: options, report, exit statuses, processes, and its memory writes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import yaml
from guest_doubles import STREAM, TARGET, Result, limited, make_real_guest, run_in

from powervm_sim.guest.linux import LinuxGuest
from powervm_sim.guest.stress.order import OrderError, read_order
from powervm_sim.guest.stress.report import Figures, duration, metric_lines


def in_loop(work: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(limited(work()))


def run(script: str, **spec: Any) -> Result:
    async def work() -> Result:
        return await run_in(make_real_guest(**spec).shell(), script)

    result: Result = in_loop(work)
    return result


def test_the_table_has_the_columns_of_the_original() -> None:
    entries = [
        Figures("cpu", 32, 9812331, 1800.05, 50123.11, 88.20, 7872),
        Figures("vm", 12, 77120943, 1800.91, 12004.77, 3011.40, 1789952),
    ]
    assert metric_lines(entries, full=False) == [
        "stressor       bogo ops real time  usr time  sys time   bogo ops/s     bogo ops/s",
        "                          (secs)    (secs)    (secs)   (real time) (usr+sys time)",
        "cpu             9812331   1800.05  50123.11     88.20      5451.14         195.42",
        "vm             77120943   1800.91  12004.77   3011.40     42823.32        5135.86",
    ]
    assert metric_lines(entries, full=True)[0].endswith("bogo ops/s CPU used per       RSS Max")


def test_durations_are_worded_as_the_original_does() -> None:
    assert [duration(1800, whole=True), duration(1801.02, whole=True)] == ["30 mins", "30 mins, 1 sec"]
    assert [duration(10.012), duration(3661.5), duration(0, whole=True)] == [
        "10.01 secs",
        "1 hour, 1 min, 1.50 secs",
        "0 secs",
    ]


def test_the_seed_command_is_understood() -> None:
    words = ["--cpu", "32", "--io", "50", "--vm", "12", "--vm-bytes", "20G", "--fork", "4", "--timeout", "30m"]
    order = read_order(words, cpus=64, available=1 << 36)
    assert order.workers == {"cpu": 32, "io": 50, "vm": 12, "fork": 4}
    assert (order.memory, order.timeout) == (20 << 30, 1800)
    assert read_order(["-c", "0", "-t", "1h"], cpus=64, available=0).workers == {"cpu": 64}
    assert read_order(["--vm", "1", "--vm-bytes", "50%"], cpus=1, available=1000).memory == 500


@pytest.mark.parametrize(
    "words", ["--foo", "--cpu", "--cpu x", "--vm 1 --vm-bytes 1X", "-c 1 -t 5q", "--vm-method odd"]
)
def test_wrong_options_are_refused(words: str) -> None:
    with pytest.raises(OrderError):
        read_order(words.split(), cpus=1, available=0)


def test_output_of_a_good_run() -> None:
    result = run("stress-ng --cpu 2 --vm 1 --vm-bytes 64M --timeout 0.3s --metrics-brief; echo $?")
    pid = re.search(r"\[(\d+)\]", result.out)
    assert pid is not None
    lines = [line.replace(pid[0], "[P]") for line in result.out.splitlines()]
    assert lines[0] == "stress-ng: info:  [P] setting to a 0 secs run per stressor"
    assert lines[1] == "stress-ng: info:  [P] dispatching hogs: 2 cpu, 1 vm"
    assert lines[2].startswith("stress-ng: metrc: [P] stressor       bogo ops real time")
    assert lines[6:10] == [
        "stress-ng: info:  [P] skipped: 0",
        "stress-ng: info:  [P] passed: 3: cpu (2) vm (1)",
        "stress-ng: info:  [P] failed: 0",
        "stress-ng: info:  [P] metrics untrustworthy: 0",
    ]
    assert re.fullmatch(r"stress-ng: info:  \[P\] successful run completed in 0\.\d\d secs", lines[10])
    assert lines[11:] == ["0"]
    assert result.err == ""


def test_old_releases_write_to_the_error_output_without_a_summary() -> None:
    result = run("stress-ng -c 1 -t 0.2 --metrics-brief; echo $?", distribution="rhel8")
    assert result.out == "0\n"
    assert "passed:" in result.err  # 0.15.00 has the summary, but still writes to stderr
    packages = ("stress-ng-0.13.00-1.el8.ppc64le",)
    result = run("stress-ng -c 1 -t 0.2 --metrics-brief", packages=packages)
    assert "passed" not in result.err
    assert "stress-ng: info:  " in result.err
    assert "metrc" not in result.err
    assert re.search(r"successful run completed in 0\.\d\ds\n", result.err)


def test_yaml_and_log_file() -> None:
    script = "cd /tmp; stress-ng --vm 2 --vm-bytes 64M -t 0.2 -q -Y y.yaml --log-file l; echo $?; cat y.yaml"
    result = run(script)
    assert result.out.startswith("0\n---\n")
    document = yaml.safe_load(result.out.removeprefix("0\n"))
    assert document["system-info"]["hostname"] == "lp7.example.com"
    assert document["metrics"][0]["stressor"] == "vm"
    assert document["metrics"][0]["bogo-ops"] > 0
    assert set(document) == {"build-info", "system-info", "metrics", "times"}


@pytest.mark.parametrize(
    ("options", "status", "text"),
    [
        ("--nonsense", 1, "stress-ng: unrecognized option '--nonsense'\n"),
        ("", 1, "No stress workers invoked"),
        ("--vm 1 --vm-bytes 900G -t 0.1", 3, "skipped: 1: vm (1)"),
        ("--all 1 -t 1", 1, "not simulated"),
    ],
)
def test_statuses_of_calls_that_cannot_run(options: str, status: int, text: str) -> None:
    result = run(f"stress-ng {options}")
    assert result.status == status
    assert text in result.out + result.err


def test_workers_are_processes_and_memory_is_used() -> None:
    script = (
        "stress-ng --vm 3 --vm-bytes 6G --vm-keep -t 60 > /tmp/o & sleep 0.1; ps -C stress-ng-vm -o comm=; "
        "free -g | awk '/Mem/ {print $3}'; kill $!; wait $!; echo $?; pgrep stress; tail -n 1 /tmp/o"
    )
    lines = run(script).out.splitlines()
    assert lines[:3] == ["stress-ng-vm"] * 3
    assert int(lines[3]) >= 11 + 6
    assert lines[4] == "0"
    assert "successful run completed in" in lines[5]


def test_a_killed_worker_makes_the_run_unsuccessful() -> None:
    script = "stress-ng --cpu 2 -t 0.4 & sleep 0.1; pkill -9 -o stress-ng-cpu; wait $!; echo $?"
    out = run(script).out
    assert "failed: 1: cpu (1)" in out
    assert "unsuccessful run completed" in out
    assert out.endswith("\n5\n")


def test_what_the_load_writes_is_told_to_the_world() -> None:
    async def work() -> list[float]:
        guest: LinuxGuest = make_real_guest()
        rates = [guest.dirty_rate]
        for words in ("--vm 12 --vm-bytes 20G --vm-keep", "--vm 12 --vm-bytes 20G", "--cpu 4"):
            shell = guest.shell()
            await run_in(shell, f"stress-ng {words} -t 60 > /dev/null 2>&1 & sleep 0.02")
            rates.append(guest.dirty_rate)
            await run_in(guest.shell(), "pkill stress-ng; sleep 0.02")
        return [*rates, guest.dirty_rate]

    quiet, keep, remap, processors, after = in_loop(work)
    assert (quiet, after) == (0, 0)
    assert keep > 1100 > remap > 500 > processors


def test_a_blackout_costs_work_but_no_time() -> None:
    async def work() -> tuple[str, float]:
        guest = make_real_guest()
        task = asyncio.create_task(run_in(guest.shell(), "stress-ng --cpu 4 -t 0.6 --metrics-brief"))
        await asyncio.sleep(0.1)
        guest.start_migration(STREAM, 19)
        guest.suspend()
        await asyncio.sleep(0.4)
        guest.resume(TARGET)
        guest.end_migration(0)
        return (await task).out, guest.pace.worked

    out, _ = in_loop(work)
    row = next(line.split() for line in out.splitlines() if re.search(r"\] cpu +\d", line))
    real, user = float(row[5]), float(row[6])
    assert 0.59 < real < 0.85
    assert user < 4 * 0.35


def test_it_can_be_made_to_fail() -> None:
    async def work() -> tuple[int, Result]:
        guest = make_real_guest()
        task = asyncio.create_task(run_in(guest.shell(), "stress-ng --vm 2 --vm-bytes 64M -t 60"))
        await asyncio.sleep(0.1)
        return guest.trouble.end_stress(2), await task

    hit, result = in_loop(work)
    assert (hit, result.status) == (1, 2)
    assert re.search(r"stress-ng: fail:  \[\d+\] vm: ", result.out)
    assert "unsuccessful run completed in" in result.out
