"""``errlog``, and ``snap``, which collects everything for support."""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm_sim.guest.commands.options import UsageError, not_simulated
from powervm_sim.shell.call import Call
from powervm_sim.vios.commands.kinds import ViosCommand, read_flags
from powervm_sim.vios.error_log import HEADER
from powervm_sim.vios.snapshot import PARTS, collect, pack

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

_ERRLOG_USAGE = """errlog [-ls [-seq Sequence_number] | -rm Days]"""
SNAP_FILE = "/home/padmin/snap.pax.Z"
_DAY = 86400


async def errlog(server: VirtualIOServer, call: Call) -> int:
    """The error log: a table with the newest entry first, ``-ls`` in full, ``-rm DAYS`` removes older ones."""
    options, rest = read_flags(call, _ERRLOG_USAGE, flags=("ls",), values=("seq", "rm"))
    numbers = [value for value in options.values() if value]
    if rest or any(not value.isdigit() for value in numbers) or ("seq" in options and "ls" not in options):
        raise UsageError(f"Usage: {_ERRLOG_USAGE}")
    if "rm" in options:
        server.error_log.remove_before(server.clock.time() - int(options["rm"]) * _DAY)
        return 0
    entries = list(server.error_log)[::-1]
    if "seq" in options:
        entries = [entry for entry in entries if entry.sequence == int(options["seq"])]
    if "ls" in options:
        view = server.view
        for entry in entries:
            await call.stdout.write(entry.report(view.name, view.machine_id))
        return 0
    if entries:
        await call.stdout.write(HEADER + "".join(entry.row() for entry in entries))
    return 0


async def snap(server: VirtualIOServer, call: Call) -> int:
    """Takes minutes; leaves ``/home/padmin/snap.pax.Z``, which replaces that of the last time."""
    if call.arguments:
        raise not_simulated(call, " ".join(call.arguments))
    files: dict[str, bytes] = {}
    for part in PARTS:
        await call.stdout.write(f"Gathering {part} system information")
        await server.pause(server.snap_seconds / len(PARTS))
        files |= await collect(server, part)
        await call.stdout.write("...done.\n")
    await call.stdout.write("\nCreating compressed pax file...\nStarting pax/compress process... Please wait... ")
    content = await pack(files, server.clock.time())
    try:
        server.tree.write(SNAP_FILE, content, mode=0o600)
    except OSError:
        await call.stdout.write("\n")
        raise UsageError("snap: 0659-017 There is not enough space in the file system /home.", 1) from None
    await call.stdout.write("done.\n\n")
    await call.stdout.write(f"-rw-------    1 0        0        {len(content):>12} {SNAP_FILE}\n")
    return 0


COMMANDS: dict[str, ViosCommand] = {"errlog": errlog, "snap": snap}
