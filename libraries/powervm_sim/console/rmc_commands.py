"""``diagrmc`` and ``lspartition``: the RMC connections as the console sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import Options, Syntax, flag, value
from powervm_sim.console.os_names import os_facts
from powervm_sim.console.picking import placement_of, server_of
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Placement

_REMEDY = "Check the network and run rmcctrl -z, -A and -p on the partition."
_STEPS = (
    "Checking the network settings of the management console.",
    "Checking the firewall settings for RMC (port 657).",
    "Checking the RMC subsystem of the management console.",
)


async def _diagrmc(login: ConsoleLogin, options: Options, _call: Call) -> str:
    steps = list(_STEPS) if "-v" in options else []
    if "--mcip" in options:
        options.only("--mcip", "--autocorrect", "-v")
        return _lines([*steps, _other_console(login, options["--mcip"])])
    if any(name in options for name in ("-m", "--ip", "-p", "--id")):
        return await _diagnosed(login, options, steps, [_partition(login, options)])
    places = [
        place
        for server in login.servers()
        if server.operating
        for _, place in sorted(server.placements.items())
        if place.running
    ]
    return await _diagnosed(login, options, steps, [(place, place.partition.address) for place in places])


def _partition(login: ConsoleLogin, options: Options) -> tuple[Placement, str]:
    options.need("-m", "--ip")
    placement = placement_of(server_of(login, options), options)
    address = options["--ip"]
    if address not in (placement.partition.address, placement.partition.served_address, placement.name):
        raise hsc.HscError("HSCLAF2B", f"The partition {placement.name} does not have the address {address}.")
    return placement, address


async def _diagnosed(
    login: ConsoleLogin, options: Options, steps: list[str], found: Iterable[tuple[Placement, str]]
) -> str:
    """What is told of each partition. Raises Refusal when one of them is not connected in the end."""
    failed = False
    for placement, address in found:
        if "-v" in options:
            steps.append(f"Checking the node ID and the session of partition {placement.name} ({address}).")
        if "--autocorrect" in options:
            for step in _corrections(placement):
                await login.world.pace.long(login.world.settings.latency.diagnosis)
                steps.append(f"{step} ({address})")
        connected = placement.running and placement.partition.rmc.active
        failed |= not connected
        steps.append(f"{address} has RMC connection." if connected else _cause(placement, address))
    if failed:
        raise hsc.Refusal("\n".join(steps))
    return _lines(steps)


def _corrections(placement: Placement) -> Iterator[str]:
    """Repair what lies on the console's side; each thing as it is done."""
    rmc = placement.partition.rmc
    if not placement.running:
        return
    if rmc.blocked:
        rmc.blocked = False
        rmc.reconnect(0)
        yield "The firewall of the management console was opened for RMC."
    if rmc.waiting:
        rmc.reconnect(0)
        yield "The RMC session was started anew."
    if rmc.stale:
        rmc.stale = False
        yield "The data of the partition was read again."


def _cause(placement: Placement, address: str) -> str:
    text = f"{address} has no RMC connection."
    if not placement.running:
        return f"{text} The partition is in the state {placement.state}."
    rmc = placement.partition.rmc
    if rmc.blocked:
        return f"{text} The firewall of the management console does not allow RMC. Use --autocorrect."
    if rmc.waiting:
        return f"{text} The session is being established. Wait some minutes, or use --autocorrect."
    return f"{text} {_REMEDY}"


def _other_console(login: ConsoleLogin, address: str) -> str:
    other = login.world.console_at(address)
    if other is None:
        text = f"The management console {address} cannot be reached. Check the address and the network."
        raise hsc.HscError("HSCLAF02", text)
    return f"{address} has RMC connection."


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


async def _lspartition(login: ConsoleLogin, options: Options, _call: Call) -> str:
    if "-dlparreset" in options:
        options.only("-dlparreset")
        _reset(login)
        return ""
    if "-dlpar" not in options:
        raise not_simulated("lspartition without -dlpar and -dlparreset")
    options.only("-dlpar")
    return "".join(_entry(number, place) for number, place in enumerate(_running(login)))


def _running(login: ConsoleLogin) -> list[Placement]:
    return [
        place
        for server in login.servers()
        for _, place in sorted(server.placements.items())
        if place.running and login.world.home(place.partition) is place
    ]


def _reset(login: ConsoleLogin) -> None:
    """All sessions begin anew, and nothing that the console shows is stale afterwards."""
    delay = login.world.pace.real_seconds(login.world.settings.durations.rmc_return)
    for placement in _running(login):
        placement.partition.rmc.stale = False
        placement.partition.rmc.reconnect(delay)


def _entry(number: int, placement: Placement) -> str:
    partition, server = placement.partition, placement.server
    active = partition.rmc.active
    vios = partition.vios
    system = f"VIOS, {vios.level}" if vios is not None else ", ".join(os_facts(partition.distribution))
    capabilities = "0x2c5f" if active else "0x0"
    where = f"{placement.lpar_id}*{server.type_model_serial}, {partition.name}, {partition.address}"
    return (
        f"<#{number}> Partition:<{where}>\n"
        f"       Active:<{int(active)}>, OS:<{system}>, DCaps:<{capabilities}>, CmdCaps:<0x4000001b, 0x1b>, "
        "PinnedMem:<1024>\n"
    )


COMMANDS = (
    ConsoleCommand(
        "diagrmc",
        "diagrmc [--autocorrect] [-v]\n"
        "diagrmc -m managed-system --ip IP-address {-p partition-name | --id partition-ID} [--autocorrect] [-v]\n"
        "diagrmc --mcip IP-address [--autocorrect] [-v] [--help]",
        Syntax(
            *(value(name) for name in ("-m", "--ip", "-p", "--id", "--mcip")),
            *(flag(name) for name in ("--autocorrect", "-v")),
        ),
        _diagrmc,
        latency="diagnosis",
    ),
    ConsoleCommand(
        "lspartition",
        "lspartition {-dlpar | -dlparreset}",
        Syntax(*(flag(name) for name in ("-dlpar", "-dlparreset", "-all", "-c", "-i"))),
        _lspartition,
    ),
)
