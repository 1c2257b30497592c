"""``lsrefcode`` and ``lssvcevents``: reference codes, and events of the console and of the hardware."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin
from powervm_sim.console.options import FILTER, LISTING, Options, Syntax, value
from powervm_sim.console.output import Row, Table
from powervm_sim.console.picking import BY_PARTITION, filtered, server_of
from powervm_sim.console.records import parse_filter
from powervm_sim.shell.call import Call
from powervm_sim.world.consoles import ServiceEvent
from powervm_sim.world.history import Event
from powervm_sim.world.model import Server
from powervm_sim.world.refcodes import ReferenceCode, ReferenceCodes

_WORDS = "word2 word3 word4 word5 word6 word7 word8 word9 fru_call_out_loc_codes"
_OF_PARTITIONS = Table(f"lpar_name lpar_id time_stamp refcode {_WORDS}")
_OF_PROCESSORS = Table(f"refcode_num time_stamp refcode {_WORDS}")
_CONSOLE_EVENTS = Table("time text", hidden="userid")
_HARDWARE_EVENTS = Table(
    "problem_num pmh_num refcode status first_time last_time sys_name sys_mtms reporting_name reporting_mtms "
    "analyzing_hmc event_severity text"
)
_HARDWARE_FILTERS = ("status", "problem_nums", "refcodes", "mtms")
_STATES = {"open": "Open", "closed": "Closed", "ALL": ""}


async def _lsrefcode(login: ConsoleLogin, options: Options, _call: Call) -> str:
    server = server_of(login, options)
    most = int(options.get("-n") or 1)
    header = "--header" in options
    if options["-r"] == "sys":
        options.only("-r", "-m", "-s", "-n", "-F", "--header")
        codes = ReferenceCodes() if options.get("-s") == "s" else server.refcodes
        rows = [{"refcode_num": str(number), **row} for number, row in enumerate(_code_rows(codes, most))]
        return _OF_PROCESSORS.render(rows, options.get("-F"), header=header)
    options.only("-r", "-m", "-n", "--filter", "-F", "--header")
    rows = [
        {"lpar_name": place.name, "lpar_id": str(place.lpar_id), **row}
        for place in filtered(server, parse_filter(options.get("--filter"), BY_PARTITION))
        for row in _code_rows(place.partition.refcodes, most)
    ]
    return _OF_PARTITIONS.render(rows, options.get("-F"), header=header)


def _code_rows(codes: Iterable[ReferenceCode], most: int) -> Iterator[Row]:
    """The newest codes; one empty row where nothing was shown yet."""
    found = list(islice(codes, most)) or [ReferenceCode(time.time(), "")]
    for code in found:
        row = {f"word{number}": "00000000" for number in range(2, 10)} | {"fru_call_out_loc_codes": ""}
        yield {"time_stamp": _stamp(code.time), "refcode": code.code, **row}


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%m/%d/%Y %H:%M:%S")


async def _lssvcevents(login: ConsoleLogin, options: Options, _call: Call) -> str:
    if "-d" in options and "-i" in options:
        raise hsc.usage(["-i"])
    begin = _begin(options)
    header = "--header" in options
    if options["-t"] == "hardware":
        events = [event for event in _hardware(login, options) if event.time >= begin]
        return _HARDWARE_EVENTS.render([_hardware_row(login, e) for e in events], options.get("-F"), header=header)
    options.only("-t", "-d", "-i", "-F", "--header")
    rows = [row for event in login.world.history.events() if event.time >= begin for row in _console_rows(login, event)]
    return _CONSOLE_EVENTS.render(rows[::-1], options.get("-F"), header=header)


def _begin(options: Options) -> float:
    """From when on: ``-d 0`` is today, ``-d 3`` three days before; ``-i`` counts minutes. A week by default."""
    now = datetime.now().astimezone()
    if "-i" in options:
        return (now - timedelta(minutes=min(int(options["-i"]), 10_000_000))).timestamp()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - timedelta(days=min(int(options.get("-d") or 7), 10_000))).timestamp()


def _console_rows(login: ConsoleLogin, event: Event) -> Iterator[Row]:
    found = {"login": _login, "place": _placing}.get(event.kind)
    if found is None:
        return
    told = found(login, event)
    if told is not None:
        user, text = told
        yield {"time": _stamp(event.time), "userid": user, "text": text}


def _login(login: ConsoleLogin, event: Event) -> tuple[str, str] | None:
    if event.facts["endpoint"] != login.console.name:
        return None
    user = str(event.facts["user"])
    done = "has logged in" if event.facts["result"] == "accepted" else "failed to log in"
    return user, f"HSCE2000 User {user}, method {event.facts['method']}: {done}."


def _placing(login: ConsoleLogin, event: Event) -> tuple[str, str] | None:
    server = login.world.servers.get(str(event.facts["server"]))
    if server is None or server.console is not login.console:
        return None
    words = {
        "arrived": "HSCE2001 Partition {}, managed system {}: the partition has arrived by a migration.",
        "stayed": "HSCE2002 Partition {}, managed system {}: the partition stays, its migration was ended.",
        "created": "HSCE2003 Partition {}, managed system {}: the partition was created.",
        "removed": "HSCE2004 Partition {}, managed system {}: the partition was removed.",
    }
    form = words.get(str(event.facts["event"]))
    return ("", form.format(event.facts["partition"], server.name)) if form else None


def _hardware(login: ConsoleLogin, options: Options) -> list[ServiceEvent]:
    filters = parse_filter(options.get("--filter"), _HARDWARE_FILTERS)
    servers = {
        server.name: server for server in ([login.server(options["-m"])] if "-m" in options else login.servers())
    }
    events = [event for event in login.console.service_events if event.system in servers]
    for state in filters.get("status", ()):
        if state not in _STATES:
            raise hsc.usage(["--filter"])
    states = [_STATES[state] for state in filters.get("status", ("ALL",))]
    return [
        event
        for event in events
        if ("" in states or event.status in states)
        and str(event.number) in filters.get("problem_nums", (str(event.number),))
        and event.refcode in filters.get("refcodes", (event.refcode,))
        and servers[event.system].type_model_serial in filters.get("mtms", (servers[event.system].type_model_serial,))
    ]


def _hardware_row(login: ConsoleLogin, event: ServiceEvent) -> Row:
    server: Server = login.world.servers[event.system]
    console = login.console
    return {
        "problem_num": str(event.number),
        "pmh_num": "",
        "refcode": event.refcode,
        "status": event.status,
        "first_time": _stamp(event.time),
        "last_time": _stamp(event.time),
        "sys_name": server.name,
        "sys_mtms": server.type_model_serial,
        "reporting_name": server.name,
        "reporting_mtms": server.type_model_serial,
        "analyzing_hmc": console.name,
        "event_severity": "40",
        "text": event.text,
    }


COMMANDS = (
    ConsoleCommand(
        "lsrefcode",
        'lsrefcode -r lpar -m managed-system [-n number] [--filter "filter-data"] [-F [attribute-names] [--header]]\n'
        "lsrefcode -r sys -m managed-system [-s {p | s}] [-n number] [-F [attribute-names] [--header]] [--help]",
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
        "lssvcevents -t console [{-d number-of-days | -i number-of-minutes}] [-F [attribute-names] [--header]]\n"
        "lssvcevents -t hardware [{-d number-of-days | -i number-of-minutes}] [-m managed-system] "
        '[--filter "filter-data"] [-F [attribute-names] [--header]] [--help]',
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
)
