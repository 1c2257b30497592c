"""Figures and settings of the system: ``free mount findmnt sysctl logger groups sync getconf hostnamectl``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse, quoted
from powervm_sim.guest.hardware_files import memory_total, model
from powervm_sim.guest.kernel_log import FACILITIES, Level
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_UNITS = {"b": 1 / 1024, "k": 1, "m": 1024, "g": 1024 * 1024}


async def free(guest: LinuxGuest, call: Call) -> int:
    """``free [-b|-k|-m|-g|-h] [-t] [-w]``."""
    long = ("bytes", "kibi", "kilo", "mebi", "mega", "gibi", "giga", "human", "total")
    options, rest = parse(call, "bkmghtw", long)
    letters = {name.lstrip("-")[:1] for name, _ in options}
    if rest or "w" in letters:
        raise not_simulated(call, rest[0] if rest else "-w")
    lines = guest.tree.read("/proc/meminfo").decode().splitlines()
    values = {line.partition(":")[0]: int(line.split()[1]) for line in lines}
    total, unused = values["MemTotal"], values["MemFree"]
    cache = values["Cached"] + values["Buffers"]
    used = max(0, total - unused - cache)
    memory = [total, used, unused, 9472, cache, values["MemAvailable"]]
    swap = [values["SwapTotal"], values["SwapTotal"] - values["SwapFree"], values["SwapFree"]]
    rows = [("Mem:", memory), ("Swap:", swap)]
    if "t" in letters:
        rows.append(("Total:", [memory[place] + swap[place] for place in range(3)]))
    unit = next((size for letter, size in _UNITS.items() if letter in letters), 1)
    show = _human if "h" in letters else lambda figure: str(int(figure / unit))
    titles = ("total", "used", "free", "shared", "buff/cache", "available")
    text = " " * 8 + "".join(f"{title:>12}" for title in titles) + "\n"
    for name, figures in rows:
        text += f"{name:<8}" + "".join(f"{show(figure):>12}" for figure in figures) + "\n"
    await call.stdout.write(text)
    return 0


def _human(kilobytes: float) -> str:
    if not kilobytes:
        return "0B"
    size = float(kilobytes)
    for unit in ("Ki", "Mi", "Gi", "Ti"):
        if size < 1024 or unit == "Ti":
            break
        size /= 1024
    return f"{size:.1f}{unit}" if size < 10 else f"{size:.0f}{unit}"


async def mount(guest: LinuxGuest, call: Call) -> int:
    """``mount`` without arguments, and ``findmnt``'s kind of question is not simulated."""
    if call.arguments:
        raise not_simulated(call, " ".join(call.arguments))
    for line in guest.tree.read("/proc/mounts").decode().splitlines():
        device, folder, kind, flags = line.split()[:4]
        await call.stdout.write(f"{device} on {folder} type {kind} ({flags})\n")
    return 0


async def sysctl(guest: LinuxGuest, call: Call) -> int:
    """``sysctl [-n] NAME...``, ``sysctl [-w] NAME=VALUE`` and ``-a``: what ``/proc/sys`` has."""
    options, words = parse(call, "nwaqeb", ("all", "values", "write"))
    kinds = {name.lstrip("-")[:1] for name, _ in options}
    root = "/proc/sys"
    if "a" in kinds:
        found = [path for path, _ in guest.tree.walk(root) if not guest.tree.is_dir(path)]
        words = [path[len(root) + 1 :].replace("/", ".") for path in found]
    status = 0
    for word in words:
        name, equals, value = word.partition("=")
        name, value = name.strip(), value.strip()
        path = f"{root}/{name.replace('.', '/')}"
        if not guest.tree.exists(path) or guest.tree.is_dir(path):
            status = 255
            await call.stderr.write(f"sysctl: cannot stat {path}: No such file or directory\n")
            continue
        if equals:
            try:
                guest.tree.write(path, f"{value}\n".encode())
            except PermissionError:
                status = 255
                await call.stderr.write(f'sysctl: permission denied on key "{name}"\n')
                continue
        shown = guest.tree.read(path).decode().strip()
        await call.stdout.write(f"{shown}\n" if "n" in kinds else f"{name} = {shown}\n")
    return status


