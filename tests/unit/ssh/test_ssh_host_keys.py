"""Host keys: strict, accept-new, off, pinned."""

from __future__ import annotations

import fcntl
import io
import multiprocessing
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncssh
import paramiko
import pytest

from powervm.ssh import (
    Connection,
    HostKeyChanged,
    HostKeyMode,
    HostKeysUnusable,
    HostKeyUnknown,
    apply_host_keys,
    check_host_key,
    paramiko_host_keys,
)
from powervm.waiting import Deadline
from unit.ssh.server import PASSWORD, USER, Behaviour, Server, endpoint

LIMIT = 30.0
Opener = Callable[..., Connection]


def new_key() -> paramiko.PKey:
    text = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    return paramiko.Ed25519Key.from_private_key(io.StringIO(text))


def test_accept_new_keeps_the_first_key(server: Server, open_connection: Opener, tmp_path: Path) -> None:
    assert open_connection(server.port).run("echo a", LIMIT).ok
    file = tmp_path / "known_hosts"
    assert file.read_text() == f"[127.0.0.1]:{server.port} {' '.join(server.public_key.split()[:2])}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert open_connection(server.port, mode=HostKeyMode.STRICT).run("echo a", LIMIT).ok


def test_the_file_gets_its_folder(server: Server, open_connection: Opener, tmp_path: Path) -> None:
    assert Connection(endpoint(server.port, tmp_path / "new" / "folder")).run("echo a", LIMIT).ok
    assert (tmp_path / "new" / "folder" / "known_hosts").exists()


@pytest.mark.parametrize("mode", [HostKeyMode.ACCEPT_NEW, HostKeyMode.STRICT])
def test_a_changed_key_is_refused(
    server: Server, behaviour: Behaviour, open_connection: Opener, tmp_path: Path, mode: HostKeyMode
) -> None:
    open_connection(server.port).run("echo a", LIMIT)
    old = server.key.get_fingerprint()
    server.restart(asyncssh.generate_private_key("ssh-ed25519"))
    logins = len(behaviour.logins)
    with pytest.raises(HostKeyChanged) as e:
        open_connection(server.port, mode=mode).run("echo a", LIMIT)
    for part in (old, server.key.get_fingerprint(), f"line 1 of {tmp_path / 'known_hosts'}", "hmc1", "remove"):
        assert part in str(e.value)
    assert len(behaviour.logins) == logins, "nothing is sent to a host that is not trusted"


def test_another_type_of_key_is_a_changed_key(server: Server, open_connection: Opener) -> None:
    open_connection(server.port).run("echo a", LIMIT)
    server.restart(asyncssh.generate_private_key("ecdsa-sha2-nistp256"))
    with pytest.raises(HostKeyChanged):
        open_connection(server.port).run("echo a", LIMIT)


def test_strict_refuses_an_unknown_key(server: Server, behaviour: Behaviour, open_connection: Opener) -> None:
    with pytest.raises(HostKeyUnknown, match=r"ssh-ed25519 SHA256:.* is not known.*Compare") as e:
        open_connection(server.port, mode=HostKeyMode.STRICT).run("echo a", LIMIT)
    assert server.key.get_fingerprint() in str(e.value)
    assert behaviour.logins == []


