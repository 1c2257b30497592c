"""``lslparmigr``: what can migrate, what does, and what would fit where."""

from __future__ import annotations

from collections.abc import Iterable

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin
from powervm_sim.console.migration_candidates import CANDIDATES, MIGRATABLE_PORTS, no_shared_memory, port_rows
from powervm_sim.console.options import FILTER, LISTING, Options, Syntax, value
from powervm_sim.console.output import NO_RESULTS, Row, Table
from powervm_sim.console.picking import BY_PARTITION, filtered, server_of
from powervm_sim.console.records import parse_filter
from powervm_sim.console.targets import remote_of, target_of
from powervm_sim.migration.desk import migration_on
from powervm_sim.migration.migration import Migration, State
from powervm_sim.migration.movers import load, running_migrations
from powervm_sim.migration.wishes import Kind, Request
from powervm_sim.shell.call import Call
from powervm_sim.world.mobility import most_concurrent
from powervm_sim.world.model import Placement, Server

_LPAR = Table(
    "name lpar_id migration_state migration_type dest_sys_name dest_lpar_id source_sys_name source_lpar_id "
    "source_msp_name source_msp_id dest_msp_name dest_msp_id bytes_transmitted bytes_remaining remote_manager "
    "remote_user_id",
    absent={"bytes_transmitted": "0", "bytes_remaining": "0"},
)
_SYS = Table(
    "name inactive_lpar_mobility_capable num_inactive_migrations_supported num_inactive_migrations_in_progress "
    "active_lpar_mobility_capable num_active_migrations_supported num_active_migrations_in_progress "
    "inactive_prof_policy",
    hidden="allow_inactive_source_storage_vios",
)
_MANAGER = Table("remote_lpar_mobility_capable")
_MSP = Table(
    "name lpar_id num_active_migrations_supported num_active_migrations_configured "
    "num_active_migrations_in_progress concurr_migration_perf_level"
)
_UNASSIGNED = "65535"
_EARLY = (State.WAITING, State.STARTING)
_RESOURCES = ("lpar", "manager", "msp", "mspmappings", "pgdev", "procpool", "sriov", "sys", "virtualio", "vnic")
_FOR_TARGETS = ("-t", "--ip", "-u", "--redundantvios", "--npivval", "-w")


async def _lslparmigr(login: ConsoleLogin, options: Options, _call: Call) -> str:
    table, rows = _find(login, options, options["-r"])
    return table.render(rows, options.get("-F"), header="--header" in options) if rows else NO_RESULTS


def _find(login: ConsoleLogin, options: Options, resource: str) -> tuple[Table, list[Row]]:
    if resource == "manager":
        _refuse(options, ("--filter", *_FOR_TARGETS))
        return _MANAGER, [{"remote_lpar_mobility_capable": "1"}]
    if resource == "sys":
        _refuse(options, ("--filter", *_FOR_TARGETS))
        return _SYS, _systems(login, options)
    server = server_of(login, options)
    if resource == "pgdev":
        raise no_shared_memory()
    if resource in CANDIDATES and ("-t" in options or resource not in ("msp", "sriov")):
        table, rows_of = CANDIDATES[resource]
        return table, rows_of(_request(login, options, server), login.world)
    _refuse(options, _FOR_TARGETS)
    places = _filtered(server, options)
    if resource == "msp":
        return _MSP, [_msp_row(login, place) for place in places if place.partition.msp]
    if resource == "sriov":
        return MIGRATABLE_PORTS, [row for place in places for row in port_rows(place)]
    return _LPAR, [_lpar_row(login, place) for place in places if not place.partition.is_vios]


def _refuse(options: Options, names: Iterable[str]) -> None:
    wrong = [name for name in names if name in options]
    if wrong:
        raise hsc.usage(wrong)


def _filtered(server: Server, options: Options) -> list[Placement]:
    """The partitions of the filter, which holds names or ids."""
    filters = parse_filter(options.get("--filter"), BY_PARTITION)
    if len(filters) > 1:
        raise hsc.usage(["--filter"])
    return filtered(server, filters)


def _request(login: ConsoleLogin, options: Options, server: Server) -> Request:
    options.need("-t", "--filter")
    if "-u" in options:
        options.need("--ip")
    places = _filtered(server, options)
    if len(places) != 1:
        raise hsc.usage(["--filter"])
    remote = remote_of(login, options, "lslparmigr")
    target = target_of(login, options, remote)
    if not target.operating:
        raise hsc.not_operating()
    return Request(login.console, login.user, places[0], target, remote)


