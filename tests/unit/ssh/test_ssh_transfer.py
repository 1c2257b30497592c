"""Fetching files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest

from powervm.ssh import CommandDeadlinePassed, Connection, ConnectionLost, TransferFailed
from unit.ssh.server import Behaviour, Server, memory_peak

LIMIT = 60.0


@pytest.fixture
def remote(behaviour: Behaviour, tmp_path: Path) -> Path:
    """The root folder of the server's files."""
    root = tmp_path / "remote"
    root.mkdir()
    behaviour.sftp_root = root
    return root


@pytest.mark.parametrize("size", [0, 1, 32768, 100_000, 16 * 1024 * 1024, 16 * 1024 * 1024 + 1, 40_000_000])
def test_content_arrives(connection: Connection, remote: Path, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    (remote / "snap.pax").write_bytes(content)
    local = tmp_path / "new" / "snap.pax"
    fetched = connection.fetch("/snap.pax", local, LIMIT)
    assert local.read_bytes() == content
    assert (fetched.size, fetched.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert 0 < fetched.duration < LIMIT
    assert [file.name for file in local.parent.iterdir()] == ["snap.pax"]


@pytest.mark.parametrize("most", [1000, 32768, 65536, 100_000])
def test_a_server_that_gives_less_than_was_asked_for(
    connection: Connection, behaviour: Behaviour, remote: Path, tmp_path: Path, most: int
) -> None:
    behaviour.sftp_most = most
    content = os.urandom(1_000_003)
    (remote / "log").write_bytes(content)
    fetched = connection.fetch("/log", tmp_path / "log", LIMIT)
    assert (tmp_path / "log").read_bytes() == content
    assert fetched.sha256 == hashlib.sha256(content).hexdigest()


def test_constant_memory(connection: Connection, remote: Path, tmp_path: Path) -> None:
    for megabytes in (32, 200):
        with (remote / "big").open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
        with memory_peak() as peak:
            assert connection.fetch("/big", tmp_path / f"big{megabytes}", LIMIT).size == megabytes * 1024 * 1024
    assert peak() < 40


def test_nothing_is_overwritten(connection: Connection, remote: Path, tmp_path: Path) -> None:
    (remote / "log").write_text("new")
    (tmp_path / "log").write_text("old")
    with pytest.raises(TransferFailed, match="log cannot be written: it exists already"):
        connection.fetch("/log", tmp_path / "log", LIMIT)
    assert (tmp_path / "log").read_text() == "old"
    assert connection.connects == 0


def test_a_file_that_comes_meanwhile_is_not_overwritten(
    connection: Connection, remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (remote / "log").write_text("new")
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: exists(path) and path.name != "log")
    (tmp_path / "log").write_text("old")
    with pytest.raises(TransferFailed, match="log cannot be written: File exists"):
        connection.fetch("/log", tmp_path / "log", LIMIT)
    monkeypatch.undo()
    assert (tmp_path / "log").read_text() == "old"
    assert not list(tmp_path.glob(".log*"))


@pytest.mark.parametrize("name", ["/missing", "/folder", "/missing/folder"])
def test_a_remote_file_that_cannot_be_read(connection: Connection, remote: Path, tmp_path: Path, name: str) -> None:
    (remote / "folder").mkdir()
    with pytest.raises(TransferFailed, match=rf"fetching {name} failed: .*Check the path"):
        connection.fetch(name, tmp_path / "local", LIMIT)
    assert not (tmp_path / "local").exists()
    assert not list(tmp_path.glob(".local*"))


def test_a_local_folder_that_cannot_be_made(connection: Connection, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TransferFailed, match=r"cannot be written: (Not a directory|File exists)"):
        connection.fetch("/log", tmp_path / "file" / "log", LIMIT)


def test_a_server_without_sftp(connection: Connection, tmp_path: Path) -> None:
    with pytest.raises(TransferFailed, match="offers no file transfer"):
        connection.fetch("/log", tmp_path / "log", LIMIT)
    assert connection.run("echo a", LIMIT).ok


def trouble(server: Server, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do ``act`` in the server when the third piece of a file is read."""
    read, calls = asyncssh.SFTPServer.read, []

    def reading(self: asyncssh.SFTPServer, file_obj: object, offset: int, size: int) -> object:
        calls.append(offset)
        if len(calls) == 3:
            act()
        return read(self, file_obj, offset, size)

    monkeypatch.setattr(asyncssh.SFTPServer, "read", reading)


def test_frozen_server(
    connection: Connection, server: Server, remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (remote / "log").write_bytes(b"x" * 3_000_000)
    connection.run("echo connected", LIMIT)
    trouble(server, monkeypatch, lambda: server._thaw.wait(20))
    with pytest.raises(CommandDeadlinePassed, match=r"'fetching /log' did not end within 0\.5 s"):
        connection.fetch("/log", tmp_path / "log", 0.5)
    server.thaw()
    assert not list(tmp_path.glob("*log*"))
    assert connection.run("echo a", LIMIT).ok


def test_lost_connection(
    connection: Connection, server: Server, remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (remote / "log").write_bytes(b"x" * 3_000_000)
    trouble(server, monkeypatch, lambda: [peer.abort() for peer in server._connections])
    with pytest.raises(ConnectionLost, match="fetching /log"):
        connection.fetch("/log", tmp_path / "log", LIMIT)
    assert not list(tmp_path.glob("*log*"))


def test_a_file_that_shrinks(connection: Connection, server: Server, remote: Path, tmp_path: Path,
                             monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    (remote / "log").write_bytes(b"x" * 3_000_000)
    trouble(server, monkeypatch, lambda: os.truncate(remote / "log", 10))
    with pytest.raises(TransferFailed, match="fetching /log failed"):
        connection.fetch("/log", tmp_path / "log", LIMIT)
    assert not list(tmp_path.glob("*log*"))
