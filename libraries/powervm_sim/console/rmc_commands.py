"""``diagrmc`` and ``lspartition``: the RMC connections as the console sees them."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import Options, Syntax, flag, value
from powervm_sim.console.picking import placement_of, server_of
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Placement

_OS = {"rhel9": "Linux/RedHat, 5.14.0, 9.4", "sles15": "Linux/SuSE, 5.14.21, 15.5"}


async def _diagrmc(login: ConsoleLogin, options: Options, _call: Call) -> str:
    if "--mcip" in options or "-m" not in options:
        raise not_simulated("diagrmc without -m")
    options.need("--ip")
    placement = placement_of(server_of(login, options), options)
    address = options["--ip"]
    if address not in (placement.partition.address, placement.partition.served_address, placement.name):
        raise hsc.HscError("HSCLAF2B", f"The partition {placement.name} does not have the address {address}.")
    steps = []
    if "-v" in options:
        steps = [
            "Checking the network settings of the management console.",
            "Checking the firewall settings for RMC (port 657).",
            "Checking the RMC subsystem of the management console.",
        ]
    if placement.rmc_state == "active":
        return "".join(f"{line}\n" for line in (*steps, f"{address} has RMC connection."))
    remedy = "Check the network and run rmcctrl -z, -A and -p on the partition."
    raise hsc.Refusal("\n".join([*steps, f"{address} has no RMC connection. {remedy}"]))


async def _lspartition(login: ConsoleLogin, options: Options, _call: Call) -> str:
    if "-dlpar" not in options:
        raise not_simulated("lspartition without -dlpar")
    options.only("-dlpar")
    places = [
        place
        for server in login.world.servers_of(login.console)
        for _, place in sorted(server.placements.items())
        if place.running
    ]
    return "".join(_entry(number, place) for number, place in enumerate(places))


def _entry(number: int, placement: Placement) -> str:
    partition, server = placement.partition, placement.server
    active = placement.rmc_state == "active"
    system = f"VIOS, {partition.vios.level}" if partition.vios is not None else _OS[partition.distribution]
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
        "diagrmc -m managed-system --ip IP-address {-p partition-name | --id partition-ID} [--autocorrect] [-v] "
        "[--help]",
        Syntax(
            *(value(name) for name in ("-m", "--ip", "-p", "--id", "--mcip")),
            *(flag(name) for name in ("--autocorrect", "-v")),
        ),
        _diagrmc,
        latency="diagnosis",
    ),
    ConsoleCommand(
        "lspartition",
        "lspartition -dlpar",
        Syntax(*(flag(name) for name in ("-dlpar", "-dlparreset", "-all", "-c", "-i"))),
        _lspartition,
    ),
)
