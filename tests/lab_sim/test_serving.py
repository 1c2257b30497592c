"""How endpoints are served: ways to log in, sessions with and without a terminal, and files, for any client."""

from __future__ import annotations

import asyncio
import signal
import stat
import time

import asyncssh
import paramiko
import pytest
from paramiko.common import cMSG_CHANNEL_CLOSE, cMSG_CHANNEL_EOF, cMSG_CHANNEL_REQUEST
from running_lab import RunningLab, changed_world, start, until
from test_lab_logins import Screen


def transport_to(lab: RunningLab, name: str) -> paramiko.Transport:
    entry = lab.endpoints[name]
    transport = paramiko.Transport((entry["address"], entry["port"]))
    transport.start_client(timeout=20)
    return transport


@pytest.mark.parametrize("name", ["hmc1", "p9a-vios1", "lp1", "lab"])
def test_a_password_can_be_asked_for_interactively(lab, name):
    transport = transport_to(lab, name)
    prompts = []

    def answer(_title, _text, fields):
        prompts.extend(fields)
        return [lab.password(name)]

    try:
        transport.auth_interactive(lab.endpoints[name]["user"], answer)
        assert prompts == [("Password: ", False)]
        assert transport.is_authenticated()
    finally:
        transport.close()
    assert lab.history("login", endpoint=name, method="keyboard-interactive", result="accepted")


def test_refusals_name_the_methods_of_a_real_machine(lab):
    transport = transport_to(lab, "hmc1")
    try:
        with pytest.raises(paramiko.BadAuthenticationType) as refused:
            transport.auth_none("hscroot")
        assert refused.value.allowed_types == ["publickey", "password", "keyboard-interactive"]
    finally:
        transport.close()


def test_the_sixth_failure_ends_the_connection(lab):
    transport = transport_to(lab, "lp1")
    try:
        for _ in range(5):
            with pytest.raises(paramiko.AuthenticationException):
                transport.auth_password("root", "wrong", fallback=False)
        assert transport.is_active()
        with pytest.raises(paramiko.SSHException):
            transport.auth_password("root", "wrong", fallback=False)
        assert not transport.is_active()
    finally:
        transport.close()


def test_a_client_may_try_a_wrong_key_first_and_then_the_password(lab, tmp_path):
    key = tmp_path / "key"
    paramiko.RSAKey.generate(2048).write_private_key_file(str(key))
    with lab.connect("lp1", key_filename=str(key), password=lab.password("lp1")) as client:
        assert client.exec_command("echo in")[1].read() == b"in\n"


def test_a_name_that_nobody_has_is_refused_like_a_wrong_password(lab):
    transport = transport_to(lab, "lp1")
    try:
        with pytest.raises(paramiko.AuthenticationException):
            transport.auth_password("nobody", lab.password("lp1"), fallback=False)
    finally:
        transport.close()


def test_keepalives_of_connection_and_channel_are_answered(lab):
    transport = lab.connect("hmc1").get_transport()
    try:
        begin = time.monotonic()
        transport.global_request("keepalive@openssh.com", wait=True)
        assert transport.is_active()
        assert time.monotonic() - begin < 5
    finally:
        transport.close()


def test_an_unknown_subsystem_is_refused(lab):
    for name in ("hmc1", "lp1"):
        with lab.channel(name) as channel, pytest.raises(paramiko.SSHException):
            channel.invoke_subsystem("netconf")
    with lab.connect("lab") as client, pytest.raises(paramiko.SSHException):
        client.open_sftp()


def test_environment_requests_do_not_disturb(lab):
    with lab.channel("lp1") as channel:
        channel.update_environment({"LANG": "de_DE.UTF-8", "EVIL": "1"})
        channel.exec_command("echo ok")
        assert channel.makefile("rb").read() == b"ok\n"


def test_no_forwarding(lab):
    transport = lab.connect("lp1").get_transport()
    try:
        with pytest.raises(paramiko.ChannelException):
            transport.open_channel("direct-tcpip", ("127.0.0.1", 22), ("127.0.0.1", 1))
        with pytest.raises(paramiko.SSHException):
            transport.request_port_forward("127.0.0.1", 0)
        assert transport.is_active()
    finally:
        transport.close()


