"""``sort``, ``uniq``, ``wc``. The order is that of the C locale."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from functools import cmp_to_key

from powervm_sim.shell.call import Call, Command
from powervm_sim.shell.files import resolve
from powervm_sim.shell.filters.base import Options, Sources, ToolError, lines_of, number, tool

_NUMBER = re.compile(r"[ \t]*(-?(?:\d+\.?\d*|\.\d+))([KMGTPEkmgtpe]?)", re.ASCII)
_KEY = re.compile(r"(\d+)(?:\.(\d+))?([bdfhinrV]*)(?:,(\d+)(?:\.(\d+))?([bdfhinrV]*))?", re.ASCII)
_UNITS = {"": 0, "K": 1, "k": 1, "M": 2, "m": 2, "G": 3, "g": 3, "T": 4, "t": 4, "P": 5, "p": 5, "E": 6, "e": 6}
_FIELD = re.compile(r"[ \t]*[^ \t]+|[ \t]+$")


@dataclass(frozen=True)
class _Key:
    """One ``-k``: fields and characters from 1; ``flags`` say how they compare."""

    first: int
    first_character: int
    last: int | None
    last_character: int
    flags: str

    def text(self, line: str, separator: str | None) -> str:
        """What is compared of a line."""
        fields = line.split(separator) if separator else _FIELD.findall(line)
        joiner = separator or ""
        if self.first > len(fields):
            return ""
        chosen = fields[self.first - 1 : self.last]
        if self.last is not None and self.last_character and len(fields) >= self.last:
            end = self._skipped(chosen[-1]) if "b" in self.flags else chosen[-1]
            if len(chosen) == 1:
                start = self.first_character - 1
                return end[start : self.last_character]
            chosen[-1] = end[: self.last_character]
        text = joiner.join(chosen)
        if "b" in self.flags:
            text = self._skipped(text)
        return text[self.first_character - 1 :]

    def _skipped(self, text: str) -> str:
        return text.lstrip(" \t")


def _compare(left: str, right: str, flags: str) -> int:
    if "n" in flags or "h" in flags:
        first, second = (_number(text, human="h" in flags) for text in (left, right))
        result = (first > second) - (first < second)
    elif "V" in flags:
        one, two = _version(left), _version(right)
        result = (one > two) - (one < two)
    else:
        if "d" in flags:
            left, right = (re.sub(r"[^\w \t]|_", "", text) for text in (left, right))
        if "f" in flags:
            left, right = left.upper(), right.upper()
        result = (left > right) - (left < right)
    return -result if "r" in flags else result


def _number(text: str, *, human: bool) -> tuple[int, float]:
    match = _NUMBER.match(text)
    if match is None:
        return 0, 0.0
    value = float(match.group(1)[:300])
    power = _UNITS[match.group(2)] if human else 0
    return (power if value > 0 else -power), value


def _version(text: str) -> list[tuple[int, str]]:
    return [(int(part[:300]), "") if part.isdigit() else (-1, part) for part in re.findall(r"[0-9]+|[^0-9]+", text)]


class _Order:
    """How two lines compare by the options of one call."""

    def __init__(self, options: Options) -> None:
        whole = "".join(letter for letter in "nrbfhdV" if f"-{letter}" in options)
        separator = {"\\0": "\0"}.get(options.get("-t"), options.get("-t"))
        if len(separator) > 1:
            raise ToolError(f"multi-character tab '{separator}'")
        self._separator = separator or None
        self._keys = [_key(text, whole) for text in options.all("-k")]
        self._whole = whole
        self._only_keys = "-s" in options or "-u" in options

    def keys(self, left: str, right: str) -> int:
        """Below, at or above zero, by the keys alone."""
        if not self._keys:
            pair = [text.lstrip(" \t") for text in (left, right)] if "b" in self._whole else [left, right]
            return _compare(pair[0], pair[1], self._whole)
        for key in self._keys:
            result = _compare(key.text(left, self._separator), key.text(right, self._separator), key.flags)
            if result:
                return result
        return 0

    def lines(self, left: str, right: str) -> int:
        """The same; lines with equal keys compare as a whole at last."""
        result = self.keys(left, right)
        if result or self._only_keys:
            return result
        result = (left > right) - (left < right)
        return -result if "r" in self._whole else result


@tool(failure=2)
async def sort(call: Call) -> int:
    """Sort lines."""
    options = Options(
        call,
        "nrubfhdVsck:t:zmi",
        {"numeric-sort": "-n", "reverse": "-r", "unique": "-u", "key=": "-k", "field-separator=": "-t", "stable": "-s"},
    )
    for name in ("-z", "-m", "-i"):
        if name in options:
            raise ToolError(f"{name}: not simulated")
    order = _Order(options)
    sources = Sources(call, options.operands)
    lines = [line[:-1] for line in await sources.all_lines()]
    if sources.failed:
        return 2
    if "-c" in options:
        return await _check(call, lines, order)
    last: str | None = None
    for index, line in enumerate(sorted(lines, key=cmp_to_key(order.lines))):
        if "-u" in options and last is not None and order.keys(last, line) == 0:
            continue
        last = line
        await call.stdout.write(line + "\n")
        if index % 256 == 0:
            await asyncio.sleep(0)
    return 0


async def _check(call: Call, lines: list[str], order: _Order) -> int:
    for index in range(1, len(lines)):
        if order.lines(lines[index - 1], lines[index]) > 0:
            await call.stderr.write(f"sort: -:{index + 1}: disorder: {lines[index]}\n")
            return 1
    return 0


def _key(text: str, whole: str) -> _Key:
    match = _KEY.fullmatch(text)
    if match is None:
        if not text[:1].isdigit():
            raise ToolError(f"invalid number at field start: invalid count at start of '{text}'")
        raise ToolError(f"stray character in field spec: invalid field specification '{text}'")
    first, first_character, first_flags, last, last_character, last_flags = match.groups()
    if int(first[:9]) == 0 or (last is not None and int(last[:9]) == 0):
        raise ToolError(f"field number is zero: invalid field specification '{text}'")
    flags = first_flags + (last_flags or "")
    return _Key(
        int(first[:9]),
        int((first_character or "1")[:9]) or 1,
        int(last[:9]) if last else None,
        int((last_character or "0")[:9]),
        flags or whole,
    )


@tool()
async def uniq(call: Call) -> int:
    """Drop lines that repeat the one before."""
    options = Options(
        call, "cduif:s:w:", {"count": "-c", "repeated": "-d", "unique": "-u", "ignore-case": "-i", "skip-fields=": "-f"}
    )
    if len(options.operands) > 1:
        raise ToolError(f"extra operand '{options.operands[-1]}'", hint=True)
    skipped = number(options.get("-f", "0"), "{text}: invalid number of fields to skip")
    passed = number(options.get("-s", "0"), "{text}: invalid number of bytes to skip")
    width = number(options.get("-w"), "{text}: invalid number of bytes to compare") if "-w" in options else None

    def key(line: str) -> str:
        for _ in range(min(skipped, 1000)):
            line = re.sub(r"^[ \t]*[^ \t]*", "", line)
        line = line[passed:][:width]
        return line.lower() if "-i" in options else line

    async def show(line: str, count: int) -> None:
        if ("-d" in options and count < 2) or ("-u" in options and count > 1):
            return
        await call.stdout.write((f"{count:7d} " if "-c" in options else "") + line + "\n")

    last: str | None = None
    count = 0
    sources = Sources(call, options.operands)
    async for source_line in sources.lines():
        line = source_line.removesuffix("\n")
        if last is not None and key(line) == key(last):
            count += 1
            continue
        if last is not None:
            await show(last, count)
        last, count = line, 1
    if last is not None:
        await show(last, count)
    return int(sources.failed)


@dataclass
class _Counts:
    lines: int = 0
    words: int = 0
    characters: int = 0
    bytes: int = 0
    longest: int = 0

    def add(self, other: _Counts) -> None:
        """Add another file's counts."""
        self.lines += other.lines
        self.words += other.words
        self.characters += other.characters
        self.bytes += other.bytes
        self.longest = max(self.longest, other.longest)


