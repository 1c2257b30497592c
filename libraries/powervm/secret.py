"""A password that cannot be printed by accident."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

_HIDDEN = "********"


class Password:
    """Holds a password; only `reveal` gives it out.

    It has no useful ``repr``, ``str`` or ``format``, cannot be pickled and compares by identity, so neither a log
    line, a traceback nor an assertion shows its value.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The password itself: for the one call that sends it, never for a message."""
        return self._value

    def equals(self, other: Password) -> bool:
        """Whether both hold the same text; ``==`` does not tell."""
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __repr__(self) -> str:
        return "<password>"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("A password is not written to any file.")


def masked(text: str, passwords: Iterable[Password]) -> str:
    """``text`` without these passwords, should somebody have echoed them."""
    for value in filter(None, (password.reveal() for password in passwords)):
        text = text.replace(value, _HIDDEN)
    return text
