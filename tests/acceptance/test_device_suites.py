"""The suites about devices: vNIC, migratable ports, storage. They pass, with op-test files too, and fail by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from support.robot_run import ROOT, RobotRun, run_robot
from support.simulated import RunningLab, joined_lab_file, optest_file, simulated_lab

SCHEMA = json.loads((ROOT / "docs" / "outcome.schema.json").read_text(encoding="utf-8"))
LIMITS = {"limits.poll": 0.1, "limits.settle": 2, "limits.rmc": 5}
QUICK = {f"durations.{name}": seconds for name, seconds in (("validation", 1), ("set_up", 4), ("clean_up", 4))} | {
    "durations.rmc_return": 8
}
"""Seconds in the lab; copying memory takes as long as it does, so that what happens meanwhile can be seen."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """One lab: every run has a partition of its own."""
    with simulated_lab(tmp_path_factory.mktemp("devices"), QUICK, speed=20) as running:
        yield running


def run_all(folder: Path, lab_files: dict[str, tuple[Path, list[str]]]) -> dict[str, RobotRun]:
    """Run suites at the same time, as independent testers do; they mostly wait."""

    def run(name: str) -> RobotRun:
        file, arguments = lab_files[name]
        return run_robot(folder / f"out-{name}", "-v", f"LAB:{file}", *arguments)

    with ThreadPoolExecutor(len(lab_files)) as pool:
        return dict(zip(lab_files, pool.map(run, lab_files), strict=True))


def lab_file(folder: Path, running: RunningLab, name: str, changes: dict[str, Any] | None = None) -> Path:
    place = folder / name
    place.mkdir()
    return joined_lab_file(place, running, LIMITS | (changes or {}))


def records(run: RobotRun) -> list[dict[str, Any]]:
    files = sorted((run.folder / "mobility").glob("*/outcomes/*.json"))
    found = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    for record in found:
        jsonschema.validate(record, SCHEMA)
    return found


def test_they_pass(lab: RunningLab, tmp_path: Path) -> None:
    """Each kind once, here or with an op-test file; all of them on the default lab is what a newcomer runs."""
    before = lab.run("lp5", "ip -j addr")[1]
    others = ["--exclude", "veth", "suites/hnv.robot", "suites/storage.robot"]
    runs = run_all(
        tmp_path,
        {
            "vnic": (lab_file(tmp_path, lab, "vnic"), ["suites/vnic.robot"]),
            "others": (lab_file(tmp_path, lab, "others"), others),
        },
    )
    for run in runs.values():
        assert run.passed, run.console
    there, back = (record for record in records(runs["vnic"]) if record["operation"] == "migrate")
    assert there["mappings"] == {"vnic_mappings": ["6/ded/p10a-vios1/1/1/1/2/1/0", "6/ded/p10a-vios2/2/2/0/2/2/0"]}
    assert back["mappings"] == {"vnic_mappings": ["6/ded/p9a-vios1/1/1/0/2/1/1", "6/ded/p9a-vios2/2/2/0/2/2/0"]}
    assert 0 < there["outage"]["longest_gap"] <= there["outage"]["limit"]
    assert [repair["put_back"] for repair in there["repairs"]] == [True]
    assert lab.run("lp5", "ip -j addr")[1] == before
    assert lab.run("lp5", "ls /tmp")[1] == lab.run("lp7", "ls /tmp")[1] == ""
    for name in ("lp5", "lp7"):
        assert not {"ping", "sleep"} & set(lab.run(name, "ps -e -o comm=")[1].split())
    moves = [record for record in records(runs["others"]) if record["operation"] == "migrate"]
    assert [{look["moment"] for look in record["bonds"]} for record in moves] == [
        *[{"before", "during", "after"}] * 2, *[set()] * 4,
    ]  # fmt: skip
    assert [record["mappings"] for record in moves[2:4]] == [
        {"virtual_fc_mappings": ["3/p10a-vios1///fcs1", "4/p10a-vios2///fcs1"]},
        {"virtual_fc_mappings": ["3/p9a-vios1///fcs1", "4/p9a-vios2///fcs1"]},
    ]


def test_they_are_driven_by_optest_files(lab: RunningLab, tmp_path: Path) -> None:
    """The kinds of ``local-vnic.conf``, ``crosshmc-hnv-sriov.conf`` and ``local.conf``."""
    vnic = {
        "slot_num": "6", "bandwidth": "2", "options": "--vniccfg 1",
        "adapters": "P1-C4,U78D9.001.78A1B20-P1-C5", "target_adapters": "U78D10.001.13C0D40-P1-C5,P1-C4",
        "ports": "0,0", "target_ports": "0,2",
        "interface": "env6", "interface_ip": "10.20.1.45", "netmask": "255.255.0.0", "peer_ip": "10.20.0.1",
    }  # fmt: skip
    folders = {name: tmp_path / name for name in ("vnic", "hnv", "storage")}
    for folder in folders.values():
        folder.mkdir()
    files = {
        "vnic": optest_file(folders["vnic"], lab, crosses=False, changes=vnic | of(lab, "lp5")),
        "hnv": optest_file(folders["hnv"], lab, crosses=True, changes={"options": "--migsriov 1"} | of(lab, "lp6")),
        "storage": optest_file(folders["storage"], lab, crosses=False, changes=of(lab, "lp40")),
    }
    veth = ["--include", "veth", "-v", "VETH_MOVE:crosshmc", "-v", "VNIC_MOVE:crosshmc", "suites/hnv.robot"]
    npiv = ["--include", "npiv", "-v", "NPIV_MOVE:local", "-v", "VSCSI_MOVE:local", "suites/storage.robot"]
    arguments = {"vnic": ["-v", "MOVE:local", "suites/vnic.robot"], "hnv": veth, "storage": npiv}
    runs = run_all(tmp_path, {name: (files[name], arguments[name]) for name in files})
    for run in runs.values():
        assert run.passed, run.console
    (first, *_) = [record["mappings"] for record in records(runs["vnic"]) if record["operation"] == "migrate"]
    assert first == {"vnic_mappings": ["6/ded/p10a-vios1/1/2/0/2/1/0", "6/ded/p10a-vios2/2/1/2/2/2/0"]}


def of(running: RunningLab, partition: str) -> dict[str, str]:
    entry = running.endpoint(partition)
    return {
        "lpar_name": partition,
        "host_ip": f"{entry['address']}:{entry['port']}",
        "host_password": running.password(partition),
    }


FAILING = {
    "network": (
        ["--exclude", "smoke", "suites/vnic.robot"],
        [
            (
                "kind=link-lost endpoint=lp5 interface=env6 phase=set-up duration=60 times=1",
                "Partition Moves With Its Vnic",
                "lp5: 10.20.0.1 through env6 did not answer for ",
            )
        ],
    ),
    "bond": (
        ["--include", "veth", "--exclude", "smoke", "suites/hnv.robot"],
        [
            (
                "kind=port-not-found endpoint=lp6 phase=copy times=1 duration=60",
                "Port With A Virtual Ethernet Backup Moves",
                "lp6: bond48779157 has no primary any more; it has: env7 (up).",
            )
        ],
    ),
    "storage": (
        ["--exclude", "smoke", "suites/storage.robot"],
        [
            (
                "kind=path-lost endpoint=lp40 path=sda phase=resume",
                "Partition With NPIV Moves And Comes Back",
                "lp40: the disk mpatha (",
            ),
            (
                "kind=validation-refused partition=lp41 code=HSCLA24E text='The disk is in use.' times=1",
                "Partition With Virtual SCSI Moves And Comes Back",
                "hmc1: migrlpar failed: HSCLA24E The disk is in use. Make the disk visible",
            ),
        ],
    ),
}
"""By name: what is run; each fault, the one test that fails by it, and how its message begins."""


def test_they_fail_by_name(lab: RunningLab, tmp_path: Path) -> None:
    for _, cases in FAILING.values():
        for rule, _, _ in cases:
            status, output = lab.run("lab", f"lab fault add {rule}")
            assert status == 0, output
    changes = {"moves.vnic.network.outage": 2.0}
    try:
        runs = run_all(
            tmp_path,
            {name: (lab_file(tmp_path, lab, name, changes), arguments) for name, (arguments, _) in FAILING.items()},
        )
    finally:
        lab.run("lab", "lab fault clear --all")
    for name, (_, cases) in FAILING.items():
        for _, test, message in cases:
            status, text = runs[name].tests[test]
            assert (test, status) == (test, "FAIL"), runs[name].console
            assert text.startswith(message), (test, text)
        assert runs[name].setup_message == "", runs[name].console  # everybody came home
    assert runs["network"].tests["Partition Comes Back With Its Vnic"][0] == "PASS"
