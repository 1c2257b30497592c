"""The grammar of what a management console prints and takes: records, lists, empty values.

Two output forms exist. The default form is ``name=value`` pairs; a pair whose value holds a comma is quoted as a
whole, name included. With ``-F`` only values are printed, quoted like CSV. Both are CSV at the outermost level, a
quote inside a quoted field is doubled, and a quoted field may span lines (``lshmc -V``).

Source of the facts: console output captured on V10R3 and V11R2 consoles (POWER8 to Power11), published with
github.com/randomparity/hmc-mcp.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from powervm.errors import MobilityError

NO_RESULTS = "No results were found."
"""Replaces all output, a header too, when there is nothing to list; the exit status is 0."""

_ABSENT = frozenset({"", "none", "null", "unavailable"})

Record = dict[str, str]


class RecordError(MobilityError):
    """Output of a console that does not follow the grammar."""


def read_records(output: str) -> list[Record]:
    """Read the default form, ``name=value,"name=value,value"``, one record per line.

    Attributes that are not known are kept, none is required, and nothing depends on their order.

    Raises:
        RecordError: A quote is not closed, or a line starts with something that is no pair.
    """
    return [_pairs(row) for row in _rows(output)]


def read_values(output: str, names: Sequence[str], *, separator: str = ",") -> list[Record]:
    """Read what ``-F names`` printed, with the separator that stood between the names.

    Raises:
        RecordError: A line has not as many values as there are names.
    """
    return [_named(row, names) for row in _rows(output, separator)]


def read_table(output: str, *, separator: str = ",") -> list[Record]:
    """Read what ``-F --header`` printed: the first line gives the names."""
    rows = list(_rows(output, separator))
    return [_named(row, rows[0]) for row in rows[1:]]


def split_list(value: str) -> list[str]:
    """Split a list value into its entries; an entry that holds commas itself stands in quotes.

    ``none`` and the other words for nothing give an empty list.
    """
    if absent(value):
        return []
    return next(_rows(value))


def absent(value: str | None) -> bool:
    """True for a missing attribute and for the words that stand for nothing (``none``, ``null``, ``unavailable``)."""
    return value is None or value.strip() in _ABSENT


def text(record: Mapping[str, str], name: str) -> str:
    """The attribute's value; an empty text when it is missing or a word for nothing."""
    value = record.get(name)
    return "" if value is None or absent(value) else value


def integer(record: Mapping[str, str], name: str) -> int | None:
    """The attribute as a whole number, or None when it is absent.

    Raises:
        RecordError: It is there and is no number.
    """
    value = text(record, name)
    if not value:
        return None
    try:
        return int(value)
    except ValueError:
        raise RecordError(f"Attribute {name} should be a whole number, and the console printed '{value}'.") from None


def number(record: Mapping[str, str], name: str) -> float | None:
    """The attribute as a number, or None when it is absent."""
    value = text(record, name)
    if not value:
        return None
    try:
        return float(value)
    except ValueError:
        raise RecordError(f"Attribute {name} should be a number, and the console printed '{value}'.") from None


def flag(record: Mapping[str, str], name: str) -> bool | None:
    """The attribute as a yes or no (the console prints 1 and 0), or None when it is absent."""
    value = text(record, name)
    if value not in ("", "0", "1"):
        raise RecordError(f"Attribute {name} should be 0 or 1, and the console printed '{value}'.")
    return None if not value else value == "1"


def write_record(pairs: Mapping[str, str | Sequence[str]]) -> str:
    """Write configuration data for ``-i``, for example ``dest_lpar_id=5,"virtual_fc_mappings=4//1,5//2"``.

    A list becomes one comma-separated value; the pair is then quoted as a whole. The result still has to be quoted for
    the remote shell.
    """
    fields = [f"{name}={_entries(value)}" for name, value in pairs.items()]
    return _csv_line(fields)


def _entries(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else _csv_line(value)


def _csv_line(fields: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(list(fields))
    return buffer.getvalue()


def _rows(output: str, separator: str = ",") -> Iterator[list[str]]:
    """The CSV rows of an output; empty lines are skipped, and so is all of it when there is nothing to list."""
    if output.strip() == NO_RESULTS:
        return
    if output.count('"') % 2:
        raise RecordError(f"A quote is not closed in what the console printed: {_first_line(output)!r}")
    # csv wants each line with its ending to keep line breaks inside quotes as they are
    try:
        yield from (
            row for row in csv.reader(io.StringIO(output, newline=""), delimiter=separator) if row not in ([], [""])
        )
    except csv.Error as error:
        raise RecordError(f"What the console printed cannot be read: {error}.") from None


def _pairs(row: Sequence[str]) -> Record:
    record: Record = {}
    name = ""
    for field in row:
        key, equals, value = field.partition("=")
        if equals and key and not key.strip(_NAME_CHARACTERS):
            name = key
            record[name] = value
        elif name:
            record[name] += f",{field}"  # a comma that was not quoted belongs to the value before it
        else:
            raise RecordError(f"Expected name=value pairs, and the console printed {field!r}.")
    return record


_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"


def _named(row: Sequence[str], names: Sequence[str]) -> Record:
    if len(row) != len(names):
        raise RecordError(f"Expected {len(names)} values ({', '.join(names)}), and the console printed {list(row)}.")
    return dict(zip(names, row, strict=True))


def _first_line(output: str) -> str:
    return output.strip().splitlines()[0] if output.strip() else ""