def test_a_shell_without_a_terminal_runs_each_line_when_it_comes(lab):
    with lab.channel("lp1") as channel:
        channel.settimeout(20)
        channel.invoke_shell()
        channel.sendall(b"echo first\n")
        assert channel.recv(100) == b"first\n"
        channel.sendall(b"read word\nsecond\necho got $word\n")
        assert channel.recv(100) == b"got second\n"
        channel.sendall(b"for n in 1 2; do\necho $n\ndone\nno-such-command\nexit 6\necho never\n")
        assert channel.makefile("rb").read() == b"1\n2\n"
        assert b"line 7: no-such-command: command not found" in channel.makefile_stderr("rb").read()
        assert channel.recv_exit_status() == 6


def test_a_script_without_end_is_not_kept(lab):
    with lab.channel("lp1") as channel:
        channel.settimeout(60)
        channel.invoke_shell()
        channel.sendall(b"echo '" + b"x" * 200_000)
        channel.sendall(b"\nexit 3\n")
        assert b"longer than 131072 characters: not simulated" in channel.makefile_stderr("rb").read()
        assert channel.recv_exit_status() == 3


def test_a_script_of_several_lines_can_be_one_command(lab):
    script = "n=0\nwhile [ $n -lt 3 ]\ndo\n  n=$((n+1))\n  echo $n\ndone\nexit 2\n"
    assert lab.run("hmc1", script) == ("1\n2\n3\n", "", 2)


def test_a_command_may_have_any_bytes(lab):
    with lab.channel("lp1") as channel:
        channel.exec_command(b"printf '%s' '\xff\xe9\xc3'")
        assert channel.makefile("rb").read() == b"\xff\xe9\xc3"


@pytest.mark.parametrize("signal", ["TERM", "INT", "HUP", "KILL"])
def test_a_signal_ends_a_command(lab, signal):
    async def run() -> str:
        entry = lab.endpoints["lp1"]
        async with (
            asyncssh.connect(
                entry["address"],
                entry["port"],
                username=entry["user"],
                client_keys=[entry["key_file"]],
                known_hosts=lab.document["known_hosts"],
                config=None,
            ) as client,
            client.create_process("echo ready; sleep 60") as process,
        ):
            assert await process.stdout.readline() == "ready\n"
            process.send_signal(signal)
            result = await process.wait(timeout=20)
            return str(result.exit_signal[0])

    assert asyncio.run(run()) == signal


def test_the_prompt_and_the_last_words_are_those_of_the_kind_of_machine(lab):
    for name, prompt, farewell in (("hmc1", "hscroot@hmc1:~> ", "logout\r\n"), ("p9a-vios1", "$ ", "")):
        for end in ("\x04", "exit\r"):
            screen = Screen(lab, name)
            screen.wait(prompt)
            screen.send(end)
            assert screen.status() == 0
            assert screen.text.removeprefix("exit\r\n") == farewell


def test_a_long_command_can_be_typed(lab):
    screen = Screen(lab, "hmc1")
    screen.wait("~> ")
    screen.send(f"echo {'x' * 3000} | wc -c\r")
    assert "\r\n3001\r\n" in screen.wait("\r\nhscroot@hmc1:~> ")


def test_ctrl_c_in_the_root_shell_of_a_virtual_io_server_ends_the_command_and_not_the_shell(lab):
    screen = Screen(lab, "p9a-vios1")
    screen.wait("$ ")
    screen.send("oem_setup_env\r")
    screen.wait("\r\n# ")
    screen.send("for n in 1 2\r")
    screen.wait("> ")
    screen.send("do echo line$n; done\r")
    assert "line1\r\nline2\r\n" in screen.wait("# ")
    screen.send("while true; do :; done\r")
    screen.wait("\r\n")
    screen.send("\x03")
    screen.wait("# ")
    screen.send("echo $?\r")
    assert "\r\n130\r\n" in screen.wait("# ")
    screen.send("half\x03")
    screen.wait("# ")
    screen.send("exit\r")
    screen.wait("\r\n$ ")
    screen.send('echo "lsattr -El vioslpm0" | oem_setup_env\r')
    assert "cfg_msp_lpm_ops" in screen.wait("\r\n$ ")
    screen.send("exit 3\r")
    assert screen.status() == 3


