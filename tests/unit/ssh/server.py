"""SSH servers for these tests: a real one that misbehaves on demand, and sockets that never become one."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
import pytest

from powervm.secret import Password
from powervm.ssh import Endpoint, HostKeyMode, HostKeys, Login

USER, PASSWORD = "hscroot", "pass-w0rd-canary"
CONNECT_LIMIT = 15.0
"""Generous, because the machine may be slow; no test waits for it."""


@dataclass
class Behaviour:
    """How the server behaves, and what it has seen."""

    password_offered: bool = True
    kbdint_offered: bool = False
    kbdint_prompts: tuple[str, ...] = ("Password: ",)
    partial: bool = False
    client_keys: list[str] = field(default_factory=list)
    max_sessions: int = 1000
    slow_open: threading.Event | None = None
    sftp_root: Path | None = None
    sftp_most: int = 1 << 30

    connections: int = 0
    logins: list[tuple[str, str]] = field(default_factory=list)
    sessions: int = 0
    refused_sessions: int = 0
    running: int = 0
    most_running: int = 0
    signals: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    inputs: dict[str, int] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)


class Door(asyncssh.SSHServer):
    def __init__(self, behaviour: Behaviour) -> None:
        self._b = behaviour

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._b.connections += 1
        self._conn = conn

    def begin_auth(self, username: str) -> bool:
        for key in self._b.client_keys:
            self._conn.set_authorized_keys(asyncssh.import_authorized_keys(key))
        return True

    def password_auth_supported(self) -> bool:
        return self._b.password_offered

    def validate_password(self, username: str, password: str) -> bool:
        self._b.logins.append(("password", password))
        return (username, password) == (USER, PASSWORD)

    def kbdint_auth_supported(self) -> bool:
        return self._b.kbdint_offered

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> object:
        return "", "", "", [(prompt, False) for prompt in self._b.kbdint_prompts]

    def validate_kbdint_response(self, username: str, responses: list[str]) -> bool:
        self._b.logins.append(("keyboard-interactive", "|".join(responses)))
        return responses == [PASSWORD]

    def session_requested(self) -> object:
        if self._b.sessions >= self._b.max_sessions:
            self._b.refused_sessions += 1
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "no room")
        return self._session()

    async def _session(self) -> asyncssh.SSHServerProcess[bytes]:
        if self._b.slow_open:
            await asyncio.get_running_loop().run_in_executor(None, self._b.slow_open.wait, 20)
        return Session(self._b)


class Files(asyncssh.SFTPServer):
    """Gives at most so many bytes for one request, as servers may."""

    def __init__(self, chan: object, root: Path, most: int) -> None:
        super().__init__(chan, chroot=str(root).encode())  # type: ignore[arg-type]
        self._most = most

    def read(self, file_obj: object, offset: int, size: int) -> object:
        return super().read(file_obj, offset, min(size, self._most))


class Session(asyncssh.SSHServerProcess):  # type: ignore[type-arg]
    """Counts itself, because a leaked session is what `MaxSessions` is about."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._b = behaviour
        root = behaviour.sftp_root
        sftp = (lambda chan: Files(chan, root, behaviour.sftp_most)) if root else None
        super().__init__(self._run, sftp, 3, False)

    def connection_made(self, chan: object) -> None:
        self._b.sessions += 1
        super().connection_made(chan)  # type: ignore[arg-type]

    def connection_lost(self, exc: Exception | None) -> None:
        self._b.sessions -= 1
        super().connection_lost(exc)

    def exec_requested(self, command: str) -> bool:
        return command != "refuse" and super().exec_requested(command)

    def signal_received(self, signal: str) -> None:
        self._b.signals.append(signal)
        self.exit_with_signal(signal)

    async def _run(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        words = (process.command or "").split()
        self._b.commands.append(process.command or "")
        self._b.running += 1
        self._b.most_running = max(self._b.most_running, self._b.running)
        try:
            # what a command of this server raises would end the whole connection
            with contextlib.suppress(BrokenPipeError, ConnectionError):
                await COMMANDS[words[0]](process, self._b, *words[1:])
        finally:
            self._b.running -= 1


Process = asyncssh.SSHServerProcess


async def echo(process: Process, _: Behaviour, *words: str) -> None:
    process.stdout.write(" ".join(words).encode() + b"\n")
    process.exit(0)


async def fail(process: Process, _: Behaviour, status: str, stream: str = "stdout") -> None:
    getattr(process, stream).write(b"\nHSCL1234 This did not work.\nMore of it.\n")
    process.exit(int(status))


async def big(process: Process, _: Behaviour, stdout: str, stderr: str = "0") -> None:
    for _round in range(max(int(stdout), int(stderr)) // 65536):
        for stream, size in ((process.stdout, int(stdout)), (process.stderr, int(stderr))):
            if size:
                stream.write(b"0123456789abcde\n" * 4096)
                await stream.drain()
    process.exit(0)


async def cat(process: Process, behaviour: Behaviour) -> None:
    total = 0
    while data := await process.stdin.read(65536):
        total += len(data)
        process.stdout.write(data)
        await process.stdout.drain()
    behaviour.inputs["cat"] = total
    process.exit(0)


async def first(process: Process, _: Behaviour) -> None:
    """Like ``head -c 1``: ends without reading its input."""
    process.stdout.write(await process.stdin.read(1))
    process.exit(0)


async def sleep(process: Process, _: Behaviour, seconds: str) -> None:
    process.stdout.write(b"started\n")
    await asyncio.sleep(float(seconds))
    process.stdout.write(b"ended\n")
    process.exit(0)


async def bytes_(process: Process, _: Behaviour) -> None:
    process.stdout.write("gr\u00fcn ".encode() + b"\xff")
    process.exit(0)


async def lines(process: Process, _: Behaviour, count: str, status: str = "0") -> None:
    for number in range(int(count)):
        process.stdout.write(f"line {number} \u00e4\n".encode())
        await process.stdout.drain()
    process.stdout.write(b"no end of line")
    process.stderr.write(b"note\n")
    process.exit(int(status))


async def flood(process: Process, _: Behaviour) -> None:
    while not process.is_closing():
        process.stdout.write(b"y\n" * 8192)
        await process.stdout.drain()


async def drop(process: Process, _: Behaviour) -> None:
    process.stdout.write(b"so far\n")
    await asyncio.sleep(0.05)
    process.channel.get_connection().abort()


async def killed(process: Process, _: Behaviour) -> None:
    process.exit_with_signal("KILL")


async def ask(process: Process, behaviour: Behaviour, *flags: str) -> None:
    """Ask for passwords as ``mkauthkeys`` does: ``echo`` leaks the answer, ``silent`` never asks."""
    process.stdout.write(b"The password is needed.\n")
    if "silent" in flags:
        process.exit(3)
        return
    for question in ("Enter the password for user hscroot: ",) * (2 if "twice" in flags else 1):
        process.stdout.write(question.encode())
        behaviour.answers.append((await process.stdin.readline()).decode().strip("\r\n"))
        if "echo" in flags:
            process.stdout.write(behaviour.answers[-1].encode() + b"\r\n")
        if behaviour.answers[-1] != PASSWORD:
            process.stdout.write(b"\nPermission denied.\n" + question.encode())
            behaviour.answers.append((await process.stdin.readline()).decode().strip("\r\n"))
            process.exit(1)
            return
    process.stdout.write(b"\nDone, term " + str(process.term_type).encode() + b"\n")
    process.exit(0)


COMMANDS: dict[str, Callable[..., Awaitable[None]]] = {
    "echo": echo, "fail": fail, "big": big, "cat": cat, "first": first, "sleep": sleep, "bytes": bytes_,
    "lines": lines, "flood": flood, "drop": drop, "killed": killed, "ask": ask,
}  # fmt: skip


class Server:
    """An asyncssh server on a free loopback port, with an event loop in a thread of its own."""

    def __init__(self, behaviour: Behaviour | None = None, *keys: asyncssh.SSHKey, **options: object) -> None:
        self.behaviour = behaviour or Behaviour()
        self.keys = list(keys) or [asyncssh.generate_private_key("ssh-ed25519")]
        self._options = options
        self._thaw = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test server", daemon=True)

    @property
    def key(self) -> asyncssh.SSHKey:
        return self.keys[0]

    @property
    def public_key(self) -> str:
        return self.key.export_public_key().decode().strip()

    def __enter__(self) -> Server:
        self._thread.start()
        self.port = self._do(self._listen(0))
        return self

    def __exit__(self, *_: object) -> None:
        self._thaw.set()
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def restart(self, key: asyncssh.SSHKey | None = None) -> None:
        """End all connections and come back on the same port, perhaps with another host key."""
        self._do(self._stop())
        self.keys = [key] if key else self.keys
        self._do(self._listen(self.port))

    def drop_all(self) -> None:
        self._do(self._abort())

    def freeze(self) -> None:
        """Answer nothing and read nothing, with every connection left open, until `thaw`."""
        self._thaw.clear()
        frozen = threading.Event()

        def block() -> None:
            frozen.set()
            self._thaw.wait(30)

        self._loop.call_soon_threadsafe(block)
        assert frozen.wait(10)

    def thaw(self) -> None:
        self._thaw.set()

    def wait_for(self, condition: Callable[[], bool], limit: float = 10.0) -> bool:
        """Whether ``condition`` came true, looking often."""
        pause = threading.Event()
        for _ in range(int(limit / 0.01)):
            if condition():
                return True
            pause.wait(0.01)
        return False

    def _do(self, work: Awaitable[object]) -> object:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)  # type: ignore[arg-type]

    async def _listen(self, port: int) -> int:
        self._connections: list[asyncssh.SSHServerConnection] = []
        self._acceptor = await asyncssh.listen(
            "127.0.0.1", port, reuse_address=True, server_host_keys=self.keys, encoding=None,
            server_factory=lambda: Door(self.behaviour), acceptor=self._connections.append,
            **self._options,
        )  # fmt: skip
        return self._acceptor.get_port()

    async def _abort(self) -> None:
        for connection in self._connections:
            connection.abort()
        await asyncio.sleep(0)

    async def _stop(self) -> None:
        self._acceptor.close()
        await self._acceptor.wait_closed()
        await self._abort()
        await asyncio.sleep(0.02)


def endpoint(
    port: int,
    folder: Path,
    *,
    login: Login | None = None,
    mode: HostKeyMode = HostKeyMode.ACCEPT_NEW,
    pinned: tuple[str, ...] = (),
    connect_timeout: float = CONNECT_LIMIT,
    channels: int = 8,
    host: str = "127.0.0.1",
) -> Endpoint:
    """An endpoint ``hmc1`` for a server of these tests, with the password of its user."""
    return Endpoint(
        "hmc1", host, port, login or Login(USER, Password(PASSWORD)),
        HostKeys(mode, folder / "known_hosts", pinned), connect_timeout=connect_timeout, channels=channels,
    )  # fmt: skip


class RawPeer:
    """Accepts TCP connections and gives each one to ``answer``; counts them."""

    def __init__(self, answer: Callable[[socket.socket, int], None]) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.accepted = 0
        self._held: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, name="raw peer", daemon=True)

    def __enter__(self) -> RawPeer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for held in self._held:
            held.close()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self._held.append(peer)
            self.accepted += 1
            self._answer(peer, self.accepted)


def reset(peer: socket.socket) -> None:
    """Close with a TCP reset, as a console with too many sessions does."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    peer.close()


@contextlib.contextmanager
def free_port() -> Iterator[int]:
    """A loopback port that is bound and does not listen: connections to it are refused."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextlib.contextmanager
def memory_peak() -> Iterator[Callable[[], float]]:
    """Gives a function for how many megabytes this process needed more at its peak since then."""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("only Linux shows the peak of a process's memory")
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = _status("VmRSS")
    yield lambda: (_status("VmHWM") - before) / 1024


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))
