"""What a user may do on the console's own operating system: ``ls who whoami hostname uptime ping``."""

from __future__ import annotations

import ipaddress
import re
import stat
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

from powervm_sim.console.files import Guarded
from powervm_sim.console.login import ConsoleLogin
from powervm_sim.guest.nodes import Folder, Node
from powervm_sim.guest.tree import join
from powervm_sim.shell.call import Call, Command
from powervm_sim.shell.files import reason
from powervm_sim.world.consoles import Console, ConsoleSession
from powervm_sim.world.model import Partition
from powervm_sim.world.state import World

_MOST_PACKETS = 100_000


class _Wrong(Exception):
    """The command line cannot be used: message and status."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


def enter(console: Console, user: str, *, on_terminal: bool) -> Callable[[], None]:
    """Somebody has a session now. Returns what ends it."""
    taken = {session.terminal for session in console.logged_in}
    free = next(f"pts/{number}" for number in range(100_000) if f"pts/{number}" not in taken)
    session = ConsoleSession(user, free if on_terminal else "", time.time())
    console.logged_in.append(session)
    return lambda: console.logged_in.remove(session)


async def _ls(call: Call) -> int:
    """Names, one in a line; ``-l -a -A -1 -d -t -r``."""
    login: ConsoleLogin = call.session
    letters, words = _letters(call, "laA1dtr")
    tree, guard = login.console.files, Guarded(login.console.files, login.person)
    files: list[tuple[str, Node]] = []
    folders: list[tuple[str, Folder]] = []
    status = 0
    for word in words or ["."]:
        try:
            node = tree.node(guard.readable(join(_here(call), word)))
        except OSError as error:
            verb = "open directory" if isinstance(error, PermissionError) else "access"
            await call.stderr.write(f"ls: cannot {verb} '{word}': {reason(error)}\n")
            status = 2
            continue
        if isinstance(node, Folder) and "d" not in letters:
            folders.append((word, node))
        else:
            files.append((word, node))
    blocks = [_listing(files, letters)] if files else []
    for word, folder in folders:
        shown = [(name, node) for name, node in folder.entries.items() if letters & set("aA") or name[0] != "."]
        title = f"{word}:\n" if len(words) > 1 else ""
        total = f"total {sum(-(-node.size // 4096) * 4 for _, node in shown)}\n" if "l" in letters else ""
        blocks.append(title + total + _listing(shown, letters))
    await call.stdout.write("\n".join(blocks))
    return status


def _listing(entries: list[tuple[str, Node]], letters: set[str]) -> str:
    ordered = sorted(entries, key=lambda entry: entry[0])
    if "t" in letters:
        ordered.sort(key=lambda entry: -entry[1].modified)
    if "r" in letters:
        ordered.reverse()
    if "l" not in letters:
        return "".join(f"{name}\n" for name, _ in ordered)
    width = max((len(str(node.size)) for _, node in ordered), default=0)
    return "".join(
        f"{stat.filemode(node.kind | node.mode)} {2 if isinstance(node, Folder) else 1} root root "
        f"{node.size:>{width}} {datetime.fromtimestamp(node.modified).astimezone():%b %e %H:%M} {name}\n"
        for name, node in ordered
    )


async def _who(call: Call) -> int:
    """Who is logged in on a terminal."""
    login: ConsoleLogin = call.session
    if call.arguments and list(call.arguments) != ["-u"]:
        raise _not_simulated(call)
    for session in login.console.logged_in:
        if session.terminal:
            when = datetime.fromtimestamp(session.since).astimezone()
            await call.stdout.write(f"{session.user:<8} {session.terminal:<12} {when:%Y-%m-%d %H:%M}\n")
    return 0


async def _whoami(call: Call) -> int:
    login: ConsoleLogin = call.session
    if call.arguments:
        raise _not_simulated(call)
    await call.stdout.write(f"{login.user}\n")
    return 0


async def _hostname(call: Call) -> int:
    console = call.session.console
    forms = {(): console.name, ("-f",): console.name, ("-s",): console.short_name, ("-i",): console.address}
    shown = forms.get(tuple(call.arguments))
    if shown is None:
        if call.arguments and not call.arguments[0].startswith("-"):
            raise _Wrong("hostname: you must be root to change the host name")
        raise _not_simulated(call)
    await call.stdout.write(f"{shown}\n")
    return 0


async def _uptime(call: Call) -> int:
    console: Console = call.session.console
    if call.arguments:
        raise _not_simulated(call)
    minutes = int(time.time() - console.booted) // 60
    days, hours = minutes // 1440, minutes % 1440 // 60
    since = f"{days} day{'s' if days != 1 else ''}, " if days else ""
    since += f"{hours:2d}:{minutes % 60:02d}" if hours else f"{minutes % 60} min"
    users = sum(bool(session.terminal) for session in console.logged_in)
    now = datetime.now().astimezone()
    await call.stdout.write(
        f" {now:%H:%M:%S} up {since},  {users} user{'s' if users != 1 else ''},  load average: 0.08, 0.03, 0.01\n"
    )
    return 0


async def _ping(call: Call) -> int:
    """``ping [-c COUNT] [-i SECONDS] [-q] HOST``: consoles, Virtual I/O Servers and partitions of this world."""
    login: ConsoleLogin = call.session
    count, interval, host = _ping_options(call)
    address, up = _find(login.world, host)
    if address is None:
        raise _Wrong(f"ping: {host}: Name or service not known", 2)
    await call.stdout.write(f"PING {host} ({address}) 56(84) bytes of data.\n")
    received = sent = 0
    pace = login.world.pace
    while sent < count:
        if sent:
            await pace.real(interval)
        sent += 1
        if up():
            received += 1
            milliseconds = 0.2 + (sent % 7) * 0.02
            await call.stdout.write(f"64 bytes from {address}: icmp_seq={sent} ttl=64 time={milliseconds:.3f} ms\n")
    loss = 100 * (sent - received) // sent
    await call.stdout.write(
        f"\n--- {host} ping statistics ---\n{sent} packets transmitted, {received} received, {loss}% packet loss\n"
    )
    return 0 if received else 1


def _ping_options(call: Call) -> tuple[int, float, str]:
    words = list(call.arguments)
    count, interval = _MOST_PACKETS, 1.0
    hosts: list[str] = []
    while words:
        word = words.pop(0)
        if word in ("-c", "-i", "-w", "-W") and words:
            text = words.pop(0)
            if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text):
                raise _Wrong(f"ping: invalid argument: '{text}'")
            if word == "-c":
                count = min(int(float(text)) or 1, _MOST_PACKETS)
            elif word == "-i":
                interval = max(float(text), 0.2)
        elif word == "-n":
            continue
        elif word.startswith("-"):
            raise _not_simulated(call)
        else:
            hosts.append(word)
    if len(hosts) != 1:
        raise _Wrong("ping: usage error: Destination address required", 1)
    return count, interval, hosts[0]


def _find(world: World, host: str) -> tuple[str | None, Callable[[], bool]]:
    """The address of a machine of the world and whether it answers; an address of nobody never answers."""
    console = next((console for console in world.consoles.values() if console.answers_to(host)), None)
    if console is not None:
        return console.address, lambda: not console.down
    for partition in world.partitions.values():
        if host in (partition.name, partition.address, partition.served_address):
            return partition.address, partial(_answers, world, partition)
    try:
        return str(ipaddress.ip_address(host)), lambda: False
    except ValueError:
        return None, lambda: False


def _answers(world: World, partition: Partition) -> bool:
    return world.home(partition).running and partition.gate.is_open


def _letters(call: Call, known: str) -> tuple[set[str], list[str]]:
    letters: set[str] = set()
    words = []
    for word in call.arguments:
        if word == "--":
            continue
        if word.startswith("-") and len(word) > 1:
            if set(word[1:]) - set(known):
                raise _not_simulated(call)
            letters |= set(word[1:])
        else:
            words.append(word)
    return letters, words


def _here(call: Call) -> str:
    return call.variables.get("PWD") or "/"


def _not_simulated(call: Call) -> _Wrong:
    return _Wrong(f"{call.name} {' '.join(call.arguments)}: not simulated")


def _guarded(work: Command) -> Command:
    async def run(call: Call) -> int:
        try:
            return await work(call)
        except _Wrong as problem:
            await call.stderr.write(f"{problem}\n")
            return problem.status

    return run


HOST_COMMANDS: dict[str, Command] = {
    "hostname": _guarded(_hostname),
    "ls": _guarded(_ls),
    "ping": _guarded(_ping),
    "uptime": _guarded(_uptime),
    "who": _guarded(_who),
    "whoami": _guarded(_whoami),
}
