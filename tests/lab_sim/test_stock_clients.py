"""What strangers have at hand: ssh, sshpass, scp, sftp and one connection for many sessions."""

from __future__ import annotations

import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from textwrap import dedent

import pytest
from stock_clients import Client, needs_ssh, needs_sshpass, run


@pytest.fixture
def short_folder():
    """For sockets, whose paths must be short."""
    with tempfile.TemporaryDirectory(prefix="mux") as folder:
        yield folder


LEVEL = '"version= Version: 10\n'


@needs_ssh
def test_one_connection_for_each_command(lab):
    console = Client(lab, "hmc1")
    assert console.ssh("lshmc -V | head -1") == (LEVEL, "", 0)
    out, err, status = console.ssh("lssyscfg", "-r", "lpar", "-m", "nowhere")
    assert (out[:9], err, status) == ("HSCL8018 ", "", 1)
    assert console.ssh("for s in $(lssyscfg -r sys -F name); do echo $s; done && exit 7") == ("p8a\np9a\np10a\n", "", 7)
    assert console.ssh(text="lssyscfg -r sys -F name | wc -l\n") == ("3\n", "", 0), "a script on standard input"


@needs_ssh
def test_a_terminal_is_given_to_those_who_want_one(lab):
    console = Client(lab, "hmc1")
    assert console.ssh("lshmc -V | head -1", before=("-tt",)) == (LEVEL.replace("\n", "\r\n"), "", 0)
    out, _, status = console.ssh(before=("-tt",), text="lssyscfg -r sys -F name\necho Rc=$?\nexit 5\n")
    assert status == 5
    assert "p8a\r\np9a\r\np10a\r\n" in out
    assert "Rc=0\r\n" in out
    out, err, status = console.ssh("echo one; nosuch", before=("-t",))
    assert (out, status) == ("one\n", 127), "without a terminal of its own, -t asks for none"
    assert "nosuch: command not found" in err
    screen = (
        "script",
        "-qec",
        " ".join(["ssh", "-t", *console.key, console.login, "'lshmc -V | head -1'"]),
        "/dev/null",
    )
    assert LEVEL.replace("\n", "\r\n") in run(*screen)[0]


@needs_ssh
@pytest.mark.parametrize(
    ("name", "unknown"),
    [("hmc1", "bash: nosuch: command not found"), ("lp1", "bash: line 1: nosuch: command not found")],
)
def test_one_command_with_a_terminal_is_no_login(lab, name, unknown):
    client = Client(lab, name)
    assert client.ssh("nosuch", before=("-tt",)) == (f"{unknown}\r\n", "", 127)
    assert client.ssh("sleep 0.1 & wait; echo done", before=("-tt",)) == ("done\r\n", "", 0), "no word of a job"


@needs_sshpass
@pytest.mark.parametrize("name", ["hmc1", "p9a-vios1", "lp1", "lab"])
@pytest.mark.parametrize("method", ["password", "keyboard-interactive"])
def test_passwords_are_taken_in_both_ways(lab, name, method):
    client = Client(lab, name)
    assert client.with_password("echo in", options=("-o", f"PreferredAuthentications={method}"))[::2] == ("in\n", 0)


@needs_sshpass
def test_a_wrong_password_is_told_as_ssh_does(lab):
    assert Client(lab, "lp1").with_password("echo in", password="wrong")[::2] == ("", 5)


@needs_sshpass
def test_the_password_for_the_other_console_goes_through_sshpass(lab):
    console = Client(lab, "hmc2")
    command = ["sshpass", "-d", "0", "ssh", "-tt", *console.password_only, console.login]
    ask = run(*command, "mkauthkeys --ip 10.20.0.1 -u hscroot --test", text=f"{console.password}\n")
    assert ("HSCL3653 " in ask[0], ask[2]) in ((True, 1), (False, 0))
    exchange = f"mkauthkeys --ip 10.20.0.1 -u hscroot --passwd {lab.password('hmc1')}"
    assert console.with_password(exchange) == ("", "", 0)
    assert console.with_password("mkauthkeys --ip 10.20.0.1 -u hscroot --test") == ("", "", 0)


