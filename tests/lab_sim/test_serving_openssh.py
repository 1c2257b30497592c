"""Stock OpenSSH clients and sshpass against the endpoints: logins, sessions, sharing of connections, copies."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from running_lab import RunningLab, changed_world, start

pytestmark = pytest.mark.skipif(shutil.which("ssh") is None, reason="skipped: no ssh client")

MODES = {"sftp mode": [], "old mode": ["-O"]}


def run(*command: str, text: str | None = None, folder: Path | None = None) -> tuple[str, str, int]:
    """Output, error output and status of a program of this host."""
    stdin = {"input": text.encode()} if text is not None else {"stdin": subprocess.DEVNULL}
    environment = {**os.environ, "TERM": "xterm"}
    result = subprocess.run(command, capture_output=True, timeout=60, cwd=folder, env=environment, **stdin)
    return result.stdout.decode(), result.stderr.decode().replace("\r\n", "\n"), result.returncode


def ssh(lab: RunningLab, name: str, *words: str, options: tuple[str, ...] = (), text: str | None = None):
    return run("ssh", *options, *lab.ssh_options(name), lab.login(name), *words, text=text)


def scp(lab: RunningLab, name: str, mode: str, *paths: str, folder: Path) -> tuple[str, str, int]:
    """Copy; ``:`` in front of a path means the machine."""
    places = [f"{lab.login(name)}{path}" if path.startswith(":") else path for path in paths]
    return run("scp", "-q", *MODES[mode], "-r", *lab.ssh_options(name), *places, folder=folder)


@pytest.mark.skipif(shutil.which("sshpass") is None, reason="skipped: no sshpass")
@pytest.mark.parametrize("method", ["password", "keyboard-interactive"])
def test_sshpass_answers_the_password_prompt(lab, method):
    def login(name: str, password: str) -> tuple[str, str, int]:
        options = ["-o", f"PreferredAuthentications={method}", "-o", "PubkeyAuthentication=no"]
        return run("sshpass", "-p", password, "ssh", *options, *lab.ssh_options(name), lab.login(name), "echo in")

    for name in ("hmc2", "p9a-vios2", "lp2"):
        assert login(name, lab.password(name)) == ("in\n", "", 0)
    assert login("lp2", "wrong")[2] == 5


def test_a_refusal_names_the_methods(lab):
    out, err, status = ssh(lab, "lp1", "true", options=("-o", "PreferredAuthentications=none"))
    assert (out, status) == ("", 255)
    assert err.endswith(": Permission denied (publickey,password,keyboard-interactive).\n")


def test_many_wrong_keys_are_too_many_failures(lab, tmp_path):
    options = ["-o", "PreferredAuthentications=publickey"]
    for number in range(6):
        key = tmp_path / f"key{number}"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
        options += ["-i", str(key)]
    entry = lab.endpoints["lp1"]
    settings = [word for word in lab.ssh_options("lp1") if word != entry["key_file"]]
    settings.remove("-i")
    settings[settings.index("LogLevel=ERROR")] = "LogLevel=INFO"
    out, err, status = run("ssh", *options, *settings, lab.login("lp1"), "true")
    assert (out, status) == ("", 255)
    assert f"port {entry['port']}:2: Too many authentication failures\n" in err


def test_an_old_client_that_knows_only_rsa_keys_gets_in(lab):
    options = ("-o", "HostKeyAlgorithms=rsa-sha2-256", "-o", "KexAlgorithms=diffie-hellman-group14-sha256")
    assert ssh(lab, "hmc1", "echo in", options=options) == ("in\n", "", 0)


def test_commands_from_standard_input_without_a_terminal(lab):
    script = "lssyscfg -r sys -F name | head -1\nread word\nhello\necho $word\nexit 4\n"
    assert ssh(lab, "hmc1", options=("-T",), text=script) == ("p8a\nhello\n", "", 4)


def test_a_terminal_that_is_fed_from_a_pipe(lab):
    out, _, status = ssh(lab, "hmc1", options=("-tt",), text="lssyscfg -r sys -F name\necho Rc=$?\nexit 3\n")
    assert status == 3
    assert "hscroot@hmc1:~> p8a\r\np9a\r\np10a\r\n" in out
    assert "Rc=0\r\n" in out


def test_sessions_share_a_connection(lab, tmp_path):
    socket = ("-o", f"ControlPath={tmp_path}/shared")
    assert ssh(lab, "hmc2", options=(*socket, "-o", "ControlMaster=yes", "-fN"))[2] == 0
    try:
        before = len(lab.history("login", endpoint="hmc2"))
        for number in range(3):
            assert ssh(lab, "hmc2", f"echo {number}; exit {number}", options=socket) == (f"{number}\n", "", number)
        assert len(lab.history("login", endpoint="hmc2")) == before
    finally:
        ssh(lab, "hmc2", options=(*socket, "-O", "exit"))


def test_keepalives_are_answered_while_a_command_is_silent(lab):
    options = ("-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=1")
    assert ssh(lab, "lp1", "sleep 2.5; echo alive", options=options) == ("alive\n", "", 0)


def test_forwarding_is_refused(lab):
    options = ("-N", "-R", "0:127.0.0.1:22", "-o", "ExitOnForwardFailure=yes")
    out, err, status = ssh(lab, "lp1", options=options)
    assert (out, status) == ("", 255)
    assert "remote port forwarding failed" in err


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["hmc1", "p9a-vios1", "lp1"])
def test_folders_go_up_and_down(lab, tmp_path, name, mode):
    below = tmp_path / "source" / "below"
    below.mkdir(parents=True)
    (below / "odd name; $(x) 'q'").write_bytes(bytes(range(256)) * 1000)
    (tmp_path / "source" / "empty").touch()
    target = f"copy-{mode.replace(' ', '-')}"
    assert scp(lab, name, mode, "source", f":{target}", folder=tmp_path) == ("", "", 0)
    assert scp(lab, name, mode, f":~/{target}", "back", folder=tmp_path) == ("", "", 0)
    assert (tmp_path / "back" / "below" / "odd name; $(x) 'q'").read_bytes() == bytes(range(256)) * 1000
    assert (tmp_path / "back" / "empty").read_bytes() == b""
    (tmp_path / "some").mkdir()
    assert scp(lab, name, mode, f":{target}/e*", "some", folder=tmp_path) == ("", "", 0)
    assert [path.name for path in (tmp_path / "some").iterdir()] == ["empty"]


@pytest.mark.parametrize("mode", MODES)
def test_copies_that_cannot_be_made_are_refused(lab, tmp_path, mode):
    (tmp_path / "file").write_text("x")
    out, err, status = scp(lab, "p9a-vios1", mode, ":missing", ".", folder=tmp_path)
    assert (out, status) == ("", 1)
    assert err.endswith("missing: No such file or directory\n")
    out, err, status = scp(lab, "hmc1", mode, "file", ":/dump/file", folder=tmp_path)
    assert (out, status) == ("", 1)
    assert "Permission denied" in err
    for path in (f":{__file__}", f":../..{__file__}", ":/proc/self/environ"):
        assert scp(lab, "hmc1", mode, path, "stolen", folder=tmp_path)[2] == 1
    assert not (tmp_path / "stolen").exists()


def test_a_console_resets_the_connection_after_the_last_session(tmp_path):
    with start(tmp_path, world=changed_world(tmp_path, {"consoles.hmc1.sessions": 2}), speed=100) as lab:
        clients = [lab.connect("hmc1") for _ in range(2)]
        out, err, status = ssh(lab, "hmc1", "lshmc -V")
        assert (out, status) == ("", 255)
        assert "Connection reset by peer" in err
        for client in clients:
            client.close()
