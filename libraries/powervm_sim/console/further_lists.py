"""Small list commands: reference codes, events, connections, firmware levels; and commands of a Virtual I/O Server."""

from __future__ import annotations

from datetime import datetime

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import FILTER, LISTING, Options, Syntax, flag, value
from powervm_sim.console.output import NO_RESULTS, Row, Table, table_of
from powervm_sim.console.picking import BY_PARTITION, filtered, placement_of, server_of
from powervm_sim.console.records import parse_filter
from powervm_sim.console.system_rows import service_processor_address
from powervm_sim.shell.call import Call
from powervm_sim.world.history import Event
from powervm_sim.world.model import Placement, Server

_REFERENCE_CODES = Table(
    "lpar_name lpar_id time_stamp refcode word2 word3 word4 word5 word6 word7 word8 word9 fru_call_out_loc_codes"
)


async def _lsrefcode(login: ConsoleLogin, options: Options, _call: Call) -> str:
    if options["-r"] != "lpar":
        raise not_simulated("lsrefcode -r sys")
    server = server_of(login, options)
    places = filtered(server, parse_filter(options.get("--filter"), BY_PARTITION))
    rows = [_reference_code(place) for place in places]
    return _REFERENCE_CODES.render(rows, options.get("-F"), header="--header" in options)


def _reference_code(placement: Placement) -> Row:
    """One row: the word that a running Linux shows, empty for everything else."""
    linux = placement.running and not placement.partition.is_vios
    return {
        "lpar_name": placement.name,
        "lpar_id": str(placement.lpar_id),
        "time_stamp": datetime.now().astimezone().strftime("%m/%d/%Y %H:%M:%S"),
        "refcode": "Linux ppc64le" if linux else "",
        **{f"word{number}": "00000000" for number in range(2, 10)},
        "fru_call_out_loc_codes": "",
    }


async def _lssvcevents(login: ConsoleLogin, options: Options, _call: Call) -> str:
    if options["-t"] == "hardware":
        return NO_RESULTS  # nothing breaks in this hardware
    table = Table("time userid text")
    rows = [_console_event(event) for event in login.world.history.events("login", endpoint=login.console.name)]
    return table.render(rows[::-1], options.get("-F"), header="--header" in options)


def _console_event(event: Event) -> Row:
    time = datetime.fromtimestamp(event.time).astimezone().strftime("%m/%d/%Y %H:%M:%S")
    user = str(event.facts["user"])
    done = "has logged in" if event.facts["result"] == "accepted" else "failed to log in"
    return {"time": time, "userid": user, "text": f"HSCE2000 User {user} {done} through {event.facts['method']}."}


async def _lssysconn(login: ConsoleLogin, options: Options, _call: Call) -> str:
    rows = [_connection(server) for server in login.world.servers_of(login.console)]
    return table_of(rows).render(rows, options.get("-F"), header="--header" in options) if rows else NO_RESULTS


def _connection(server: Server) -> Row:
    return {
        "resource_type": "sys",
        "type_model_serial_num": server.type_model_serial,
        "sp": "primary",
        "sp_phys_loc": "unavailable",
        "side": "a",
        "ipaddr": service_processor_address(server),
        "alt_ipaddr": "unavailable",
        "state": "No Connection" if server.state == "No Connection" else "Connected",
    }


async def _lslic(login: ConsoleLogin, options: Options, _call: Call) -> str:
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


async def _viosvrcmd(login: ConsoleLogin, options: Options, _call: Call) -> str:
    server = server_of(login, options)
    options.need("-c")
    if "--admin" in options:
        raise not_simulated("viosvrcmd --admin")
    placement = placement_of(server, options)
    if not placement.partition.is_vios:
        raise hsc.HscError("HSCLAF2C", f"The partition {placement.name} is not a Virtual I/O Server.")
    if placement.rmc_state != "active":
        raise hsc.no_dlpar(placement.name)
    output, status = await login.vios_command(placement, options["-c"])
    if status != 0:
        raise hsc.command_on_vios_failed(output, status)
    return output


COMMANDS = (
    ConsoleCommand(
        "lsrefcode",
        'lsrefcode -r lpar -m managed-system [-n number] [--filter "filter-data"] [-F [attribute-names] [--header]]',
        Syntax(
            value("-r", required=True, choices=("lpar", "sys")),
            value("-m", required=True),
            value("-s", choices="ps"),
            value("-n", number=True),
            FILTER,
            *LISTING,
        ),
        _lsrefcode,
    ),
    ConsoleCommand(
        "lssvcevents",
        "lssvcevents -t {console | hardware} [-d number-of-days] [-m managed-system] [-F [attribute-names] [--header]]",
        Syntax(
            value("-t", required=True, choices=("console", "hardware")),
            value("-d", number=True),
            value("-i", number=True),
            value("-m"),
            FILTER,
            *LISTING,
        ),
        _lssvcevents,
    ),
    ConsoleCommand(
        "lssysconn",
        "lssysconn -r all [-F [attribute-names] [--header]]",
        Syntax(value("-r", required=True, choices=("all",)), *LISTING),
        _lssysconn,
    ),
    ConsoleCommand(
        "lslic",
        "lslic -m managed-system [-F [attribute-names] [--header]]",
        Syntax(value("-m", required=True), value("-t", choices=("sys", "power")), *LISTING),
        _lslic,
    ),
    ConsoleCommand(
        "viosvrcmd",
        'viosvrcmd -m managed-system {-p partition-name | --id partition-ID} -c "command" [--help]',
        Syntax(*(value(name) for name in ("-m", "-p", "--id", "-c")), flag("--admin")),
        _viosvrcmd,
        latency="change",
    ),
)
