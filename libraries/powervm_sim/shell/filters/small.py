"""``seq``, ``basename``, ``dirname``, ``yes``, ``date``."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

from powervm_sim.shell.call import Call, Command
from powervm_sim.shell.escapes import printf_escapes
from powervm_sim.shell.filters.base import Options, ToolError, tool
from powervm_sim.shell.formatting import Directive, directives

_MOST_DIGITS = 40
_SECONDS = {"week": 604800, "day": 86400, "hour": 3600, "minute": 60, "min": 60, "second": 1, "sec": 1}
_RELATIVE = re.compile(
    rf"(?:^|(?<=\s)|(?=[+-]))(?:(?P<word>yesterday|today|tomorrow)|(?P<sign>[+-]?)\s*(?P<count>\d{{1,6}})?\s*"
    rf"(?P<unit>{'|'.join(_SECONDS)})s?(?P<ago>\s+ago)?)\s*$"
)
_DATE = re.compile(r"%([-_0^#]*)(\d*)(:{0,2}[A-Za-z%+])")
_PLAIN_DATE = "%a %b %e %H:%M:%S %Z %Y"


@tool()
async def seq(call: Call) -> int:
    """Print numbers from the first to the last."""
    words = list(call.arguments)
    operands: list[str] = []
    while words and (operands or not re.fullmatch(r"-\D.*", words[0]) or words[0] == "-"):
        operands.append(words.pop(0))  # a negative number is no option
    if not operands and words:
        options = Options(call, "s:wf:", {"separator=": "-s", "equal-width": "-w", "format=": "-f"}, ordered=True)
        operands = options.operands
    else:
        options = Options(call, "", arguments=[])
    if not operands:
        raise ToolError("missing operand", hint=True)
    if len(operands) > 3:
        raise ToolError(f"extra operand '{operands[3]}'", hint=True)
    values = [_decimal(text) for text in operands]
    first = values[0] if len(values) > 1 else Decimal(1)
    step = values[1] if len(values) > 2 else Decimal(1)
    if step == 0:
        raise ToolError(f"invalid Zero increment value: '{operands[1]}'", hint=True)
    await _count(call, first, step, values[-1], options)
    return 0


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite() or len(text) > _MOST_DIGITS or abs(value.adjusted()) > _MOST_DIGITS:
        raise ToolError(f"invalid floating point argument: '{text}'", hint=True)
    return value


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


async def _count(call: Call, first: Decimal, step: Decimal, last: Decimal, options: Options) -> None:
    places = max(_places(first), _places(step))
    width = max(len(f"{value:.{places}f}") for value in (first, last)) if "-w" in options else 0
    separator = printf_escapes(options.get("-s", "\n"))
    template = directives(options.get("-f")) if "-f" in options else None
    value, begun = first, False
    turns = 0
    while value <= last if step > 0 else value >= last:
        text = f"{value:.{places}f}".zfill(width) if template is None else _formatted(template, value)
        await call.stdout.write((separator if begun else "") + text)
        begun = True
        value += step
        turns += 1
        if turns % 256 == 0:
            await asyncio.sleep(0)
    if begun:
        await call.stdout.write("\n")


def _formatted(template: list[str | Directive], value: Decimal) -> str:
    pieces = [
        part if isinstance(part, str) else part.render(float(value), int(part.width or 0) or None, _precision(part))
        for part in template
    ]
    return "".join(pieces)


def _precision(part: Directive) -> int | None:
    return None if part.precision is None else int(part.precision or 0)


@tool()
async def basename(call: Call) -> int:
    """The last component of a path."""
    options = Options(call, "as:z", {"multiple": "-a", "suffix=": "-s"}, ordered=True)
    names, suffix = options.operands, options.get("-s")
    if not names:
        raise ToolError("missing operand", hint=True)
    if "-a" not in options and "-s" not in options:
        if len(names) > 2:
            raise ToolError(f"extra operand '{names[2]}'", hint=True)
        suffix = names[1] if len(names) > 1 else ""
        names = names[:1]
    for name in names:
        base = name.rstrip("/").rpartition("/")[2] or ("/" if name else "")
        if suffix and base.endswith(suffix) and base != suffix:
            base = base[: -len(suffix)]
        await call.stdout.write(base + "\n")
    return 0


@tool()
async def dirname(call: Call) -> int:
    """A path without its last component."""
    names = Options(call, "", ordered=True).operands
    if not names:
        raise ToolError("missing operand", hint=True)
    for name in names:
        stripped = name.rstrip("/")
        folder = stripped.rpartition("/")[0].rstrip("/")
        absolute = name.startswith("/")
        await call.stdout.write((folder or ("/" if absolute else ".")) + "\n")
    return 0


@tool()
async def yes(call: Call) -> int:
    """Print a line until nobody reads it any more."""
    line = (" ".join(call.arguments) if call.arguments else "y") + "\n"
    block = line * max(1, 1024 // len(line))
    while True:
        await call.stdout.write(block)
        await asyncio.sleep(0)


@tool()
async def date(call: Call) -> int:
    """The real time, in UTC."""
    options = Options(
        call, "uRI:d:s:", {"utc": "-u", "rfc-email": "-R", "date=": "-d", "set=": "-s"}, arguments=_iso(call)
    )
    operands = options.operands
    if "-s" in options:
        raise ToolError("cannot set date: Operation not permitted")
    nanoseconds = _moment(options.get("-d")) if "-d" in options else time.time_ns()
    template = _PLAIN_DATE
    if "-R" in options:
        template = "%a, %d %b %Y %H:%M:%S %z"
    elif "-I" in options:
        template = _ISO.get(options.get("-I"), "")
        if not template:
            raise ToolError(f"invalid argument '{options.get('-I')}' for '--iso-8601'", hint=True)
    if operands:
        if len(operands) > 1:
            raise ToolError(f"extra operand '{operands[1]}'", hint=True)
        if not operands[0].startswith("+"):
            raise ToolError(f"invalid date '{operands[0]}'")
        template = operands[0][1:]
    await call.stdout.write(_dated(template, nanoseconds) + "\n")
    return 0


_ISO = {
    "date": "%Y-%m-%d",
    "hours": "%Y-%m-%dT%H%:z",
    "minutes": "%Y-%m-%dT%H:%M%:z",
    "seconds": "%Y-%m-%dT%H:%M:%S%:z",
    "ns": "%Y-%m-%dT%H:%M:%S,%N%:z",
}


def _iso(call: Call) -> list[str]:
    """``-I`` takes its value only when it is joined."""
    words = [re.sub(r"^--iso-8601(=|$)", "-I", word) for word in call.arguments]
    return ["-Idate" if word == "-I" else word for word in words]


def _moment(text: str) -> int:
    """Nanoseconds since the epoch of ``@seconds``, ``now`` or ``YYYY-MM-DD[ HH:MM:SS]``, and what is added to that.

    For example ``5 minutes ago``, ``yesterday``, ``-2 hours`` or ``2026-01-01 +1 day``; months and years are not known.
    """
    whole, added = text, 0
    while match := _RELATIVE.search(text):
        text = text[: match.start()]
        if match["word"]:
            added += {"yesterday": -1, "tomorrow": 1}.get(match["word"], 0) * _SECONDS["day"]
        else:
            count = int((match["sign"] or "") + (match["count"] or "1"))
            if match["sign"] and match["count"] and ":" in text:
                added, count = added - count * 3600, 1  # behind a time of day a signed number is a time zone
            added += (-count if match["ago"] else count) * _SECONDS[match["unit"]]
    try:
        return _absolute(text) + added * 10**9
    except ToolError:
        raise ToolError(f"invalid date '{whole}'") from None


def _absolute(text: str) -> int:
    if match := re.fullmatch(r"@(-?\d{1,11})(?:\.(\d{1,9}))?", text.strip()):
        return int(match.group(1)) * 10**9 + int((match.group(2) or "0").ljust(9, "0"))
    if text.strip() in ("", "now"):
        return time.time_ns()
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ToolError(f"invalid date '{text}'") from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return round((aware - _EPOCH).total_seconds()) * 10**9


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _dated(template: str, nanoseconds: int) -> str:
    try:
        moment = _EPOCH + timedelta(seconds=nanoseconds // 10**9)
    except OverflowError:
        raise ToolError("time is out of range") from None
    fraction = nanoseconds % 10**9

    def one(match: re.Match[str]) -> str:
        flags, width, letter = match.groups()
        if letter == "%":
            return "%"
        if letter == "N":
            digits = f"{fraction:09d}"
            return digits[: min(9, int(width))] if width else digits
        text = _DATE_LETTERS.get(letter, "")
        text = moment.strftime(text) if text else _own_letter(letter, moment, nanoseconds // 10**9)
        if "-" in flags:
            text = re.sub(r"^[0 ]+(?=.)", "", text)
        elif "_" in flags:
            text = re.sub(r"^0+(?=.)", lambda zeros: " " * len(zeros.group()), text)
        text = text.upper() if "^" in flags else text
        return text.rjust(int(width[:3]), "0" if text.isdigit() and "_" not in flags else " ") if width else text

    return _DATE.sub(one, template)


_DATE_LETTERS = {letter: f"%{letter}" for letter in "aAbBdHIjmMpSuUVwWyYGg"} | {
    "h": "%b",
    "F": "%Y-%m-%d",
    "T": "%H:%M:%S",
    "D": "%m/%d/%y",
    "R": "%H:%M",
    "r": "%I:%M:%S %p",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
    "c": "%a %b %d %H:%M:%S %Y",
}


def _own_letter(letter: str, moment: datetime, seconds: int) -> str:
    own = {
        "s": str(seconds),
        "e": f"{moment.day:2d}",
        "k": f"{moment.hour:2d}",
        "l": f"{moment.hour % 12 or 12:2d}",
        "P": moment.strftime("%p").lower(),
        "C": f"{moment.year // 100:02d}",
        "Z": "UTC",
        "z": "+0000",
        ":z": "+00:00",
        "n": "\n",
        "t": "\t",
    }
    return own.get(letter, f"%{letter}")


COMMANDS: dict[str, Command] = {"seq": seq, "basename": basename, "dirname": dirname, "yes": yes, "date": date}
