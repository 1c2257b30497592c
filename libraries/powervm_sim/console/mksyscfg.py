"""``mksyscfg`` and ``rmsyscfg``: profiles and simple partitions come and go."""

from __future__ import annotations

import uuid

from powervm_sim import hsc
from powervm_sim.console.chsyscfg import picked, records_of
from powervm_sim.console.configuration import (
    PARTITION_SETTINGS,
    PROFILE_FIXED,
    PROFILE_LISTS,
    PROFILE_SETTINGS,
    check_fixed,
    check_name,
    check_value,
    whole,
)
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import Options, Syntax, flag, value
from powervm_sim.console.picking import placement_of, server_of
from powervm_sim.console.profile_changes import OTHER_RESOURCES, profile_of, with_resources
from powervm_sim.console.records import refuse_unknown
from powervm_sim.shell.call import Call
from powervm_sim.world.accounts import Account
from powervm_sim.world.model import NOT_ACTIVATED, Amount, Partition, Placement, Profile, Server
from powervm_sim.world.rmc import Rmc
from powervm_sim.world.state import World

_MOST_PARTITIONS, _MOST_PROFILES = 900, 100
_MEMORY = ("min_mem", "desired_mem", "max_mem")
_PROCESSORS = ("proc_mode", "min_procs", "desired_procs", "max_procs")
_UNITS = ("min_proc_units", "desired_proc_units", "max_proc_units")
_NEEDED = (*_MEMORY, *_PROCESSORS)
_RESOURCES = (*_NEEDED, *_UNITS, *OTHER_RESOURCES, "lpar_proc_compat_mode")


async def _mksyscfg(login: ConsoleLogin, options: Options, _call: Call) -> str:
    server = server_of(login, options)
    if options["-r"] == "sysprof":
        raise not_simulated("mksyscfg -r sysprof")
    if "-o" in options:
        if options["-r"] != "prof":
            raise hsc.usage(["-o"])
        options.only("-r", "-m", "-o", "-p", "--id", "-n", "--force")
        options.need("-n")
        _save(placement_of(server, options), options["-n"], force="--force" in options)
        return ""
    options.only("-r", "-m", "-i", "-f", "--force")
    for record in records_of(login, options):
        if options["-r"] == "prof":
            _create_profile(server, record)
        else:
            _create_partition(login.world, server, record)
    return ""


def _save(placement: Placement, name: str, *, force: bool) -> None:
    """The current configuration as a profile."""
    partition = placement.partition
    check_name("-n", name)
    if not partition.configured:
        text = f"Partition {partition.name} has no current configuration that could be saved."
        raise hsc.HscError("HSCLAF65", text)
    if name in partition.profiles and not force:
        text = f"A profile named {name} exists for partition {partition.name} already."
        raise hsc.HscError("HSCLAF64", text)
    _check_room(placement, name)
    settings = partition.profiles[name].settings if name in partition.profiles else {}
    partition.profiles[name] = Profile(
        name,
        partition.memory,
        partition.processors,
        partition.units,
        partition.desired_mode,
        sharing=partition.sharing,
        pool=placement.pool,
        huge_pages=partition.huge_pages,
        settings=dict(settings),
    )


def _check_room(placement: Placement, name: str) -> None:
    profiles = placement.partition.profiles
    if name not in profiles and len(profiles) >= _MOST_PROFILES:
        text = f"The partition {placement.name} has {_MOST_PROFILES} profiles; no more can be created."
        raise hsc.HscError("HSCLAF6B", text)


def _create_profile(server: Server, record: dict[str, str]) -> None:
    placement = picked(server, record, name="lpar_name")
    name = _required(record, "name")
    if name in placement.partition.profiles:
        text = f"A profile named {name} exists for partition {placement.name} already."
        raise hsc.HscError("HSCLAF64", text)
    _check_room(placement, name)
    refuse_unknown(
        record, ("name", "lpar_name", "lpar_id", *_RESOURCES, *PROFILE_SETTINGS, *PROFILE_FIXED, *PROFILE_LISTS)
    )
    _refuse_lists(record)
    placement.partition.profiles[name] = _profile(server, record, name)


def _create_partition(world: World, server: Server, record: dict[str, str]) -> None:
    """A partition without adapters and without an operating system."""
    _refuse_lists(record)
    allowed = ("name", "lpar_id", "profile_name", "lpar_env", *_RESOURCES)
    refuse_unknown(record, (*allowed, *PROFILE_SETTINGS, *PROFILE_FIXED, *PROFILE_LISTS, *PARTITION_SETTINGS))
    name = _required(record, "name")
    environment = _required(record, "lpar_env")
    if environment != "aixlinux":
        if environment in ("vioserver", "os400"):
            raise not_simulated(f"mksyscfg -r lpar with lpar_env={environment}")
        raise hsc.invalid_value("lpar_env", environment)
    if len(server.placements) >= _MOST_PARTITIONS:
        text = f"The managed system {server.name} has {_MOST_PARTITIONS} partitions; no more can be created."
        raise hsc.HscError("HSCLAF6B", text)
    if name in world.partitions:
        text = f"A partition named {name} exists on the managed system already."
        raise hsc.HscError("HSCLAF63", text)
    number = _new_id(server, record.get("lpar_id"))
    profile = _profile(server, record, record.get("profile_name", ""))
    identity = uuid.UUID(int=world.random(f"uuid/{server.name}/{name}").getrandbits(128), version=4)
    partition = Partition(
        name=name,
        uuid=str(identity).upper(),
        address="",
        account=Account("root"),
        memory=profile.memory,
        processors=profile.processors,
        units=profile.units,
        desired_mode=profile.compat_mode,
        profiles={profile.name: profile},
        default_profile=profile.name,
        ethernet=(),
        sharing=profile.sharing,
        huge_pages=profile.huge_pages,
        rmc=Rmc(lambda: False, world.pace.now),
        configured=False,
    )
    for attribute in PARTITION_SETTINGS:
        if attribute in record:
            check_value(PARTITION_SETTINGS, attribute, record[attribute])
            partition.settings[attribute] = record[attribute]
    world.partitions[name] = partition
    server.add(Placement(partition, server, number, NOT_ACTIVATED, pool=profile.pool))
    world.history.add("place", partition=name, event="created", server=server.name, lpar_id=number)


