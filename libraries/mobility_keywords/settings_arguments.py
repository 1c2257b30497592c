"""The settings of a migration as typed arguments of keywords: one list of them for all keywords that take them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any, Final, Literal, TypeVar, get_args, get_type_hints

from powervm.lab.settings_section import SettingsSection
from powervm.settings import MigrationSettings, Mover, NameOrId

Keyword = TypeVar("Keyword", bound=Callable[..., Any])


class _NotGiven:
    """The default of every setting: what the lab file says, else what the console chooses."""

    def __repr__(self) -> str:
        return "as in the lab file"


NOT_GIVEN: Final = _NotGiven()
"""No ``None``: with a union Robot Framework would not say what the right words are."""

YesOrNo = Literal[True, False]
"""With ``bool`` Robot Framework would let any other word through."""

_SPECIAL = {"wait": timedelta, "detail": Literal[0, 1, 2, 3, 4, 5], "concurrency_level": Literal[1, 2, 3, 4, 5]}


def settings_types() -> dict[str, Any]:
    """The type of each setting, as Robot Framework converts it."""
    hints = get_type_hints(MigrationSettings)
    plain = {item.name: get_args(hints[item.name])[0] for item in fields(MigrationSettings)}
    return {name: _SPECIAL.get(name, YesOrNo if kind is bool else kind) for name, kind in plain.items()}


def takes_settings(function: Keyword) -> Keyword:
    """Give a keyword one named argument for each setting; what is given arrives in its ``**settings``."""
    signature = inspect.signature(function)
    own = [item for item in signature.parameters.values() if item.kind is not inspect.Parameter.VAR_KEYWORD]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=NOT_GIVEN, annotation=kind)
        for name, kind in settings_types().items()
    ]
    function.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    function.__annotations__ = {
        name: kind for name, kind in function.__annotations__.items() if name != "settings"
    } | settings_types()
    function.__doc__ = _with_settings(function.__doc__ or "")
    return function


def _with_settings(text: str) -> str:
    """The docstring, where what it says of ``settings`` is said of each of them."""
    known = SettingsSection.model_fields
    lines = [f"            {name}: {known[name].description}" for name in settings_types()]
    return re.sub(r"^ {12}settings:.*$", lambda _: "\n".join(lines), text, flags=re.MULTILINE)


def settings_from(given: dict[str, Any]) -> MigrationSettings:
    """The settings that a keyword was given."""
    wait = given.get("wait")
    seconds = {"wait": wait.total_seconds()} if isinstance(wait, timedelta) else {}
    return MigrationSettings(**given | seconds)


def mover(text: str | int) -> Mover:
    """A mover service partition: its name, its id, its address, a subnet, or a name and an address.

    Examples: ``vios1``, ``1``, ``10.1.1.11``, ``vios1/10.1.1.11``. With a subnet such as ``10.1.0.0/16`` the console is
    asked for a mover with an address in it.
    """
    return Mover.parse(text)


def name_or_id(text: str | int) -> NameOrId:
    """A name on the console or an id, for example ``SharedPool01`` or ``1``."""
    return NameOrId.parse(text)


CONVERTERS = {Mover: mover, NameOrId: name_or_id}
"""How Robot Framework makes these types of what stands in a suite."""
