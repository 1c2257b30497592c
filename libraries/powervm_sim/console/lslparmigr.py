"""``lslparmigr``: what can migrate, what does, and what would fit where."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import FILTER, LISTING, Options, Syntax, value
from powervm_sim.console.output import NO_RESULTS, Row, Table
from powervm_sim.console.picking import BY_PARTITION, filtered, server_of
from powervm_sim.console.records import parse_filter
from powervm_sim.migration.checks import movers, running_migrations
from powervm_sim.migration.desk import migration_on
from powervm_sim.migration.mapping import possible_hosts, suggested_host
from powervm_sim.migration.migration import Kind, Migration, Request
from powervm_sim.migration.target import find_remote, find_target
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Placement, Server

_LPAR = Table(
    "name lpar_id migration_state migration_type dest_sys_name dest_lpar_id source_sys_name source_lpar_id "
    "source_msp_name source_msp_id dest_msp_name dest_msp_id bytes_transmitted bytes_remaining remote_manager "
    "remote_user_id"
)
_SYS = Table(
    "name inactive_lpar_mobility_capable num_inactive_migrations_supported num_inactive_migrations_in_progress "
    "active_lpar_mobility_capable num_active_migrations_supported num_active_migrations_in_progress "
    "inactive_prof_policy"
)
_MANAGER = Table("remote_lpar_mobility_capable")
_MSP = Table(
    "name lpar_id num_active_migrations_supported num_active_migrations_configured "
    "num_active_migrations_in_progress concurr_migration_perf_level"
)
_PAIRS = Table("source_msp_name source_msp_id dest_msp_names dest_msp_ids ipaddr_mappings")
_POOLS = Table("shared_proc_pool_ids shared_proc_pool_names")
_VIRTUAL = Table(
    "possible_virtual_fc_mappings suggested_virtual_fc_mappings possible_virtual_scsi_mappings "
    "suggested_virtual_scsi_mappings"
)
_OTHER_RESOURCES = ("mspmappings", "pgdev", "sriov", "vnic")


async def _lslparmigr(login: ConsoleLogin, options: Options, _call: Call) -> str:
    resource = options["-r"]
    if resource in _OTHER_RESOURCES:
        raise not_simulated(f"lslparmigr -r {resource}")
    table, rows = _find(login, options, resource)
    return table.render(rows, options.get("-F"), header="--header" in options) if rows else NO_RESULTS


def _find(login: ConsoleLogin, options: Options, resource: str) -> tuple[Table, list[Row]]:
    if resource == "manager":
        return _MANAGER, [{"remote_lpar_mobility_capable": "1"}]
    if resource == "sys":
        return _SYS, _systems(login, options)
    server = server_of(login, options)
    if resource == "lpar":
        places = filtered(server, parse_filter(options.get("--filter"), BY_PARTITION))
        return _LPAR, [_lpar_row(login, place) for place in places if not place.partition.is_vios]
    if resource == "msp" and "-t" not in options:
        return _MSP, [_msp_row(login, place) for place in server.virtual_io_servers if place.partition.msp]
    request = _request(login, options, server)
    if resource == "msp":
        return _PAIRS, _msp_pairs(request)
    if resource == "procpool":
        return _POOLS, [{"shared_proc_pool_ids": "0", "shared_proc_pool_names": "DefaultPool"}]
    return _VIRTUAL, _mappings(request)


def _request(login: ConsoleLogin, options: Options, server: Server) -> Request:
    options.need("-t", "--filter")
    places = filtered(server, parse_filter(options["--filter"], BY_PARTITION))
    if len(places) != 1:
        raise hsc.usage(["--filter"])
    remote = None
    if "--ip" in options:
        remote = find_remote(login.world, login.console, login.user, options["--ip"], options.get("-u"))
    target = find_target(login.world, login.console, options["-t"], remote)
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
        row["bytes_transmitted"] = str(migration.sent)
        row["bytes_remaining"] = str(migration.remaining)
    return row | _other_console(migration, placement)


def _other_side(migration: Migration, placement: Placement) -> Row:
    if placement is migration.source:
        return {"dest_sys_name": migration.target.server.name, "dest_lpar_id": str(migration.target.lpar_id)}
    return {"source_sys_name": migration.source.server.name, "source_lpar_id": str(migration.source.lpar_id)}


def _movers(migration: Migration) -> Row:
    row: Row = {}
    for side, mover in (("source", migration.source_msp), ("dest", migration.target_msp)):
        if mover is not None:
            row |= {f"{side}_msp_name": mover.name, f"{side}_msp_id": str(mover.lpar_id)}
    return row


def _other_console(migration: Migration, placement: Placement) -> Row:
    remote = migration.request.remote
    if remote is None:
        return {"remote_manager": "unavailable", "remote_user_id": "unavailable"}
    if placement is migration.source:
        return {"remote_manager": remote.address, "remote_user_id": remote.user}
    return {"remote_manager": migration.request.console.address, "remote_user_id": migration.request.user}


def _systems(login: ConsoleLogin, options: Options) -> list[Row]:
    servers = login.world.servers_of(login.console)
    if "-m" in options:
        servers = [server_of(login, options)]
    return [_system_row(login, server, named="-m" not in options) for server in servers]


def _system_row(login: ConsoleLogin, server: Server, *, named: bool) -> Row:
    running = running_migrations(login.world, server)
    count = {kind: str(sum(migration.kind is kind for migration in running)) for kind in Kind}
    capable, limit = ("1", str(server.migration_limit)) if server.capable else ("0", "0")
    row = {"name": server.name} if named else {}
    return row | {
        "inactive_lpar_mobility_capable": capable,
        "num_inactive_migrations_supported": limit,
        "num_inactive_migrations_in_progress": count[Kind.INACTIVE],
        "active_lpar_mobility_capable": capable,
        "num_active_migrations_supported": limit,
        "num_active_migrations_in_progress": count[Kind.ACTIVE],
        "inactive_prof_policy": "config",
    }


def _msp_row(login: ConsoleLogin, placement: Placement) -> Row:
    running = running_migrations(login.world, placement.server)
    busy = sum(placement in (migration.source_msp, migration.target_msp) for migration in running)
    return {
        "name": placement.name,
        "lpar_id": str(placement.lpar_id),
        "num_active_migrations_supported": "16",
        "num_active_migrations_configured": "8",
        "num_active_migrations_in_progress": str(busy),
        "concurr_migration_perf_level": "3",
    }


def _msp_pairs(request: Request) -> list[Row]:
    targets = movers(request.target)
    if not targets:
        return []
    return [
        {
            "source_msp_name": source.name,
            "source_msp_id": str(source.lpar_id),
            "dest_msp_names": ",".join(target.name for target in targets),
            "dest_msp_ids": ",".join(str(target.lpar_id) for target in targets),
            "ipaddr_mappings": ",".join(
                f"{source.partition.address}//{target.lpar_id}/{target.name}/{target.partition.address}"
                for target in targets
            ),
        }
        for source in movers(request.placement.server)
    ]


def _mappings(request: Request) -> list[Row]:
    row: dict[str, list[str]] = {}
    for adapter in request.placement.storage:
        possible = row.setdefault(f"possible_virtual_{adapter.kind}_mappings", [])
        possible += [
            f"{adapter.slot}/{host.name}/{host.lpar_id}" for host in possible_hosts(request.target, adapter.kind)
        ]
        suggested = row.setdefault(f"suggested_virtual_{adapter.kind}_mappings", [])
        host = suggested_host(request, adapter)
        if host is not None:
            suggested.append(f"{adapter.slot}/{host.name}/{host.lpar_id}")
    found = {name: ",".join(entries) for name, entries in row.items() if entries}
    return [found] if found else []


COMMANDS = (
    ConsoleCommand(
        "lslparmigr",
        "lslparmigr -r {lpar | manager | msp | mspmappings | pgdev | procpool | sriov | sys | virtualio | vnic} "
        '[-m managed-system] [-t target-managed-system] [--ip IP-address [-u user-ID]] [--filter "filter-data"] '
        "[-F [attribute-names] [--header]] [--help]",
        Syntax(
            value(
                "-r",
                required=True,
                choices=("lpar", "manager", "msp", "procpool", "sys", "virtualio", *_OTHER_RESOURCES),
            ),
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
