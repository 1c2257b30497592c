"""How a management console prints lists: ``attr=value`` pairs, or the values that ``-F`` asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from powervm_sim import hsc

NO_RESULTS = "No results were found.\n"
Row = dict[str, str]

_SEPARATOR = re.compile(r"[^A-Za-z0-9_]")


class Table:
    """The attributes of one kind of object, in the order in which they are printed.

    Args:
        names: Those of the default line, with blanks between them. A row may lack some.
        hidden: Further ones, which are printed only when ``-F`` names them.
        absent: What ``-F`` prints for an attribute that a row lacks; ``null`` for those not given.
        everything: What ``-F`` without names prints, where that is more than the default line.
    """

    def __init__(
        self, names: str, *, hidden: str = "", absent: Mapping[str, str] | None = None, everything: str = ""
    ) -> None:
        self._names = tuple(names.split())
        self._everything = tuple(everything.split()) or self._names
        self._known = frozenset((*self._names, *hidden.split()))
        self._absent = absent or {}

    def render(self, rows: Iterable[Row], selection: str | None, *, header: bool = False) -> str:
        """The output for some objects.

        Args:
            rows: One for each object.
            selection: What follows ``-F``: names with any separator, empty for all; None without ``-F``.
            header: Repeat the names first.

        Raises:
            Refusal: A selected name is no attribute, or a header is wanted without ``-F``.
        """
        if selection is None:
            if header:
                raise hsc.usage(["--header"])
            return _text(self._pairs(row) for row in rows)
        names, separator = self._selected(selection)
        lines = [separator.join(quoted(self._value(row, name), separator) for name in names) for row in rows]
        if header and lines:
            lines.insert(0, separator.join(names))
        return _text(lines)

    def _pairs(self, row: Row) -> str:
        return ",".join(quoted(f"{name}={row[name]}") for name in self._names if name in row)

    def _value(self, row: Row, name: str) -> str:
        return row.get(name, self._absent.get(name, "null"))

    def _selected(self, selection: str) -> tuple[Sequence[str], str]:
        if not selection:
            return self._everything, ","
        found = _SEPARATOR.search(selection)
        separator = found.group() if found else ","
        names = selection.split(separator)
        unknown = [name for name in names if name not in self._known]
        if unknown:
            raise hsc.invalid_attribute(unknown)
        return names, separator


def table_of(rows: Iterable[Row], *, hidden: str = "") -> Table:
    """The table of all attributes that some rows have, in their order."""
    names = dict.fromkeys(name for row in rows for name in row)
    return Table(" ".join(name for name in names if name not in hidden.split()), hidden=hidden)


def quoted(text: str, separator: str = ",") -> str:
    """A pair or value as it stands in a line: in quotes when it holds the separator, its own quotes doubled."""
    if separator not in text:
        return text
    return '"' + text.replace('"', '""') + '"'


def joined(entries: Iterable[str], *, empty: str = "none") -> str:
    """A list as one value; entries that hold commas are quoted."""
    return ",".join(quoted(entry) for entry in entries) or empty


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines) or NO_RESULTS
