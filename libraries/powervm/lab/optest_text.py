"""The text level of an op-test file: its keys, their values, their lines."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from dataclasses import dataclass

from powervm.lab.draft import Draft

SECTION = "op-test"
_KEY = re.compile(r"([^\s#;=:\[][^=:]*?)\s*[=:]")
_HEADER = re.compile(r"\[([^\]]+)\]")


@dataclass(frozen=True)
class OptestText:
    """The keys of an op-test file that have a value, in lower case as op-test itself reads them."""

    values: dict[str, str]
    lines: dict[str, int]

    def items(self, key: str) -> list[str]:
        """A list value: separated by commas, blanks around the entries removed, empty entries left out."""
        return [item.strip() for item in re.split(r"[,\n]", self.values.get(key, "")) if item.strip()]


def parse_optest(text: str, draft: Draft) -> OptestText | None:
    """The keys of the section; None when there is none. What is wrong is noted in the draft.

    The parser's own messages quote lines of the file, and these may hold passwords: only line numbers are taken over.
    """
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    bad_lines: list[int] = []
    try:
        parser.read_string(text)
    except configparser.MissingSectionHeaderError as error:
        bad_lines = [error.lineno]
    except configparser.ParsingError as error:
        bad_lines = [number for number, _ in error.errors]
    for number in bad_lines:
        draft.problem((), "this line is neither a section nor a key with a value.", "Write key=value.", line=number)
    if not parser.has_section(SECTION):
        if not bad_lines:
            draft.problem((), f"there is no section [{SECTION}].", f"Start the file with [{SECTION}].")
        return None
    lines = _lines(text, draft)
    return OptestText({key: value for key, value in parser.items(SECTION) if value}, lines)


def _lines(text: str, draft: Draft) -> dict[str, int]:
    """The line of each key; a key that stands there twice is noted."""
    lines: dict[str, int] = {}
    for number, key in _keys(text):
        draft.lines[(key,)] = number
        if key in lines:
            wrong = f"this key stands here twice; the first is in line {lines[key]}."
            draft.problem((key,), wrong, "Remove one: op-test would take the last.")
        lines.setdefault(key, number)
    return lines


def _keys(text: str) -> Iterator[tuple[int, str]]:
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            section = header.group(1)
        elif section == SECTION and (key := _KEY.match(line)):
            yield number, key.group(1).lower()
