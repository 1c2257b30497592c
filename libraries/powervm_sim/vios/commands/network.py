"""``entstat``, ``netstat`` and ``lstcpip``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm_sim.guest.commands.options import UsageError, not_simulated
from powervm_sim.shell.call import Call
from powervm_sim.vios.commands.adapter_statistics import statistics
from powervm_sim.vios.commands.kinds import NOT_FOUND, ViosCommand, read_flags
from powervm_sim.vios.device_list import find

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

_ENTSTAT = "entstat [-all] [-reset] Device_Name"
_NETSTAT = """netstat [-num] [-routtable] [-state] [-socket] [-protocol Protocol] [Interval]
       netstat -stats [-protocol Protocol] [Interval]
       netstat -cdlistats"""
_LSTCPIP = """lstcpip [-num] [-routtable] [-routinfo] [-state [-field FieldName ...]] [-arp]
       lstcpip -stored | -adapters | -sockets | -namesrv | -interfaces [-fmt Delimiter] | -hostname"""


async def entstat(server: VirtualIOServer, call: Call) -> int:
    """Statistics of an Ethernet adapter; with ``-all`` also of those below it."""
    options, names = read_flags(call, _ENTSTAT, flags=("all", "reset"))
    if len(names) != 1:
        raise UsageError(f"Usage: {_ENTSTAT}")
    if "reset" in options:
        raise not_simulated(call, "-reset")
    await call.stdout.write(await entstat_text(server, names[0], everything="all" in options))
    return 0


async def entstat_text(server: VirtualIOServer, name: str, *, everything: bool) -> str:
    """What both forms of the command print; a vNIC server has the statistics of what it lends."""
    lent = next((vnic.backing_device for vnic in server.view.vnics if vnic.adapter == name), None)
    device = find(server.view, lent or name, server.defined)
    if device is None or not device.name.startswith("ent") or device.status != "Available":
        raise UsageError(f"entstat: 0909-003 Unable to connect to device {name}, errno = 19", NOT_FOUND)
    return statistics(server.view, device, int(server.clock.time() - server.booted), everything=everything)


async def netstat(server: VirtualIOServer, call: Call) -> int:
    """``netstat -state`` and ``-routtable``, with ``-num``."""
    flags = ("num", "state", "routtable", "socket", "stats", "cdlistats", "inet")
    options, rest = read_flags(call, _NETSTAT, flags=flags, values=("protocol",))
    if rest and not (len(rest) == 1 and rest[0].isdigit()):
        raise UsageError(f"Usage: {_NETSTAT}")
    missing = options.keys() - {"num", "state", "routtable"} or set(rest)
    if missing or not options.keys() & {"state", "routtable"}:
        raise not_simulated(call, " ".join(call.arguments) or "a list of sockets")
    if "routtable" in options:
        await call.stdout.write(_routes(server))
    if "state" in options:
        await call.stdout.write(_state(server))
    return 0


async def lstcpip(server: VirtualIOServer, call: Call) -> int:
    """The state of the interfaces (``-num`` alone shows it, too), the routes, or the interfaces in short."""
    flags = ("num", "state", "routtable", "routinfo", "arp", "stored", "adapters", "sockets", "namesrv", "interfaces")
    options, rest = read_flags(call, _LSTCPIP, flags=(*flags, "hostname"), values=("fmt",), lists=("field",))
    if rest:
        raise UsageError(f"Usage: {_LSTCPIP}")
    chosen = options.keys() - {"num"}
    if chosen == {"routtable"}:
        await call.stdout.write(_routes(server))
    elif chosen == {"hostname"}:
        await call.stdout.write(f"{server.view.name}\n")
    elif chosen in (set(), {"state"}):
        await call.stdout.write(_state(server))
    elif "interfaces" in chosen and chosen <= {"interfaces", "fmt"}:
        await call.stdout.write(_interfaces(server, options.get("fmt")))
    else:
        raise not_simulated(call, " ".join(call.arguments))
    return 0


def _state(server: VirtualIOServer) -> str:
    view = server.view
    net = next((net for net in view.network if net.shared_adapter), None)
    mac = "0" * 12 if net is None else net.backing_mac
    link = ".".join(format(int(mac[index : index + 2], 16), "x") for index in range(0, 12, 2))
    up = int(server.clock.time() - server.booted)
    counts = f"{3 * up:>9} {0:>5} {2 * up:>9} {0:>5} {0:>5}"
    rows = []
    if view.address:
        rows.append((view.interface, "1500", "link#2", link, counts))
        rows.append((view.interface, "1500", _network(view.address), view.address, counts))
    local = f"{up:>9} {0:>5} {up:>9} {0:>5} {0:>5}"
    rows += [("lo0", "16896", "link#1", "", local), ("lo0", "16896", "127", "127.0.0.1", local)]
    rows.append(("lo0", "16896", "::1%1", "", local))
    head = "Name  Mtu   Network     Address               Ipkts Ierrs     Opkts Oerrs  Coll\n"
    return head + "".join(f"{n:<5} {mtu:<5} {net:<11} {address:<17} {count}\n" for n, mtu, net, address, count in rows)


def _network(address: str) -> str:
    return ".".join(address.split(".")[:2])


def _routes(server: VirtualIOServer) -> str:
    view = server.view
    text = "Routing tables\n"
    text += "Destination        Gateway           Flags   Refs     Use  If   Exp  Groups\n\n"
    text += "Route Tree for Protocol Family 2 (Internet):\n"
    if view.address:
        network = _network(view.address)
        gateway = f"{network}.0.1"
        text += f"{'default':<18} {gateway:<17} UG        1      {int(server.clock.time() - server.booted):>6} "
        text += f"{view.interface}      -      -\n"
        text += f"{network + '/16':<18} {view.address:<17} U         1           0 {view.interface}      -      -\n"
    return text + f"{'127/8':<18} {'127.0.0.1':<17} U         2           0 lo0      -      -\n"


def _interfaces(server: VirtualIOServer, separator: str | None) -> str:
    view = server.view
    if not view.address:
        return ""
    if separator is not None:
        return separator.join((view.interface, view.address, "255.255.0.0", "up")) + "\n"
    head = f"{'Name':<16} {'Address':<39} {'Mask':<17} State\n"
    return head + f"{view.interface:<16} {view.address:<39} {'255.255.0.0':<17} up\n"


COMMANDS: dict[str, ViosCommand] = {"entstat": entstat, "netstat": netstat, "lstcpip": lstcpip}
