"""What is typed after ``-i``, ``-f`` and ``--filter``: records of ``name=value`` with quotes around pairs or values."""

from __future__ import annotations

from collections.abc import Collection

from powervm_sim import hsc


def split_fields(text: str) -> list[str]:
    """Split at commas outside quotes; quotes are removed, doubled ones inside quotes become one.

    Raises:
        Refusal: A quote is not closed.
    """
    fields: list[str] = []
    field: list[str] = []
    inside = False
    position = 0
    while position < len(text):
        character = text[position]
        if character == '"':
            if inside and text[position + 1 : position + 2] == '"':
                field.append('"')
                position += 1
            else:
                inside = not inside
        elif character == "," and not inside:
            fields.append("".join(field))
            field = []
        else:
            field.append(character)
        position += 1
    if inside:
        raise hsc.bad_record()
    return [*fields, "".join(field)]


def parse_record(text: str) -> dict[str, str]:
    """A configuration record. Raises Refusal when it cannot be taken apart or names an attribute twice."""
    record: dict[str, str] = {}
    for field in split_fields(text.strip()):
        name, equals, value = field.partition("=")
        name = name.strip()
        if not equals or not name or name in record:
            raise hsc.bad_record()
        record[name] = value
    return record


def parse_filter(text: str | None, allowed: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The wanted values of each filter. Raises Refusal for an unknown filter and for bad quoting."""
    if text is None:
        return {}
    filters = {name: tuple(value.split(",")) for name, value in parse_record(text).items()}
    if any(name not in allowed for name in filters):
        raise hsc.usage(["--filter"])
    return filters


def refuse_unknown(record: Collection[str], allowed: Collection[str]) -> None:
    """Raises Refusal when a record has an attribute that it cannot have."""
    unknown = [name for name in record if name not in allowed]
    if unknown:
        raise hsc.invalid_attribute(unknown)
