"""The suites fail when they must, and the first sentence says why: with the host, the thing and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import paramiko
import pytest

from support.robot_run import RobotRun, run_robot
from support.simulated import RunningLab, joined_lab_file, simulated_lab

IMPATIENT = {"limits.rmc": 6, "limits.settle": 10, "limits.connect": 6}
CROSSHMC, LOCAL = "suites/crosshmc.robot", "suites/local.robot"


def run_broken(
    tmp_path: Path, suite: str, *, world: Mapping[str, Any] | None = None, lab: Mapping[str, Any] | None = None
) -> RobotRun:
    """Run a suite where something in the world or in the lab file is wrong."""
    with simulated_lab(tmp_path / "world", world) as running:
        file = joined_lab_file(tmp_path, running, IMPATIENT | dict(lab or {}))
        return run_robot(tmp_path / "out", "-v", f"LAB:{file}", suite)


def test_the_mover_service_is_off_on_the_target(tmp_path: Path) -> None:
    off = {f"servers.p10b.virtual_io_servers.p10b-vios{number}.msp": False for number in (1, 2)}
    run = run_broken(tmp_path, CROSSHMC, world=off)
    assert run.first_message().startswith(
        "p10b: the mover service is off on every Virtual I/O Server (p10b-vios1, p10b-vios2). On hmc2 run: chsyscfg"
    )
    assert run.tests["Partition Moves To The Other Console"][0] == "FAIL"


def test_rmc_is_down_and_cannot_be_repaired(tmp_path: Path) -> None:
    run = run_broken(tmp_path, LOCAL, world={"partitions.lp1.rmc": "dead"})
    assert run.first_message().startswith("lp1: RMC between hmc1 and the partition is ")
    (transcript,) = (tmp_path / "out" / "mobility").glob("*/transcript.jsonl")
    repairs = transcript.read_text(encoding="utf-8")
    assert "diagrmc" in repairs
    assert "rmcctrl -z" in repairs
    assert "recfgct" in repairs


def test_rmc_is_down_and_is_repaired(tmp_path: Path) -> None:
    with simulated_lab(tmp_path / "world", {"partitions.lp1.rmc": "broken"}) as running:
        file = joined_lab_file(tmp_path, running)
        run = run_robot(tmp_path / "out", "-v", f"LAB:{file}", LOCAL)
    assert run.passed, run.console
    assert "Repaired on lp1: RMC: rmcctrl -z, -A and -p in the partition (worked)." in run.console


def test_the_partition_is_elsewhere(tmp_path: Path) -> None:
    run = run_broken(tmp_path, CROSSHMC, world={"partitions.lp2.server": "p10a", "partitions.lp2.storage": None})
    assert run.first_message().startswith("lp2: is not on p9a; it is on p10a. Move it to the source first")


def test_the_name_of_the_target_is_wrong(tmp_path: Path) -> None:
    run = run_broken(tmp_path, CROSSHMC, lab={"servers.p10b.system": "p10x"})
    assert run.first_message().startswith("hmc2: lssyscfg failed: HSCL8018 ")
    assert "p10x" in run.first_message()


def test_the_console_password_is_wrong_and_is_tried_once(tmp_path: Path) -> None:
    with simulated_lab(tmp_path / "world") as running:
        (tmp_path / "wrong").write_text("not-the-password\n", encoding="utf-8")
        file = joined_lab_file(
            tmp_path, running, IMPATIENT | {"consoles.hmc1.password": {"file": str(tmp_path / "wrong")}}
        )
        run = run_robot(tmp_path / "out", "-v", f"LAB:{file}", CROSSHMC)
        refusals = refused_logins(running, "hmc1")
    assert run.first_message().startswith("hmc1 (127.0.10.1:")
    assert "password" in run.first_message().splitlines()[0]
    assert len(refusals) == 1
    assert "not-the-password" not in run.console


def test_the_host_key_has_changed(tmp_path: Path) -> None:
    with simulated_lab(tmp_path / "world") as running:
        file = direct_lab_file(tmp_path, running)
        entry = running.endpoint("hmc1")
        other = paramiko.ECDSAKey.generate()
        name = f"[{entry['address']}]:{entry['port']}"
        known = tmp_path / "lab.known_hosts"
        known.write_text(f"{name} {other.get_name()} {other.get_base64()}\n", encoding="utf-8")
        run = run_robot(tmp_path / "out", "-v", f"LAB:{file}", CROSSHMC)
        logins = [event for event in running.history("login") if event["endpoint"] == "hmc1"]
    assert run.first_message().startswith("hmc1 (127.0.10.1:")
    assert "host key" in run.first_message().splitlines()[0]
    assert logins == []


def test_a_console_is_unreachable(tmp_path: Path) -> None:
    run = run_broken(tmp_path, CROSSHMC, world={"consoles.hmc2.down": True})
    assert run.first_message().startswith("hmc2 (127.0.10.2:")
    assert "refused" in run.first_message().splitlines()[0]


def test_trust_is_missing_and_the_password_is_wrong(tmp_path: Path) -> None:
    with simulated_lab(tmp_path / "world") as running:
        (tmp_path / "wrong").write_text("not-the-password\n", encoding="utf-8")
        login = {"key_file": running.endpoint("hmc2")["key_file"], "password": {"file": str(tmp_path / "wrong")}}
        file = joined_lab_file(
            tmp_path, running, IMPATIENT | {f"consoles.hmc2.{key}": value for key, value in login.items()}
        )
        run = run_robot(tmp_path / "out", "-v", f"LAB:{file}", CROSSHMC)
        refusals = refused_logins(running, "hmc2")
    assert run.first_message().startswith("hmc1")
    assert "mkauthkeys" in run.first_message().splitlines()[0]
    assert len(refusals) == 1


@pytest.mark.parametrize("suite", [CROSSHMC, LOCAL])
def test_without_a_lab_file_the_run_says_so(suite: str, tmp_path: Path) -> None:
    run = run_robot(tmp_path / "out", "-v", "LAB:no-such-lab.yaml", suite)
    assert run.first_message().startswith("no-such-lab.yaml: there is no such file.")


def test_a_migration_that_fails_half_way_leaves_the_partition_at_home(tmp_path: Path) -> None:
    fault = {"kind": "migration-breaks", "phase": "copy", "at": 50, "times": 1}
    run = run_broken(tmp_path, LOCAL, world={"faults": [fault]})
    status, message = run.tests["Partition Moves There"]
    assert status == "FAIL"
    assert message.startswith("hmc1: migrlpar failed: HSCLA2CF ")
    assert "lp1 is on p9a, as before." in message
    assert run.setup_message == ""


def refused_logins(running: RunningLab, name: str) -> list[dict[str, Any]]:
    """The logins that an endpoint has refused, as the lab itself counts them."""
    return [event for event in running.history("login") if event["endpoint"] == name and event["result"] == "refused"]


def direct_lab_file(folder: Path, running: RunningLab) -> Path:
    """A lab file that names addresses, as one for real machines does; keys are kept on first sight."""
    changes: dict[str, Any] = IMPATIENT | {"simulated": None, "known_hosts": str(folder / "lab.known_hosts")}
    for name in ("hmc1", "hmc2"):
        changes |= {f"consoles.{name}.{key}": value for key, value in _access(running, name).items()}
    for name in ("lp1", "lp2", "lp3", "lp4"):
        changes |= {f"partitions.{name}.{key}": value for key, value in _access(running, name).items()}
    return joined_lab_file(folder, running, changes)


def _access(running: RunningLab, name: str) -> dict[str, Any]:
    entry = running.endpoint(name)
    return {"host": entry["address"], "port": entry["port"], "password": {"file": entry["password_file"]}}
