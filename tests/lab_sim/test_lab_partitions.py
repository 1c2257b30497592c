"""Partitions over real SSH: jobs that outlive their session, blackouts to the tick, load, archives to fetch."""

from __future__ import annotations

import hashlib
import re
import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from running_lab import RunningLab, changed_world, start, until

PARTITION, CONSOLE, SERVER, TARGET = "db01", "hmc1", "p9a", "p10a"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    folder = tmp_path_factory.mktemp("partitions")
    world = changed_world(folder, {"blackout": {"minimum": 210, "maximum": 210}})
    with start(folder, world=world, speed=400) as running:
        yield running


def partition(lab: RunningLab) -> tuple[str, str]:
    """Name and server of some running partition that can be moved."""
    out, _, _ = lab.run(CONSOLE, f"lssyscfg -r lpar -m {SERVER} -F name,state,lpar_env")
    name = next(line.split(",")[0] for line in out.splitlines() if line.endswith("Running,aixlinux"))
    return name, SERVER


def test_a_job_outlives_its_session_and_is_seen_by_the_next_one(lab: RunningLab) -> None:
    name, _ = partition(lab)
    out, err, status = lab.run(name, "nohup sleep 300 > /tmp/o 2>&1 & echo $!")
    assert (err, status) == ("", 0)
    listed, _, _ = lab.run(name, f"ps -p {out.strip()} -o args=")
    assert listed == "sleep 300\n"
    assert lab.run(name, f"kill {out.strip()}; sleep 0.05; kill -0 {out.strip()}")[2] == 1


def test_a_session_waits_for_a_job_that_holds_its_output(lab: RunningLab) -> None:
    name, _ = partition(lab)
    out, _, status = lab.run(name, "(sleep 0.2; echo late) & echo early")
    assert (out, status) == ("early\nlate\n", 0)


@pytest.mark.skipif(which("ssh") is None, reason="no ssh client")
def test_a_stock_client_runs_a_script_that_it_has_sent(lab: RunningLab) -> None:
    name, _ = partition(lab)
    script = "cat > /tmp/s.sh && chmod +x /tmp/s.sh && PATH=$PATH:/tmp s.sh one"
    command = ["ssh", *lab.ssh_options(name), lab.login(name), script]
    text = "#!/bin/bash\necho got $1\nexit 7\n"
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ("got one\n", 7)


def test_ping_and_load_see_the_same_move_as_the_lab(lab: RunningLab) -> None:
    name, server = partition(lab)
    lab.wait_for_rmc(CONSOLE, server, name)
    address = lab.run(CONSOLE, "lshmc -n -F ipaddr")[0].strip() or "hmc1"
    reached = lab.run(name, f"ping -c 1 -W 1 {CONSOLE}")
    assert reached[2] == 0, (address, reached)
    lab.run(name, f"ping -D -O -i 0.01 {CONSOLE} > /tmp/ping 2>&1 & stress-ng --vm 2 -t 60 > /tmp/stress 2>&1 &")
    assert lab.run(name, "sleep 0.3; pgrep -c stress-ng-vm")[0] == "2\n"
    before = lab.run(name, "cat /proc/sys/kernel/random/boot_id; cat /proc/device-tree/system-id | tr -d '\\0'")[0]
    out, _, status = lab.run(CONSOLE, f"migrlpar -o m -m {server} -t {TARGET} -p {name}")
    assert status == 0, out
    after = lab.run(name, "cat /proc/sys/kernel/random/boot_id; cat /proc/device-tree/system-id | tr -d '\\0'")[0]
    assert before.splitlines()[0] == after.splitlines()[0]
    assert before.splitlines()[1] != after.splitlines()[1]
    assert lab.run(name, "pgrep -c stress-ng-vm; pkill -INT ping; pkill stress-ng; sleep 0.1")[0].startswith("2\n")
    text = lab.run(name, "cat /tmp/ping")[0]
    stamps = [float(stamp) for stamp in re.findall(r"^\[(\d+\.\d{6})\] 64 bytes", text, re.MULTILINE)]
    gap = max(later - earlier for earlier, later in pairwise(stamps))
    truth = lab.history("blackout", partition=name)[-1]["milliseconds"] / 1000
    assert abs(gap - truth) <= 0.0115, (gap, truth)
    assert "successful run completed in" in lab.run(name, "tail -n 1 /tmp/stress")[0]


def test_a_report_is_slow_and_can_be_fetched(lab: RunningLab, tmp_path: Path) -> None:
    name, _ = partition_on(lab, TARGET)
    begun = time.monotonic()
    out, err, status = lab.run(name, "sos report --batch --tmp-dir /var/tmp")
    assert (status, err) == (0, "")
    assert time.monotonic() - begun > 0.1
    path = out.split("saved in:\n\t")[1].split("\n")[0]
    digest = re.findall(r"sha256\t([0-9a-f]{64})", out)[0]
    client: Any = lab.connect(name)
    try:
        sftp = client.open_sftp()
        sftp.get(path, str(tmp_path / "sos.tar.xz"))
        sftp.get(path + ".sha256", str(tmp_path / "sum"))
    finally:
        client.close()
    assert hashlib.sha256((tmp_path / "sos.tar.xz").read_bytes()).hexdigest() == digest
    assert (tmp_path / "sum").read_text().strip() == digest


def partition_on(lab: RunningLab, server: str) -> tuple[str, str]:
    out, _, _ = lab.run(CONSOLE, f"lssyscfg -r lpar -m {server} -F name,state,lpar_env")
    name = next(line.split(",")[0] for line in out.splitlines() if line.endswith("Running,aixlinux"))
    return name, server


def test_a_follower_ends_with_its_client(lab: RunningLab) -> None:
    name, _ = partition_on(lab, TARGET)
    channel = lab.channel(name)
    channel.exec_command("dmesg -w")
    until(channel.recv_ready)
    channel.close()
    until(lambda: lab.run(name, "pgrep -c dmesg")[0] == "0\n")
