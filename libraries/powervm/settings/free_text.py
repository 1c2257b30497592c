"""Free option text for migrlpar, as op-test files have it: its words, and what they say in terms of settings."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from powervm.errors import MobilityError
from powervm.records import RecordError, read_records
from powervm.settings.model import FIGURES, FLAGS, NAMED, WORD_OPTIONS, MigrationSettings
from powervm.settings.names import Mover, NameOrId


class BadMigrationOptions(MobilityError):
    """Free option text that cannot be given to migrlpar."""


_OWN = frozenset({"-o", "-m", "-t", "-p", "--id", "--all", "--ip", "-u", "--help"})
_MINUTE = 60.0
_WORDS = {(name, FIGURES[word]): word for name, (_, words) in WORD_OPTIONS.items() for word in words}


@dataclass(frozen=True)
class FreeOptions:
    """Free option text, taken apart.

    Attributes:
        text: As it was written.
        words: Split like a shell splits words.
        options: The options in it, with their values; an empty value for a flag.
        record: What ``-i`` holds, by attribute.
        trouble: Why what ``-i`` holds cannot be read; only who wants to add to it has to care.
    """

    text: str
    words: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    record: Mapping[str, str] = field(default_factory=dict)
    trouble: BadMigrationOptions | None = None

    @property
    def words_without_data(self) -> list[str]:
        """The words, without ``-i`` and its record."""
        return [
            word
            for before, word in zip(("", *self.words), self.words, strict=False)
            if before != "-i" and option_of(word) != "-i"
        ]

    def settings(self) -> MigrationSettings:
        """What it says, as far as it can be said in settings; what cannot be understood is left to the console."""
        found: dict[str, Any] = {}
        for name, (option, _) in WORD_OPTIONS.items():
            word = _WORDS.get((name, self.options.get(option, "")))
            if word is not None:
                found[name] = word
        for name, (flag, answer) in FLAGS.items():
            if flag in self.options:
                found[name] = answer
        if self.options.get("-w", "").isdigit():
            found["wait"] = int(self.options["-w"]) * _MINUTE
        if self.options.get("-d", "").isdigit():
            found["detail"] = int(self.options["-d"])
        found["profile"] = self.options.get("-n") or None
        return MigrationSettings(**found, **self._recorded())

    def _recorded(self) -> dict[str, Any]:
        record = self.record
        found: dict[str, Any] = {
            name: _named(record.get(f"{stem}_name", ""), record.get(f"{stem}_id", "")) for name, stem in NAMED.items()
        }
        number = record.get("dest_lpar_id", "")
        found["target_id"] = int(number) if number.isdigit() else None
        for side, name in (("source", "source_mover"), ("dest", "target_mover")):
            parts = [record.get(f"{side}_msp_{part}", "") for part in ("name", "id", "ipaddr")]
            if any(parts):
                found[name] = Mover(parts[0], int(parts[1]) if parts[1].isdigit() else None, parts[2])
        return found


def _named(name: str, number: str) -> NameOrId | None:
    if name:
        return NameOrId(name)
    return NameOrId(number=int(number)) if number.isdigit() else None


def read_free_options(text: str) -> FreeOptions:
    """Take free option text apart.

    Raises:
        BadMigrationOptions: A quote is not closed, or the text has an option that says which partition moves where.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise BadMigrationOptions(
            f"The migrlpar options '{text}' cannot be split into words: {error}.", remedy="Close the quote."
        ) from None
    own = sorted({name for name in map(option_of, words) if name in _OWN})
    if own:
        raise BadMigrationOptions(
            f"The migrlpar options '{text}' contain {', '.join(own)}.",
            remedy="The move of the lab file says which partition goes where; leave these options out.",
        )
    options = dict(_options(words))
    record, trouble = _record(text, [value for option, value in _options(words) if option == "-i"])
    return FreeOptions(text, tuple(words), options, record, trouble)


def option_of(word: str) -> str:
    """The option of ``--ip=192.0.2.1`` or ``-tSERVER``, which some parsers of options take as well."""
    return word.partition("=")[0] if word.startswith("--") else word[:2]


def _options(words: list[str]) -> list[tuple[str, str]]:
    """Each option with what belongs to it: the rest of its word, or the next word when that is no option."""
    found = []
    for place, word in enumerate(words):
        if not word.startswith("-"):
            continue
        option = option_of(word)
        glued = word[len(option) :].removeprefix("=")
        following = words[place + 1] if place + 1 < len(words) else ""
        found.append((option, glued or ("" if following.startswith("-") else following)))
    return found


def _record(text: str, data: list[str]) -> tuple[dict[str, str], BadMigrationOptions | None]:
    cure = "Write -i once, with name=value pairs; a value with commas needs quotes around the whole pair."
    if len(data) > 1:
        return {}, BadMigrationOptions(f"The migrlpar options '{text}' have -i more than once.", remedy=cure)
    try:
        rows = read_records(data[0]) if data else []
    except RecordError as error:
        return {}, BadMigrationOptions(f"The migrlpar options '{text}': -i holds no record: {error}", remedy=cure)
    return (rows[0] if rows else {}), None
