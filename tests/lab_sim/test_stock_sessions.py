"""Interactive sessions as scripts drive them: pexpect, pxssh, paramiko's shell, and prompts that are waited for."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko
import pexpect
import pytest
from pexpect import pxssh
from running_lab import RunningLab
from SSHLibrary import SSHLibrary
from stock_clients import Client, needs_ssh, needs_sshpass

_LIMIT = 20
CONSOLE_PROMPT = "hscroot@hmc1:~> "


@contextmanager
def screen(*command: str) -> Iterator[pexpect.spawn]:
    """A program in a terminal of 24 lines and 80 columns, as pexpect gives it by default."""
    child = pexpect.spawn(command[0], list(command[1:]), timeout=_LIMIT, encoding="utf-8")
    try:
        yield child
    finally:
        child.close(force=True)


class ConsoleDriver:
    """Drives a console as a public framework does: a command, then ``echo Rc=$?``, then it splits at CR LF."""

    def __init__(self, child: pexpect.spawn) -> None:
        self._child = child
        child.expect_exact(CONSOLE_PROMPT)

    def run(self, command: str, timeout: int = _LIMIT) -> list[str]:
        output = self._send(command, timeout)
        (status,) = self._send("echo Rc=$?", timeout)
        number = int(status.removeprefix("Rc="))
        if number:
            raise CommandFailed(number, output)
        return output

    def _send(self, command: str, timeout: int) -> list[str]:
        self._child.sendline(command)
        self._child.expect_exact(CONSOLE_PROMPT, timeout=timeout)
        echo, *lines = self._child.before.split("\r\n")
        # a line that is longer than the screen is wide is wrapped by the line editing of some shells
        assert echo.replace(" \r", "").replace("\r", "") == command
        return lines[:-1]


class CommandFailed(Exception):
    """Like that of the framework: status and output."""


@needs_ssh
@pytest.mark.parametrize("kind", ["xterm", "dumb", ""])
def test_a_console_is_driven_with_a_prompt_and_a_status(lab, monkeypatch, kind):
    monkeypatch.setenv("TERM", kind)
    client = Client(lab, "hmc1")
    with screen("ssh", *client.password_only, client.login) as child:
        child.expect("assword:")
        child.sendline(client.password)
        driver = ConsoleDriver(child)
        assert driver.run("lssyscfg -r sys -F name") == ["p8a", "p9a", "p10a"]
        with pytest.raises(CommandFailed) as failure:
            driver.run("lssyscfg -r lpar -m p9a --filter lpar_names=nobody")
        assert failure.value.args[0] == 1
        assert failure.value.args[1][0].startswith("HSCL8012 ")
        states = driver.run("lssyscfg -r lpar -m p9a -F name:state | grep ^lp[12]: | sort")
        assert states == ["lp1:Running", "lp2:Running"]
        child.sendline("exit")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 0


@needs_sshpass
def test_the_commands_of_a_migration_test_one_after_another(lab):
    """The questions and answers that public test suites for migrations send to a console, there and back."""
    client = Client(lab, "hmc1")
    with screen("sshpass", "-p", client.password, "ssh", *client.password_only, client.login) as child:
        driver = ConsoleDriver(child)
        assert driver.run("lssyscfg -r lpar -m p9a --filter lpar_names=lp1 -F state") == ["Running"]
        (name,) = driver.run("lssyscfg -r lpar -m p9a -F name | grep lp1")
        assert name == "lp1"
        for vios in ("p9a-vios1", "p9a-vios2"):
            assert driver.run(f"lssyscfg -m p9a -r lpar --filter lpar_names={vios} -F msp") == ["1"]
            assert driver.run(f"chsyscfg -m p9a -r lpar -i 'name={vios},msp=1'") == []
        address = driver.run("lssyscfg -m p9a -r lpar --filter lpar_names=lp1 -F rmc_ipaddr")[0]
        report = driver.run(f"diagrmc -m p9a --ip {address} -p lp1 --autocorrect")
        assert f"{address} has RMC connection." in report
        for source, target in (("p9a", "p10a"), ("p10a", "p9a")):
            wait_for(driver, f"lssyscfg -m {source} -r lpar --filter lpar_names=lp1 -F rmc_state", "active")
            assert driver.run(f"migrlpar -o v -m {source} -t {target} -p lp1") == []
            assert driver.run(f"migrlpar -o m -m {source} -t {target} -p lp1", timeout=60) == []
            assert "lp1" in driver.run(f"lssyscfg -r lpar -m {target} -F name")
            assert "lp1" not in driver.run(f"lssyscfg -r lpar -m {source} -F name")
            assert driver.run(f"lssyscfg -r lpar -m {target} --filter lpar_names=lp1 -F state") == ["Running"]
        for command in ("migrlpar -o s -m p9a -p lp1", "migrlpar -o r -m p9a -p lp1"):
            with pytest.raises(CommandFailed):
                driver.run(command)


def wait_for(driver: ConsoleDriver, command: str, answer: str) -> None:
    end = time.monotonic() + 30
    while driver.run(command) != [answer]:
        assert time.monotonic() < end


@needs_ssh
def test_what_is_asked_of_a_partition_before_and_after_a_migration(lab):
    client = Client(lab, "lp1")
    assert client.ssh("cat /etc/os-release")[0].splitlines()[0] == 'NAME="Red Hat Enterprise Linux"'
    for package in ("src", "rsct.core", "rsct.core.utils", "rsct.basic", "DynamicRM", "powerpc-utils"):
        assert client.ssh(f"rpm -q {package}")[2] == 0
    assert client.ssh("systemctl status firewalld.service")[2] in (0, 3)
    assert client.ssh("lssrc -a | grep 'rsct \\| rsct_rm'")[2] == 0
    assert client.ssh("dmesg -T -l 0,1,2,3|grep .")[2] == 0, "lines of the boot"
    assert client.ssh("dmesg -C; dmesg -T -l 0,1,2,3|grep .") == ("", "", 1)
    assert client.ssh("lsrsrc IBM.MCP HMCIPAddr")[0].split()[-1] == '"10.20.0.1"'
    assert re.search(r"(?m)^Partition Name +: lp1$", client.ssh("lparstat -i")[0])
    for file in ("/var/log/drmgr", "/var/log/nothing"):
        kept = f"mkdir -p files; [ -f {file} ] && {{ cp {file} files/log; }} || echo 'File does not exist'"
        out, err, status = client.ssh(kept)
        assert (err, status) == ("", 0)
        assert (out == "File does not exist\n") is not (client.ssh(f"test -f {file}")[2] == 0)
    assert client.ssh("rm -rf files; mkdir -p commands; dmesg > commands/dmesg.log; rm -rf commands") == ("", "", 0)


@needs_ssh
def test_what_is_asked_of_a_virtual_io_server(lab):
    client = Client(lab, "p9a-vios1")
    assert client.ssh("ioscli ioslevel") == ("3.1.4.21\n", "", 0)
    assert client.ssh("ioscli lsdev -dev vioslpm0 -attr | grep concurrency_lvl")[2] == 0
    assert client.ssh("ioscli lsmap -all -npiv | grep ^Status:LOGGED_IN")[2] == 0
    assert client.ssh("ioscli errlog")[2] == 0
    assert client.ssh('echo "oslevel" | ioscli oem_setup_env')[::2] == ("7.2.0.0\n", 0)
    assert client.ssh("ioscli cat /proc/version")[2] == 0


@needs_ssh
@pytest.mark.parametrize("name", ["hmc1", "lp1", "p9a-vios1"])
def test_pxssh_finds_its_own_prompt(lab, name):
    client = Client(lab, name)
    entry = lab.endpoints[name]
    session = pxssh.pxssh(timeout=_LIMIT, encoding="utf-8", options={"StrictHostKeyChecking": "no"})
    session.SSH_OPTS = " ".join(["-F none", f"-o UserKnownHostsFile={lab.document['known_hosts']}"])
    session.force_password = True
    how = {"login_timeout": _LIMIT, "sync_multiplier": 0.2, "original_prompt": "[#$>]"}
    try:
        session.login(entry["address"], entry["user"], client.password, port=entry["port"], **how)
        session.sendline("echo one; echo two")
        assert session.prompt(timeout=_LIMIT)
        assert session.before.split("\r\n")[-3:-1] == ["one", "two"]
        session.logout()
    finally:
        session.close(force=True)


@needs_ssh
def test_a_command_is_interrupted_from_the_keyboard(lab):
    client = Client(lab, "lp1")
    with screen("ssh", "-t", *client.key, client.login) as child:
        child.expect("# $")
        child.sendline("ping 10.20.0.1")
        child.expect("icmp_seq=1|not simulated")
        child.sendcontrol("c")
        child.sendline("echo Rc=$?")
        child.expect(r"\r\nRc=\d+\r\n")
        child.sendcontrol("d")
        child.expect(pexpect.EOF)


@needs_ssh
def test_a_window_has_a_size_and_may_change_it(lab):
    client = Client(lab, "lp1")
    with screen("ssh", "-t", *client.key, client.login) as child:
        child.expect("# $")
        child.setwinsize(40, 120)
        child.sendline("echo still here")
        child.expect("\r\nstill here\r\n")


def test_a_library_shell_with_a_prompt_regexp(lab):
    """As SSHLibrary does it: `Write` and `Read Until Regexp` on a shell of a fixed size."""
    with lab.connect("hmc1", password=lab.password("hmc1")) as client:
        shell = client.invoke_shell(term="vt100", width=80, height=24)
        shell.settimeout(_LIMIT)
        read_until(shell, r"~> $")
        shell.sendall(b"lssyscfg -r sys -F name\n")
        assert read_until(shell, r"~> $").splitlines()[1:-1] == ["p8a", "p9a", "p10a"]
        shell.sendall(b"lshmc -V\n")
        assert "Build level 2408210051" in read_until(shell, r"~> $")
        shell.close()


def read_until(shell: paramiko.Channel, pattern: str) -> str:
    text = ""
    while not re.search(pattern, text):
        data = shell.recv(4096)
        assert data, text
        text += data.decode()
    return text


def test_paramiko_runs_commands_in_parallel_over_one_connection(lab):
    with lab.connect("hmc1") as client:
        streams = [client.exec_command(f"echo {number}; lssyscfg -r sys -F name | wc -l") for number in range(9)]
        answers = [out.read().decode() for _, out, _ in streams]
        statuses = [out.channel.recv_exit_status() for _, out, _ in streams]
    assert answers == [f"{number}\n3\n" for number in range(9)]
    assert statuses == [0] * 9


def test_paramiko_answers_the_questions_of_keyboard_interactive(lab: RunningLab):
    entry = lab.endpoints["p9a-vios1"]
    transport = paramiko.Transport((entry["address"], entry["port"]))
    try:
        transport.start_client(timeout=_LIMIT)
        transport.auth_interactive(entry["user"], lambda *_: [lab.password("p9a-vios1")])
        files = paramiko.SFTPClient.from_transport(transport)
        assert files is not None
        files.putfo(io.BytesIO(b"hello\n"), "/home/padmin/hello")
        assert files.stat("/home/padmin/hello").st_size == 6
    finally:
        transport.close()


def test_the_ssh_library_of_robot_framework(lab, tmp_path):
    entry = lab.endpoints["hmc1"]
    library = SSHLibrary(timeout="20 seconds", prompt="~> ")
    try:
        library.open_connection(entry["address"], port=entry["port"])
        library.login(entry["user"], lab.password("hmc1"))
        assert library.execute_command("lssyscfg -r lpar -m nowhere", return_rc=True)[1] == 1
        library.write("lssyscfg -r sys -F name")
        assert library.read_until_prompt().splitlines()[:-1] == ["p8a", "p9a", "p10a"]
        entry = lab.endpoints["lp1"]
        library.open_connection(entry["address"], port=entry["port"], prompt="# ")
        library.login_with_public_key(entry["user"], entry["key_file"])
        (tmp_path / "here.txt").write_text("here\n", encoding="utf-8")
        library.put_file(str(tmp_path / "here.txt"), "/tmp/there.txt", mode="0600")
        assert library.execute_command("cat /tmp/there.txt; stat -c %a /tmp/there.txt") == "here\n600"
        library.file_should_exist("/tmp/there.txt")
        library.get_file("/etc/os-release", str(tmp_path / "release"))
        assert "Red Hat" in (tmp_path / "release").read_text(encoding="utf-8")
    finally:
        library.close_all_connections()