def test_off_takes_any_key(server: Server, open_connection: Opener, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{server.port} ssh-ed25519 {new_key().get_base64()}\n")
    assert open_connection(server.port, mode=HostKeyMode.OFF).run("echo a", LIMIT).ok


@pytest.mark.parametrize("mode", [HostKeyMode.ACCEPT_NEW, HostKeyMode.STRICT])
def test_pinned_keys_alone_are_compared_with(
    server: Server, open_connection: Opener, tmp_path: Path, mode: HostKeyMode
) -> None:
    wrong = f"ssh-ed25519 {new_key().get_base64()} comment"
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {server.public_key}\n")
    with pytest.raises(HostKeyChanged, match="pinned in the lab file"):
        open_connection(server.port, mode=mode, pinned=(wrong,)).run("echo a", LIMIT)
    assert open_connection(server.port, mode=mode, pinned=(wrong, server.public_key)).run("echo a", LIMIT).ok


def test_no_file_is_written_for_pinned_keys(server: Server, open_connection: Opener, tmp_path: Path) -> None:
    open_connection(server.port, pinned=(server.public_key,)).run("echo a", LIMIT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pinned", ["ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 ???", "rot13 AAAA"])
def test_an_unreadable_pinned_key(server: Server, open_connection: Opener, pinned: str) -> None:
    with pytest.raises(HostKeysUnusable, match="pinned host key"):
        open_connection(server.port, pinned=(pinned,)).run("echo a", LIMIT)


def test_a_trusted_type_is_asked_for_first(tmp_path: Path) -> None:
    """The server shows one of its keys; without a wish it is not the one that is known."""
    rsa, ed25519 = (asyncssh.generate_private_key(kind) for kind in ("ssh-rsa", "ssh-ed25519"))
    for known in (rsa, ed25519):
        with Server(None, rsa, ed25519) as server:
            pinned = (known.export_public_key().decode(),)
            with Connection(endpoint(server.port, tmp_path, mode=HostKeyMode.STRICT, pinned=pinned)) as connection:
                assert connection.run("echo a", LIMIT).ok


@pytest.mark.parametrize("name", ["hashed", "several", "plain"])
def test_forms_of_openssh(server: Server, open_connection: Opener, tmp_path: Path, name: str) -> None:
    plain = f"[127.0.0.1]:{server.port}"
    names = {"plain": plain, "several": f"hmc1,{plain}", "hashed": paramiko.HostKeys.hash_host(plain)}
    other = f"192.0.2.1 ssh-ed25519 {new_key().get_base64()}"
    lines = [
        "# a comment",
        "",
        other,
        "nonsense",
        f"* ssh-foo {plain}",
        "|1|x|y ssh-ed25519 AAAA",
        "|1|| a",
        f"{names[name]} {server.public_key} x",
    ]
    (tmp_path / "known_hosts").write_text("\n".join(lines))
    assert open_connection(server.port, mode=HostKeyMode.STRICT).run("echo a", LIMIT).ok


def test_one_of_several_keys_of_a_type(server: Server, open_connection: Opener, tmp_path: Path) -> None:
    name = f"[127.0.0.1]:{server.port}"
    lines = [f"{name} ssh-ed25519 {new_key().get_base64()}", f"{name} {server.public_key}", ""]
    (tmp_path / "known_hosts").write_text("\n".join(lines))
    assert open_connection(server.port).run("echo a", LIMIT).ok


def test_a_revoked_key(server: Server, open_connection: Opener, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text(f"@revoked [127.0.0.1]:{server.port} {server.public_key}\n")
    with pytest.raises(HostKeyChanged, match="revoked"):
        open_connection(server.port).run("echo a", LIMIT)


def test_a_garbled_line_about_this_host(server: Server, open_connection: Opener, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text(f"\n[127.0.0.1]:{server.port} ssh-ed25519 !!\n")
    with pytest.raises(HostKeysUnusable, match=r"line 2 of .* holds no readable key"):
        open_connection(server.port).run("echo a", LIMIT)


def test_other_lines_are_kept(server: Server, open_connection: Opener, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_bytes(b"# caf\xe9\n192.0.2.1 whatever AAAA")
    open_connection(server.port).run("echo a", LIMIT)
    assert file.read_bytes().startswith(b"# caf\xe9\n192.0.2.1 whatever AAAA\n[127.0.0.1]:")


def test_a_file_that_cannot_be_used(server: Server, open_connection: Opener, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").mkdir()
    with pytest.raises(HostKeysUnusable, match="cannot be used: Is a directory"):
        open_connection(server.port).run("echo a", LIMIT)


def test_a_lock_that_is_never_released(tmp_path: Path) -> None:
    with (tmp_path / ".known_hosts.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(HostKeysUnusable, match="locked by another process"):
            check_host_key(endpoint(22, tmp_path), new_key(), Deadline(0.1))


def accept(folder: str, port: int) -> None:
    check_host_key(endpoint(port, Path(folder)), new_key(), Deadline(LIMIT))


def test_many_threads_and_processes_lose_no_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=accept, args=(tmp_path, port)) for port in range(1001, 1005)]
    for child in children:
        child.start()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda port: accept(str(tmp_path), port), range(2001, 2021)))
    for child in children:
        child.join(20)
        assert child.exitcode == 0
    ports = sorted(int(line.split()[0].rsplit(":", 1)[1]) for line in (tmp_path / "known_hosts").open())
    assert ports == [*range(1001, 1005), *range(2001, 2021)]
    assert {file.name for file in tmp_path.iterdir()} == {"known_hosts", ".known_hosts.lock"}


def foreign(server: Server, folder: Path, **options: object) -> None:
    """Connect as SSHLibrary does, with a client that would take any key."""
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        apply_host_keys(client, endpoint(server.port, folder, **options))
        client.connect("127.0.0.1", server.port, USER, PASSWORD, allow_agent=False, look_for_keys=False, timeout=10)


def test_a_foreign_client_follows_the_rule(server: Server, tmp_path: Path) -> None:
    with pytest.raises(HostKeyUnknown):
        foreign(server, tmp_path, mode=HostKeyMode.STRICT)
    foreign(server, tmp_path)
    foreign(server, tmp_path, mode=HostKeyMode.STRICT)
    known = paramiko_host_keys(endpoint(server.port, tmp_path))
    assert [kind for _, keys in known.items() for kind in keys] == ["ssh-ed25519"]
    server.restart(asyncssh.generate_private_key("ecdsa-sha2-nistp256"))
    with pytest.raises((HostKeyChanged, paramiko.BadHostKeyException)):
        foreign(server, tmp_path)
    foreign(server, tmp_path, mode=HostKeyMode.OFF)
    assert len(paramiko_host_keys(endpoint(server.port, tmp_path, mode=HostKeyMode.OFF))) == 0