def _lpar_row(login: ConsoleLogin, placement: Placement) -> Row:
    row = {"name": placement.name, "lpar_id": str(placement.lpar_id), "migration_state": "Not Migrating"}
    migration = migration_on(login.world, placement.server, placement)
    if migration is None:
        return row
    row["migration_state"] = migration.state.value
    row["migration_type"] = migration.kind.value
    row |= _other_side(migration, placement)
    if migration.kind is Kind.ACTIVE:
        row |= _movers(migration)
        if migration.state not in _EARLY:
            row["bytes_transmitted"] = str(migration.sent)
            row["bytes_remaining"] = str(migration.remaining)
    return row | _other_console(migration, placement)


def _other_side(migration: Migration, placement: Placement) -> Row:
    if placement is migration.source:
        number = _UNASSIGNED if migration.state in _EARLY else str(migration.target.lpar_id)
        return {"dest_sys_name": migration.target.server.name, "dest_lpar_id": number}
    return {"source_sys_name": migration.source.server.name, "source_lpar_id": str(migration.source.lpar_id)}


def _movers(migration: Migration) -> Row:
    if not migration.movers:
        return {}
    sources, targets = zip(*((pair.source, pair.target) for pair in migration.movers), strict=True)
    row: Row = {}
    for side, places in (("source", sources), ("dest", targets)):
        row[f"{side}_msp_name"] = ",".join(place.name for place in places)
        row[f"{side}_msp_id"] = ",".join(str(place.lpar_id) for place in places)
    return row


def _other_console(migration: Migration, placement: Placement) -> Row:
    remote = migration.request.remote
    if remote is None or not migration.request.far:
        return {"remote_manager": "unavailable", "remote_user_id": "unavailable"}
    if placement is migration.source:
        return {"remote_manager": remote.address, "remote_user_id": remote.user}
    return {"remote_manager": migration.request.console.address, "remote_user_id": migration.request.user}


def _systems(login: ConsoleLogin, options: Options) -> list[Row]:
    servers = login.servers()
    if "-m" in options:
        servers = [server_of(login, options)]
    return [_system_row(login, server, named="-m" not in options or "-F" in options) for server in servers]


def _system_row(login: ConsoleLogin, server: Server, *, named: bool) -> Row:
    count = {kind: str(len(running_migrations(login.world, server, kind))) for kind in Kind}
    capable, limit = ("1", str(server.migration_limit)) if server.capable else ("0", "0")
    row = {"name": server.name} if named else {}
    return row | {
        "inactive_lpar_mobility_capable": capable,
        "num_inactive_migrations_supported": limit,
        "num_inactive_migrations_in_progress": count[Kind.INACTIVE],
        "active_lpar_mobility_capable": capable,
        "num_active_migrations_supported": limit,
        "num_active_migrations_in_progress": count[Kind.ACTIVE],
        "inactive_prof_policy": server.mobility.inactive_policy,
        "allow_inactive_source_storage_vios": str(int(server.mobility.inactive_source_storage)),
    }


def _msp_row(login: ConsoleLogin, placement: Placement) -> Row:
    vios = placement.partition.vios
    assert vios is not None
    return {
        "name": placement.name,
        "lpar_id": str(placement.lpar_id),
        "num_active_migrations_supported": str(most_concurrent(vios.level)),
        "num_active_migrations_configured": str(vios.mover.concurrent),
        "num_active_migrations_in_progress": str(load(login.world, placement)),
        "concurr_migration_perf_level": str(vios.mover.level),
    }


COMMANDS = (
    ConsoleCommand(
        "lslparmigr",
        "lslparmigr -r {lpar | manager | msp | mspmappings | pgdev | procpool | sriov | sys | virtualio | vnic}"
        "\n  [-m managed-system] [-t target-managed-system] [--ip IP-address [-u user-ID]]"
        '\n  [--filter "filter-data"] [--redundantvios {0|1|2}] [--npivval {port|portdisk}] [-w wait-time]'
        "\n  [-F [attribute-names] [--header]] [--help]",
        Syntax(
            value("-r", required=True, choices=_RESOURCES),
            value("-m"),
            value("-t"),
            value("--ip"),
            value("-u"),
            value("--redundantvios", choices="012"),
            value("--npivval", choices=("port", "portdisk")),
            value("-w", number=True),
            FILTER,
            *LISTING,
        ),
        _lslparmigr,
    ),
)
