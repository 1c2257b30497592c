"""How long a command takes over `powervm.ssh`, compared with a bare paramiko channel over the same server.

Run it with ``python tests/benchmarks/ssh_round_trip.py``; it needs no network beyond the loopback address.
"""

from __future__ import annotations

import asyncio
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh
import paramiko

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "libraries"))

from powervm.secret import Password
from powervm.ssh import Connection, Endpoint, HostKeyMode, HostKeys, Login

USER, PASSWORD = "bench", "bench"
ROUNDS, COMMANDS = 7, 150


class _Door(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


async def _answer(process: asyncssh.SSHServerProcess[str]) -> None:
    process.stdout.write("answer\n")
    process.exit(0)


async def _listen() -> asyncssh.SSHAcceptor:
    key = asyncssh.generate_private_key("ssh-ed25519")
    return await asyncssh.listen("127.0.0.1", 0, server_host_keys=[key], server_factory=_Door, process_factory=_answer)


@contextmanager
def _server() -> Iterator[int]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    acceptor = asyncio.run_coroutine_threadsafe(_listen(), loop).result(10)
    try:
        yield acceptor.get_port()
    finally:
        loop.call_soon_threadsafe(acceptor.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


@contextmanager
def _bare(port: int) -> Iterator[Callable[[], object]]:
    """The shortest correct way with paramiko alone: TCP_NODELAY, a session of its own, closed explicitly."""
    sock = socket.create_connection(("127.0.0.1", port), 10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport = paramiko.Transport(sock)
    transport.start_client(timeout=10)
    transport.auth_password(USER, PASSWORD)

    def run() -> bytes:
        channel = transport.open_session(timeout=10)
        try:
            channel.settimeout(10)
            channel.exec_command("command")
            output = b""
            while piece := channel.recv(65536):
                output += piece
            channel.recv_exit_status()
            return output
        finally:
            channel.close()

    try:
        yield run
    finally:
        transport.close()


@contextmanager
def _ours(port: int) -> Iterator[Callable[[], object]]:
    with tempfile.TemporaryDirectory() as folder:
        rule = HostKeys(HostKeyMode.ACCEPT_NEW, Path(folder) / "known_hosts")
        endpoint = Endpoint("bench", "127.0.0.1", port, Login(USER, Password(PASSWORD)), rule)
        with Connection(endpoint) as connection:
            yield lambda: connection.run("command", 10)


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(COMMANDS):
        run()
    return (time.perf_counter() - started) / COMMANDS


def measure() -> dict[str, float]:
    """Median milliseconds per command, and how many times a bare channel ours takes.

    The two take turns, so that a busy machine slows down both.
    """
    with _server() as port, _bare(port) as bare, _ours(port) as ours:
        bare(), ours()
        pairs = [(_seconds(bare), _seconds(ours)) for _ in range(ROUNDS)]
    return {
        "bare_ms": 1000 * statistics.median(pair[0] for pair in pairs),
        "ours_ms": 1000 * statistics.median(pair[1] for pair in pairs),
        "ratio": statistics.median(ours / bare for bare, ours in pairs),
        "limit": 1.5,
    }


def main() -> int:
    """Print the figures; 1 when ours is too slow."""
    figures = measure()
    print(f"{'exec round trip, bare paramiko channel':45} {figures['bare_ms']:6.2f} ms")  # noqa: T201
    print(f"{'exec round trip, powervm.ssh':45} {figures['ours_ms']:6.2f} ms")  # noqa: T201
    print(f"{'ratio':45} {figures['ratio']:6.2f}    (at most {figures['limit']})")  # noqa: T201
    return int(figures["ratio"] > figures["limit"])


if __name__ == "__main__":
    sys.exit(main())
