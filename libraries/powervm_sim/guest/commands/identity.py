"""Who and what the system is: ``uname``, ``hostname``, ``uptime``, ``nproc``, ``id`` and ``whoami``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, name_of, not_simulated, parse, quoted
from powervm_sim.guest.processor import mode, processor
from powervm_sim.guest.shell_system import GuestSystem
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_UNAME_ORDER = "snrvmpio"
_UNAME_LONG = {
    "kernel-name": "s",
    "nodename": "n",
    "kernel-release": "r",
    "kernel-version": "v",
    "machine": "m",
    "processor": "p",
    "hardware-platform": "i",
    "operating-system": "o",
    "all": "a",
}


async def uname(guest: LinuxGuest, call: Call) -> int:
    """``uname``, with all its options."""
    options, rest = parse(call, "asnrvmpio", tuple(_UNAME_LONG))
    if rest:
        raise UsageError(f"uname: extra operand {quoted(rest[0])}")
    letters = {_UNAME_LONG[name[2:]] if name.startswith("--") else name[1] for name, _ in options} or {"s"}
    if "a" in letters:
        letters = set(_UNAME_ORDER)
    machine = "ppc64le"
    values = {
        "s": "Linux",
        "n": guest.host_name,
        "r": guest.spec.release,
        "v": guest.spec.system.build,
        "m": machine,
        "p": machine,
        "i": machine,
        "o": "GNU/Linux",
    }
    await call.stdout.write(" ".join(values[letter] for letter in _UNAME_ORDER if letter in letters) + "\n")
    return 0


async def hostname(guest: LinuxGuest, call: Call) -> int:
    """``hostname``, ``-s``, ``-f``, ``-i`` and ``-I``; with an argument it sets the name until the next boot."""
    options, rest = parse(call, "sfdiI", ("short", "fqdn", "long", "domain", "ip-address", "all-ip-addresses"))
    kinds = {name.lstrip("-") for name, _ in options}
    addresses = guest.network.addresses()
    if rest:
        guest.host_name = rest[0]
        return 0
    if kinds & {"I", "all-ip-addresses"}:
        text = " ".join(addresses) + " "
    elif kinds & {"i", "ip-address"}:
        text = addresses[0] if addresses else "127.0.0.1"
    elif kinds & {"s", "short"}:
        text = guest.host_name.partition(".")[0]
    elif kinds & {"d", "domain"}:
        text = guest.host_name.partition(".")[2]
    else:
        text = guest.host_name
    await call.stdout.write(f"{text}\n")
    return 0


async def uptime(guest: LinuxGuest, call: Call) -> int:
    """``uptime``, ``-p`` and ``-s``."""
    options, _ = parse(call, "ps", ("pretty", "since"))
    kinds = {name for name, _ in options}
    now = datetime.fromtimestamp(guest.clock.time()).astimezone()
    minutes = int(guest.uptime // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if kinds & {"-s", "--since"}:
        booted = datetime.fromtimestamp(guest.clock.time() - guest.uptime).astimezone()
        text = f"{booted:%Y-%m-%d %H:%M:%S}"
    elif kinds & {"-p", "--pretty"}:
        parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
        shown = [f"{count} {unit}{'s' * (count != 1)}" for count, unit in parts if count] or ["0 minutes"]
        text = "up " + ", ".join(shown)
    else:
        long = f"{days} day{'s' * (days != 1)}, " if days else ""
        clock = f"{hours:2d}:{minutes:02d}" if hours else f"{minutes} min"
        users = "1 user" if call.terminal else "0 users"
        text = f" {now:%H:%M:%S} up {long}{clock},  {users},  load average: {', '.join(guest.load.split())}"
    await call.stdout.write(f"{text}\n")
    return 0


async def nproc(guest: LinuxGuest, call: Call) -> int:
    """``nproc``."""
    parse(call, "", ("all",))
    await call.stdout.write(f"{guest.cpus}\n")
    return 0


async def whoami(_: LinuxGuest, call: Call) -> int:
    """``whoami``: everybody is root here."""
    parse(call)
    await call.stdout.write("root\n")
    return 0


async def identity(_: LinuxGuest, call: Call) -> int:
    """``id`` of root, ``-u``, ``-g``, ``-G`` and ``-n``."""
    options, rest = parse(call, "ugGnr", ("user", "group", "groups", "name", "real"))
    if rest and rest[0] not in ("root", "0"):
        raise UsageError(f"id: {quoted(rest[0])}: no such user")
    kinds = {name.lstrip("-")[:1] if name.startswith("-") else name for name, _ in options}
    if kinds & {"u", "g", "G"}:
        text = "root" if "n" in kinds else "0"
    elif kinds:
        raise UsageError("id: cannot print only names or real IDs in default format")
    else:
        text = "uid=0(root) gid=0(root) groups=0(root)"
    await call.stdout.write(f"{text}\n")
    return 0


async def true(guest: LinuxGuest, call: Call) -> int:
    """``/bin/true``; with ``LD_SHOW_AUXV=1`` the loader shows what the kernel told about the processor at boot."""
    if call.variables.get("LD_SHOW_AUXV"):
        booted = guest.booted_on
        platform = mode(booted.compatibility_mode, booted.processor).name.lower()
        base = processor(booted.processor).name.lower()
        entries = {
            "AT_SYSINFO_EHDR": "0x7fff9c5e0000",
            "AT_HWCAP": "true_le archpmu vsx arch_2_06 dfp ic_snoop smt mmu fpu altivec ppc64 ppc32",
            "AT_PAGESZ": "65536",
            "AT_CLKTCK": "100",
            "AT_UID": "0",
            "AT_SECURE": "0",
            "AT_HWCAP2": _capabilities(platform),
            "AT_EXECFN": call.name,
            "AT_PLATFORM": platform,
            "AT_BASE_PLATFORM": base,
        }
        await call.stdout.write("".join(f"{name + ':':<21} {value}\n" for name, value in entries.items()))
    return 0


def _capabilities(platform: str) -> str:
    """What the processor mode gives to programs."""
    generation = int(platform.removeprefix("power"))
    names = {11: "mma arch_3_1", 10: "mma arch_3_1", 9: "darn ieee128 arch_3_00"}
    known = " ".join(text for number, text in names.items() if number <= generation and number != 11)
    return f"{known} vcrypto tar isel ebb dscr htm-nosc arch_2_07".strip()


async def false(_: LinuxGuest, call: Call) -> int:  # noqa: ARG001 - the form of a command
    """``/bin/false``."""
    return 1


async def which(guest: LinuxGuest, call: Call) -> int:
    """``which``: the paths of programs; the status is the number of those that are missing."""
    options, names = parse(call, "a", ("all",))
    if options:
        raise not_simulated(call, options[0][0])
    system = GuestSystem(guest)
    search, folder = call.variables.get("PATH", ""), call.variables.get("PWD", "/")
    missing = 0
    for name in names:
        path = system.locate(name, search, folder)
        if path is not None:
            await call.stdout.write(f"{path}\n")
        else:
            missing += 1
            await call.stderr.write(f"/usr/bin/{name_of(call)}: no {name} in ({search})\n")
    return missing


COMMANDS: dict[str, GuestCommand] = {
    "uname": uname,
    "hostname": hostname,
    "uptime": uptime,
    "nproc": nproc,
    "whoami": whoami,
    "id": identity,
    "true": true,
    "false": false,
    "which": which,
}
