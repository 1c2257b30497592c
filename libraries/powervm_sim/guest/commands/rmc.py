"""RMC from inside the partition: ``rmcctrl``, ``recfgct``, ``rmcdomainstatus`` and ``lsrsrc IBM.MCP``."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.guest.commands.subsystems import started
from powervm_sim.guest.interface import ConsoleContact
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_KNOWN_ONLY = "adDKmMuUhvV"


async def rmcctrl(guest: LinuxGuest, call: Call) -> int:
    """``-z``/``-k`` stop everything, ``-A``/``-s`` start, ``-p``/``-P`` allow or forbid remote clients.

    ``-q``/``-Q`` allow or forbid them from the next start on.
    """
    options, rest = parse(call, "zkAspPqQ" + _KNOWN_ONLY)
    if rest or len(options) != 1:
        raise UsageError("Usage: rmcctrl [ -a | -A | -d | -D | -k | -K | -m | -M | -p | -P | -q | -Q | -s | -z | -h ]")
    action = options[0][0]
    if action in ("-z", "-k"):
        guest.rsct.stop_all()
    elif action in ("-A", "-s"):
        await _start(guest, call)
    elif action in ("-p", "-P"):
        guest.rsct.allow_remote_clients(action == "-p")
    elif action in ("-q", "-Q"):
        guest.rsct.allow_remote_clients_from_next_start(action == "-q")
    else:
        raise not_simulated(call, action)
    return 0


async def _start(guest: LinuxGuest, call: Call) -> None:
    daemon = guest.rsct.find("ctrmc")
    idle = daemon is not None and daemon.pid is None
    guest.rsct.start_defaults()
    if daemon is not None and daemon.pid is not None and idle:
        await call.stdout.write(f"{started(daemon.name, daemon.pid)}\n")


async def recfgct(guest: LinuxGuest, call: Call) -> int:
    """A new node id and a new configuration; RMC starts with it."""
    options, rest = parse(call, "ins")
    if options or rest:
        raise not_simulated(call, " ".join(call.arguments))
    guest.rsct.reconfigure()
    daemon = guest.rsct.find("ctrmc")
    lines = [f"0513-071 The {name} Subsystem has been added." for name in ("ctcas", "ctrmc")]
    if daemon is not None and daemon.pid is not None:
        lines.append(started(daemon.name, daemon.pid))
    await call.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


async def rmcdomainstatus(guest: LinuxGuest, call: Call) -> int:
    """``rmcdomainstatus -s ctrmc``: one row for each console, ``I A`` when it is in contact, ``O A`` when not."""
    options, _ = parse(call, "s:a:")
    chosen = dict(options)
    if "-s" not in chosen:
        raise UsageError("Usage: rmcdomainstatus -s ctrmc [-a ip_address]")
    if chosen["-s"] != "ctrmc":
        raise UsageError(f"0513-085 The {chosen['-s']} Subsystem is not on file.")
    if not guest.rsct.active:
        raise UsageError(
            "0513-036 The request could not be passed to the ctrmc subsystem.\n"
            "Start the subsystem and try your command again."
        )
    contact = "I A" if guest.rmc_ready else "O A"
    text = "\nManagement Domain Status: Management Control Points\n"
    for number, console in enumerate(_contacts(guest, chosen.get("-a")), 1):
        text += f"  {contact}  0x{_node_id(console.name):016x}  {number:04d}  {console.address}\n"
    await call.stdout.write(text)
    return 0


def _contacts(guest: LinuxGuest, address: str | None) -> list[ConsoleContact]:
    return [console for console in guest.hardware.consoles if address in (None, console.address)]


def _node_id(name: str) -> int:
    """A number that stays the same for the same name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


async def lsrsrc(guest: LinuxGuest, call: Call) -> int:
    """``lsrsrc IBM.MCP [ATTRIBUTE...]``."""
    if not guest.rsct.active:
        message = '2612-022 A session could not be established with the RMC daemon on "local_node".'
        raise UsageError(f"/usr/bin/lsrsrc: {message}")
    options, words = parse(call, "s:abdilxtADnpI", mixed=False)
    if options or not words or words[0] != "IBM.MCP":
        raise not_simulated(call, " ".join(call.arguments) or "list of classes")
    text = "Resource Persistent Attributes for IBM.MCP\n"
    for number, console in enumerate(guest.hardware.consoles, 1):
        attributes = _attributes(guest, console)
        wanted = words[1:] or list(attributes)
        unknown = [name for name in wanted if name not in attributes]
        if unknown:
            raise UsageError(f"/usr/bin/lsrsrc: 2612-012 Attribute {unknown[0]} is not defined for IBM.MCP.")
        width = max(map(len, wanted))
        text += f"resource {number}:\n"
        text += "".join(f"\t{name:<{width}} = {attributes[name]}\n" for name in wanted)
    await call.stdout.write(text.expandtabs(8))
    return 0


def _attributes(guest: LinuxGuest, console: ConsoleContact) -> dict[str, str]:
    mine = guest.spec.addresses[0].partition("/")[0] if guest.spec.addresses else ""
    return {
        "MNName": f'"{mine}"',
        "NodeID": str(_node_id(console.name)),
        "KeyToken": f'"{console.name.upper()}"',
        "IPAddresses": f'{{"{console.address}"}}',
        "ConnectivityNames": f'{{"{mine}"}}',
        "HMCName": f'"{console.type_model_serial}"',
        "HMCIPAddr": f'"{console.address}"',
        "HMCAddIPs": '""',
        "HMCAddIPv6s": '""',
        "ActivePeerDomain": '""',
        "NodeNameList": f'{{"{guest.spec.short_name}"}}',
    }


COMMANDS: dict[str, GuestCommand] = {"rmcdomainstatus": rmcdomainstatus, "lsrsrc": lsrsrc}

PATH_ONLY: dict[str, GuestCommand] = {"rmcctrl": rmcctrl, "recfgct": recfgct}
"""Commands whose folders are not in root's search path."""