@tool()
async def wc(call: Call) -> int:
    """Count lines, words, bytes."""
    options = Options(
        call,
        "lwcmL",
        {"lines": "-l", "words": "-w", "bytes": "-c", "chars": "-m", "max-line-length": "-L"},
    )
    chosen = [flag for flag in ("-l", "-w", "-m", "-c", "-L") if flag in options] or ["-l", "-w", "-c"]
    sources = Sources(call, options.operands)
    rows: list[tuple[str, _Counts]] = []
    async for name, source in sources.inputs():
        counts = _Counts()
        async for line in lines_of(source):
            plain = line.rstrip("\n")
            size = len(line.encode("utf-8", "surrogateescape"))
            one = _Counts(line.count("\n"), len(line.split()), len(line), size, len(plain.expandtabs()))
            counts.add(one)
        rows.append((name if options.operands else "", counts))
    if len(sources.names) > 1:
        total = _Counts()
        for _, counts in rows:
            total.add(counts)
        rows.append(("total", total))
    width = await _width(call, sources, single=len(chosen) == 1)
    for name, counts in rows:
        values = {
            "-l": counts.lines,
            "-w": counts.words,
            "-m": counts.characters,
            "-c": counts.bytes,
            "-L": counts.longest,
        }
        text = " ".join(f"{values[flag]:{width}d}" for flag in chosen)
        await call.stdout.write(text + (f" {name}" if name else "") + "\n")
    return int(sources.failed)


async def _width(call: Call, sources: Sources, *, single: bool) -> int:
    """Columns of a number: by the sizes of all files, 7 when one of them is no file."""
    if single and len(sources.names) == 1:
        return 1
    total = 0
    for name in sources.names:
        if name == "-" or call.files is None:
            return 7
        status = await call.files.status(resolve(name, call.variables))
        if status is not None and status.kind != "file":
            return 7
        total += status.size if status else 0
    return len(str(total))


COMMANDS: dict[str, Command] = {"sort": sort, "uniq": uniq, "wc": wc}
