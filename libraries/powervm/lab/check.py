"""Checks a draft against `LabDocument`, and says in our own words what pydantic found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from powervm.lab.document import FORMS, LabDocument
from powervm.lab.draft import Draft, KeyPath
from powervm.lab.problems import suggestion
from powervm.lab.values import Surroundings
from powervm.secret import Password

_EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
}
_ELSEWHERE: dict[KeyPath, str] = {
    (name,): f"It belongs to the move that it is about: moves: NAME: {name}." for name in ("vnic", "network", "storage")
}
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def check(draft: Draft, surroundings: Surroundings) -> LabDocument | None:
    """Check the whole tree; None when there is something wrong, which is then noted in the draft."""
    details: list[Any] = []
    try:
        return LabDocument.model_validate(draft.tree, context=surroundings)
    except ValidationError as error:
        details = list(error.errors(include_url=False))
    for detail in details:  # outside of the except block: pydantic's error is not to follow ours around
        _note(draft, detail)
    return None


def _note(draft: Draft, detail: dict[str, Any]) -> None:
    path: KeyPath = tuple(part for part in detail["loc"] if part not in FORMS)
    if detail["type"] == "extra_forbidden" and detail["input"] is None and _beside_a_password(draft, path):
        draft.problem(path[:-1], "a key here has no value.", "Put a password that holds a comma in quotes.")
    else:
        draft.problem(path, *_sentences(detail, path))


def _beside_a_password(draft: Draft, path: KeyPath) -> bool:
    """In ``{password: one,two}`` the ``two`` is a key: it may be half a password and must not be shown."""
    entry = draft.section(*(str(part) for part in path[:-1]))
    return any(isinstance(value, Password) for value in entry.values())


def _sentences(detail: dict[str, Any], path: KeyPath) -> tuple[str, str]:
    """What is wrong, and what would be right."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "lab_file":
        return context["wrong"], context["right"]
    if kind == "extra_forbidden" and path in _ELSEWHERE:
        return "this key is not known here.", _ELSEWHERE[path]
    if kind == "extra_forbidden":
        return "this key is not known.", suggestion(str(path[-1]), _keys_beside(path))
    if kind == "missing":
        return "this key is missing.", _described(path)
    if kind in ("literal_error", "enum"):
        return f"expected {context['expected']}{_got(detail)}.", _described(path)
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"expected {words} {context[bound]}{_got(detail)}.", _described(path)
    if kind in ("too_short", "string_too_short"):
        return "this is empty.", _described(path)
    expected = _one_of(context) if kind == "union_tag_invalid" else _EXPECTED.get(kind)
    if expected is None:  # a constraint that has no words here yet: pydantic's own are better than none
        return f"{detail['msg']}.", _described(path)
    quotes = "Put it in quotes." if kind == "string_type" and _is_scalar(detail["input"]) else _described(path)
    return f"expected {expected}{_got(detail)}.", quotes


def _one_of(context: dict[str, Any]) -> str:
    """The forms that a value may have, from pydantic's list of their tags."""
    return " or ".join(words for form, words in FORMS.items() if form in context["expected_tags"])


def _got(detail: dict[str, Any]) -> str:
    """What stands there, where that helps: a text in place of a mapping might be a password and is not shown."""
    value = detail["input"]
    if value is None:
        return ", got nothing"
    if not _is_scalar(value):
        return f", got a {'list' if isinstance(value, list) else 'mapping'}"
    if detail["type"] in ("dict_type", "model_type", "list_type", "union_tag_invalid"):
        return ", got a single value"
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f", got '{shown if len(shown) <= 60 else shown[:57] + '...'}'"


def _is_scalar(value: object) -> bool:
    return isinstance(value, (str, int, float))


def _described(path: KeyPath) -> str:
    """The field's own description, as the remedy; for an entry of a list, that of the list."""
    while isinstance(path[-1], int):
        path = path[:-1]
    field = _fields_beside(path).get(str(path[-1]))
    return field.description if field is not None and field.description else ""


def _keys_beside(path: KeyPath) -> list[str]:
    return list(_fields_beside(path))


def _fields_beside(path: KeyPath) -> dict[str, FieldInfo]:
    """The fields, by key, of the section that the last part of the path stands in."""
    section: type[BaseModel] = LabDocument
    parts = iter(path[:-1])
    for part in parts:
        field = _by_key(section).get(str(part))
        inner = next(_sections(field.annotation), None) if field else None
        if field is None or inner is None:
            return {}
        section = inner
        if _is_by_name(field.annotation) and next(parts, None) is None:
            return {}
    return _by_key(section)


def _by_key(section: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in section.model_fields.items()}


def _sections(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _sections(inner)


def _is_by_name(annotation: Any) -> bool:
    return get_origin(annotation) is dict or any(_is_by_name(inner) for inner in get_args(annotation))