@needs_ssh
def test_too_many_keys_cut_the_client_off(lab, tmp_path):
    keys = []
    for number in range(7):
        file = tmp_path / f"key{number}"
        assert run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file))[2] == 0
        keys += ["-i", str(file)]
    console = Client(lab, "hmc1")
    out, err, status = run("ssh", *keys, *console.password_only[:-4], console.login, "echo in")
    assert (out, status) == ("", 255)
    assert "Too many authentication failures" in err


@needs_ssh
def test_settings_of_the_client_are_tolerated(lab):
    options = (
        "-o",
        "SetEnv=LANG=C LC_ALL=en_US.UTF-8 WHATEVER=x",
        "-C",
        "-o",
        "ServerAliveInterval=1",
        "-o",
        "TCPKeepAlive=no",
    )
    for name in ("hmc1", "p9a-vios1", "lp1"):
        assert Client(lab, name).ssh("sleep 1.2; echo still there", before=options) == ("still there\n", "", 0)


@needs_ssh
def test_nobody_gets_from_here_to_the_machines_around(lab):
    for name in ("hmc1", "lp1"):
        assert Client(lab, name).ssh(before=("-W", "127.0.0.1:22"))[::2] == ("", 255)


@needs_ssh
@pytest.mark.parametrize("name", ["lp1", "p9a-vios1"])
@pytest.mark.parametrize("mode", [[], ["-O"]], ids=["sftp", "old"])
def test_scp_brings_and_fetches(lab, tmp_path, name, mode):
    client = Client(lab, name)
    home = {"lp1": "/root", "p9a-vios1": "/home/padmin"}[name]
    source = tmp_path / "a file.txt"
    source.write_text("contents\n" * 5000, encoding="utf-8")
    assert run("scp", "-q", *mode, *client.key, str(source), f"{client.login}:{home}/copied.txt") == ("", "", 0)
    back = tmp_path / "back"
    back.mkdir()
    assert run("scp", "-qp", *mode, *client.key, f"{client.login}:copied.txt", str(back)) == ("", "", 0)
    assert (back / "copied.txt").read_bytes() == source.read_bytes()
    out, err, status = run("scp", "-q", *mode, *client.key, f"{client.login}:nothing", str(back))
    assert (out, status) == ("", 1)
    assert "No such file or directory" in err


@needs_ssh
@pytest.mark.parametrize("mode", [[], ["-O"]], ids=["sftp", "old"])
def test_scp_copies_folders(lab, tmp_path, mode):
    client = Client(lab, "lp1")
    tree = tmp_path / "tree" / "below"
    tree.mkdir(parents=True)
    (tree / "leaf").write_text("leaf\n", encoding="utf-8")
    target = f"/tmp/{'old' if mode else 'new'}"
    assert client.ssh(f"mkdir -p {target}")[2] == 0
    assert run("scp", "-qr", *mode, *client.key, str(tree.parent), f"{client.login}:{target}") == ("", "", 0)
    assert client.ssh(f"cat {target}/tree/below/leaf") == ("leaf\n", "", 0)
    back = tmp_path / "back"
    back.mkdir()
    assert run("scp", "-qr", *mode, *client.key, f"{client.login}:{target}/tree", str(back)) == ("", "", 0)
    assert (back / "tree" / "below" / "leaf").read_text(encoding="utf-8") == "leaf\n"


@needs_ssh
@pytest.mark.parametrize("mode", [[], ["-O"]], ids=["sftp", "old"])
def test_logs_are_collected_with_a_pattern(lab, tmp_path, mode):
    client = Client(lab, "lp1")
    assert client.ssh("mkdir -p files; for n in 1 2 3; do dmesg > files/part$n.log; done")[2] == 0
    assert run("scp", "-q", *mode, *client.key, f"{client.login}:files/*.log", str(tmp_path)) == ("", "", 0)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["part1.log", "part2.log", "part3.log"]


