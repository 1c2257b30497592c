"""``lssyscfg``: systems, partitions and profiles."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import FILTER, LISTING, Options, Syntax, value
from powervm_sim.console.output import NO_RESULTS, Row, table_of
from powervm_sim.console.partition_rows import partition_row, partition_table
from powervm_sim.console.picking import BY_PARTITION, filtered, server_of
from powervm_sim.console.profile_rows import PROFILES, profile_row
from powervm_sim.console.records import parse_filter
from powervm_sim.console.system_rows import system_row
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Placement

_OTHER_RESOURCES = ("cage", "frame", "group")


async def _lssyscfg(login: ConsoleLogin, options: Options, _call: Call) -> str:
    resource = options["-r"]
    if resource in _OTHER_RESOURCES:
        raise not_simulated(f"lssyscfg -r {resource}")
    if resource == "sys":
        return _systems(login, options)
    server = server_of(login, options)
    if resource == "sysprof":
        return NO_RESULTS  # nothing makes system profiles
    if resource == "lpar":
        filters = parse_filter(options.get("--filter"), (*BY_PARTITION, "lpar_envs", "states"))
        places = [place for place in filtered(server, filters) if _passes(place, filters)]
        table = partition_table(login.console.version)
        return table.render(map(partition_row, places), options.get("-F"), header="--header" in options)
    return _profiles(filtered(server, _profile_filters(options)), options)


def _systems(login: ConsoleLogin, options: Options) -> str:
    if "--filter" in options:
        raise hsc.usage(["--filter"])
    servers = [login.server(options["-m"])] if "-m" in options else login.servers()
    rows = [system_row(server) for server in servers]
    if not rows:
        return NO_RESULTS
    return table_of(rows, hidden="uuid").render(rows, options.get("-F"), header="--header" in options)


def _passes(placement: Placement, filters: dict[str, tuple[str, ...]]) -> bool:
    environments, states = filters.get("lpar_envs"), filters.get("states")
    if environments is not None and placement.partition.environment not in environments:
        return False
    return states is None or placement.state in states


def _profile_filters(options: Options) -> dict[str, tuple[str, ...]]:
    return parse_filter(options.get("--filter"), (*BY_PARTITION, "profile_names"))


def _profiles(placements: list[Placement], options: Options) -> str:
    wanted = _profile_filters(options).get("profile_names")
    rows: list[Row] = [
        profile_row(placement, profile)
        for placement in placements
        for name, profile in placement.partition.profiles.items()
        if wanted is None or name in wanted
    ]
    return PROFILES.render(rows, options.get("-F"), header="--header" in options) if rows else NO_RESULTS


COMMANDS = (
    ConsoleCommand(
        "lssyscfg",
        'lssyscfg -r {lpar | prof | sys | sysprof} [-m managed-system] [--filter "filter-data"] '
        "[-F [attribute-names] [--header]] [--help]",
        Syntax(
            value("-r", required=True, choices=("sys", "lpar", "prof", "sysprof", *_OTHER_RESOURCES)),
            value("-m"),
            FILTER,
            *LISTING,
        ),
        _lssyscfg,
    ),
)
