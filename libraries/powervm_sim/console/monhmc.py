"""``monhmc``: the console's own processors, memory, swap space and file systems."""

from __future__ import annotations

from powervm_sim.console.login import ConsoleCommand, ConsoleLogin
from powervm_sim.console.options import Options, Syntax, value
from powervm_sim.shell.call import Call

_MEMORY = 16_777_216  # kilobytes
_SWAP = 8_388_604
_BLOCK = 1024
_USUAL_INTERVAL = 4


async def _monhmc(login: ConsoleLogin, options: Options, call: Call) -> str:
    """Once for ``-n 0``; else again and again until it is interrupted."""
    interval = int(options.get("-n") or _USUAL_INTERVAL) if options.get("-n") != "0" else 0
    show = _SHOWN[options["-r"]]
    while interval:
        await call.stdout.write(show(login))
        await login.world.pace.real(interval)
    return show(login)


def _processors(login: ConsoleLogin) -> str:
    busy = 1.0 + 2.5 * len(login.console.logged_in)
    busy = min(busy, 95.0)
    return "".join(
        f"%Cpu{number:<3}:{busy:5.1f} us,  0.5 sy,  0.0 ni,{99.5 - busy:5.1f} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st\n"
        for number in range(4)
    )


def _used(login: ConsoleLogin) -> int:
    return 5_500_000 + 24_000 * len(login.console.logged_in)


def _memory(login: ConsoleLogin) -> str:
    used = _used(login)
    return f"KiB Mem :{_MEMORY:9} total,{_MEMORY - used - 6_000_000:9} free,{used:9} used,  6000000 buff/cache\n"


def _swap(login: ConsoleLogin) -> str:
    return f"KiB Swap:{_SWAP:9} total,{_SWAP:9} free,        0 used.{_MEMORY - _used(login):9} avail Mem\n"


def _disks(login: ConsoleLogin) -> str:
    tree = login.console.files
    rows = [("/dev/sda2", 16_377_332, 6_214_900, "/"), ("/dev/sda5", 8_191_416, 1_523_004, "/var")]
    rows.append(("/dev/sda6", tree.size // _BLOCK, -(-tree.used // _BLOCK), "/dump"))
    lines = ["Filesystem     1K-blocks    Used Available Use% Mounted on"]
    for device, size, used, place in rows:
        lines.append(f"{device:<14} {size:>9} {used:>7} {size - used:>9} {-(-100 * used // size):>3}% {place}")
    return "\n".join(lines) + "\n"


_SHOWN = {"proc": _processors, "mem": _memory, "swap": _swap, "disk": _disks}

COMMANDS = (
    ConsoleCommand(
        "monhmc",
        "monhmc -r {disk | proc | mem | swap} [-n interval] [--help]",
        Syntax(value("-r", required=True, choices=tuple(_SHOWN)), value("-n", number=True)),
        _monhmc,
        latency="",
    ),
)
