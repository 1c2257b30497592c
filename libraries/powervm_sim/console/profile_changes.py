"""Changes of a profile, by the attributes that ``lssyscfg -r prof`` shows."""

from __future__ import annotations

from dataclasses import replace

from powervm_sim import hsc
from powervm_sim.console.configuration import (
    PROFILE_FIXED,
    PROFILE_LISTS,
    PROFILE_SETTINGS,
    check_fixed,
    check_name,
    check_value,
    whole,
)
from powervm_sim.console.profile_lists import changed_devices
from powervm_sim.console.records import refuse_unknown
from powervm_sim.world.model import Amount, Placement, Profile, Server, Sharing
from powervm_sim.world.state import World
from powervm_sim.world.usage import pool_named

_AMOUNTS = tuple(
    f"{bound}_{resource}" for resource in ("mem", "procs", "proc_units") for bound in ("min", "desired", "max")
)
_SHARING = {
    "shared": ("uncap", "cap"),
    "ded": ("keep_idle_procs", "share_idle_procs", "share_idle_procs_active", "share_idle_procs_always"),
}
"""By the kind of processors: the sharing modes, the usual one first."""
_ONLY_SHARED = ("uncap_weight", "shared_proc_pool_id", "shared_proc_pool_name")
OTHER_RESOURCES = ("proc_mode", "sharing_mode", *_ONLY_SHARED, "desired_num_huge_pages", "max_num_huge_pages")
"""Attributes of processors and memory beside the figures that come in threes."""
_OWN = ("name", "new_name", "lpar_name", "lpar_id", "lpar_proc_compat_mode")
_MOST_PAGES = 65_535


def profile_of(placement: Placement, name: str) -> Profile:
    """A profile of a partition. Raises HscError (HSCLAF01)."""
    found = placement.partition.profiles.get(name)
    if found is None:
        raise hsc.HscError("HSCLAF01", f"The profile {name} was not found for partition {placement.name}.")
    return found


def changed_profile(
    world: World, placement: Placement, profile: Profile, record: dict[str, str], *, force: bool
) -> Profile:
    """The profile after a change. Raises Refusal for what cannot be; ``force`` passes over the server's modes."""
    check_fixed(record, "chsyscfg")
    lists = {name: text for name, text in record.items() if name.rstrip("+-") in PROFILE_LISTS}
    plain = [name for name in record if name not in lists]
    refuse_unknown(plain, (*_OWN, *_AMOUNTS, *OTHER_RESOURCES, *PROFILE_SETTINGS, *PROFILE_FIXED))
    settings = dict(profile.settings)
    for name in plain:
        if name in PROFILE_SETTINGS:
            check_value(PROFILE_SETTINGS, name, record[name])
            settings[name] = record[name]
    devices = changed_devices(world, placement, profile, lists) if lists else profile.devices
    mode = record.get("lpar_proc_compat_mode", profile.compat_mode)
    if not (placement.server.generation.supports(mode) or (force and mode.startswith("POWER"))):
        raise hsc.invalid_value("lpar_proc_compat_mode", mode)
    name = record.get("new_name", profile.name)
    check_name("new_name", name)
    changed = replace(profile, name=name, compat_mode=mode, devices=devices, settings=settings)
    return with_resources(placement.server, changed, record)


def with_resources(server: Server, profile: Profile, record: dict[str, str]) -> Profile:
    """The profile with other memory and processors. Raises Refusal when the three figures do not fit together."""
    shared = profile.units is not None
    if "proc_mode" in record:
        if record["proc_mode"] not in _SHARING:
            raise hsc.invalid_value("proc_mode", record["proc_mode"])
        shared = record["proc_mode"] == "shared"
    if not shared:
        wrong = [name for name in record if name.endswith("proc_units") or name in _ONLY_SHARED]
        if wrong:
            raise hsc.invalid_attribute(wrong)
    units = _amount(record, "proc_units", profile.units or Amount(0.1, 0.5, 1.0), whole=False) if shared else None
    return replace(
        profile,
        memory=_amount(record, "mem", profile.memory),
        processors=_amount(record, "procs", profile.processors),
        units=units,
        sharing=_sharing(profile, record, "shared" if shared else "ded"),
        pool=_pool(server, profile, record) if shared else 0,
        huge_pages=_huge_pages(profile, record),
    )


def _sharing(profile: Profile, record: dict[str, str], kind: str) -> Sharing:
    usual = profile.sharing.mode if profile.sharing.mode in _SHARING[kind] else _SHARING[kind][0]
    mode = record.get("sharing_mode", usual)
    if mode not in _SHARING[kind]:
        raise hsc.invalid_value("sharing_mode", mode)
    weight = record.get("uncap_weight", str(profile.sharing.weight))
    if not whole(0, 255)(weight):
        raise hsc.invalid_value("uncap_weight", weight)
    return Sharing(mode, int(weight))


def _pool(server: Server, profile: Profile, record: dict[str, str]) -> int:
    """The shared processor pool. Raises Refusal: it is unknown, or a name and an id mean different ones."""
    pool = profile.pool
    if "shared_proc_pool_name" in record:
        pool = pool_named(server, record["shared_proc_pool_name"])
        if record.get("shared_proc_pool_id", str(pool)) != str(pool):
            raise hsc.invalid_value("shared_proc_pool_id", record["shared_proc_pool_id"])
    elif "shared_proc_pool_id" in record:
        pool = int(record["shared_proc_pool_id"]) if whole(0, 63)(record["shared_proc_pool_id"]) else -1
    named = "shared_proc_pool_name" in record or "shared_proc_pool_id" in record
    if named and pool not in server.devices.pools:
        name = record.get("shared_proc_pool_name", record.get("shared_proc_pool_id", ""))
        text = f"The shared processor pool {name} was not found on the managed system {server.name}."
        raise hsc.HscError("HSCLAF3E", text)
    return pool


def _huge_pages(profile: Profile, record: dict[str, str]) -> int:
    """Huge pages are all there or none: at least 0, at most as many as are desired."""
    wanted = record.get("desired_num_huge_pages", str(profile.huge_pages))
    most = record.get("max_num_huge_pages", wanted)
    if not whole(0, _MOST_PAGES)(wanted):
        raise hsc.invalid_value("desired_num_huge_pages", wanted)
    if most != wanted:
        raise hsc.Refusal(f"a profile with max_num_huge_pages={most} and {wanted} desired ones: not simulated")
    return int(wanted)


def _amount(record: dict[str, str], resource: str, present: Amount, *, whole: bool = True) -> Amount:
    figures = []
    for bound, figure in (("min", present.minimum), ("desired", present.desired), ("max", present.maximum)):
        name = f"{bound}_{resource}"
        figures.append(_figure(name, record[name], whole=whole) if name in record else figure)
    if not figures[0] <= figures[1] <= figures[2]:
        name = next((name for name in record if name.endswith(f"_{resource}")), f"desired_{resource}")
        raise hsc.invalid_value(name, record.get(name, ""))
    return Amount(*figures)


def _figure(name: str, text: str, *, whole: bool) -> float:
    try:
        figure = int(text) if whole else float(text)
    except ValueError:
        raise hsc.invalid_value(name, text) from None
    if not 0 < figure < 1 << 32:
        raise hsc.invalid_value(name, text)
    return figure
