"""SFTP and scp over the tree, with asyncssh at both ends, and with OpenSSH's scp where there is one."""

from __future__ import annotations

import asyncio
import inspect
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh
import pytest
from guest_doubles import STREAM, TARGET, limited

from powervm_sim.guest.linux import LinuxGuest
from powervm_sim.guest.sftp import TreeSftp

_NO_FILES_OF_THE_HOST = {"channel", "connection", "env", "logger", "convert_attrs", "format_longname"}


def test_no_request_reaches_the_inherited_server() -> None:
    """The inherited requests work on files of the host; a new one in a later asyncssh must be noticed here."""
    public = {name for name, _ in inspect.getmembers(asyncssh.SFTPServer) if not name.startswith("_")}
    assert public - set(vars(TreeSftp)) == _NO_FILES_OF_THE_HOST


class Door(asyncssh.SSHServer):
    """Lets everybody in."""

    def begin_auth(self, username: str) -> bool:
        return False


@asynccontextmanager
async def served(guest: LinuxGuest) -> AsyncIterator[int]:
    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=Door,
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        sftp_factory=guest.sftp,
        allow_scp=True,
    )
    try:
        yield server.get_port()
    finally:
        server.close()
        await server.wait_closed()


def with_client(guest: LinuxGuest, work: Callable[[asyncssh.SSHClientConnection], Awaitable[None]]) -> None:
    async def run() -> None:
        async with served(guest) as port, asyncssh.connect("127.0.0.1", port, known_hosts=None, config=None) as client:
            await work(client)

    asyncio.run(limited(run()))


def test_files_go_both_ways(guest: LinuxGuest, tmp_path: Path) -> None:
    data = bytes(range(256)) * 2000
    (tmp_path / "up").write_bytes(data)

    async def work(client: asyncssh.SSHClientConnection) -> None:
        async with client.start_sftp_client() as sftp:
            await sftp.put(tmp_path / "up", "up")
            assert guest.tree.read("/root/up") == data
            await sftp.get("/root/up", tmp_path / "down")
            assert (tmp_path / "down").read_bytes() == data
            await sftp.rename("up", "moved")
            await sftp.mkdir("folder")
            assert sorted(await sftp.listdir(".")) == [".", "..", "folder", "moved"]
            assert await sftp.realpath(".") == "/root"
            assert (await sftp.stat("moved")).size == len(data)
            await sftp.chmod("moved", 0o600)
            await sftp.truncate("moved", 3)
            assert guest.tree.node("/root/moved").mode == 0o600
            assert guest.tree.read("/root/moved") == b"\0\1\2"
            await sftp.remove("moved")
            await sftp.rmdir("folder")
            assert (await sftp.statvfs("/")).namemax == 255

    with_client(guest, work)


def test_nothing_of_the_host_can_be_reached(guest: LinuxGuest, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the host")

    async def work(client: asyncssh.SSHClientConnection) -> None:
        async with client.start_sftp_client() as sftp:
            for path in (str(secret), "../" * 20 + str(secret), f"/proc/self/root{secret}"):
                with pytest.raises(asyncssh.SFTPNoSuchFile):
                    await sftp.stat(path)
            await sftp.symlink(str(secret), "trap")
            with pytest.raises(asyncssh.SFTPNoSuchFile):
                await sftp.open("trap")
            async with sftp.open("trap", "w") as file:
                await file.write("inside")
            with pytest.raises(asyncssh.SFTPOpUnsupported):
                await sftp.link("trap", "hard")

    # A file written through the link stays in the tree, where the folder has to exist first.
    guest.tree.make_folders(str(tmp_path))
    with_client(guest, work)
    assert secret.read_text() == "of the host"
    assert guest.tree.read(str(secret)) == b"inside"


def test_errors_have_their_own_codes(guest: LinuxGuest) -> None:
    async def work(client: asyncssh.SSHClientConnection) -> None:
        async with client.start_sftp_client() as sftp:
            with pytest.raises(asyncssh.SFTPNoSuchFile):
                await sftp.open("/nothing")
            with pytest.raises(asyncssh.SFTPPermissionDenied):
                await (await sftp.open("/proc/uptime", "r+")).write("x")
            with pytest.raises(asyncssh.SFTPFailure):
                await sftp.rename("/etc/hosts", "/etc/group")
            with pytest.raises(asyncssh.SFTPError):
                await sftp.truncate("/etc/hosts", 10**12)

    with_client(guest, work)


def test_a_transfer_stands_still_while_the_partition_is_suspended(guest: LinuxGuest) -> None:
    async def work(client: asyncssh.SSHClientConnection) -> None:
        async with client.start_sftp_client() as sftp:
            guest.start_migration(STREAM, 19)
            guest.suspend()
            task = asyncio.create_task(sftp.stat("/etc/hosts"))
            await asyncio.sleep(0.05)
            assert not task.done()
            guest.resume(TARGET)
            assert (await task).size == guest.tree.node("/etc/hosts").size

    with_client(guest, work)


@pytest.mark.parametrize("old", [False, True], ids=["scp over sftp", "scp -O"])
def test_openssh_scp_is_content(guest: LinuxGuest, tmp_path: Path, old: bool) -> None:
    scp = shutil.which("scp")
    if scp is None:
        pytest.skip("no OpenSSH scp on this machine")
    guest.tree.write("/root/report", b"findings\n")

    async def work() -> None:
        async with served(guest) as port:
            options = ["-F", "/dev/null", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
            command = [scp, *(["-O"] if old else []), *options, "-P", str(port)]
            process = await asyncio.create_subprocess_exec(
                *command, "root@127.0.0.1:report", str(tmp_path), stderr=asyncio.subprocess.PIPE
            )
            errors = (await process.communicate())[1].decode()
            assert process.returncode == 0, errors

    asyncio.run(limited(work()))
    assert (tmp_path / "report").read_bytes() == b"findings\n"
