"""What ``snap`` collects: a compressed archive of what commands print and what the logs hold."""

from __future__ import annotations

import asyncio
import io
import tarfile
from typing import TYPE_CHECKING

from powervm_sim.vios.logs import ALOGS, LPM_LOG, SYSLOG
from powervm_sim.vios.lzw import compress

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

PARTS: dict[str, dict[str, str]] = {
    "general": {"general.snap": "uname -a; ioslevel; lsdev; lsdev -vpd", "errpt.out": "errlog -ls"},
    "kernel": {"kernel.snap": "svmon -G; vmstat"},
    "filesys": {"filesys.snap": "df; lspv"},
    "tcpip": {"tcpip.snap": "netstat -num -state; netstat -num -routtable"},
    "lpm": {"lpm.snap": "lsdev -dev vioslpm0 -attr"},
    "svCollect": {"VIOS.snap": "lsmap -all; lsmap -all -npiv; lsmap -all -net; lsmap -all -vnic; lsnports"},
}
"""The folders of the archive: files by name, and the commands that fill them."""

_MOST = 256 * 1024
"""Bytes that are kept of a file: the newest ones."""


async def collect(server: VirtualIOServer, part: str) -> dict[str, bytes]:
    """The files of one folder by their path."""
    files = {}
    for name, script in PARTS[part].items():
        text = "".join([(await server.command(command.strip()))[0] for command in script.split(";")])
        files[f"./{part}/{name}"] = text.encode("utf-8", "surrogateescape")[-_MOST:]
    if part == "lpm":
        for path in (LPM_LOG, SYSLOG, *(file for file, _ in ALOGS.values())):
            files[f"./lpm{path}"] = server.tree.read(path)[-_MOST:]
    return files


async def pack(files: dict[str, bytes], time: float) -> bytes:
    """The compressed archive of files that were changed at a time."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mtime, entry.mode = len(content), int(time), 0o600
            archive.addfile(entry, io.BytesIO(content))
    return await asyncio.to_thread(compress, stream.getvalue())
