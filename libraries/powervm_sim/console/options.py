"""A strict parser for the options of console commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from powervm_sim import hsc

_MOST_DIGITS = 9


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes:
        names: All spellings; the first one is the key of its value.
        flag: It has no value.
        optional_value: A value may follow (``-F``).
        required: It must be there.
        choices: The only values; all when empty.
        number: The value must be a number.
    """

    names: tuple[str, ...]
    flag: bool = False
    optional_value: bool = False
    required: bool = False
    choices: tuple[str, ...] = ()
    number: bool = False

    def accepts(self, value: str) -> bool:
        """Whether this is a possible value."""
        if self.number and not is_number(value):
            return False
        return not self.choices or value in self.choices


def is_number(text: str) -> bool:
    """Whether a text is a whole number that a user may mean: plain digits, and not hundreds of them."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def value(*names: str, required: bool = False, choices: Sequence[str] = (), number: bool = False) -> Option:
    """An option with a value."""
    return Option(names, required=required, choices=tuple(choices), number=number)


def flag(*names: str) -> Option:
    """An option without a value."""
    return Option(names, flag=True)


LISTING = (Option(("-F",), optional_value=True), flag("--header"))
"""How lists are printed; every list command has these."""

FILTER = value("--filter")


@dataclass(frozen=True)
class Options:
    """What was typed."""

    values: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """The value of an option, empty for a flag, or None when it was not given."""
        return self.values.get(name)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def need(self, *names: str) -> None:
        """Raises Refusal when one of these was not given."""
        missing = [name for name in names if name not in self.values]
        if missing:
            raise hsc.usage(missing)

    def need_one(self, *names: str) -> str:
        """Which one of these was given. Raises Refusal when it is not exactly one."""
        given = [name for name in names if name in self.values]
        if len(given) != 1:
            raise hsc.usage(given or names[:1])
        return given[0]

    def only(self, *names: str) -> None:
        """Raises Refusal when anything else was given."""
        others = [name for name in self.values if name not in names]
        if others:
            raise hsc.usage(others)


class Syntax:
    """The options of one command."""

    def __init__(self, *options: Option) -> None:
        self._options = {name: option for option in (*options, flag("--help")) for name in option.names}
        self._required = [option.names[0] for option in options if option.required]

    def parse(self, arguments: Sequence[str]) -> Options:
        """The options in some arguments.

        Raises:
            Refusal: Something is missing, unknown, given twice, or has a bad value; all of it is named.
        """
        values: dict[str, str] = {}
        wrong: list[str] = []
        words = list(arguments)
        while words:
            word = words.pop(0)
            if word.startswith("-F") and word != "-F":
                words.insert(0, word[2:])
                word = "-F"
            option = self._options.get(word)
            if option is None or option.names[0] in values:
                wrong.append(word)
                continue
            taken = self._value(option, words)
            if taken is None or not (option.flag or option.optional_value or option.accepts(taken)):
                wrong.append(option.names[0])
                continue
            values[option.names[0]] = taken
        if "--help" not in values:
            wrong += [name for name in self._required if name not in values and name not in wrong]
        if wrong:
            raise hsc.usage(wrong)
        return Options(values)

    @staticmethod
    def _value(option: Option, words: list[str]) -> str | None:
        if option.flag:
            return ""
        if option.optional_value:
            return words.pop(0) if words and not words[0].startswith("-") else ""
        return words.pop(0) if words else None
