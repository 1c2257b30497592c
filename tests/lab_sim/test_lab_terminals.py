"""The console of a partition through ``mkvterm``, with stock clients and with an interactive session."""

from __future__ import annotations

import asyncio
import re
import subprocess
import threading
from contextlib import asynccontextmanager

import asyncssh
import paramiko
import pytest
from running_lab import RunningLab, changed_world, start, until

OPENED = b"\r\n Open in progress  \r\n \r\n Open Completed. \r\n  "
CONTENTION = (
    "\r\n A terminal session is already open for this partition. \r\n Only one open session is allowed for a "
    "partition. \r\n Exiting.... "
)
CLOSED = " The write socket has closed. Exiting."
DURATIONS = {"validation": 5, "set_up": 20, "clean_up": 10, "rmc_return": 5, "boot": 10, "terminal_release": 50}


USERS = {
    "operator": {"role": "hmcoperator", "password": "operator-secret"},
    "viewer": {"role": "hmcviewer", "password": "viewer-secret"},
}


@pytest.fixture(scope="module")
def terminal_lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("terminals")
    world = changed_world(folder, {"durations": DURATIONS, "consoles.hmc1.users": USERS})
    with start(folder, world=world, speed=100) as running:
        yield running


class Typist:
    """Somebody who types on a terminal (or sends to a command without one) and waits for what appears."""

    def __init__(self, process: asyncssh.SSHClientProcess[bytes]) -> None:
        self.process = process
        self.seen = b""

    def type(self, text: str) -> None:
        self.process.stdin.write(text.encode())

    async def wait(self, end: str) -> str:
        wanted = end.encode()
        while wanted not in self.seen:
            try:
                data = await asyncio.wait_for(self.process.stdout.read(4096), 5)
            except asyncio.TimeoutError:
                raise AssertionError(f"{end!r} never appeared, but {self.seen!r}") from None
            assert data, f"the session ended, its last words were {self.seen!r}"
            self.seen += data
        position = self.seen.index(wanted) + len(wanted)
        found, self.seen = self.seen[:position], self.seen[position:]
        return found.decode()

    async def rest(self) -> tuple[str, int]:
        while data := await asyncio.wait_for(self.process.stdout.read(4096), 20):
            self.seen += data
        return self.seen.decode(), (await self.process.wait()).exit_status


@asynccontextmanager
async def typist(lab: RunningLab, command: str | None, *, pty: bool = True, console: str = "hmc1"):
    entry = lab.endpoints[console]
    key, hosts = entry["key_file"], lab.document["known_hosts"]
    async with asyncssh.connect(
        entry["address"], entry["port"], username=entry["user"], client_keys=[key], known_hosts=hosts
    ) as connection:
        term = "vt100" if pty else None
        process = await connection.create_process(command, term_type=term, encoding=None)
        yield Typist(process)


async def log_in(user: Typist, lab: RunningLab, name: str) -> None:
    user.type("\r")
    await user.wait(f"{name} login: ")
    user.type("root\r")
    await user.wait("Password: ")
    user.type(f"{lab.password(name)}\r")
    await user.wait("[root@lp1 ~]# " if name == "lp1" else "# ")


@pytest.mark.parametrize("pty", [True, False])
def test_a_partitions_console_has_the_bytes_of_a_real_one_and_a_login(terminal_lab, pty):
    async def scenario() -> None:
        async with typist(terminal_lab, "mkvterm -m p9a -p lp1", pty=pty) as user:
            assert (await user.wait("Open Completed. \r\n  ")).encode() == OPENED
            user.type("\r")
            assert "ppc64le" in await user.wait("lp1 login: ")
            user.type("root\r")
            await user.wait("Password: ")
            user.type("wrong\r")
            assert "wrong" not in await user.wait("Login incorrect")
            await user.wait("login: ")
            await log_in(user, terminal_lab, "lp1")
            user.type("uname -n; exut\x7f\x7fit\r")
            await user.wait("lp1\r\n")
            await user.wait("lp1 login: ")
            user.type("~.")
            assert (await user.rest())[1] == 0

    asyncio.run(scenario())
    logins = terminal_lab.history("login", endpoint="lp1", method="console")
    assert [event["result"] for event in logins[-2:]] == ["refused", "accepted"]


def test_there_is_one_session_and_another_one_can_end_it(terminal_lab):
    async def scenario() -> None:
        async with typist(terminal_lab, "mkvterm -m p9a --id 7") as user:
            assert await user.wait("Open Completed. \r\n  ") == OPENED.decode()
            second = await asyncio.to_thread(terminal_lab.run, "hmc1", "mkvterm -m p9a -p lp1")
            assert second == (CONTENTION, "", 1)
            assert await asyncio.to_thread(terminal_lab.run, "hmc1", "rmvterm -m p9a -p lp1") == ("", "", 0)
            assert (await user.rest())[0] == f"{CLOSED}\r\n"

    asyncio.run(scenario())


