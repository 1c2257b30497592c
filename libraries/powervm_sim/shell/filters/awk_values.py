"""Values as awk has them: numbers, texts, and texts that came from input and count as numbers if they look like one."""

from __future__ import annotations

import math
import re

from powervm_sim.shell.formatting import Directive, FormatError, directives

_LEADING = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


class Field(str):
    """Text from input: a field, or a piece of ``split``."""

    __slots__ = ()


Value = float | str | Field | None
"""None is a variable that was never set."""


def number(value: Value) -> float:
    """The value as a number: what a text begins with, else 0."""
    if value is None:
        return 0.0
    if isinstance(value, float):
        return value
    match = _LEADING.match(value)
    return float(match.group()) if match else 0.0


def text(value: Value, template: str = "%.6g") -> str:
    """The value as a text; whole numbers without a point, others by CONVFMT or OFMT."""
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if math.isfinite(value) and value == int(value) and abs(value) < 1e16:
        return str(int(value))
    if not math.isfinite(value):
        return ("-" if value < 0 else "") + ("nan" if math.isnan(value) else "inf")
    return formatted(template, [value])


def looks_numeric(value: Value) -> bool:
    """A number, nothing, or input that is one."""
    if isinstance(value, Field):
        match = _LEADING.match(value)
        return match is not None and not value[match.end() :].strip()
    return not isinstance(value, str)


def truth(value: Value) -> bool:
    """Whether it counts as true."""
    return number(value) != 0 if looks_numeric(value) else bool(value)


def compare(left: Value, right: Value) -> int:
    """Below, at or above zero: as numbers when both are, else as texts."""
    if looks_numeric(left) and looks_numeric(right):
        first, second = number(left), number(right)
        return (first > second) - (first < second)
    one, two = text(left), text(right)
    return (one > two) - (one < two)


def formatted(template: str, values: list[Value]) -> str:
    """``sprintf``. Raises FormatError."""
    queue = list(values)

    def take() -> Value:
        return queue.pop(0) if queue else None

    def size(given: str | None) -> int | None:
        if given is None:
            return None
        return int(number(take())) if given == "*" else int((given or "0")[:9])

    pieces: list[str] = []
    for part in directives(template):
        if isinstance(part, str):
            pieces.append(part)
            continue
        width, precision = size(part.width), size(part.precision)
        pieces.append(_one(part, take(), width, precision))
    return "".join(pieces)


def _one(part: Directive, value: Value, width: int | None, precision: int | None) -> str:
    if part.conversion == "c":
        shown = chr(int(value)) if isinstance(value, float) and 0 <= value < 0x110000 else text(value)[:1]
        return Directive(part.flags, None, None, "s").render(shown, width, None)
    if part.conversion == "s":
        return part.render(text(value), width, precision)
    if part.conversion in "diouxX":
        whole = number(value)
        if not math.isfinite(whole):
            return text(whole)
        return part.render(int(whole), width, precision)
    if part.conversion in "eEfFgG":
        return part.render(number(value), width, precision)
    raise FormatError(f"`%{part.conversion}': not simulated")
