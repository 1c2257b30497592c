"""``printf`` directives, shared by the shell's ``printf`` and by ``awk``."""

from __future__ import annotations

import re
from dataclasses import dataclass

WIDEST = 10_000
"""Columns that a width or precision may ask for."""

_DIRECTIVE = re.compile(r"%([-+ #0']*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:hh|h|ll|l|q(?=[dioux])|j|z|t|L)?([A-Za-z%])")


class FormatError(Exception):
    """The format cannot be used; the text says why."""


@dataclass(frozen=True)
class Directive:
    """One ``%...x``. ``width`` and ``precision`` are ``*``, digits, or None (precision ``""`` for a lone dot)."""

    flags: str
    width: str | None
    precision: str | None
    conversion: str

    def render(self, value: str | float, width: int | None, precision: int | None) -> str:
        """The value in this form. Numbers for ``d i u o x X e f g``, text for ``s c``. Raises FormatError."""
        if max(abs(width or 0), precision or 0) > WIDEST:
            raise FormatError(f"a width above {WIDEST}: not simulated")
        flags = self.flags.replace("'", "")
        if width is not None and width < 0:
            flags, width = flags + "-", -width
        conversion = {"i": "d", "u": "d", "F": "f"}.get(self.conversion, self.conversion)
        if conversion == "u" and isinstance(value, int) and value < 0:
            value += 2**64
        spec = "%" + flags + ("" if width is None else str(width)) + ("" if precision is None else f".{precision}")
        if conversion in "oxX" and isinstance(value, int):
            value = value % 2**64
            if conversion == "o" and "#" in flags:
                spec = spec.replace("#", "")
        try:
            return (spec + conversion) % value
        except (TypeError, ValueError, OverflowError) as error:
            raise FormatError(f"%{self.conversion}: {error}") from None


def directives(template: str) -> list[str | Directive]:
    """Literal texts and directives in order; ``%%`` is a literal. Raises FormatError."""
    parts: list[str | Directive] = []
    position = 0
    while (start := template.find("%", position)) >= 0:
        parts.append(template[position:start])
        match = _DIRECTIVE.match(template, start)
        if match is None:
            raise FormatError(
                f"`{template[start + 1 : start + 2]}': invalid format character"
                if start + 1 < len(template)
                else "`%': missing format character"
            )
        flags, width, precision, conversion = match.groups()
        dot = "." in match.group()
        if conversion == "%":
            parts.append("%")
        else:
            parts.append(Directive(flags, width, (precision or "") if dot else None, conversion))
        position = match.end()
    parts.append(template[position:])
    return [part for part in parts if part != ""]