def test_the_end_of_input_frees_the_terminal_after_a_while(terminal_lab):
    async def scenario() -> None:
        async with typist(terminal_lab, "mkvterm -m p9a -p lp1", pty=False) as user:
            await user.wait("Open Completed. \r\n  ")
            user.process.stdin.write_eof()
            busy = await asyncio.to_thread(terminal_lab.run, "hmc1", "mkvterm -m p9a -p lp1")
            assert busy[0] == CONTENTION
            assert await user.rest() == (f"{CLOSED}\n", 0)

    asyncio.run(scenario())
    assert terminal_lab.run("hmc1", "mkvterm -m p9a -p lp1")[2] == 0


def test_a_client_that_is_gone_leaves_the_terminal_busy_for_a_while(terminal_lab):
    async def scenario() -> None:
        async with typist(terminal_lab, "mkvterm -m p9a -p lp1") as user:
            await user.wait("Open Completed. \r\n  ")

    asyncio.run(scenario())
    assert terminal_lab.run("hmc1", "mkvterm -m p9a -p lp1")[0] == CONTENTION
    until(lambda: terminal_lab.run("hmc1", "mkvterm -m p9a -p lp1")[2] == 0)


def test_a_login_stays_when_the_session_ends_and_ctrl_c_goes_to_the_partition(terminal_lab):
    async def scenario() -> None:
        async with typist(terminal_lab, "mkvterm -m p9a -p lp1") as user:
            await log_in(user, terminal_lab, "lp1")
            user.type("sleep 100\r")
            await user.wait("sleep 100\r\n")
            user.type("\x03")
            await user.wait("[root@lp1 ~]# ")
            user.type("echo $?\r")
            await user.wait("\r\n130\r\n")
            await user.wait("# ")
            user.type("~.")
            await user.rest()
        async with typist(terminal_lab, "mkvterm -m p9a -p lp1") as user:
            await user.wait("Open Completed. \r\n  ")
            user.type("hostname; exit\r")
            await user.wait("\r\nlp1\r\n")
            await user.wait("login: ")
            user.type("~.")
            await user.rest()

    asyncio.run(scenario())


def test_a_partition_that_is_off_shows_nothing_and_then_its_boot(terminal_lab):
    async def scenario() -> None:
        async with typist(terminal_lab, "mkvterm -m p8a -p lp3") as user:
            await user.wait("Open Completed. \r\n  ")
            user.type("hello\r")
            on = "chsysstate -r lpar -m p8a -n lp3 -o on -b of -f default_profile"
            assert (await asyncio.to_thread(terminal_lab.run, "hmc1", on))[2] == 0
            await asyncio.sleep(0.2)
            state = "lssyscfg -r lpar -m p8a --filter lpar_names=lp3 -F state"
            assert (await asyncio.to_thread(terminal_lab.run, "hmc1", state))[0] == "Open Firmware\n"
            off = "chsysstate -r lpar -m p8a -n lp3 -o shutdown --immed"
            await asyncio.to_thread(terminal_lab.run, "hmc1", off)
            on = "chsysstate -r lpar -m p8a -n lp3 -o on"
            assert (await asyncio.to_thread(terminal_lab.run, "hmc1", on))[2] == 0
            boot = await user.wait("lp3 login: ")
            assert "hello" not in boot
            assert boot.startswith("[    0.0")
            user.type("~.")
            await user.rest()

    asyncio.run(scenario())


def test_kernel_messages_appear_and_the_session_ends_with_the_migration(terminal_lab):
    async def scenario() -> None:
        async with typist(terminal_lab, "mkvterm -m p9a -p lp1") as user:
            await user.wait("Open Completed. \r\n  ")
            move = threading.Thread(target=terminal_lab.run, args=("hmc1", "migrlpar -o m -m p9a -t p10a -p lp1"))
            move.start()
            text, status = await user.rest()
            assert re.search(r"\[ *\d+\.\d{6}\] ", text)
            assert text.endswith(f"{CLOSED}\r\n")
            assert status == 0
            await asyncio.to_thread(move.join, 30)
        assert (await asyncio.to_thread(terminal_lab.run, "hmc1", "mkvterm -m p9a -p lp1"))[0].startswith("HSCL8012 ")
        async with typist(terminal_lab, "mkvterm -m p10a -p lp1") as user:
            await user.wait("Open Completed. \r\n  ")
            user.type("~.")
            await user.rest()

    asyncio.run(scenario())


def test_a_virtual_io_server_has_a_console_too(terminal_lab):
    async def scenario() -> None:
        async with typist(terminal_lab, "mkvterm -m p9a -p p9a-vios1") as user:
            await user.wait("Open Completed. \r\n  ")
            user.type("\r")
            await user.wait("login: ")
            user.type("padmin\r")
            await user.wait("padmin's Password: ")
            user.type(f"{terminal_lab.password('p9a-vios1')}\r")
            await user.wait("$ ")
            user.type("ioslevel\r")
            await user.wait("\r\n3.1.4.21\r\n")
            user.type("exit\r")
            await user.wait("login: ")
            user.type("~.")
            await user.rest()

    asyncio.run(scenario())


