"""What a client cannot do: reach the machine that runs the lab, fill its memory, or keep it from ending."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import paramiko
import pytest
from running_lab import RunningLab, start

AUDITED = (sys.executable, str(Path(__file__).parent / "audited_lab.py"))
SECRET = "this stands in a file of the host"
MEGABYTE = b"x" * (1 << 20)
GROWTH = 100
"""Megabytes that the lab may grow by, whatever a client sends."""


@pytest.fixture(scope="module")
def host(tmp_path_factory) -> Path:
    """A folder of the host with a file that nobody may see."""
    folder = tmp_path_factory.mktemp("host")
    (folder / "canary").write_text(SECRET + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[RunningLab]:
    folder = tmp_path_factory.mktemp("lab")
    with start(folder, speed=500, program=(*AUDITED[1:], str(folder / "log"))) as running:
        yield running
        assert running.process.poll() is None


@pytest.fixture(autouse=True)
def untouched(lab: RunningLab, host: Path) -> Iterator[None]:
    """After each test: nothing was done to the host, and the lab still answers."""
    yield
    assert (lab.ready_file.parent / "log").read_text(encoding="utf-8") == ""
    assert [path.name for path in host.iterdir()] == ["canary"]
    assert lab.run("lp1", "uname") == ("Linux\n", "", 0)


def memory(lab: RunningLab) -> int:
    """Megabytes that the lab holds."""
    text = Path(f"/proc/{lab.process.pid}/status").read_text(encoding="utf-8")
    return int(text.partition("VmRSS:")[2].split()[0]) >> 10


def connect(lab: RunningLab, name: str) -> Any:
    entry = lab.endpoints[name]
    return asyncssh.connect(
        entry["address"], entry["port"], username=entry["user"], client_keys=[entry["key_file"]], known_hosts=None,
        config=None,
    )  # fmt: skip


def within(work: Callable[[], Awaitable[Any]], seconds: float = 60) -> Any:
    async def limited() -> Any:
        return await asyncio.wait_for(work(), seconds)

    return asyncio.run(limited())


# --- the host ------------------------------------------------------------------------------------------------


READING = [
    "cat {canary}", "cat ../../../../../../..{canary}", "cat /tmp/../../..{canary}", "cat < {canary}",
    "while read line; do echo $line; done < {canary}", "echo $(<{canary})", "echo {folder}/*", "head -1 {canary}",
    "ln -s {canary} /tmp/a; cat /tmp/a", "ln -s ../../../../../../..{folder} /tmp/b; cat /tmp/b/canary",
    "ln -s / /tmp/c; cat /tmp/c{canary}", "cp {canary} /tmp/d; cat /tmp/d", "mv {canary} /tmp/e; cat /tmp/e",
    "find {folder}", "ls -la {folder}", "grep -r host {folder}", "grep -f {canary} /etc/passwd", "sort {canary}",
    "sed -n p {canary}", "sed 'r {canary}' /etc/hostname", "awk 1 {canary}", "tail -c +1 {canary}", "wc -l {canary}",
    "awk 'BEGIN{{while ((getline x < \"{canary}\") > 0) print x}}'", "awk 'BEGIN{{\"cat {canary}\" | getline; print}}'",
    ". {canary}", "source {canary}", "bash {canary}", "bash -c 'cat {canary}'", "exec cat {canary}", "{canary}",
    "echo {canary} | xargs cat", "timeout 5 cat {canary}", "nohup cat {canary}", "eval cat {canary}",
    "cut -c1- {canary}",
    "python3 -c 'print(open(\"{canary}\").read())'", "perl -pe 1 {canary}", "dd if={canary}", "tar cf - {canary}",
    "cat /proc/self/cwd/canary", "cat /proc/1/root{canary}", "cat /proc/self/environ", "ls /proc/self/fd",
    "cat < /dev/tcp/127.0.0.1/22", "date -r {canary}", "tee -a /tmp/f < {canary}; cat /tmp/f", "uniq {canary}",
]  # fmt: skip
WRITING = [
    "echo x > {folder}/leak", "echo x >> ../../../../..{folder}/leak", "echo x | tee {folder}/leak",
    "ln -s {folder} /tmp/w; echo x > /tmp/w/leak", "touch {folder}/leak", "mkdir -p {folder}/leak", "rm -rf {folder}",
    "mv /etc/passwd {folder}/leak", "cp /etc/passwd {folder}/leak", "sed -n 'w {folder}/leak' /etc/passwd",
    "sed -i s/this/that/ {canary}", "awk 'BEGIN{{print \"x\" > \"{folder}/leak\"}}'", "dd of={folder}/leak",
    "awk 'BEGIN{{system(\"touch {folder}/leak\")}}'", "sort -o {folder}/leak /etc/passwd", "kill -9 {pid}",
    "echo 'x' | sed 's/x/touch {folder}\\/leak/e'", "exec > {folder}/leak; echo x", "kill -TERM {pid}",
    "pkill -f powervm_sim", "killall python3", "echo x > /proc/{pid}/mem", "split -b1 /etc/passwd {folder}/leak",
    "tar xf /etc/passwd -C {folder}",
]  # fmt: skip


@pytest.mark.parametrize("name", ["lp1", "p9a-vios1", "hmc1", "lab"])
def test_no_command_reaches_a_file_or_process_of_the_host(lab, host, name):
    words = {"canary": host / "canary", "folder": host, "pid": lab.process.pid}
    scripts = [script.format(**words) for script in READING + WRITING]
    before = lab.process.pid

    async def work() -> list[str]:
        texts = []
        async with connect(lab, name) as connection:
            for script in scripts:
                answer = await connection.run(script, stdin=asyncssh.DEVNULL, timeout=20)
                texts.append(f"{script}: {answer.stdout}{answer.stderr}")
        return texts

    for text in within(work):
        assert SECRET not in text
        assert "Traceback" not in text
    assert lab.process.pid == before


def test_sftp_stays_in_the_tree(lab, host):
    canary = str(host / "canary")
    with lab.connect("lp1") as client, client.open_sftp() as sftp:
        for path in (canary, f"../../../..{canary}", f"/tmp/../../../..{canary}"):
            with pytest.raises(FileNotFoundError):
                sftp.open(path).read()
        sftp.symlink(canary, "/tmp/link")
        sftp.symlink("../../../../../../..", "/tmp/above")
        for path in ("/tmp/link", f"/tmp/above{canary}"):
            with pytest.raises(FileNotFoundError):
                sftp.open(path).read()
        with pytest.raises(FileNotFoundError):
            sftp.open(f"{host}/leak", "w")
        assert sftp.normalize("/../../..") == "/"
        assert "root" in sftp.listdir("/tmp/above")
        with pytest.raises(OSError, match=r"."):
            sftp.rename("/etc/passwd", f"{host}/leak")


@pytest.mark.skipif(shutil.which("scp") is None, reason="skipped: no ssh client")
@pytest.mark.parametrize("mode", ["-O", "-s"])
def test_scp_stays_in_the_tree(lab, host, tmp_path, mode):
    (tmp_path / "leak").write_text("x", encoding="utf-8")
    entry = lab.endpoints["lp1"]
    words = ["scp", mode, *lab.ssh_options("lp1"), "-q"]
    remote = f"{entry['user']}@{entry['address']}:"
    for source, target in (
        (f"{remote}{host}/canary", f"{tmp_path}/got"),
        (f"{remote}../../../../../..{host}/canary", f"{tmp_path}/got"),
        (f"{tmp_path}/leak", f"{remote}{host}/leak"),
        (f"{tmp_path}/leak", f"{remote}../../../../../..{host}/leak"),
    ):
        assert subprocess.run([*words, source, target], capture_output=True, timeout=60).returncode != 0
    assert not (tmp_path / "got").exists()


def test_a_name_inside_the_scp_protocol_cannot_climb(lab, host):
    async def work() -> str:
        async with connect(lab, "lp1") as connection:
            sent = f"C0644 2 ../../../../../..{host}/leak\nx\n\0"
            answer = await connection.run("scp -t /tmp", input=sent, timeout=20)
            return str(answer.stdout) + str((await connection.run("find / -name 'leak*'", timeout=20)).stdout)

    assert str(host) not in within(work).replace("..", "")


def test_connections_cannot_be_forwarded(lab):
    with socket.create_server(("127.0.0.1", 0)) as door, lab.connect("lp1") as client:
        transport = client.get_transport()
        with pytest.raises(paramiko.ChannelException):
            transport.open_channel("direct-tcpip", door.getsockname(), ("127.0.0.1", 1), timeout=10)
        with pytest.raises(paramiko.SSHException):
            transport.request_port_forward("127.0.0.1", 0)


def test_a_migration_and_a_snap_use_nothing_of_the_host(lab):
    assert lab.run("hmc1", "migrlpar -o m -m p9a -t p10a -p lp1") == ("", "", 0)
    assert lab.run("hmc1", "mkauthkeys -a 'ssh-ed25519 AAAA someone'")[2] in (0, 1)
    lab.run("p9a-vios1", "ioscli snap")


# --- its memory ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("lp1", "cat > /dev/null"),
        ("lp1", "read x; echo ${#x}"),
        ("lp1", "sort"),
        ("lp1", "x=$(cat); echo ${#x}"),
        ("lp1", "bash"),
        ("lp1", None),
        ("hmc1", "grep -c y"),
        ("hmc1", None),
        ("p9a-vios1", None),
    ],
)
def test_endless_input_without_a_line_feed_is_not_kept(lab, name, command):
    before = memory(lab)

    async def work() -> int:
        async with connect(lab, name) as connection:
            process = await connection.create_process(command, encoding=None)
            top = 0
            try:
                for _ in range(40):
                    process.stdin.write(MEGABYTE)
                    await process.stdin.drain()
                    top = max(top, memory(lab))
                process.stdin.write_eof()
            except (BrokenPipeError, asyncssh.Error):
                pass  # the command has had enough
            answer = await process.wait()
            assert b"internal error" not in (answer.stderr or b"")
            return top

    assert within(work) - before < GROWTH


@pytest.mark.parametrize("opening", [b"", b"SSH-2.0-someone\r\n", b"SSH-2.0-someone\r\n\x00\x00\x80\x00\x04\x14"])
def test_what_comes_before_a_login_is_not_kept(lab, opening):
    before = memory(lab)
    entry = lab.endpoints["hmc1"]
    with socket.create_connection((entry["address"], entry["port"]), 10) as connection:
        connection.settimeout(10)
        with pytest.raises(OSError, match=r"."):
            connection.sendall(opening + MEGABYTE * 100)
    assert memory(lab) - before < GROWTH


@pytest.mark.parametrize(
    ("name", "command"), [("lp1", "yes"), ("lp1", "seq 1 100000000"), ("hmc1", "while :; do lssyscfg -r sys; done")]
)
def test_endless_output_is_not_kept_for_a_client_that_promises_to_read_and_does_not(lab, name, command):
    before = memory(lab)

    async def work() -> int:
        async with connect(lab, name) as connection:
            await connection.create_process(command, encoding=None, window=(1 << 31) - 1)
            connection._transport.pause_reading()
            top = 0
            for _ in range(15):
                await asyncio.sleep(0.1)
                top = max(top, memory(lab))
            connection.abort()
            return top

    assert within(work) - before < GROWTH // 2


def test_pieces_of_a_file_that_nobody_takes_are_not_kept(lab):
    async def work() -> int:
        async with connect(lab, "lp2") as connection:
            sftp = await connection.start_sftp_client()
            async with sftp.open("/tmp/big", "wb") as file:
                await file.write(MEGABYTE * 4)
            async with sftp.open("/tmp/big", "rb", block_size=0) as file:
                before = memory(lab)
                handler: Any = sftp._handler
                waiters = [
                    asyncio.ensure_future(handler.read(file._handle, 0, 1 << 22)) for _ in range(300)
                ]  # 1.2 GB are asked for
                await asyncio.sleep(0.1)
                connection._transport.pause_reading()
                await asyncio.sleep(1.5)
                grown = memory(lab) - before
                connection.abort()
                await asyncio.gather(*waiters, return_exceptions=True)
                return grown

    assert within(work) < GROWTH


@pytest.mark.parametrize("bomb", [":(){ :|:& };:", "f() { f | f; }; f", "while :; do sleep 100 & done"])
def test_a_fork_bomb_is_nobody_elses_trouble(lab, bomb):
    before = memory(lab)

    async def work() -> float:
        async with connect(lab, "lp2") as bad, connect(lab, "lp1") as good:
            await bad.create_process(bomb)
            slowest = 0.0
            for _ in range(10):
                begin = time.monotonic()
                assert (await good.run("echo still here")).stdout == "still here\n"
                slowest = max(slowest, time.monotonic() - begin)
            return slowest

    assert within(work) < 3
    assert memory(lab) - before < GROWTH


def test_connections_that_come_and_go_or_say_nothing_leave_nothing(lab):
    entry = lab.endpoints["lp1"]
    address = (entry["address"], entry["port"])

    def many(count: int) -> None:
        for _ in range(count):
            with socket.create_connection(address, 10) as connection:
                connection.sendall(b"SSH-2.0-someone\r\n")
                connection.recv(100)

    many(100)
    silent = [socket.create_connection(address, 10) for _ in range(50)]
    before = memory(lab)
    many(400)
    assert memory(lab) - before < 15
    assert lab.run("lp1", "echo yes")[0] == "yes\n"
    for connection in silent:
        connection.close()


# --- its end -------------------------------------------------------------------------------------------------


def test_it_ends_cleanly_and_soon_with_clients_attached(tmp_path):
    with start(tmp_path, speed=1) as own:
        entry = own.endpoints["lp1"]

        async def work() -> float:
            async with connect(own, "lp1") as partition, connect(own, "hmc1") as console:
                for command in ("yes", "sleep 1000", "cat", "nohup sleep 1000 &", "(while :; do :; done) & wait"):
                    await partition.create_process(command)
                await partition.create_process(term_type="xterm")
                await partition.start_sftp_client()
                await console.create_process("migrlpar -o m -m p9a -t p10a -p lp1")
                await console.create_process(term_type="xterm")
                await asyncio.sleep(0.3)
                begin = time.monotonic()
                own.process.send_signal(signal.SIGTERM)
                await asyncio.get_running_loop().run_in_executor(None, own.process.wait, 20)
                return time.monotonic() - begin

        with socket.create_connection((entry["address"], entry["port"]), 10):
            assert within(work) < 4  # 2 s on a machine that does nothing else
        assert own.process.returncode == 0
    assert (tmp_path / "stderr.txt").read_text(encoding="utf-8") == ""


def test_the_watch_over_the_host_sees_what_it_is_there_for(tmp_path):
    """Otherwise an empty log would say nothing."""
    log = tmp_path / "log"
    script = (
        "import audited_lab, os, subprocess, socket, sys\n"
        f"audited_lab.watch(os.open({str(log)!r}, os.O_WRONLY | os.O_CREAT), ({str(tmp_path)!r},), ())\n"
        "open('/etc/hostname').close()\n"
        "open(sys.argv[1], 'w').close()\n"
        "subprocess.run(['true'])\n"
        "socket.socket().connect_ex(('127.0.0.1', 9))\n"
    )
    words = [sys.executable, "-S", "-c", script, str(tmp_path / "own")]
    subprocess.run(words, cwd=Path(__file__).parent, check=True, timeout=60)
    seen = [line.split()[0] for line in log.read_text(encoding="utf-8").splitlines() if "/proc/" not in line]
    assert "open" in seen
    assert "subprocess.Popen" in seen
    assert "socket.connect" in seen
    assert not any("own" in line for line in log.read_text(encoding="utf-8").splitlines() if "open" in line)
