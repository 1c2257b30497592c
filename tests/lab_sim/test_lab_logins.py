"""Logging in: keys, passwords, the lock of a console, the limit of its sessions; and interactive sessions."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time

import paramiko
import pytest
from running_lab import RunningLab, changed_world, start, until


class Screen:
    """An interactive session with a terminal."""

    def __init__(self, lab: RunningLab, name: str, command: str | None = None) -> None:
        self._channel = lab.channel(name)
        self._channel.settimeout(20)
        self._channel.get_pty("vt100", 100, 30)
        if command is None:
            self._channel.invoke_shell()
        else:
            self._channel.exec_command(command)
        self.text = ""

    def send(self, text: str) -> None:
        self._channel.sendall(text.encode())

    def wait(self, end: str) -> str:
        """What appeared up to (and with) some text, which is then forgotten."""
        while end not in self.text:
            data = self._channel.recv(4096)
            assert data, f"the session ended, its last words were {self.text!r}"
            self.text += data.decode()
        found, self.text = self.text[: self.text.index(end) + len(end)], self.text[self.text.index(end) + len(end) :]
        return found

    def status(self) -> int:
        while data := self._channel.recv(4096):
            self.text += data.decode()
        return self._channel.recv_exit_status()


PROMPT = "hscroot@hmc1:~> "


def test_a_console_session_has_prompt_crlf_and_status(lab):
    screen = Screen(lab, "hmc1")
    screen.wait(PROMPT)
    screen.send("lssyscfg -r sys -F name\r")
    assert screen.wait(PROMPT) == f"lssyscfg -r sys -F name\r\np8a\r\np9a\r\np10a\r\n{PROMPT}"
    screen.send("lssyscfg -r lpar -m nowhere\r")
    assert "\r\nHSCL8018 " in screen.wait(PROMPT)
    screen.send("echo Rc=$?\r")
    assert "\r\nRc=1\r\n" in screen.wait(PROMPT)
    screen.send("for n in 1 2\rdo echo line$n; done\r")
    assert "line1\r\nline2\r\n" in screen.wait(PROMPT)
    screen.send("exit 3\r")
    assert screen.status() == 3


def test_ctrl_c_ends_a_command_and_ctrl_d_the_session(lab):
    screen = Screen(lab, "hmc1")
    screen.wait(PROMPT)
    begin = time.monotonic()
    screen.send("sleep 60\r")
    screen.wait("\n")
    screen.send("\x03")
    screen.wait(PROMPT)
    assert time.monotonic() - begin < 30
    screen.send("echo $?\r")
    assert "\r\n130\r\n" in screen.wait(PROMPT)
    screen.send("half a line\x03")
    screen.wait(PROMPT)
    screen.send("\x04")
    assert screen.status() == 0


def test_ctrl_d_ends_the_input_of_the_command_that_reads_it_and_the_session_goes_on(lab):
    screen, ready = Screen(lab, "lp1"), "[root@lp1 ~]# "
    screen.wait(ready)
    screen.send("cat; read word; echo got $word\r")
    screen.wait("\n")
    screen.send("one\r")
    screen.wait("one\r\none\r\n")
    screen.send("\x04")
    screen.send("two\r")
    assert "\r\ngot two\r\n" in screen.wait(ready)
    screen.send("exit 4\r")
    assert screen.status() == 4


def test_the_password_for_another_console_is_asked_for_and_not_shown(lab):
    for answer, status in (("no-such-password", 1), (lab.password("hmc2"), 0)):
        screen = Screen(lab, "hmc1", "mkauthkeys --ip 10.20.0.2 -u hscroot")
        screen.wait("Enter the password for user hscroot on the remote host 10.20.0.2:")
        screen.send(f"{answer}\r")
        assert screen.status() == status
        assert answer not in screen.text
    assert lab.run("hmc1", "mkauthkeys --ip 10.20.0.2 -u hscroot --test") == ("", "", 0)
    assert len(lab.history("login", endpoint="hmc2", method="mkauthkeys", result="refused")) == 1


def test_without_a_terminal_the_question_fails_at_once(lab):
    assert lab.run("hmc1", "mkauthkeys --ip 10.20.0.2 -u hscroot")[2] == 1


def test_partitions_and_virtual_io_servers_take_password_and_key(lab):
    for name in ("lp1", "p9a-vios1"):
        lab.connect(name, password=lab.password(name)).close()
        lab.connect(name).close()
        with pytest.raises(paramiko.AuthenticationException):
            lab.connect(name, password="wrong")
    assert lab.run("p9a-vios1", "ioscli ioslevel") == ("3.1.4.21\n", "", 0)
    assert lab.run("p9a-vios1", "ioslevel")[2] == 127
    assert lab.run("hmc1", "viosvrcmd -m p9a -p p9a-vios1 -c ioslevel") == ("3.1.4.21\n", "", 0)


def test_files_come_and_go_by_sftp_where_the_machine_has_it(lab, tmp_path):
    with lab.connect("lp1") as client, client.open_sftp() as files:
        with files.open("/tmp/hello", "w") as file:
            file.write("hello\n")
        files.get("/etc/os-release", str(tmp_path / "release"))
    assert lab.run("lp1", "cat /tmp/hello") == ("hello\n", "", 0)
    with lab.connect("lab") as client, pytest.raises(paramiko.SSHException):
        client.open_sftp()
    with lab.connect("hmc1") as client, client.open_sftp() as files, pytest.raises(PermissionError):
        files.listdir("/etc")


def test_an_unknown_command_and_one_that_is_not_simulated(lab):
    assert lab.run("hmc1", "frobnicate") == ("", "bash: frobnicate: command not found\n", 127)
    assert lab.run("hmc1", "saveupgdata -r disk") == ("saveupgdata: not simulated\n", "", 1)


def test_commands_know_nothing_of_the_host(lab):
    for name in ("hmc1", "lp1", "p9a-vios1", "lab"):
        out, err, _ = lab.run(name, f"cat {__file__}; cat /etc/machine-id /proc/self/environ; ls {__file__}")
        assert "def test_commands" not in out + err
        assert "PATH=" not in out


@pytest.fixture
def strict_lab(tmp_path):
    changes = {"consoles.hmc1.sessions": 5, "consoles.hmc2.down": True}
    with start(tmp_path, world=changed_world(tmp_path, changes), speed=100) as running:
        yield running


def has_room(lab: RunningLab) -> bool:
    """Whether a console takes one more connection: it may not have noticed yet that others have gone."""
    try:
        lab.connect("hmc1").close()
    except (paramiko.SSHException, OSError, EOFError):
        return False
    return True


def test_limits_of_a_console(strict_lab):
    lab = strict_lab
    with socket.socket() as probe:
        assert probe.connect_ex((lab.endpoints["hmc2"]["address"], lab.endpoints["hmc2"]["port"])) != 0
    clients = [lab.connect("hmc1") for _ in range(5)]
    with pytest.raises((paramiko.SSHException, OSError, EOFError)):
        lab.connect("hmc1")
    for client in clients:
        client.close()
    assert len(lab.history("reset", endpoint="hmc1")) == 1
    until(lambda: has_room(lab))
    for _ in range(3):
        with pytest.raises(paramiko.AuthenticationException):
            lab.connect("hmc1", password="wrong")
    with pytest.raises(paramiko.AuthenticationException):
        lab.connect("hmc1", password=lab.password("hmc1"))
    refused = lab.history("login", endpoint="hmc1", result="refused", method="password")
    assert [event["locked"] for event in refused] == [False, False, False, True]


@pytest.mark.skipif(shutil.which("ssh") is None, reason="no ssh client")
def test_openssh_runs_commands_and_copies_files(lab, tmp_path):
    def ssh(*words: str, term: str = "vt100") -> tuple[bytes, bytes, int]:
        command = ["ssh", *lab.ssh_options("hmc1"), *words]
        environment = {**os.environ, "TERM": term}
        result = subprocess.run(
            command, capture_output=True, timeout=60, stdin=subprocess.DEVNULL, env=environment, check=False
        )
        return result.stdout, result.stderr, result.returncode

    listed = "lssyscfg -r lpar -m p9a --filter lpar_names=lp2 -F name,lpar_id"
    assert ssh(lab.login("hmc1"), listed) == (b"lp2,8\n", b"", 0)
    for term in ("vt100", ""):
        screen = ssh("-tt", lab.login("hmc1"), "lshmc -V | head -1; exit 7", term=term)
        assert screen == (b'"version= Version: 10\r\n', b"", 7)
    source = tmp_path / "to-partition.txt"
    source.write_text("contents\n", encoding="utf-8")
    for mode in ([], ["-O"]):
        target = f"{lab.login('lp1')}:/tmp/copied"
        subprocess.run(["scp", *mode, *lab.ssh_options("lp1"), str(source), target], check=True, timeout=60)
        back = tmp_path / "back.txt"
        subprocess.run(["scp", *mode, *lab.ssh_options("lp1"), target, str(back)], check=True, timeout=60)
        assert back.read_text(encoding="utf-8") == "contents\n"
        back.unlink()
