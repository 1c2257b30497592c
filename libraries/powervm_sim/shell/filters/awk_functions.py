"""The built-in functions of awk that take values and give a value."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone

from powervm_sim.shell.filters.awk_values import Value, formatted, number, text
from powervm_sim.shell.filters.base import ToolError
from powervm_sim.shell.formatting import FormatError

Arguments = Sequence[Value]


def call(name: str, arguments: Arguments) -> Value:
    """The value of a function. Raises ToolError."""
    function, least, most = _FUNCTIONS[name]
    if not least <= len(arguments) <= most:
        raise ToolError(f"cmd. line:1: {len(arguments)} is invalid as number of arguments for {name}")
    try:
        return function(arguments)
    except (ValueError, OverflowError):
        return math.nan


def _substr(arguments: Arguments) -> Value:
    source = text(arguments[0])
    start = _rounded(number(arguments[1]))
    end = math.inf if len(arguments) < 3 else start + _rounded(number(arguments[2]))
    first = max(start, 1.0)
    if not end > first:
        return ""
    return source[int(first) - 1 : None if math.isinf(end) else int(end) - 1]


def _rounded(value: float) -> float:
    return float(round(value)) if math.isfinite(value) else value


def _sprintf(arguments: Arguments) -> Value:
    try:
        return formatted(text(arguments[0]), list(arguments[1:]))
    except FormatError as error:
        raise ToolError(f"cmd. line:1: {error}") from None


def _strftime(arguments: Arguments) -> Value:
    template = text(arguments[0]) if arguments else "%a %b %e %H:%M:%S %Z %Y"
    seconds = number(arguments[1]) if len(arguments) > 1 else time.time()
    moment = datetime.fromtimestamp(int(seconds), timezone.utc)
    return moment.strftime(template.replace("%e", f"{moment.day:2d}"))


_FUNCTIONS: dict[str, tuple[Callable[[Arguments], Value], int, int]] = {
    "substr": (_substr, 2, 3),
    "index": (lambda a: float(text(a[0]).find(text(a[1])) + 1), 2, 2),
    "toupper": (lambda a: text(a[0]).upper(), 1, 1),
    "tolower": (lambda a: text(a[0]).lower(), 1, 1),
    "sprintf": (_sprintf, 1, 1000),
    "int": (lambda a: float(int(number(a[0]))), 1, 1),
    "sqrt": (lambda a: math.sqrt(number(a[0])), 1, 1),
    "exp": (lambda a: math.exp(number(a[0])), 1, 1),
    "log": (lambda a: math.log(number(a[0])) if number(a[0]) else -math.inf, 1, 1),
    "sin": (lambda a: math.sin(number(a[0])), 1, 1),
    "cos": (lambda a: math.cos(number(a[0])), 1, 1),
    "atan2": (lambda a: math.atan2(number(a[0]), number(a[1])), 2, 2),
    "strftime": (_strftime, 0, 2),
    "systime": (lambda _arguments: float(int(time.time())), 0, 0),
}
