"""Starts simulated labs for tests, with a world that is changed in one place, and reads what truly happened."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko
import yaml

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "libraries" / "powervm_sim"
WORLD = ROOT / "variables" / "worlds" / "two-consoles.yaml"
LAB = ROOT / "variables" / "simulated.yaml"
FAST = 60.0
"""Divides the durations of long things; a migration takes about a second then."""


def changed(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a YAML document with some values set, each by its path: ``{"partitions.lp1.server": "p10a"}``."""
    result = copy.deepcopy(dict(document))
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = result
        for key in parents:
            place[key] = place.get(key) or {}
            place = place[key]
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return result


class RunningLab:
    """A simulated lab that serves, as its ready document describes it."""

    def __init__(self, process: subprocess.Popen[bytes], ready: dict[str, Any], ready_file: Path) -> None:
        self.process = process
        self.ready = ready
        self.ready_file = ready_file

    def endpoint(self, name: str) -> dict[str, Any]:
        """One endpoint of the ready document."""
        return next(item for item in self.ready["endpoints"] if item["name"] == name)

    def password(self, name: str) -> str:
        """The password of an endpoint's user."""
        return Path(self.endpoint(name)["password_file"]).read_text(encoding="utf-8").rstrip("\n")

    def run(self, name: str, command: str) -> tuple[int, str]:
        """Run a command with a plain paramiko client, which is not the library under test."""
        entry = self.endpoint(name)
        with paramiko.SSHClient() as client:
            client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
            client.connect(
                entry["address"], entry["port"], entry["user"], key_filename=entry["key_file"],
                allow_agent=False, look_for_keys=False, timeout=20,
            )  # fmt: skip
            channel = client.get_transport().open_session(timeout=20)  # type: ignore[union-attr]
            channel.settimeout(60)
            channel.exec_command(command)
            output = channel.makefile("rb").read().decode() + channel.makefile_stderr("rb").read().decode()
            return channel.recv_exit_status(), output

    def history(self, kind: str | None = None) -> list[dict[str, Any]]:
        """What truly happened, in order."""
        control = next(item["name"] for item in self.ready["endpoints"] if item["kind"] == "control")
        status, output = self.run(control, "lab history --json")
        assert status == 0, output
        events: list[dict[str, Any]] = json.loads(output)
        return [event for event in events if kind in (None, event["kind"])]


@contextmanager
def simulated_lab(
    folder: Path, changes: Mapping[str, Any] | None = None, *, speed: float = FAST, options: tuple[str, ...] = ()
) -> Iterator[RunningLab]:
    """Serve the default world with some changes, on free ports, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    world = folder / "world.yaml"
    document = yaml.safe_load(WORLD.read_text(encoding="utf-8"))
    world.write_text(yaml.safe_dump(changed(document, changes or {})), encoding="utf-8")
    ready_file, log = folder / "ready.json", folder / "lab.log"
    command = [sys.executable, str(PROGRAM), "--world", str(world), "--port", "0", "--speed", f"{speed:g}"]
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*command, "--ready-file", str(ready_file), *options], stdout=subprocess.DEVNULL, stderr=errors
        )
    try:
        end = time.monotonic() + 30
        while not ready_file.exists():
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < end, "The simulated lab did not start."
            time.sleep(0.02)
        yield RunningLab(process, json.loads(ready_file.read_text(encoding="utf-8")), ready_file)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def joined_lab_file(folder: Path, running: RunningLab, changes: Mapping[str, Any] | None = None) -> Path:
    """A lab file that joins the running lab, made from the default one with some changes."""
    document = yaml.safe_load(LAB.read_text(encoding="utf-8"))
    document["simulated"] = {"ready_file": str(running.ready_file)}
    file = folder / "lab.yaml"
    file.write_text(yaml.safe_dump(changed(document, changes or {})), encoding="utf-8")
    file.chmod(0o600)
    return file


def optest_file(folder: Path, running: RunningLab, *, crosses: bool, changes: Mapping[str, str] | None = None) -> Path:
    """An op-test configuration file that points at the running lab."""
    partition, source, target = ("lp2", "p9a", "p10b") if crosses else ("lp1", "p9a", "p10a")
    keys = {
        "bmc_type": "FSP_PHYP",
        **_login(running, "host", partition, user="host_user"),
        **_login(running, "hmc", "hmc1"),
        "system_name": source,
        "target_system_name": target,
        "lpar_name": partition,
        "lpar_prof": "default_profile",
        "machine_state": "OS",
        "lpm_timeout": "120",
        "lpar_vios": f"{source}-vios1, {source}-vios2",
        **_login(running, "vios", f"{source}-vios1"),
        "remote_lpar_vios": f"{target}-vios1,{target}-vios2",
        **_login(running, "remote_vios", f"{target}-vios1"),
    }
    if crosses:
        keys |= _login(running, "target_hmc", "hmc2")
    keys |= changes or {}
    file = folder / "lab.conf"
    file.write_text("[op-test]\n" + "".join(f"{key}={value}\n" for key, value in keys.items()), encoding="utf-8")
    file.chmod(0o600)
    return file


def _login(running: RunningLab, prefix: str, name: str, *, user: str | None = None) -> dict[str, str]:
    entry = running.endpoint(name)
    return {
        f"{prefix}_ip": f"{entry['address']}:{entry['port']}",
        user or f"{prefix}_username": entry["user"],
        f"{prefix}_password": running.password(name),
    }
