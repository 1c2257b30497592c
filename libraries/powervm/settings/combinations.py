"""What may not be chosen together: found before anything is sent, and said with both names and the cure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from powervm.errors import MobilityError
from powervm.settings.free_text import FreeOptions, read_free_options
from powervm.settings.model import (
    ACTIVE_ONLY,
    FLAGS,
    INACTIVE_ONLY,
    MOVERS,
    NAMED,
    WORD_OPTIONS,
    MigrationSettings,
)
from powervm.settings.words import RedundantMovers, RedundantPaging

Problem = tuple[str, str]
"""What is wrong, and the cure; both are sentences."""


class BadSettings(MobilityError):
    """Settings of a migration that cannot be chosen together."""


def check_settings(settings: MigrationSettings, *, active: bool, options: str = "", where: str = "") -> None:
    """Refuse what cannot be chosen together.

    Args:
        settings: What is chosen by name.
        active: The partition runs while it moves.
        options: Free option text beside it.
        where: For the message: which move it is about.

    Raises:
        BadSettings: All that is wrong, each with its cure.
        BadMigrationOptions: The free text cannot be given to migrlpar.
    """
    found = problems_of(settings, active=active, options=options)
    if found:
        before = f"{where}: " if where else ""
        raise BadSettings("\n".join(f"{before}{wrong} {cure}" for wrong, cure in found))


def problems_of(settings: MigrationSettings, *, active: bool, options: str = "") -> list[Problem]:
    """All that cannot be chosen together, or not for this kind of migration."""
    free = read_free_options(options)
    both = free.settings().overridden_by(settings)
    return [
        *_said_twice(settings, free),
        *_name_and_id(free.record),
        *_kind(both, active=active),
        *_movers(both),
        *_others(both),
        *_ranges(settings),
    ]


def _said_twice(settings: MigrationSettings, free: FreeOptions) -> Iterator[Problem]:
    for name, value in settings.given().items():
        option = _option(name)
        if option and option in free.options:
            shown = f"{option} {free.options[option]}".strip()
            yield (
                f"The setting {name} ({_shown(value)}) and the options text ('{shown}') say the same thing twice.",
                f"Keep one: take {option} out of the options, or leave {name} out.",
            )
        for attribute in attributes_of(name):
            if attribute in free.record:
                shown = f"-i with {attribute}={free.record[attribute]}"
                yield (
                    f"The setting {name} ({_shown(value)}) and the options text ({shown}) say the same thing twice.",
                    f"Keep one: take {attribute} out of the options, or leave {name} out.",
                )
    names = ", ".join(name for name in settings.given() if attributes_of(name))
    if "-f" in free.options and names:
        yield (
            f"The options text reads its input data from a file (-f {free.options['-f']}), and {names} is input data.",
            f"Keep one: put the data of that file into settings or -i, or leave {names} out.",
        )
    if "-f" in free.options and "-i" in free.options:
        yield "The options text has both -f and -i.", "Keep one: migrlpar takes its input data from one place."


def _option(name: str) -> str:
    if name in FLAGS:
        return FLAGS[name][0]
    if name in WORD_OPTIONS:
        return WORD_OPTIONS[name][0]
    return {"wait": "-w", "detail": "-d", "profile": "-n"}.get(name, "")


def attributes_of(name: str) -> tuple[str, ...]:
    """The attributes of the input data that say what a setting says."""
    if name in NAMED:
        return f"{NAMED[name]}_name", f"{NAMED[name]}_id"
    if name in MOVERS:
        side = "source" if "source" in name else "dest"
        own = () if name.startswith("second") else tuple(f"{side}_msp_{part}" for part in ("name", "id", "ipaddr"))
        return *own, f"{side}_msps", "redundant_msps"
    return ("dest_lpar_id",) if name == "target_id" else ()


def _name_and_id(record: Mapping[str, str]) -> Iterator[Problem]:
    for stem in (*NAMED.values(), "source_msp", "dest_msp"):
        if f"{stem}_name" in record and f"{stem}_id" in record:
            yield (
                f"The input data says both {stem}_name={record[f'{stem}_name']} and {stem}_id={record[f'{stem}_id']}.",
                "Keep the name or the id.",
            )


def _kind(settings: MigrationSettings, *, active: bool) -> Iterator[Problem]:
    wrong = INACTIVE_ONLY if active else ACTIVE_ONLY
    kind, other = ("active", "inactive") if active else ("inactive", "active")
    for name, value in settings.given().items():
        if name in wrong and value is not False:
            yield (
                f"The setting {name} ({_shown(value)}) holds for {other} moves only, and this move is {kind}.",
                f"Leave {name} out, or make the move {other}.",
            )


def _movers(settings: MigrationSettings) -> Iterator[Problem]:
    redundant = settings.redundant_movers
    first, second = _pair_shown(settings, MOVERS[:2]), _pair_shown(settings, MOVERS[2:])
    if second and not first:
        yield (
            f"A second pair of movers is named ({second}), and no first one.",
            "Name source_mover or target_mover too, or rename the second pair.",
        )
    if second and redundant is RedundantMovers.MUST_NOT:
        yield (
            f"A second pair of movers is named ({second}), and redundant_movers is 'must not'.",
            "Leave the second pair out, or set redundant_movers to 'must' or 'if available'.",
        )
    if first and not second and redundant in (RedundantMovers.MUST, RedundantMovers.IF_AVAILABLE):
        yield (
            f"One pair of movers is named ({first}), and redundant_movers is '{redundant}', which takes two.",
            "Name second_source_mover and second_target_mover too, leave the movers out, or set redundant_movers to "
            "'must not'.",
        )
    for side in ("source", "target"):
        one, other = getattr(settings, f"{side}_mover"), getattr(settings, f"second_{side}_mover")
        if one is not None and one == other and not one.subnet:
            yield (
                f"{side}_mover and second_{side}_mover are both {one}.",
                "Name another mover for the second pair: one that fails cannot stand by for itself.",
            )


def _pair_shown(settings: MigrationSettings, names: tuple[str, ...]) -> str:
    return ", ".join(f"{name}={getattr(settings, name)}" for name in names if getattr(settings, name) is not None)


def _others(settings: MigrationSettings) -> Iterator[Problem]:
    if settings.redundant_paging is RedundantPaging.NO and settings.redundant_paging_server is not None:
        yield (
            f"redundant_paging is 'no', and redundant_paging_server is {settings.redundant_paging_server}.",
            "Leave the server out, or set redundant_paging to 'required' or 'if available'.",
        )
    if settings.error_details is False and settings.detail:
        yield (
            f"error_details is no, and detail is {settings.detail}: what is asked for would not be shown.",
            "Leave one of them out.",
        )


_RANGES = {"target_id": (1, 65534), "detail": (0, 5), "concurrency_level": (1, 5), "concurrent_migrations": (1, 16)}


def _ranges(settings: MigrationSettings) -> Iterator[Problem]:
    for name, (least, most) in _RANGES.items():
        value = getattr(settings, name)
        if value is not None and not least <= value <= most:
            yield f"The setting {name} is {value}.", f"Choose {least} to {most}."
    if settings.wait is not None and settings.wait < 0:
        yield f"The setting wait is {settings.wait:g} s.", "Choose a time that is not negative; 0 is no limit."


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g} s" if isinstance(value, float) else str(value)
