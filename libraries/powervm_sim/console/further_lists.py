"""Small commands: connections, firmware levels, co-management, utilisation; and commands of a Virtual I/O Server."""

from __future__ import annotations

import shlex

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import FILTER, LISTING, Options, Syntax, flag, value
from powervm_sim.console.output import NO_RESULTS, Row, table_of
from powervm_sim.console.picking import placement_of, server_of
from powervm_sim.console.system_rows import service_processor_address
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Server


async def _lssysconn(login: ConsoleLogin, options: Options, _call: Call) -> str:
    rows = [_connection(server) for server in login.servers()]
    return table_of(rows).render(rows, options.get("-F"), header="--header" in options) if rows else NO_RESULTS


def _connection(server: Server) -> Row:
    states = {"No Connection": "No Connection", "Failed Authentication": "Failed Authentication"}
    return {
        "resource_type": "sys",
        "type_model_serial_num": server.type_model_serial,
        "sp": "primary",
        "sp_phys_loc": "unavailable",
        "side": "a",
        "ipaddr": service_processor_address(server),
        "alt_ipaddr": "unavailable",
        "state": states.get(server.state, "Connected"),
    }


async def _lslabelvios(login: ConsoleLogin, options: Options, _call: Call) -> str:
    server_of(login, options)
    raise not_simulated("lslabelvios")


async def _lslic(login: ConsoleLogin, options: Options, _call: Call) -> str:
    if options.get("-t") == "power":
        raise not_simulated("lslic -t power")
    server = server_of(login, options)
    name, _, image = server.firmware.partition(" ")
    release, _, level = image.strip("()").rpartition("_")
    row = {
        "lic_type": "Managed System",
        "management_status": "Enabled",
        "disabled_reason": "",
        "activated_level": level,
        "activated_spname": name,
        "installed_level": level,
        "accepted_level": level,
        "ecnumber": f"01{release}",
    }
    return table_of([row]).render([row], options.get("-F"), header="--header" in options)


async def _lscomgmt(login: ConsoleLogin, options: Options, _call: Call) -> str:
    """Who is the master of a system that could be managed by a console and by NovaLink: here always a console."""
    console = server_of(login, options).console
    row = {"curr_master_name": console.name, "curr_master_mtms": f"{console.type_model}*{console.serial}"}
    return table_of([row]).render([row], options.get("-F"), header="--header" in options)


async def _lslparutil(login: ConsoleLogin, options: Options, _call: Call) -> str:
    """The sampling of a system is off until ``chlparutil`` switches it on, so there are no samples."""
    if options["-r"] == "config":
        servers = [server_of(login, options)] if "-m" in options else login.servers()
        rows = [
            {"type_model_serial_num": one.type_model_serial, "name": one.name, "sample_rate": "0"} for one in servers
        ]
        return table_of(rows).render(rows, options.get("-F"), header="--header" in options) if rows else NO_RESULTS
    server = server_of(login, options)
    text = f"There is no utilization data for the managed system {server.name}: the sampling rate is 0."
    raise hsc.HscError("HSCL8016", text)


async def _viosvrcmd(login: ConsoleLogin, options: Options, _call: Call) -> str:
    server = server_of(login, options)
    options.need("-c")
    placement = placement_of(server, options)
    if not placement.partition.is_vios:
        raise hsc.HscError("HSCLAF2C", f"The partition {placement.name} is not a Virtual I/O Server.")
    if placement.rmc_state != "active":
        raise hsc.no_dlpar(placement.name)
    command = options["-c"]
    if "--admin" in options:
        command = f"echo {shlex.quote(command)} | oem_setup_env"
    output, status = await login.vios_command(placement, command)
    if status != 0:
        raise hsc.command_on_vios_failed(output, status)
    return output


COMMANDS = (
    ConsoleCommand(
        "lssysconn",
        "lssysconn -r all [-F [attribute-names] [--header]]",
        Syntax(value("-r", required=True, choices=("all",)), *LISTING),
        _lssysconn,
    ),
    ConsoleCommand(
        "lslabelvios",
        "lslabelvios -r fcport -m managed-system [-F [attribute-names] [--header]]",
        Syntax(value("-r", required=True, choices=("fcport",)), value("-m", required=True), *LISTING),
        _lslabelvios,
    ),
    ConsoleCommand(
        "lslic",
        "lslic -m managed-system [-t {sys | power}] [-F [attribute-names] [--header]]",
        Syntax(value("-m", required=True), value("-t", choices=("sys", "power")), *LISTING),
        _lslic,
    ),
    ConsoleCommand(
        "lscomgmt",
        "lscomgmt -m managed-system [-F [attribute-names] [--header]]",
        Syntax(value("-m", required=True), *LISTING),
        _lscomgmt,
    ),
    ConsoleCommand(
        "lslparutil",
        "lslparutil -r {config | lpar | pool | procpool | mempool | sys | all} [-m managed-system] [-n number] "
        '[--filter "filter-data"] [-F [attribute-names] [--header]]',
        Syntax(
            value("-r", required=True, choices=("config", "lpar", "pool", "procpool", "mempool", "sys", "all")),
            *(value(name) for name in ("-m", "-s")),
            *(value(name, number=True) for name in ("-n", "-d", "-h", "--minutes")),
            FILTER,
            *LISTING,
        ),
        _lslparutil,
    ),
    ConsoleCommand(
        "viosvrcmd",
        'viosvrcmd -m managed-system {-p partition-name | --id partition-ID} -c "command" [--admin] [--help]',
        Syntax(*(value(name) for name in ("-m", "-p", "--id", "-c")), flag("--admin")),
        _viosvrcmd,
        latency="change",
    ),
)