async def logger(guest: LinuxGuest, call: Call) -> int:
    """``logger [-t TAG] [-p FACILITY.LEVEL] [-i] MESSAGE...``; without a message it logs the lines of its input."""
    long = ("tag=", "priority=", "id", "stderr")
    options, words = parse(call, "t:p:isf:", long, mixed=False)
    chosen = {{"--tag": "-t", "--priority": "-p"}.get(name, name): value for name, value in options}
    if chosen.keys() & {"-f", "-s", "--stderr"}:
        raise not_simulated(call, min(chosen.keys() & {"-f", "-s", "--stderr"}))
    facility, dot, level = chosen.get("-p", "user.notice").partition(".")
    if not dot:
        facility, level = "user", facility
    names = Level.__members__ | {"WARNING": Level.WARN, "ERROR": Level.ERR, "PANIC": Level.EMERG}
    number = _FACILITIES.get(facility)
    if number is None or level.upper() not in names:
        unknown = facility if number is None else level
        raise UsageError(f"logger: unknown {'facility' if number is None else 'priority'} name: {unknown}")
    lines = [" ".join(words)] if words else (await call.stdin.read()).splitlines()
    pid = guest.processes.current_pid()
    for line in lines:
        guest.log(line, chosen.get("-t", "root"), priority=names[level.upper()], facility=number, pid=pid)
    return 0


_FACILITIES = {name: number for number, name in enumerate(FACILITIES)} | {f"local{n}": 16 + n for n in range(8)}


async def groups(_: LinuxGuest, call: Call) -> int:
    """``groups``: root is in one."""
    names = parse(call)[1]
    unknown = [name for name in names if name != "root"]
    if unknown:
        raise UsageError(f"groups: {quoted(unknown[0])}: no such user")
    await call.stdout.write("".join(f"{name} : root\n" for name in names) or "root\n")
    return 0


async def sync(_: LinuxGuest, call: Call) -> int:
    """``sync``: nothing is ever waiting to be written."""
    parse(call, "df")
    return 0


async def getconf(guest: LinuxGuest, call: Call) -> int:
    """``getconf``, the values that scripts ask for."""
    values = {
        "_NPROCESSORS_ONLN": guest.cpus,
        "_NPROCESSORS_CONF": guest.cpus,
        "PAGESIZE": 65536,
        "PAGE_SIZE": 65536,
        "LONG_BIT": 64,
        "CLK_TCK": 100,
        "_PHYS_PAGES": memory_total(guest.hardware) // 64,
        "ARG_MAX": 2_097_152,
    }
    if len(call.arguments) != 1:
        raise not_simulated(call, " ".join(call.arguments) or "without a name")
    if call.arguments[0] not in values:
        raise UsageError(f"getconf: Unrecognized variable `{call.arguments[0]}'", 2)
    await call.stdout.write(f"{values[call.arguments[0]]}\n")
    return 0


async def hostnamectl(guest: LinuxGuest, call: Call) -> int:
    """``hostnamectl [status]`` and ``set-hostname NAME``."""
    words = list(call.arguments)
    if words[:1] in (["set-hostname"], ["hostname"]) and len(words) == 2:
        guest.host_name = words[1]
        return 0
    if words == ["hostname"]:
        await call.stdout.write(f"{guest.host_name}\n")
        return 0
    if words not in ([], ["status"]):
        raise not_simulated(call, " ".join(words))
    pretty = next(line for line in guest.spec.system.os_release if line.startswith("PRETTY_NAME="))
    values = {
        "Static hostname": guest.host_name,
        "Icon name": "computer-vm",
        "Machine ID": guest.machine_id,
        "Boot ID": guest.boot_id.replace("-", ""),
        "Virtualization": "powervm",
        "Operating System": pretty.partition("=")[2].strip('"'),
        "Kernel": f"Linux {guest.spec.release}",
        "Architecture": "ppc64-le",
        "Hardware Model": model(guest.hardware),
    }
    await call.stdout.write("".join(f"{name:>17}: {value}\n" for name, value in values.items()))
    return 0


COMMANDS: dict[str, GuestCommand] = {
    "free": free,
    "mount": mount,
    "sysctl": sysctl,
    "logger": logger,
    "groups": groups,
    "sync": sync,
    "getconf": getconf,
    "hostnamectl": hostnamectl,
}