def _refuse_lists(record: dict[str, str]) -> None:
    for name, text in record.items():
        if name in PROFILE_LISTS and text != "none":
            raise not_simulated(f"mksyscfg -i {name}")


def _profile(server: Server, record: dict[str, str], name: str) -> Profile:
    missing = [attribute for attribute in _NEEDED if attribute not in record]
    missing += [] if name else ["profile_name"]
    if record.get("proc_mode") == "shared":
        missing += [attribute for attribute in _UNITS if attribute not in record]
    if missing:
        text = f"The command cannot be done without the resources of the profile: {', '.join(missing)}."
        raise hsc.HscError("HSCL0622", text)
    check_name("profile_name", name)
    mode = record.get("lpar_proc_compat_mode", "default")
    if not server.generation.supports(mode):
        raise hsc.invalid_value("lpar_proc_compat_mode", mode)
    check_fixed(record, "mksyscfg")
    settings = {attribute: record[attribute] for attribute in PROFILE_SETTINGS if attribute in record}
    for attribute, text in settings.items():
        check_value(PROFILE_SETTINGS, attribute, text)
    start = Amount(1, 1, 1)
    return with_resources(server, Profile(name, start, start, None, mode, settings=settings), record)


def _new_id(server: Server, wanted: str | None) -> int:
    if wanted is None:
        return server.free_id(1)
    if not whole(1, server.generation.max_partitions)(wanted):
        raise hsc.invalid_value("lpar_id", wanted)
    if int(wanted) in server.placements:
        raise hsc.HscError("HSCLAF63", f"A partition with the ID {wanted} exists on the managed system already.")
    return int(wanted)


def _required(record: dict[str, str], name: str) -> str:
    if not record.get(name):
        raise hsc.invalid_attribute([name])
    check_name(name, record[name])
    return record[name]


async def _rmsyscfg(login: ConsoleLogin, options: Options, _call: Call) -> str:
    server = server_of(login, options)
    if options["-r"] == "sysprof":
        raise not_simulated("rmsyscfg -r sysprof")
    if options["-r"] == "lpar":
        options.only("-r", "-m", "-n", "--id")
        _remove_partition(login.world, placement_of(server, options, name="-n"))
    else:
        options.only("-r", "-m", "-n", "-p", "--id")
        options.need("-n")
        _remove_profile(placement_of(server, options), options["-n"])
    return ""


def _remove_partition(world: World, placement: Placement) -> None:
    partition = placement.partition
    if placement.state != NOT_ACTIVATED:
        raise hsc.wrong_state()
    if partition.terminal_open:
        text = f"The partition {partition.name} cannot be removed while a virtual terminal session is open for it."
        raise hsc.HscError("HSCLAF66", text)
    placement.server.remove(placement)
    if world.partitions.get(partition.name) is partition and not _stands_elsewhere(world, partition):
        del world.partitions[partition.name]
    world.history.add("place", partition=partition.name, event="removed", server=placement.server.name)


def _stands_elsewhere(world: World, partition: Partition) -> bool:
    """What was removed is a leftover of a migration: the partition itself lives on another system."""
    return any(place.partition is partition for place in world.placements())


def _remove_profile(placement: Placement, name: str) -> None:
    partition = placement.partition
    profile_of(placement, name)
    if name in (partition.default_profile, partition.current_profile):
        text = f"The profile {name} is the default or the last activated profile of partition {partition.name}."
        raise hsc.HscError("HSCLAF67", text)
    del partition.profiles[name]


_KINDS = ("lpar", "prof", "sysprof")

COMMANDS = (
    ConsoleCommand(
        "mksyscfg",
        'mksyscfg -r {lpar | prof} -m managed-system {-f configuration-file | -i "configuration-data"} [--force]\n'
        "mksyscfg -r prof -m managed-system -o save {-p partition-name | --id partition-ID} -n profile-name [--force] "
        "[--help]",
        Syntax(
            value("-r", required=True, choices=_KINDS),
            value("-m", required=True),
            value("-o", choices=("save",)),
            *(value(name) for name in ("-i", "-f", "-p", "--id", "-n")),
            flag("--force"),
        ),
        _mksyscfg,
        latency="creation",
    ),
    ConsoleCommand(
        "rmsyscfg",
        "rmsyscfg -r {lpar | prof} -m managed-system {-n name | --id partition-ID} "
        "[{-p partition-name | --id partition-ID}] [--help]",
        Syntax(
            value("-r", required=True, choices=_KINDS),
            value("-m", required=True),
            *(value(name) for name in ("-n", "-p", "--id")),
        ),
        _rmsyscfg,
        latency="change",
    ),
)
