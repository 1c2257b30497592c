"""``chsyscfg``: changes partitions, profiles and the names of systems."""

from __future__ import annotations

from dataclasses import replace

from powervm_sim import hsc
from powervm_sim.console.configuration import (
    CLIENT_ONLY,
    PARTITION_OTHERS,
    PARTITION_SETTINGS,
    SHOWN_AS,
    VIOS_ONLY,
    check_name,
    check_value,
)
from powervm_sim.console.files import input_file
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import Options, Syntax, flag, value
from powervm_sim.console.partition_rows import ONLY_V11
from powervm_sim.console.picking import server_of
from powervm_sim.console.profile_changes import changed_profile, profile_of
from powervm_sim.console.records import parse_record, refuse_unknown
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Partition, Placement, Server
from powervm_sim.world.state import World, find_placement

_SYSTEM_SETTINGS = frozenset(
    {
        "assign_5250_cpw_percent",
        "description",
        "pend_power_on_option",
        "pend_power_on_side",
        "power_off_policy",
        "power_on_lpar_start_policy",
        "service_lpar_id",
    }
)


async def _chsyscfg(login: ConsoleLogin, options: Options, _call: Call) -> str:
    server = server_of(login, options)
    for record in records_of(login, options):
        if options["-r"] == "sys":
            _change_system(login.world, server, record)
        elif options["-r"] == "lpar":
            _change_partition(login, server, record)
        else:
            _change_profile(login.world, server, record, force="--force" in options)
    return ""


def records_of(login: ConsoleLogin, options: Options) -> list[dict[str, str]]:
    """The records of ``-i`` or of the lines of the file of ``-f``. Raises Refusal."""
    if options.need_one("-i", "-f") == "-i":
        return [parse_record(options["-i"])]
    lines = input_file(login.console, login.person, options["-f"]).splitlines()
    return [parse_record(line) for line in lines if line.strip() and not line.startswith("#")]


def picked(server: Server, record: dict[str, str], *, name: str) -> Placement:
    """The partition of a record, by name or id. Raises Refusal."""
    if (name in record) == ("lpar_id" in record):
        raise hsc.invalid_attribute([name])
    return find_placement(server, name=record.get(name), number=record.get("lpar_id"))


def _change_partition(login: ConsoleLogin, server: Server, record: dict[str, str]) -> None:
    others = [name for name in record if name in PARTITION_OTHERS]
    if others:
        raise not_simulated(f"chsyscfg -r lpar -i {others[0]}")
    known = [name for name in PARTITION_SETTINGS if login.console.version >= 11 or name not in ONLY_V11]
    refuse_unknown(record, ("name", "lpar_id", "new_name", "default_profile", *known))
    placement = picked(server, record, name="name")
    partition = placement.partition
    if placement.migrating:
        raise hsc.wrong_state()
    settings = {name: text for name, text in record.items() if name in PARTITION_SETTINGS}
    for attribute, text in settings.items():
        check_value(PARTITION_SETTINGS, attribute, text)
        if attribute in (CLIENT_ONLY if partition.is_vios else VIOS_ONLY):
            raise hsc.invalid_attribute([attribute])
    _check_keystore(placement, settings)
    if "default_profile" in record:
        partition.default_profile = profile_of(placement, record["default_profile"]).name
    if "new_name" in record:
        _rename(login.world, placement, record["new_name"])
    for attribute, text in settings.items():
        _set(partition, attribute, text)


def _check_keystore(placement: Placement, settings: dict[str, str]) -> None:
    if settings.get("keystore_kbytes") == "0" and placement.powered:
        used = placement.partition.settings.get("keystore_kbytes", "0") != "0"
        if used:
            text = f"The key store of partition {placement.name} cannot be removed while it is in use."
            raise hsc.HscError("HSCL0DC8", text)


def _rename(world: World, placement: Placement, name: str) -> None:
    check_name("new_name", name)
    if any(other.name == name for other in placement.server.placements.values() if other is not placement):
        raise hsc.HscError("HSCLAF63", f"A partition named {name} exists on the managed system already.")
    partition = placement.partition
    if world.partitions.get(name, partition) is not partition:
        raise not_simulated(f"the name {name} for partitions on two systems")
    world.partitions = {name if one is partition else old: one for old, one in world.partitions.items()}
    partition.name = name


def _set(partition: Partition, attribute: str, text: str) -> None:
    if attribute == "msp":
        partition.msp = text == "1"
    elif attribute == "migration_disabled":
        partition.migration_disabled = text == "1"
    elif attribute == "sync_curr_profile":
        partition.sync_profile = int(text)
    else:
        partition.settings[SHOWN_AS.get(attribute, attribute)] = text


def _change_profile(world: World, server: Server, record: dict[str, str], *, force: bool) -> None:
    placement = picked(server, record, name="lpar_name")
    if "name" not in record:
        raise hsc.invalid_attribute(["name"])
    profile = profile_of(placement, record["name"])
    changed = changed_profile(world, placement, profile, record, force=force)
    profiles = placement.partition.profiles
    if changed.name != profile.name:
        if changed.name in profiles:
            text = f"A profile named {changed.name} exists for partition {placement.name} already."
            raise hsc.HscError("HSCLAF64", text)
        _rename_profile(placement.partition, profile.name, changed.name)
    profiles[changed.name] = changed


def _rename_profile(partition: Partition, old: str, new: str) -> None:
    partition.profiles[new] = replace(partition.profiles.pop(old), name=new)
    if partition.default_profile == old:
        partition.default_profile = new
    if partition.current_profile == old:
        partition.current_profile = new


def _change_system(world: World, server: Server, record: dict[str, str]) -> None:
    refuse_unknown(record, ("name", "new_name", *_SYSTEM_SETTINGS))
    others = [name for name in record if name in _SYSTEM_SETTINGS]
    if others:
        raise not_simulated(f"chsyscfg -r sys -i {others[0]}")
    if record.get("name", server.name) != server.name:
        raise hsc.invalid_value("name", record["name"])
    if "new_name" not in record:
        raise hsc.invalid_attribute(["new_name"])
    name = record["new_name"]
    check_name("new_name", name)
    if world.servers.get(name, server) is not server:
        raise hsc.HscError("HSCLAF63", f"A managed system named {name} exists already.")
    world.servers = {name if one is server else old: one for old, one in world.servers.items()}
    server.name = name


COMMANDS = (
    ConsoleCommand(
        "chsyscfg",
        'chsyscfg -r {lpar | prof | sys} -m managed-system {-f configuration-file | -i "configuration-data"} '
        "[--force] [--help]",
        Syntax(
            value("-r", required=True, choices=("lpar", "prof", "sys")),
            value("-m", required=True),
            value("-i"),
            value("-f"),
            flag("--force"),
        ),
        _chsyscfg,
        latency="change",
    ),
)
