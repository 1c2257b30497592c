"""``migrlpar``: validate, migrate, stop, recover, and the settings of mobility."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from powervm_sim import hsc
from powervm_sim.console.configuration import is_name
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin
from powervm_sim.console.migration_data import InputData
from powervm_sim.console.migration_report import report
from powervm_sim.console.migration_settings import change_settings
from powervm_sim.console.options import Options, Syntax, flag, value
from powervm_sim.console.picking import placement_of, server_of
from powervm_sim.console.records import parse_record
from powervm_sim.console.targets import remote_of, target_of
from powervm_sim.migration.desk import in_order
from powervm_sim.migration.migration import Outcome
from powervm_sim.migration.target import Unreachable
from powervm_sim.migration.wishes import Choices, Redundancy, Request
from powervm_sim.shell.call import Call
from powervm_sim.shell.files import reason, resolve
from powervm_sim.world.model import NOT_ACTIVATED, RUNNING, Placement, Server
from powervm_sim.world.state import find_placement, placement_named

_COMMON = ("-o", "-m", "-p", "--id", "-v", "--nodetails", "-w", "-d")
_STOP = _COMMON
_RECOVER = (*_COMMON, "--ip", "-u", "--force", "-t")
_LONGEST_FILE = 1 << 20


async def _migrlpar(login: ConsoleLogin, options: Options, call: Call) -> str:
    operation = options["-o"]
    data = await _data(options, call)
    if operation == "set":
        options.need_one("-i", "-f")
        change_settings(login, options, data)
        return ""
    options.need("-m")
    if "-u" in options:
        options.need("--ip")
    if operation == "s":
        options.only(*_STOP)
        await login.desk.stop(placement_of(server_of(login, options), options))
        return ""
    if operation == "r":
        options.only(*_RECOVER)
        await _recover(login, options)
        return ""
    return await _validate_or_migrate(login, options, data)


async def _recover(login: ConsoleLogin, options: Options) -> None:
    placement, force = placement_of(server_of(login, options), options), "--force" in options
    try:
        remote = remote_of(login, options, "migrlpar")
    except Unreachable:
        if not force:
            raise
        remote = None  # the force option is for just that
    await login.desk.recover(placement, remote=remote, force=force)


async def _validate_or_migrate(login: ConsoleLogin, options: Options, data: dict[str, str]) -> str:
    options.need("-t")
    if "-r" in options:
        raise hsc.usage(["-r"])
    if "-n" in options and not is_name(options["-n"]):
        raise hsc.usage(["-n"])
    migrate = options["-o"] == "m"
    if not migrate and "--force" in options:
        raise hsc.usage(["--force"])
    placements = _placements(server_of(login, options), options)
    requests = _requests(login, options, placements, data)
    may_wait = len(requests) > 1 or "--all" in options
    work = _migrate if migrate else _validate
    outcomes = await work(login, requests, may_wait=may_wait)
    named = [(request.partition.name, outcome) for request, outcome in zip(requests, outcomes, strict=True)]
    return report(named, choices_of(options), verbose="-v" in options, steps=int(options.get("--steps") or 0))


async def _validate(login: ConsoleLogin, requests: Sequence[Request], *, may_wait: bool) -> list[Outcome]:
    return await asyncio.gather(*(login.desk.validate(request, may_wait=may_wait) for request in requests))


async def _migrate(login: ConsoleLogin, requests: Sequence[Request], *, may_wait: bool) -> list[Outcome]:
    """All of them at once; those of one command for which there is no room wait."""
    tasks = {
        id(request): asyncio.ensure_future(login.desk.migrate(request, may_wait=may_wait))
        for request in in_order(requests)
    }
    await asyncio.gather(*tasks.values())
    return [tasks[id(request)].result() for request in requests]


def _placements(server: Server, options: Options) -> list[Placement]:
    given = options.need_one("-p", "--id", "--all")
    if given == "--all":
        found = [place for _, place in sorted(server.placements.items()) if _can_migrate(place)]
        if not found:
            raise hsc.HscError("HSCLAF59", f"The managed system {server.name} has no partition that can migrate.")
        return found
    words = options[given].split(",")
    if len(set(words)) != len(words) or not all(words):
        raise hsc.usage([given])
    if given == "--id":
        return [find_placement(server, number=number) for number in words]
    return [placement_named(server, name) for name in words]


def _can_migrate(placement: Placement) -> bool:
    partition = placement.partition
    if partition.is_vios or partition.migration_disabled:
        return False
    return placement.state == RUNNING or (placement.state == NOT_ACTIVATED and partition.configured)


def _requests(
    login: ConsoleLogin, options: Options, placements: Sequence[Placement], data: dict[str, str]
) -> list[Request]:
    input_data = InputData(data, placements)
    remote = remote_of(login, options, "migrlpar")
    target = target_of(login, options, remote)
    choices = choices_of(options)
    if input_data.redundant and choices.redundant_movers is Redundancy.NEVER:
        if "--redundantmsps" in options:
            raise hsc.usage(["--redundantmsps"])
        choices = replace(choices, redundant_movers=Redundancy.REQUIRED)
    return [
        Request(
            console=login.console,
            user=login.user,
            placement=placement,
            target=target,
            remote=remote,
            profile=options.get("-n"),
            choices=choices,
            **input_data.wishes(placement),
        )
        for placement in placements
    ]


def choices_of(options: Options) -> Choices:
    """What the options allow and demand."""

    def kept(name: str) -> bool:
        return options.get(name) != "2"

    return Choices(
        keep_multipath=kept("--mpio"),
        bridge_all_vlans=kept("--vlanbridge"),
        keep_vsi=kept("--vsi"),
        check_disks=options.get("--npivval") == "portdisk",
        keep_uuid=kept("--uuid"),
        redundant_backing=kept("--redundantvnicbkdev"),
        all_vnics=kept("--vniccfg"),
        all_ports=kept("--migsriov") if "--migsriov" in options else None,
        redundant_movers=Redundancy(options.get("--redundantmsps") or "0"),
        affinity="--affinity" in options,
        current_data="--usecurrdata" in options,
        wait=int(options.get("-w") or 0),
        detail=int(options.get("-d") or 1),
        silent_details="--nodetails" in options,
    )


async def _data(options: Options, call: Call) -> dict[str, str]:
    """The record of ``-i`` or of the file of ``-f``."""
    if "-i" in options and "-f" in options:
        raise hsc.usage(["-i", "-f"])
    if "-i" in options:
        return parse_record(options["-i"])
    if "-f" not in options:
        return {}
    name = options["-f"]
    if call.files is None:
        raise hsc.Refusal(f"{call.name}: {name}: No such file or directory")
    try:
        text = await (await call.files.open_read(resolve(name, call.variables))).read()
    except OSError as error:
        raise hsc.Refusal(f"{call.name}: {name}: {reason(error)}") from error
    if len(text) > _LONGEST_FILE:
        raise hsc.bad_record()
    return parse_record(",".join(line.strip() for line in text.splitlines() if line.strip()))


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
  [--steps {0 | 1 | 2}] [-v] [--nodetails] [--help]

migrlpar -o set [-m managed-system] -r sys {-f file | -i "data"} [--help]
migrlpar -o set -m managed-system -r lpar {-p name | --id ID} {-f file | -i "data"} [--help]"""

COMMANDS = (
    ConsoleCommand(
        "migrlpar",
        _USAGE,
        Syntax(
            value("-o", required=True, choices=("m", "r", "s", "v", "set")),
            *(value(name) for name in ("-m", "-t", "--ip", "-u", "-p", "--id", "-n", "-f", "-i")),
            value("-r", choices=("sys", "lpar")),
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
