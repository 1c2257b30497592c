"""``migrlpar``: validate, migrate, stop, recover."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.migration_data import check_attributes, hosts_of, mover_of, number_of
from powervm_sim.console.options import Options, Syntax, flag, value
from powervm_sim.console.picking import placement_of, server_of
from powervm_sim.console.records import parse_record
from powervm_sim.migration.migration import Outcome, Remote, Request
from powervm_sim.migration.target import find_remote, find_target
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.state import find_placement, placement_named

_COMMON = ("-o", "-m", "-p", "--id", "-v", "--nodetails", "-w", "-d")
_STOP = _COMMON
_RECOVER = (*_COMMON, "--ip", "-u", "--force", "-t")


async def _migrlpar(login: ConsoleLogin, options: Options, _call: Call) -> str:
    operation = options["-o"]
    if operation == "set":
        raise not_simulated("migrlpar -o set")
    options.need("-m")
    if "-u" in options:
        options.need("--ip")
    if operation == "s":
        options.only(*_STOP)
        return await _stop(login, options)
    if operation == "r":
        options.only(*_RECOVER)
        return await _recover(login, options)
    return await _validate_or_migrate(login, options, migrate=operation == "m")


async def _stop(login: ConsoleLogin, options: Options) -> str:
    await login.desk.stop(placement_of(server_of(login, options), options))
    return ""


async def _recover(login: ConsoleLogin, options: Options) -> str:
    placement = placement_of(server_of(login, options), options)
    _remote(login, options)
    await login.desk.recover(placement)
    return ""


async def _validate_or_migrate(login: ConsoleLogin, options: Options, *, migrate: bool) -> str:
    options.need("-t")
    for name in ("--steps", "--affinity", "-f"):
        if name in options:
            raise not_simulated(f"migrlpar {name}")
    server = server_of(login, options)
    placements = _placements(server, options)
    requests = _requests(login, options, placements)
    work = login.desk.migrate if migrate else login.desk.validate
    outcomes = await asyncio.gather(*(work(request) for request in requests))
    return _printed(outcomes, verbose="-v" in options)


def _placements(server: Server, options: Options) -> list[Placement]:
    given = options.need_one("-p", "--id", "--all")
    if given == "--all":
        return [place for _, place in sorted(server.placements.items()) if _can_migrate(place)]
    words = options[given].split(",")
    if given == "--id":
        return [find_placement(server, number=number) for number in words]
    return [placement_named(server, name) for name in words]


def _can_migrate(placement: Placement) -> bool:
    partition = placement.partition
    return not (partition.is_vios or partition.migration_disabled or placement.migrating)


def _requests(login: ConsoleLogin, options: Options, placements: Iterable[Placement]) -> list[Request]:
    data = parse_record(options["-i"]) if "-i" in options else {}
    check_attributes(data)
    remote = _remote(login, options)
    target = find_target(login.world, login.console, options["-t"], remote)
    return [
        Request(
            console=login.console,
            user=login.user,
            placement=placement,
            target=target,
            remote=remote,
            target_id=number_of(data, "dest_lpar_id"),
            profile=options.get("-n"),
            hosts=hosts_of(data),
            source_msp=mover_of(data, "source"),
            target_msp=mover_of(data, "dest"),
            bridge_all_vlans=options.get("--vlanbridge") != "2",
        )
        for placement in placements
    ]


def _remote(login: ConsoleLogin, options: Options) -> Remote | None:
    address = options.get("--ip")
    if address is None:
        return None
    return find_remote(login.world, login.console, login.user, address, options.get("-u"))


def _printed(outcomes: Iterable[Outcome], *, verbose: bool) -> str:
    """Nothing for success; a refusal with all errors, and with the warnings in front, otherwise."""
    errors = [error for outcome in outcomes for error in outcome.errors]
    warnings = [warning for outcome in outcomes for warning in outcome.warnings]
    lines = [f"Warnings:\n{_lines(warnings)}"] if warnings and (errors or verbose) else []
    if errors:
        raise hsc.Refusal("\n".join([*lines, f"Errors:\n{_lines(errors)}"]))
    return "".join(f"{line}\n" for line in lines)


def _lines(messages: Iterable[hsc.HscError]) -> str:
    return "\n".join(str(message) for message in messages)


_USAGE = """migrlpar -o {m | r | s | v}
  -m managed-system [-t target-managed-system]
  [--ip IP-address [-u user-ID]]
  {-p partition-name | --id partition-ID | --all}
  [-n profile-name]
  [--redundantvios {0 | 1 | 2}] [--mpio {1 | 2}]
  [--vlanbridge {1 | 2}] [--vsi {1 | 2}]
  [--npivval {port | portdisk}]
  [--uuid {1 | 2}] [--protectstorage {1 | 2}]
  [--requirerr {1 | 2}]
  [--redundantvnicbkdev {1 | 2}] [--vniccfg {1 | 2}]
  [--redundantmsps {0 | 1 | 2}]
  [--affinity] [--usecurrdata] [--migsriov {1 | 2}]
  [{-f input-data-file | -i "input-data"}]
  [-w wait-time] [-d detail-level] [--force]
  [--steps {0 | 1 | 2}] [-v] [--nodetails] [--help]"""

COMMANDS = (
    ConsoleCommand(
        "migrlpar",
        _USAGE,
        Syntax(
            value("-o", required=True, choices=("m", "r", "s", "v", "set")),
            *(value(name) for name in ("-m", "-t", "--ip", "-u", "-p", "--id", "-n", "-f", "-i", "-r")),
            *(value(name, choices="012") for name in ("--redundantvios", "--redundantmsps", "--steps")),
            *(
                value(name, choices="12")
                for name in (
                    *("--mpio", "--vlanbridge", "--vsi", "--uuid", "--protectstorage", "--requirerr"),
                    *("--redundantvnicbkdev", "--vniccfg", "--migsriov"),
                )
            ),
            value("--npivval", choices=("port", "portdisk")),
            value("-w", number=True),
            value("-d", choices="012345"),
            *(flag(name) for name in ("--all", "--affinity", "--usecurrdata", "--force", "-v", "--nodetails")),
        ),
        _migrlpar,
        latency="",
    ),
)
