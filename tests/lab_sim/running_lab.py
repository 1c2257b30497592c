"""Starts the program as a user does and talks to it with clients that know nothing of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko
import yaml

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "libraries" / "powervm_sim"
WORLD = ROOT / "variables" / "worlds" / "two-consoles.yaml"
START_LIMIT = 30


class RunningLab:
    """A lab that is served, and one paramiko connection to each endpoint that a test uses."""

    def __init__(self, process: subprocess.Popen[str], document: dict[str, Any], ready_file: Path) -> None:
        self.process = process
        self.document = document
        self.ready_file = ready_file
        self.endpoints = {entry["name"]: entry for entry in document["endpoints"]}
        self._clients: dict[str, paramiko.SSHClient] = {}

    def password(self, name: str) -> str:
        return Path(self.endpoints[name]["password_file"]).read_text(encoding="utf-8").strip()

    def connect(self, name: str, **login: Any) -> paramiko.SSHClient:
        """A new connection; by key unless something else is stated."""
        entry = self.endpoints[name]
        client = paramiko.SSHClient()
        client.load_host_keys(self.document["known_hosts"])
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        options: dict[str, Any] = {"username": entry["user"], "timeout": 20, "auth_timeout": 20, "banner_timeout": 20}
        options |= login or {"key_filename": entry["key_file"]}
        client.connect(entry["address"], entry["port"], look_for_keys=False, allow_agent=False, **options)
        return client

    def channel(self, name: str) -> paramiko.Channel:
        if name not in self._clients:
            self._clients[name] = self.connect(name)
        transport = self._clients[name].get_transport()
        assert transport is not None
        return transport.open_session(timeout=20)

    def run(self, name: str, command: str, text: str = "") -> tuple[str, str, int]:
        """Output, error output and status of a command over an exec channel."""
        with self.channel(name) as channel:
            channel.settimeout(60)
            channel.exec_command(command)
            channel.sendall(text.encode())
            channel.shutdown_write()
            out = channel.makefile("rb").read().decode()
            err = channel.makefile_stderr("rb").read().decode()
            return out, err, channel.recv_exit_status()

    def history(self, kind: str, **facts: Any) -> list[dict[str, Any]]:
        out, _, status = self.run("lab", "lab history --json")
        assert status == 0
        return [
            event
            for event in json.loads(out)
            if event["kind"] == kind and all(event.get(name) == value for name, value in facts.items())
        ]

    def ssh_options(self, name: str) -> list[str]:
        """Arguments for OpenSSH up to the host."""
        entry = self.endpoints[name]
        options = {
            "UserKnownHostsFile": self.document["known_hosts"],
            "StrictHostKeyChecking": "yes",
            "IdentitiesOnly": "yes",
            "LogLevel": "ERROR",
            "Port": entry["port"],
        }
        settings = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return ["-F", "none", "-i", entry["key_file"], *settings]

    def login(self, name: str) -> str:
        return f"{self.endpoints[name]['user']}@{self.endpoints[name]['address']}"

    def wait_for_rmc(self, console: str, server: str, partition: str) -> None:
        command = f"lssyscfg -r lpar -m {server} --filter lpar_names={partition} -F rmc_state"
        until(lambda: self.run(console, command)[0] == "active\n")

    def channel_is_open(self, name: str) -> bool:
        """Whether the connection that commands run over is there."""
        transport = self._clients[name].get_transport()
        return transport is not None and transport.is_active()

    def forget(self, name: str) -> None:
        """The endpoint was restarted: the next command connects anew."""
        self._clients.pop(name).close()

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


def until(condition: Any, limit: float = 30.0) -> None:
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, "this did not become true in time"
        time.sleep(0.05)


@contextmanager
def start(
    folder: Path, *options: str, world: Path = WORLD, speed: float = 40, program: tuple[str, ...] = (str(PROGRAM),)
) -> Iterator[RunningLab]:
    """Serve a world from a folder of its own; stopped at the end whatever happens."""
    ready = folder / "ready.json"
    command = [sys.executable, *program, "--world", str(world), "--port", "0", "--speed", str(speed)]
    command += ["--ready-file", str(ready), "--with-parent", str(os.getpid()), *options]
    errors = (folder / "stderr.txt").open("w")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, text=True, cwd=folder)
    lab = None
    try:
        until(lambda: ready.exists() or process.poll() is not None, START_LIMIT)
        assert process.poll() is None, (folder / "stderr.txt").read_text()
        lab = RunningLab(process, json.loads(ready.read_text(encoding="utf-8")), ready)
        yield lab
    finally:
        if lab is not None:
            lab.close()
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()
            errors.close()


def changed_world(folder: Path, changes: dict[str, Any]) -> Path:
    """The shipped world with other values at dotted key paths."""
    data = yaml.safe_load(WORLD.read_text(encoding="utf-8"))
    for path, value in changes.items():
        *above, last = path.split(".")
        entry = data
        for part in above:
            entry = entry[part]
        entry[last] = value
    file = folder / "world.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return file
