"""The same world file, seed and commands give the same output and the same history, times aside."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from running_lab import RunningLab, start

SCRIPT = [
    ("hmc1", "lshmc -V; lshmc -v; lshmc -n"),
    ("hmc1", "lssyscfg -r sys; lssyscfg -r sys -F name,uuid"),
    ("hmc1", "for s in p8a p9a p10a; do lssyscfg -r lpar -m $s; lssyscfg -r prof -m $s; done"),
    ("hmc1", "for t in eth scsi fc; do lshwres -r virtualio --rsubtype $t --level lpar -m p9a; done"),
    ("hmc1", "lshwres -r mem --level lpar -m p9a; lshwres -r proc --level lpar -m p9a"),
    ("hmc1", "lslparmigr -r lpar -m p9a; lslparmigr -r sys -m p9a; lslparmigr -r msp -m p9a -t p10a"),
    ("hmc1", "lspartition -dlpar; lsnothing; migrlpar -o v -m p9a -t p10a -p lp9"),
    ("hmc2", "lssyscfg -r lpar -m p10b -F name,state,rmc_state,uuid"),
    ("p9a-vios1", "ioscli lsmap -all; ioscli lsmap -all -npiv; ioscli lsdev; ioscli errlog; ioscli lsnports"),
    ("lp1", "uname -a; cat /proc/version /proc/cmdline /etc/os-release /etc/machine-id; hostname; ip addr; ip -j addr"),
    ("lp1", "cat /proc/sys/kernel/random/boot_id /proc/sys/kernel/random/uuid; echo $RANDOM $RANDOM $$"),
    ("lp1", "ps -ef; ps aux; pidof rmcd; sleep 100 > /dev/null 2>&1 & echo $!; jobs; ps -e | wc -l"),
    ("lp1", "rpm -qa; systemctl list-units; lssrc -a; lscpu; lparstat -i; ls -lR /etc /proc /sys /root"),
    ("lp1", "for i in $(seq 1 20); do echo $i > /tmp/n$i; done; ls /tmp; find / -type f | wc -l"),
    ("lp1", "awk 'BEGIN{print rand()}'; mktemp; mktemp; cat /proc/cpuinfo /proc/meminfo"),
    ("lp1", "head -c 9 /dev/urandom | od -An -tx1"),
    ("hmc1", "migrlpar -o v -m p9a -t p10a -p lp1"),
    ("hmc1", "migrlpar -o m -m p9a -t p10a -p lp1"),
    ("lp1", "dmesg; dmesg -x; journalctl -k; journalctl --show-cursor -n 3; journalctl -o json -n 3"),
    ("lp1", "cat /var/log/messages /var/log/drmgr; cat /proc/device-tree/model; ls /sys/devices/vio; lparstat"),
    ("p9a-vios1", "ioscli errlog; ioscli alog -o -t lpm; ioscli lsmap -all -npiv"),
    ("p10a-vios1", "ioscli errlog; ioscli alog -o -t lpm; ioscli lsmap -all -npiv"),
    ("hmc1", "lslparmigr -r lpar -m p10a; lssyscfg -r lpar -m p10a; lssyscfg -r prof -m p10a"),
    ("hmc1", "chsysstate -r lpar -m p10a -n lp1 -o shutdown --immed"),
    ("hmc1", "lssyscfg -r lpar -m p10a -F name,state"),
]  # fmt: skip

_TIMES = [
    re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,\d]*(?:[+-]\d\d:?\d\d|Z)?"),
    re.compile(r"\b\w{3} (?:\w{3} )?[ \d]\d \d\d:\d\d(?::\d\d)?(?: \w{3,4})?(?: \d{4})?"),
    re.compile(r"\b\d\d/\d\d/\d{2,4} \d\d:\d\d:\d\d"),
    re.compile(r"\b\d{1,2}:\d\d(?::\d\d)?\b"),
    re.compile(r"\[ *\d+\.\d{6}\]"),
    re.compile(r"\b(?:[mtx]=)[0-9a-f]+"),
    re.compile(r'"(?:__REALTIME_TIMESTAMP|__MONOTONIC_TIMESTAMP|_SOURCE_MONOTONIC_TIMESTAMP)" ?: ?"\d+"'),
    re.compile(r"\b\d{10}\b"),
    re.compile(r"\b\d+\.\d+ ?(?:s|ms|us|seconds)\b"),
    re.compile(r"\b(?:timebase|uptime)[^\n]*", re.IGNORECASE),
    re.compile(r"\d+ usec"),
]


def without_times(text: str) -> str:
    for pattern in _TIMES:
        text = pattern.sub("TIME", text)
    return text


def conversation(lab: RunningLab) -> list[str]:
    """Everything that the clients of a lab see, without times."""
    seen = []
    for name, command in SCRIPT:
        out, err, status = lab.run(name, command)
        seen.append(without_times(f"{name}$ {command}\n{out}{err}[{status}]\n"))
    return seen


def history(lab: RunningLab) -> list[dict[str, Any]]:
    events = json.loads(lab.run("lab", "lab history --json")[0])
    return [{key: value for key, value in event.items() if key not in ("time", "clock", "milliseconds")}
            for event in events]  # fmt: skip


def test_two_runs_are_the_same_but_for_times(tmp_path: Path) -> None:
    runs = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        with start(tmp_path / name, speed=400) as lab:
            runs.append((conversation(lab), history(lab)))
    (first, first_history), (second, second_history) = runs
    assert first == second
    assert first_history == second_history
    assert {"login", "command", "validation", "phase", "blackout", "place"} <= {
        event["kind"] for event in first_history
    }