@needs_ssh
def test_an_sftp_batch_does_all_that_it_says(lab, tmp_path):
    client = Client(lab, "lp1")
    (tmp_path / "up.txt").write_text("up\n", encoding="utf-8")
    batch = """\
        mkdir /tmp/batch
        cd /tmp/batch
        put up.txt
        chmod 600 up.txt
        rename up.txt moved.txt
        ls -1
        get moved.txt down.txt
        rm moved.txt
        cd ..
        rmdir batch
        -get /tmp/nothing
        pwd
    """
    out, err, status = run("sftp", "-b", "-", *client.key, client.login, text=dedent(batch), folder=tmp_path)
    assert status == 0, err
    assert "sftp> ls -1\nmoved.txt\n" in out
    assert out.endswith("Remote working directory: /tmp\n")
    assert (tmp_path / "down.txt").read_text(encoding="utf-8") == "up\n"
    assert client.ssh("ls -d /tmp/batch")[2] == 2


@needs_ssh
def test_one_connection_carries_many_sessions(lab, short_folder):
    console = Client(lab, "hmc1")
    socket = ["-S", f"{short_folder}/master"]
    before = len(lab.history("login", endpoint="hmc1", result="accepted"))
    master = subprocess.Popen(["ssh", *socket, "-MN", *console.key, console.login])
    try:
        end = time.monotonic() + 20
        while run("ssh", *socket, "-O", "check", console.login)[2] != 0:
            assert time.monotonic() < end
            time.sleep(0.05)
        with ThreadPoolExecutor(8) as pool:
            command = ["ssh", *socket, console.login, "lssyscfg -r sys -F name | wc -l"]
            answers = list(pool.map(lambda _: run(*command), range(8)))
        assert answers == [("3\n", "", 0)] * 8
        assert run("ssh", *socket, "-tt", console.login, "exit 4")[2] == 4
        assert run("ssh", *socket, "-O", "exit", console.login)[2] == 0
        master.wait(20)
    finally:
        master.kill()
        master.wait()
    assert len(lab.history("login", endpoint="hmc1", result="accepted")) == before + 1


@needs_ssh
@pytest.mark.parametrize(
    ("name", "command", "answer"),
    [
        ("lp1", "/bin/sh -c 'echo ~root && sleep 0'", "/root\r\n"),
        ("lp1", "rpm -q src; uname -m", "src-3.2.6.0-21116.ppc64le\r\nppc64le\r\n"),
        ("hmc1", "lssyscfg -r sys -F name,state --header | head -2", "name,state\r\np8a,Operating\r\n"),
        ("p9a-vios1", "ioscli ioslevel", "3.1.4.21\r\n"),
    ],
)
def test_a_raw_module_call_of_ansible(lab, short_folder, name, command, answer):
    """As Ansible's ssh connection sends it for ``raw``, with a connection that stays."""
    options = ["-C", "-o", "ControlMaster=auto", "-o", "ControlPersist=5s", "-o", f"ControlPath={short_folder}/%C"]
    options += ["-o", "KbdInteractiveAuthentication=no", "-o", "PasswordAuthentication=no", "-o", "ConnectTimeout=10"]
    client = Client(lab, name)
    try:
        for _ in range(2):
            assert client.ssh(command, before=(*options, "-tt"))[::2] == (answer, 0)
    finally:
        run("ssh", *options, *client.key, "-O", "exit", client.login)


@needs_ssh
def test_a_key_is_copied_to_a_partition_and_to_a_console(lab, tmp_path):
    key = tmp_path / "new_key"
    assert run("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-C", "me@here", "-f", str(key))[2] == 0
    public = key.with_suffix(".pub").read_text(encoding="utf-8").strip()
    console = Client(lab, "hmc1")
    assert console.ssh(f"mkauthkeys -a '{public}'") == ("", "", 0)
    with_new_key = ["-i", str(key), *console.password_only[:-4], console.login]
    assert run("ssh", "-o", "PasswordAuthentication=no", *with_new_key, "echo in") == ("in\n", "", 0)
    assert console.ssh("mkauthkeys -r 'me@here'") == ("", "", 0)
    assert run("ssh", "-o", "BatchMode=yes", *with_new_key, "echo in")[2] == 255


@needs_ssh
def test_text_flows_both_ways_through_a_pipe(lab):
    client = Client(lab, "lp1")
    text = "".join(f"line {number}\n" for number in range(20_000))
    assert client.ssh("cat > /tmp/piped; wc -l < /tmp/piped", text=text) == ("20000\n", "", 0)
    assert client.ssh("cat /tmp/piped")[0] == text
    assert client.ssh("head -1 /tmp/piped; exit 3") == ("line 0\n", "", 3)
