"""The words after ``lab``."""

from __future__ import annotations

from collections.abc import Sequence


class ControlError(Exception):
    """A command of the control endpoint cannot be carried out; the message tells why."""


class Flags:
    """Options of a command, in any order.

    Args:
        command: For messages.
        words: What was typed.
        flags: Options without a value.
        valued: Options with one, as ``--kind fault`` or ``--kind=fault``.
        most: So many words that are no options may be there.

    Attributes:
        rest: The words that are no options.

    Raises:
        ControlError: An option is unknown or has no value, or there are too many words.
    """

    def __init__(
        self, command: str, words: Sequence[str], flags: Sequence[str], valued: Sequence[str] = (), *, most: int = 0
    ) -> None:
        self._values: dict[str, str] = {}
        self.rest: list[str] = []
        todo = list(words)
        while todo:
            word = todo.pop(0)
            name, equals, value = word.partition("=")
            if word in flags:
                self._values[word] = ""
            elif name in valued and (equals or todo):
                self._values[name] = value if equals else todo.pop(0)
            elif name in valued:
                raise ControlError(f"{command}: {name} needs a value")
            elif word.startswith("-") or len(self.rest) == most:
                known = ", ".join((*flags, *valued)) or "none"
                raise ControlError(f"{command}: unexpected {word}; known options: {known}")
            else:
                self.rest.append(word)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str) -> str | None:
        """The value of an option, None when it was not given."""
        return self._values.get(name)
