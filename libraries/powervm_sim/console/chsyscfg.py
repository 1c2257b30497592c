"""``chsyscfg``: the few settings that matter for mobility."""

from __future__ import annotations

from dataclasses import replace

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import Options, Syntax, flag, value
from powervm_sim.console.picking import server_of
from powervm_sim.console.records import parse_record, refuse_unknown
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Partition, Placement, Server
from powervm_sim.world.state import find_placement

_LPAR = ("msp", "sync_curr_profile", "migration_disabled")
_PROFILE = ("lpar_proc_compat_mode",)


async def _chsyscfg(login: ConsoleLogin, options: Options, _call: Call) -> str:
    server = server_of(login, options)
    if "-f" in options:
        raise not_simulated("chsyscfg -f")
    options.need("-i")
    record = parse_record(options["-i"])
    if options["-r"] == "lpar":
        refuse_unknown(record, ("name", "lpar_id", *_LPAR))
        placement = _placement(server, record, name="name")
        for attribute in _LPAR:
            if attribute in record:
                _set(placement, attribute, record[attribute])
        return ""
    refuse_unknown(record, ("name", "lpar_name", "lpar_id", *_PROFILE))
    _change_profile(server, _placement(server, record, name="lpar_name"), record)
    return ""


def _placement(server: Server, record: dict[str, str], *, name: str) -> Placement:
    if (name in record) == ("lpar_id" in record):
        raise hsc.invalid_attribute([name])
    return find_placement(server, name=record.get(name), number=record.get("lpar_id"))


def _set(placement: Placement, attribute: str, text: str) -> None:
    partition: Partition = placement.partition
    if text not in (("0", "1", "2") if attribute == "sync_curr_profile" else ("0", "1")):
        raise hsc.invalid_value(attribute, text)
    if (attribute == "msp") != partition.is_vios and attribute != "sync_curr_profile":
        raise hsc.invalid_attribute([attribute])
    if attribute == "msp":
        partition.msp = text == "1"
    elif attribute == "migration_disabled":
        partition.migration_disabled = text == "1"
    else:
        partition.sync_profile = int(text)


def _change_profile(server: Server, placement: Placement, record: dict[str, str]) -> None:
    profiles = placement.partition.profiles
    if "name" not in record:
        raise hsc.invalid_attribute(["name"])
    profile = profiles.get(record["name"])
    if profile is None:
        raise hsc.HscError("HSCLAF01", f"The profile {record['name']} was not found for partition {placement.name}.")
    mode = record.get("lpar_proc_compat_mode")
    if mode is None:
        return
    if not server.generation.supports(mode):
        raise hsc.invalid_value("lpar_proc_compat_mode", mode)
    profiles[profile.name] = replace(profile, compat_mode=mode)


COMMANDS = (
    ConsoleCommand(
        "chsyscfg",
        'chsyscfg -r {lpar | prof} -m managed-system -i "configuration-data" [--force] [--help]',
        Syntax(
            value("-r", required=True, choices=("lpar", "prof")),
            value("-m", required=True),
            value("-i"),
            value("-f"),
            flag("--force"),
        ),
        _chsyscfg,
        latency="change",
    ),
)
