"""The suites about who a partition is: they pass, also with op-test files, and name exactly what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

from support.robot_run import RobotRun, run_robot
from support.simulated import ROOT, RunningLab, joined_lab_file, optest_file, simulated_lab

FAST = 300
LIMITS = {"limits.poll": 0.1, "limits.settle": 2}
RESTARTED = ("--test", "A Restart On The Target Closes The Way Back")


def run_suite(tmp_path: Path, running: RunningLab, suite: str, *arguments: str) -> RobotRun:
    file = joined_lab_file(tmp_path, running, LIMITS)
    return run_robot(tmp_path / "out", "-v", f"LAB:{file}", *arguments, f"suites/{suite}.robot")


def modes_of(running: RunningLab, console: str, server: str, partition: str) -> str:
    names = "state,desired_lpar_proc_compat_mode,curr_lpar_proc_compat_mode"
    return running.run(console, f"lssyscfg -r lpar -m {server} --filter lpar_names={partition} -F {names}")[1].strip()


HOMES = (("hmc1", "p8a", "lp30"), ("hmc1", "p9a", "lp31"), ("hmc2", "p10b", "lp32"), ("hmc2", "p11a", "lp33"))


def test_every_pair_of_generations_behaves_and_everything_is_put_back(tmp_path: Path) -> None:
    with simulated_lab(tmp_path / "world", speed=FAST) as running:
        run = run_suite(tmp_path, running, "crossprocessor")
        modes = [modes_of(running, *place) for place in HOMES]
        profile = running.run("hmc1", "lssyscfg -r prof -m p8a --filter lpar_names=lp30 -F lpar_proc_compat_mode")[1]
    assert run.passed, run.console
    assert {status for status, _ in run.tests.values()} == {"PASS"}
    assert modes == [f"Running,default,{mode}" for mode in ("POWER8", "POWER9", "POWER10", "POWER11")]
    assert profile.strip() == "default"


def test_what_does_not_fit_is_named_and_partitions_go_home_after_failures(tmp_path: Path) -> None:
    """A target that does not offer the mode, and a mode after a restart that is not the expected one."""
    row = "POWER8 Mode From POWER9 To POWER10"
    suite = (ROOT / "suites" / "crossprocessor.robot").read_text(encoding="utf-8")
    broken = tmp_path / "broken.robot"
    text = suite.replace("../resources", str(ROOT / "resources"))
    broken.write_text(text.replace("lp30    POWER9\n", "lp30    POWER10\n"), encoding="utf-8")
    with simulated_lab(tmp_path / "world", {"servers.p10a.generation": "POWER11"}, speed=FAST) as running:
        file = joined_lab_file(tmp_path, running, LIMITS)
        run = run_robot(tmp_path / "out", "-v", f"LAB:{file}", "--test", row, *RESTARTED, str(broken))
        assert modes_of(running, "hmc1", "p8a", "lp30") == "Running,default,POWER8"
    assert run.setup_message == ""
    assert run.tests[row] == (
        "FAIL",
        "lp30: runs in or asks for mode POWER8; p10a offers POWER9, POWER9_base, POWER10, POWER11. "
        "Set a mode that both servers offer in its profile, and restart it with that profile.",
    )
    message = run.tests[RESTARTED[1]][1]
    assert message.splitlines()[0].startswith("lp30: the console says that it runs in POWER9, not POWER10.")


def test_what_cannot_be_put_back_is_said_loudly(tmp_path: Path) -> None:
    fault = {"kind": "command-fails", "endpoint": "hmc1", "command": "migrlpar -o v*p8a*", "after": 1, "text": "Busy."}
    with simulated_lab(tmp_path / "world", {"faults": [fault]}, speed=FAST) as running:
        run = run_suite(tmp_path, running, "crossprocessor", *RESTARTED)
    assert "Could not be put back: lp30 as it was: " in run.setup_message
    assert "Busy." in run.setup_message


def test_both_suites_with_optest_files(tmp_path: Path) -> None:
    """Rows about machines that the file has not are skipped; a partition that runs is powered off, and runs again."""
    with simulated_lab(tmp_path / "world", speed=FAST) as running:
        changes = _login(running, "lp31") | {"lpar_name": "lp31"}
        lab = optest_file(tmp_path, running, crosses=False, changes=changes)
        pairs = run_robot(tmp_path / "pairs", "-v", f"LAB:{lab}", "suites/crossprocessor.robot")
        lab = optest_file(tmp_path, running, crosses=False, changes={"inactive_lpm": "true"})
        cold = run_robot(tmp_path / "cold", "-v", f"LAB:{lab}", "-v", "MOVE:local", "suites/inactive.robot")
        assert modes_of(running, "hmc1", "p9a", "lp1") == "Running,default,POWER9"
    assert [name for name, (status, _) in pairs.tests.items() if status == "PASS"] == ["POWER9 To POWER10"]
    assert {status for status, _ in pairs.tests.values()} == {"PASS", "SKIP"}
    assert pairs.tests["POWER8 To POWER9"] == ("SKIP", "lab.conf has no lp30, p8a.")
    assert cold.passed, cold.console
    commands = [json.loads(line)["command"] for file in cold.folder.rglob("transcript.jsonl") for line in file.open()]
    assert any(command.endswith("-o on -n lp1 -f default_profile") for command in commands)


def test_exactly_what_a_move_has_changed_is_named(tmp_path: Path) -> None:
    """A path that stays lost, and an address that changed while the partition was powered off."""
    faults = [
        {"kind": "path-lost", "endpoint": "lp1", "path": "sdb", "phase": "resume", "times": 1},
        {"kind": "address-changed", "partition": "lp3", "mac": "02A1B2C3D4E5", "times": 1},
    ]
    there, off = "Partition Moves There", "Partition Moves There Powered Off"
    with simulated_lab(tmp_path / "world", {"faults": faults}, speed=FAST) as running:
        file = joined_lab_file(tmp_path, running, LIMITS)
        names = ("--test", there, "--test", off)
        run = run_robot(tmp_path / "out", "-v", f"LAB:{file}", *names, "suites/local.robot", "suites/inactive.robot")
    (path,), (address,) = run.tests[there][1].splitlines(), run.tests[off][1].splitlines()
    assert path.startswith(
        "lp1: path 1:0:0:0 of mpatha was 'active ready running' and is 'failed faulty running' now. Waited "
    )
    assert path.endswith("Look at the mapping and the zoning of this adapter on the target, and at multipath -ll.")
    assert address.startswith("lp3: MAC address of Ethernet adapter in slot 2 was '")
    assert "' and is '02A1B2C3D4E5' now. Look at the adapter on the console" in address
    (record,) = run.folder.rglob("identity/*-lp1-p9a-p10a-compared.json")
    link = f"href='{record.relative_to(run.folder)}'"
    assert link in (run.folder / "output.xml").read_text(encoding="utf-8")


def _login(running: RunningLab, name: str) -> dict[str, str]:
    entry = running.endpoint(name)
    return {"host_ip": f"{entry['address']}:{entry['port']}", "host_password": running.password(name)}
