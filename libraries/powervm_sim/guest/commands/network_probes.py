"""Reaching others over TCP, and the firewall: ``nc -zv``, ``getent hosts``, ``firewall-cmd``."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.guest.commands.ping import resolve
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_NOT_RUNNING = 252
_DEFAULT_WAIT = 10.0
_OWN_PORTS = frozenset({22, 657})


async def nc(guest: LinuxGuest, call: Call) -> int:
    """``nc -z [-v] [-w S] HOST PORT``: is the port open? Carrying data is not simulated."""
    options, words = parse(call, "zvw:nu46", ("zero", "version"))
    kinds = {option for option, _ in options}
    if "-z" not in kinds or "-u" in kinds or len(words) != 2 or not words[1].isdigit():
        raise not_simulated(call, " ".join(call.arguments) or "without -z")
    host, port = words[0], int(words[1])
    verbose = "-v" in kinds
    nmap = guest.spec.distribution.startswith("rhel")
    if verbose and nmap:
        await call.stderr.write("Ncat: Version 7.92 ( https://nmap.org/ncat )\n")
    address = resolve(guest, host)
    if address is None:
        reason = f'Ncat: Could not resolve hostname "{host}": Name or service not known. QUITTING.'
        other = f'nc: getaddrinfo for host "{host}" port {port}: Name or service not known'
        raise UsageError(
            reason if nmap else f'nc: getaddrinfo for host "{host}" port {port}: Name or service not known'
        )
    state = await _connect(guest, address, port, float(dict(options).get("-w", _DEFAULT_WAIT)))
    if state == "open":
        if verbose:
            seconds = "Ncat: 0 bytes sent, 0 bytes received in 0.04 seconds.\n"
            text = f"Ncat: Connected to {address}:{port}.\n{seconds}"
            await call.stderr.write(text if nmap else f"Connection to {host} {port} port [tcp/*] succeeded!\n")
        return 0
    if verbose:
        words_for = {"refused": "Connection refused", "timeout": "TIMEOUT", "unreachable": "Network is unreachable"}
        other = f"nc: connect to {host} port {port} (tcp) failed: {words_for[state]}\n"
        await call.stderr.write(f"Ncat: {words_for[state]}.\n" if nmap else other)
    return 1


async def _connect(guest: LinuxGuest, address: str, port: int, wait: float) -> str:
    """``open``, ``refused``, ``timeout`` or ``unreachable``."""
    if address in (*guest.network.addresses(), "127.0.0.1", "::1"):
        return "open" if port in _OWN_PORTS else "refused"
    interface = guest.network.source(address)
    if interface is None:
        return "unreachable"
    found = guest.firmware.neighbour(address)
    if found is None or not found.answers or not interface.works:
        await guest.sleep(wait)
        return "timeout"
    await guest.sleep(0.0)
    return "open" if port in found.ports else "refused"


_FAILURES = {"refused": errno.ECONNREFUSED, "timeout": errno.ETIMEDOUT, "unreachable": errno.ENETUNREACH}
_SYSTEM_WAIT = 127.0


async def connect(guest: LinuxGuest, host: str, port: int) -> None:
    """Try a TCP connection, as the shell does for ``/dev/tcp``. Raises OSError when there is none."""
    address = resolve(guest, host)
    if address is None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    state = await _connect(guest, address, port, _SYSTEM_WAIT)
    if state != "open":
        raise OSError(_FAILURES[state], os.strerror(_FAILURES[state]))


async def getent(guest: LinuxGuest, call: Call) -> int:
    """``getent hosts NAME`` and ``getent passwd [NAME]``."""
    words = list(call.arguments)
    if words[:1] in (["hosts"], ["ahosts"]) and len(words) == 2:
        address = resolve(guest, words[1])
        if address is None:
            return 2
        await call.stdout.write(f"{address:<15} {words[1]}\n")
        return 0
    if words[:1] in (["passwd"], ["group"]):
        lines = guest.tree.read(f"/etc/{words[0]}").decode().splitlines()
        chosen = [line for line in lines if len(words) < 2 or words[1] in (line.split(":")[0], line.split(":")[2])]
        await call.stdout.write("".join(f"{line}\n" for line in chosen))
        return 0 if chosen else 2
    raise not_simulated(call, " ".join(words) or "without a database")


async def firewall_cmd(guest: LinuxGuest, call: Call) -> int:
    """``--state``, ``--list-ports``, ``--list-all``, ``--reload``, and rules for ports, several of them at once."""
    words = [word for word in call.arguments if not word.startswith("--zone=")]
    permanent = "--permanent" in words
    quiet = "-q" in words or "--quiet" in words
    words = [word for word in words if word not in ("--permanent", "-q", "--quiet")]
    unit = guest.units.find("firewalld")
    running = unit is not None and unit.active
    if words == ["--state"]:
        await (call.stdout if running else call.stderr).write("running\n" if running else "not running\n")
        return 0 if running else _NOT_RUNNING
    if not running:
        raise UsageError("FirewallD is not running", _NOT_RUNNING)
    rules = [word.partition("=") for word in words]
    verbs = {verb for verb, _, _ in rules}
    if len(verbs) != 1 or (len(rules) > 1 and not verbs <= {"--add-port", "--remove-port"}):
        raise not_simulated(call, " ".join(call.arguments) or "without options")
    text, status = "", 0
    for verb, _, port in rules:
        said, status = _rule(guest, verb, port, permanent=permanent)
        if said is None:
            raise not_simulated(call, verb)
        text = said
    guest.firmware.rmc_changed()
    if not quiet:
        await call.stdout.write(text)
    return status


def _rule(guest: LinuxGuest, verb: str, port: str, *, permanent: bool) -> tuple[str | None, int]:
    """What a verb prints (None: it is not simulated), and the exit status."""
    rules = guest.firewall
    ports = rules.permanent if permanent else rules.ports
    if verb == "--list-ports":
        return " ".join(sorted(ports)) + "\n", 0
    if verb == "--list-all":
        name = next((interface.name for interface in guest.network.interfaces[1:]), "")
        head = f"public (active)\n  target: default\n  interfaces: {name}\n  services: cockpit dhcpv6-client ssh\n"
        return f"{head}  ports: {' '.join(sorted(ports))}\n", 0
    if verb == "--query-port":
        return ("yes\n", 0) if port in ports else ("no\n", 1)
    if verb in ("--add-port", "--remove-port"):
        _check_port(port)
        (ports.add if verb == "--add-port" else ports.discard)(port)
    elif verb in ("--reload", "--complete-reload"):
        rules.ports = set(rules.permanent)
    else:
        return None, 1
    return "success\n", 0


def _check_port(text: str) -> None:
    numbers, slash, protocol = text.partition("/")
    if not slash or protocol not in ("tcp", "udp") or not all(part.isdigit() for part in numbers.split("-")):
        raise UsageError(f"Error: INVALID_PORT: bad port (most likely missing protocol), correct syntax is {text}", 102)


COMMANDS: dict[str, GuestCommand] = {"nc": nc, "ncat": nc, "getent": getent, "firewall-cmd": firewall_cmd}
