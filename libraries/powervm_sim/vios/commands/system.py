"""Disks, media, memory and processors, names and times."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.shell.call import Call
from powervm_sim.vios.commands.kinds import INCOMPLETE, NOT_FOUND, ViosCommand, read_flags

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

_LSPV = "lspv [-avail | -free | -size] [-field FieldName ...] [-fmt Delimiter] [PhysicalVolume]"
_SVMON = "svmon -G [-O unit={auto|page|KB|MB|GB}]"
_VMSTAT = "vmstat [Interval [Count]]"
_PAGES_OF_MB = 256
_UNITS = {"page": 1.0, "KB": 4.0, "MB": 1 / 256, "GB": 1 / 262_144}
_MOST_SAMPLES = 1000
_THREADS = 4
_PAGING_MB = 1024


async def lspv(server: VirtualIOServer, call: Call) -> int:
    """The physical volumes and their volume groups."""
    options, rest = read_flags(call, _LSPV, flags=("avail", "free", "size"), values=("fmt",), lists=("field",))
    if rest or options:
        raise not_simulated(call, " ".join(call.arguments))
    await call.stdout.write("NAME             PVID                                 VG               STATUS\n")
    for disk in server.view.disks:
        status = "active" if disk.group != "None" else ""
        await call.stdout.write(f"{disk.name:<16} {disk.identifier:<36} {disk.group:<16} {status}".rstrip() + "\n")
    return 0


async def lsrep(_server: VirtualIOServer, call: Call) -> int:
    """There is no virtual media repository in this world."""
    if read_flags(call, "lsrep [-field FieldName ...] [-fmt Delimiter]", values=("fmt",), lists=("field",))[1]:
        raise UsageError("Usage: lsrep [-field FieldName ...] [-fmt Delimiter]")
    raise UsageError("The virtual media repository does not exist.", NOT_FOUND)


async def lsvopt(_server: VirtualIOServer, call: Call) -> int:
    """No client has a virtual optical device in this world: the header only."""
    usage = "lsvopt [-vtd VirtualTargetDevice] [-field FieldName ...] [-fmt Delimiter]"
    options, rest = read_flags(call, usage, values=("vtd", "fmt"), lists=("field",))
    if rest:
        raise UsageError(f"Usage: {usage}")
    if "vtd" in options:
        raise UsageError(f'Device "{options["vtd"]}" is not found.', NOT_FOUND)
    if "fmt" not in options:
        await call.stdout.write("VTD             Media                              Size(mb)\n")
    return 0


async def svmon(server: VirtualIOServer, call: Call) -> int:
    """``svmon -G``: how the memory is used."""
    options, rest = parse(call, "GO:")
    chosen = dict(options)
    unit = chosen.get("-O", "unit=page").removeprefix("unit=")
    if rest or "-G" not in chosen or unit not in _UNITS:
        raise UsageError(f"Usage: {_SVMON}")
    pages = server.view.memory * _PAGES_OF_MB
    used, pinned = _memory(server)
    amounts = (pages, used, pages - used, pinned, used, pages - used - pages // 100)
    paging = (_PAGING_MB * _PAGES_OF_MB, 2500 + server.view.moving * 40)
    work, cached = used * 3 // 4, used - used * 3 // 4
    text = "" if "-O" not in chosen else f"Unit: {unit}\n{'-' * 87}\n"
    text += f"{'size':>19}{'inuse':>12}{'free':>12}{'pin':>12}{'virtual':>12}{'available':>12}   mmode\n"
    text += f"{'memory':<7}{_cells(amounts, unit)}     Ded\n"
    text += f"{'pg space':<8}{_cells(paging, unit).removeprefix(' ')}\n\n"
    text += f"{'work':>19}{'pers':>12}{'clnt':>12}{'other':>12}\n"
    text += f"{'pin':<7}{_cells((pinned * 4 // 5, 0, 0, pinned - pinned * 4 // 5), unit)}\n"
    text += f"{'in use':<7}{_cells((work, 0, cached), unit)}\n"
    await call.stdout.write(text)
    return 0


def _memory(server: VirtualIOServer) -> tuple[int, int]:
    """Pages in use and pages pinned: a share of all, more for each migration that is moved and each client."""
    view = server.view
    pages = view.memory * _PAGES_OF_MB
    clients = len(view.storage) + len(view.fibre) + len(view.vnics)
    used = min(pages * 9 // 10, pages // 3 + (clients * 8 + view.moving * 256) * _PAGES_OF_MB)
    return used, used * 3 // 5


def _cells(numbers: tuple[int, ...], unit: str) -> str:
    factor = _UNITS[unit]
    texts = (str(number) if unit == "page" else f"{number * factor:.{2 if factor < 1 else 0}f}" for number in numbers)
    return "".join(f"{text:>12}" for text in texts)


async def vmstat(server: VirtualIOServer, call: Call) -> int:
    """``vmstat [INTERVAL [COUNT]]``."""
    words = list(call.arguments)
    if any(not word.isdigit() for word in words) or len(words) > 2 or "0" in words:
        raise UsageError(f"Usage: {_VMSTAT}")
    interval = int(words[0]) if words else 0
    count = int(words[1]) if len(words) > 1 else (_MOST_SAMPLES if words else 1)
    view = server.view
    await call.stdout.write(
        f"\nSystem configuration: lcpu={view.processors * _THREADS} mem={view.memory}MB ent={view.units:.2f}\n\n"
        "kthr    memory              page              faults              cpu          \n"
        "----- ----------- ------------------------ ------------ -----------------------\n"
        " r  b   avm   fre  re  pi  po  fr   sr  cy  in   sy  cs us sy id wa    pc    ec\n"
    )
    for number in range(min(count, _MOST_SAMPLES)):
        if number:
            await server.pause(interval)
        await call.stdout.write(_sample(server))
    return 0


def _sample(server: VirtualIOServer) -> str:
    """A line: a quiet system, and what the migrations add that it moves now."""
    view = server.view
    used, _ = _memory(server)
    kernel = min(95, 1 + 12 * view.moving)
    consumed = view.units * (kernel + 1) / 100
    return (
        f"{1 + view.moving:>2}  0 {used:>6} {view.memory * _PAGES_OF_MB - used:>6}   0   0   0   0    0   0 "
        f"{10 + 4000 * view.moving:>5} {450 + 900 * view.moving:>4} {300 + 7000 * view.moving:>4} "
        f"{1:>2} {kernel:>2} {99 - kernel:>2}  0 {consumed:>5.2f} {kernel + 1:>5.1f}\n"
    )


async def date(server: VirtualIOServer, call: Call) -> int:
    """The time; with ``+FORMAT`` in that form."""
    options, words = parse(call, "u")
    when = datetime.fromtimestamp(server.clock.time()).astimezone()
    if options:
        raise not_simulated(call, "-u")
    if not words:
        await call.stdout.write(f"{when:%a %b %d %H:%M:%S %Z %Y}\n")
    elif len(words) == 1 and words[0].startswith("+"):
        await call.stdout.write(f"{when.strftime(words[0][1:])}\n")
    else:
        raise UsageError("date: 0551-402 Invalid character in date/time specification.")
    return 0


async def hostname(server: VirtualIOServer, call: Call) -> int:
    """The name."""
    if call.arguments:
        raise not_simulated(call, " ".join(call.arguments))
    await call.stdout.write(f"{server.view.name}\n")
    return 0


async def uname(server: VirtualIOServer, call: Call) -> int:
    """``uname`` with ``-a``, ``-s``, ``-n``, ``-r``, ``-v``, ``-m``, ``-M`` or ``-u``."""
    options, words = parse(call, "asnrvmMu")
    if words:
        raise UsageError("Usage: uname [-a|-s|-n|-r|-v|-m|-M|-u]")
    view = server.view
    version, release = ("7", "3") if view.level.startswith("4.") else ("7", "2")
    facts = {"s": "AIX", "n": view.name, "r": release, "v": version, "m": view.machine_id}
    letters = "".join(name[1] for name, _ in options) or "s"
    if letters in ("M", "u"):
        line = f"IBM,{view.type_model}" if letters == "M" else f"IBM,02{view.serial}"
    else:
        chosen = "snrvm" if "a" in letters else "".join(letter for letter in "snrvm" if letter in letters)
        line = " ".join(facts[letter] for letter in chosen)
    await call.stdout.write(f"{line}\n")
    return 0


async def license_command(_server: VirtualIOServer, call: Call) -> int:
    """``license -accept``: it was accepted when the server was installed."""
    options, rest = read_flags(call, "license [-accept | -view]", flags=("accept", "view"))
    if rest or len(options) > 1:
        raise UsageError("Usage: license [-accept | -view]")
    if "view" in options:
        raise not_simulated(call, "-view")
    if not options:
        await call.stdout.write("The license has been accepted\n")
    return 0


async def stty(_server: VirtualIOServer, call: Call) -> int:
    """``stty size``."""
    if list(call.arguments) != ["size"]:
        raise not_simulated(call, " ".join(call.arguments) or "all settings")
    if call.terminal is None:
        raise UsageError("stty: tcgetattr: A specified file does not support the ioctl system call.", INCOMPLETE)
    await call.stdout.write(f"{call.terminal.rows} {call.terminal.columns}\n")
    return 0


COMMANDS: dict[str, ViosCommand] = {
    "lspv": lspv,
    "lsrep": lsrep,
    "lsvopt": lsvopt,
    "svmon": svmon,
    "vmstat": vmstat,
    "date": date,
    "hostname": hostname,
    "uname": uname,
    "license": license_command,
    "stty": stty,
}
