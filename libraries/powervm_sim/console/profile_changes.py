"""Changes of a profile, by the attributes that ``lssyscfg -r prof`` shows."""

from __future__ import annotations

from dataclasses import replace

from powervm_sim import hsc
from powervm_sim.console.configuration import (
    PROFILE_FIXED,
    PROFILE_LISTS,
    PROFILE_SETTINGS,
    changed_list,
    check_fixed,
    check_name,
    check_value,
)
from powervm_sim.console.output import joined
from powervm_sim.console.profile_rows import profile_row
from powervm_sim.console.records import refuse_unknown, split_fields
from powervm_sim.world.model import Amount, Placement, Profile

_AMOUNTS = tuple(
    f"{bound}_{resource}" for resource in ("mem", "procs", "proc_units") for bound in ("min", "desired", "max")
)
_SHARING = {"shared": ("uncap", "cap"), "ded": ("keep_idle_procs", "share_idle_procs")}
_PROCESSORS = ("proc_mode", "sharing_mode")
_OWN = ("name", "new_name", "lpar_name", "lpar_id", "lpar_proc_compat_mode")
_LONGEST_LIST = 1000


def profile_of(placement: Placement, name: str) -> Profile:
    """A profile of a partition. Raises HscError (HSCLAF01)."""
    found = placement.partition.profiles.get(name)
    if found is None:
        raise hsc.HscError("HSCLAF01", f"The profile {name} was not found for partition {placement.name}.")
    return found


def changed_profile(placement: Placement, profile: Profile, record: dict[str, str], *, force: bool) -> Profile:
    """The profile after a change. Raises Refusal for what cannot be; ``force`` passes over the server's modes."""
    check_fixed(record, "chsyscfg")
    lists = {name: _operator(name) for name in record if name.rstrip("+-") in PROFILE_LISTS}
    plain = [name for name in record if name not in lists]
    refuse_unknown(plain, (*_OWN, *_AMOUNTS, *_PROCESSORS, *PROFILE_SETTINGS, *PROFILE_FIXED))
    settings = dict(profile.settings)
    for name in plain:
        if name in PROFILE_SETTINGS:
            check_value(PROFILE_SETTINGS, name, record[name])
            settings[name] = record[name]
    shown = profile_row(placement, profile)
    for name, operator in lists.items():
        attribute = name.rstrip("+-")
        present = [] if shown[attribute] == "none" else split_fields(shown[attribute])
        changed = changed_list(present, operator, split_fields(record[name]))
        if len(changed) > _LONGEST_LIST:
            raise hsc.invalid_value(attribute, f"with {len(changed)} entries")
        settings[attribute] = joined(changed)
    mode = record.get("lpar_proc_compat_mode", profile.compat_mode)
    if not (placement.server.generation.supports(mode) or (force and mode.startswith("POWER"))):
        raise hsc.invalid_value("lpar_proc_compat_mode", mode)
    name = record.get("new_name", profile.name)
    check_name("new_name", name)
    return with_resources(replace(profile, name=name, compat_mode=mode, settings=settings), record)


def with_resources(profile: Profile, record: dict[str, str]) -> Profile:
    """The profile with other memory and processors. Raises Refusal when the three figures do not fit together."""
    shared = profile.units is not None
    if "proc_mode" in record:
        if record["proc_mode"] not in _SHARING:
            raise hsc.invalid_value("proc_mode", record["proc_mode"])
        shared = record["proc_mode"] == "shared"
    settings = dict(profile.settings)
    if shared != (profile.units is not None):
        settings.pop("sharing_mode", None)
    if "sharing_mode" in record:
        if record["sharing_mode"] not in _SHARING["shared" if shared else "ded"]:
            raise hsc.invalid_value("sharing_mode", record["sharing_mode"])
        settings["sharing_mode"] = record["sharing_mode"]
    if not shared and any(name.endswith("proc_units") for name in record):
        raise hsc.invalid_attribute([name for name in record if name.endswith("proc_units")])
    units = _amount(record, "proc_units", profile.units or Amount(0.1, 0.5, 1.0), whole=False) if shared else None
    return replace(
        profile,
        memory=_amount(record, "mem", profile.memory),
        processors=_amount(record, "procs", profile.processors),
        units=units,
        settings=settings,
    )


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


def _operator(name: str) -> str:
    return f"{name[-1]}=" if name[-1] in "+-" else "="