def test_a_console_shows_its_home_and_its_dumps_and_nothing_else(lab, tmp_path):
    with lab.connect("hmc1") as client, client.open_sftp() as files:
        assert files.normalize(".") == "/home/hscroot"
        assert files.listdir("/") == ["dump", "home"]
        with files.open("records.txt", "w") as file:
            file.write("lpar_name=lp1\n")
        assert stat.S_IMODE(files.stat("records.txt").st_mode) == 0o644
        files.symlink("/dump", "way")
        for path in ("/dump/x", "/x", "/home/x", "way/x", "../../dump/x"):
            with pytest.raises(PermissionError):
                files.open(path, "w")
        for path in ("/dump", "/home"):
            with pytest.raises(PermissionError):
                files.rename(path, "/home/hscroot/mine")
        with pytest.raises(PermissionError):
            files.chmod("/dump", 0o777)
        with pytest.raises(PermissionError):
            files.stat("/etc/passwd")
    assert lab.run("hmc1", "cat records.txt") == ("lpar_name=lp1\n", "", 0)


def test_padmin_changes_files_in_his_home_only(lab):
    with lab.connect("p9a-vios1") as client, client.open_sftp() as files:
        with files.open("mine", "w") as file:
            file.write("x")
        files.remove("mine")
        for path in ("/var/adm/lpm/lpm.log", "/home/ios/x", "/proc/version"):
            with pytest.raises(PermissionError):
                files.open(path, "w")


def test_host_keys_are_of_two_kinds_and_stay(tmp_path):
    documents = []
    for _ in range(2):
        with start(tmp_path, "--state-dir", str(tmp_path / "state"), speed=100) as lab:
            documents.append(lab.endpoints)
    for before, after in zip(documents[0].values(), documents[1].values(), strict=True):
        assert before["host_keys"] == after["host_keys"]
        assert [key.split()[0] for key in after["host_keys"]] == ["ssh-ed25519", "ssh-rsa"]
    own = {entry["host_keys"][0] for entry in documents[0].values()}
    assert len(own) == len(documents[0])


def test_a_banner_comes_before_the_login_and_a_locked_account_says_so(tmp_path):
    changes = {"consoles.hmc1.banner": "Authorized use only.\n"}
    with start(tmp_path, world=changed_world(tmp_path, changes), speed=100) as lab:
        for _ in range(3):
            transport = transport_to(lab, "hmc1")
            with pytest.raises(paramiko.AuthenticationException):
                transport.auth_interactive("hscroot", lambda *_: ["wrong"])
            assert transport.get_banner() == b"Authorized use only.\n"
            transport.close()
        prompts = []

        def answer(_title, _text, fields):
            prompts.extend(fields)
            return [lab.password("hmc1")]

        transport = transport_to(lab, "hmc1")
        with pytest.raises(paramiko.AuthenticationException):
            transport.auth_interactive("hscroot", answer)
        transport.close()
        notice = "The account is locked due to 3 failed logins.\n(5 minutes left to unlock)\n"
        assert prompts == [(f"{notice}Password: ", False)]
        assert lab.connect("hmc1").get_transport().get_banner() == b"Authorized use only.\n"


def request(channel: paramiko.Channel, kind: bytes, *texts: str) -> paramiko.Message:
    message = paramiko.Message()
    message.add_byte(kind)
    message.add_int(channel.remote_chanid)
    for text in texts:
        message.add_string(text)
        if text == "exec":
            message.add_boolean(False)
    return message


@pytest.mark.parametrize(
    ("command", "after", "answer"),
    [("cat; echo end", cMSG_CHANNEL_EOF, b"end\n"), ("sleep 600", cMSG_CHANNEL_CLOSE, b"")],
)
def test_what_comes_together_with_a_command_reaches_it(lab, command, after, answer):
    transport = lab.connect("lp1").get_transport()
    channel = transport.open_session(timeout=20)
    channel.settimeout(20)
    lab.process.send_signal(signal.SIGSTOP)  # it then reads all of it at once
    try:
        for message in (request(channel, cMSG_CHANNEL_REQUEST, "exec", command), request(channel, after)):
            transport._send_user_message(message)
    finally:
        lab.process.send_signal(signal.SIGCONT)
    assert channel.recv(100) == answer
    transport.close()
    until(lambda: "sleep 600" not in lab.run("lp1", "ps -e -o args")[0])
