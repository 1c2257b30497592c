"""``docs/simulated-lab.md``: every command on it is run, in order, and prints what the page says."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from running_lab import ROOT, WORLD
from stock_clients import needs_ssh

from support.page_commands import as_script, commands_of

PAGE = ROOT / "docs" / "simulated-lab.md"
COMMANDS = commands_of(PAGE)
_LIMIT = 180


@pytest.fixture(scope="module")
def outcome(tmp_path_factory) -> list[tuple[str, int]]:
    """Output and status of each command of the page, which ran in a folder that looks like this one."""
    folder = tmp_path_factory.mktemp("page")
    results = folder / "results"
    results.mkdir()
    for name in ("libraries", "variables", "requirements.txt"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name, target in (("python", sys.executable), ("pip", "/bin/true")):
        (folder / ".venv" / "bin" / name).write_text(f'#!/bin/sh\nexec {target} "$@"\n')
        (folder / ".venv" / "bin" / name).chmod(0o755)
    script = on_free_ports(as_script(COMMANDS, results)).replace("python3 -m venv .venv", "true")
    (folder / "page.sh").write_text(script)
    environment = {**os.environ, "HOME": str(folder)}
    command = ["bash", "page.sh"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, cwd=folder, start_new_session=True, env=environment
    ) as bash:
        try:
            bash.wait(_LIMIT)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(bash.pid, signal.SIGTERM)
    return [result(results, number) for number in range(len(COMMANDS))]


def result(results: Path, number: int) -> tuple[str, int]:
    output = (results / f"{number}.out").read_text().replace(f" {PORTS[0]}\n", " 10022\n")
    return output, int((results / f"{number}.status").read_text())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


PORTS = (free_port(), free_port())


def on_free_ports(script: str) -> str:
    """Others may use the ports of the page at the same time, and 22 needs root."""
    script = script.replace("-p 10022", f"-p {PORTS[0]}").replace("--port 22", f"--port {PORTS[1]}")
    return re.sub(r"(--speed 40)", rf"\1 --port {PORTS[0]}", script)


@needs_ssh
@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=lambda number: COMMANDS[number].lines[0][:60])
def test_a_command_of_the_page_does_what_the_page_says(outcome, number):
    command, (output, status) = COMMANDS[number], outcome[number]
    if command.shown:
        assert command.printed_as_shown(output), output
        assert status == 0 or command.text.startswith("ls lab/ready.json")
    else:
        assert (output, status) == ("", 0)


def test_the_install_command_is_that_of_the_quick_start():
    install = COMMANDS[0].text
    assert install.startswith("python3 -m venv .venv && .venv/bin/pip install -q -r ")
    assert f"$ {install}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_inventory_names_machines_of_the_world():
    (text,) = re.findall(r"^```yaml\n(all:.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    groups = yaml.safe_load(text)["all"]["children"]
    world = yaml.safe_load(WORLD.read_text(encoding="utf-8"))
    assert set(groups["consoles"]["hosts"]) == set(world["consoles"])
    assert set(groups["partitions"]["hosts"]) <= set(world["partitions"])
