"""The program itself: its ready document, its errors, its end."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

from running_lab import PROGRAM, WORLD, changed_world, start, until


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd)


def test_the_ready_document_tells_everything_and_goes_with_the_lab(tmp_path):
    with start(tmp_path) as lab:
        document = lab.document
        assert document["format"] == "powervm-sim-ready/1"
        assert (document["world"], document["speed"], document["pid"]) == ("two-consoles", 40.0, lab.process.pid)
        kinds = [entry["kind"] for entry in document["endpoints"]]
        assert [kinds.count(kind) for kind in ("console", "vios", "control")] == [2, 10, 1]
        assert kinds.count("partition") >= 9
        for file in (lab.ready_file, Path(document["known_hosts"]), Path(lab.endpoints["hmc1"]["password_file"])):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        state = Path(document["state_dir"])
        assert stat.S_IMODE(state.stat().st_mode) == 0o700
        client = lab.connect("lp1")
        client.get_transport().open_session().exec_command("sleep 100")
        lab.process.send_signal(signal.SIGINT)
        assert lab.process.wait(20) == 0
        assert not lab.ready_file.exists()
        assert not state.exists()
    assert (tmp_path / "stderr.txt").read_text() == ""


def test_a_kept_state_folder_keeps_keys_and_passwords(tmp_path):
    seen = []
    for _ in range(2):
        with start(tmp_path, "--state-dir", str(tmp_path / "state")) as lab:
            seen.append((lab.endpoints["hmc1"]["host_keys"], lab.password("hmc1")))
            lab.process.terminate()
            assert lab.process.wait(20) == 0
    assert seen[0] == seen[1]


def test_one_password_for_all_and_a_stated_one(tmp_path):
    common = tmp_path / "common"
    common.write_text("canary-common\n", encoding="utf-8")
    with start(tmp_path, "--password-file", str(common)) as lab:
        lab.connect("hmc1", password="canary-common").close()
        lab.connect("lp1", password="canary-common").close()
    world = changed_world(tmp_path, {"consoles.hmc1.password": "canary-stated"})
    with start(tmp_path, world=world) as lab:
        lab.connect("hmc1", password="canary-stated").close()
        exchange = "mkauthkeys --ip 10.20.0.1 -u hscroot --passwd canary-stated"
        assert lab.run("hmc2", exchange) == ("", "", 0)
        assert "canary" not in lab.run("lab", "lab history")[0]
    assert "canary" not in (tmp_path / "stderr.txt").read_text()


def test_a_busy_port_is_told_and_ends_with_2(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.10.2", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("--world", str(WORLD), "--port", str(port), cwd=tmp_path)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == (
        f"powervm_sim: hmc2: cannot listen on 127.0.10.2 port {port}: Address already in use. "
        "Is another lab running? Choose another --port, or 0 for free ports.\n"
    )


def test_a_bad_world_file_is_told_and_ends_with_2(tmp_path):
    world = changed_world(tmp_path, {"partitions.lp1.server": "p9x", "consoles.hmc1.serv": 1})
    result = run("--world", str(world), cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert "consoles.hmc1.serv: unknown key; did you mean serve?" in result.stderr
    assert "Traceback" not in result.stderr


def test_other_addresses_than_loopback_need_a_flag(tmp_path):
    world = changed_world(tmp_path, {"consoles.hmc1.serve": "192.0.2.1"})
    result = run("--world", str(world), "--port", "0", cwd=tmp_path)
    assert result.returncode == 2
    assert "hmc1: 192.0.2.1: these are no loopback addresses" in result.stderr
    assert "--allow-any-address" in result.stderr


def test_wrong_arguments_end_with_2(tmp_path):
    for words in ([], ["--world", str(WORLD), "--port", "99999"], ["--world", str(WORLD), "--speed", "0"]):
        result = run(*words, cwd=tmp_path)
        assert result.returncode == 2
        assert "Traceback" not in result.stderr


def test_it_ends_with_its_parent(tmp_path):
    parent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    ready = tmp_path / "ready.json"
    command = [sys.executable, str(PROGRAM), "--world", str(WORLD), "--port", "0", "--ready-file", str(ready)]
    with subprocess.Popen([*command, "--with-parent", str(parent.pid)], stdout=subprocess.DEVNULL) as lab:
        try:
            until(ready.exists)
            parent.kill()
            parent.wait(20)
            assert lab.wait(20) == 0
        finally:
            lab.kill()


def test_it_runs_as_a_module_too(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(PROGRAM.parent)}
    command = [sys.executable, "-m", "powervm_sim", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path, env=environment)
    assert result.returncode == 0
    assert "--world" in result.stdout