def test_an_interactive_session_goes_on_after_a_terminal_was_closed(terminal_lab):
    async def scenario() -> None:
        async with typist(terminal_lab, None) as user:
            await user.wait("hscroot@hmc1:~> ")
            user.type("mkvterm -m p10a -p p10a-vios1\r")
            await user.wait("Open Completed. \r\n  ")
            user.type("~.")
            await user.wait("hscroot@hmc1:~> ")
            user.type("echo Rc=$?\r")
            assert await user.wait("hscroot@hmc1:~> ") == "echo Rc=$?\r\nRc=0\r\nhscroot@hmc1:~> "
            user.type("who | cut -d' ' -f1; cd /tmp; ls; hostname; type lshmc\r")
            assert await user.wait("hscroot@hmc1:~> ") == (
                "who | cut -d' ' -f1; cd /tmp; ls; hostname; type lshmc\r\n"
                "hscroot\r\n-bash: cd: restricted\r\nhmc1\r\nlshmc is /usr/hmcrbin/lshmc\r\nhscroot@hmc1:~> "
            )
            user.type("exit 3\r")
            assert (await user.rest())[1] == 3

    asyncio.run(scenario())


@pytest.mark.parametrize(("user", "status"), [("operator", 0), ("viewer", 1)])
def test_users_log_in_with_their_own_password_and_have_their_own_role(terminal_lab, user, status):
    with terminal_lab.connect("hmc1", username=user, password=f"{user}-secret") as client:
        _, out, _ = client.exec_command("chsysstate -r sys -m p9a -o rebuild")
        text = out.read().decode()
        assert out.channel.recv_exit_status() == status
        assert text == ("" if status == 0 else "HSCL350B The user does not have the appropriate authority\n")
        _, out, _ = client.exec_command("whoami; echo $HOME")
        assert out.read().decode() == f"{user}\n/home/{user}\n"


def test_a_key_that_was_added_opens_the_door(terminal_lab, tmp_path):
    key = asyncssh.generate_private_key("ssh-ed25519", comment="me@here")
    (tmp_path / "key").write_bytes(key.export_private_key())
    (tmp_path / "key").chmod(0o600)
    line = key.export_public_key().decode().strip()

    def login() -> bool:
        try:
            terminal_lab.connect("hmc1", key_filename=str(tmp_path / "key")).close()
        except paramiko.AuthenticationException:
            return False
        return True

    assert not login()
    for _ in range(2):
        assert terminal_lab.run("hmc1", f"mkauthkeys -a '{line}'") == ("", "", 0)
    assert login()
    assert terminal_lab.run("hmc1", "cat ~/.ssh/authorized_keys2")[0].count("me@here") == 2
    assert terminal_lab.run("hmc1", "mkauthkeys --remove me@here") == ("", "", 0)
    assert "me@here" not in terminal_lab.run("hmc1", "cat .ssh/authorized_keys2")[0]
    assert not login()


@pytest.mark.parametrize("legacy", [[], ["-O"]])
def test_debug_data_is_fetched_with_scp(terminal_lab, tmp_path, legacy):
    assert terminal_lab.run("hmc1", "pedbg -c -q 1")[2] == 0
    assert terminal_lab.run("hmc1", "ls /dump/HMClogs*.zip") == ("/dump/HMClogs78F0A10.zip\n", "", 0)
    source = f"{terminal_lab.login('hmc1')}:/dump/HMClogs78F0A10.zip"
    command = ["scp", "-q", *legacy, *terminal_lab.ssh_options("hmc1"), source, str(tmp_path)]
    subprocess.run(command, check=True, timeout=30)
    assert (tmp_path / "HMClogs78F0A10.zip").read_bytes().startswith(b"PK")


def test_a_role_without_dumps_cannot_fetch_them(terminal_lab):
    with terminal_lab.connect("hmc1", username="viewer", password="viewer-secret") as client:
        files = client.open_sftp()
        with pytest.raises(PermissionError):
            files.listdir("/dump")
        with pytest.raises(PermissionError):
            files.open("/home/viewer/.ssh/authorized_keys2", "w")
        with files.open("notes", "w") as file:
            file.write("mine\n")
        assert set(files.listdir(".")) == {".ssh", "notes"}
        with pytest.raises(PermissionError):
            files.open("/home/hscroot/.ssh/authorized_keys2")


def test_a_ping_from_the_console_finds_what_is_up(terminal_lab):
    out, err, status = terminal_lab.run("hmc1", "ping -c 1 10.20.1.2")
    assert (err, status) == ("", 0)
    assert "1 packets transmitted, 1 received, 0% packet loss" in out
    assert terminal_lab.run("hmc1", "ping -c 1 10.20.9.9")[2] == 1
    assert terminal_lab.run("hmc1", "ping -c 1 nowhere") == ("", "ping: nowhere: Name or service not known\n", 2)
