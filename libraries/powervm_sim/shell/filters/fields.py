"""``cut``, ``tr``, ``rev``."""

from __future__ import annotations

import re

from powervm_sim.shell.call import Call, Command
from powervm_sim.shell.filters.base import Options, Sources, ToolError, tool

_RANGE = re.compile(r"(\d+)?(-)?(\d+)?", re.ASCII)
_CLASSES = {
    "alpha": [*range(65, 91), *range(97, 123)],
    "digit": [*range(48, 58)],
    "alnum": [*range(48, 58), *range(65, 91), *range(97, 123)],
    "upper": [*range(65, 91)],
    "lower": [*range(97, 123)],
    "space": [9, 10, 11, 12, 13, 32],
    "blank": [9, 32],
    "punct": [*range(33, 48), *range(58, 65), *range(91, 97), *range(123, 127)],
    "cntrl": [*range(32), 127],
    "print": [*range(32, 127)],
    "graph": [*range(33, 127)],
    "xdigit": [*range(48, 58), *range(65, 71), *range(97, 103)],
}
_SET_PART = re.compile(
    r"\[:(\w+):\]|\[=(.)=\]|(\[(?:\\.|[^\\])\*\d*\])|(\\[0-7]{1,3}|\\.|[^\\]|\\$)(?:-(\\[0-7]{1,3}|\\.|[^\\]))?",
    re.DOTALL,
)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@tool()
async def cut(call: Call) -> int:
    """Print parts of each line."""
    options = Options(
        call,
        "d:f:c:b:sn",
        {
            "delimiter=": "-d",
            "fields=": "-f",
            "characters=": "-c",
            "bytes=": "-b",
            "only-delimited": "-s",
            "output-delimiter=": "-o",
            "complement": "-C",
        },
    )
    lists = [(name, value) for name, value in options.given if name in ("-f", "-c", "-b")]
    if len(lists) != 1:
        message = (
            "only one list may be specified" if lists else "you must specify a list of bytes, characters, or fields"
        )
        raise ToolError(message, hint=True)
    kind, text = lists[0]
    if kind != "-f" and "-d" in options:
        raise ToolError("an input delimiter may be specified only when operating on fields", hint=True)
    delimiter = options.get("-d", "\t") or "\0"
    if len(delimiter) != 1:
        raise ToolError("the delimiter must be a single character", hint=True)
    chooser = _Chooser(text, fields=kind == "-f", complement="-C" in options)
    joiner = options.get("-o", delimiter if kind == "-f" else "")
    sources = Sources(call, options.operands)
    async for source_line in sources.lines():
        line = source_line.removesuffix("\n")
        if kind != "-f":
            await call.stdout.write(joiner.join(chooser.pick(list(line))) + "\n")
        elif delimiter in line:
            await call.stdout.write(joiner.join(chooser.pick(line.split(delimiter))) + "\n")
        elif "-s" not in options:
            await call.stdout.write(line + "\n")
    return int(sources.failed)


class _Chooser:
    """The positions of a list such as ``1,3-5,7-``."""

    def __init__(self, text: str, *, fields: bool, complement: bool) -> None:
        self._ranges: list[tuple[int, int | None]] = []
        self._complement = complement
        what = "fields" if fields else "byte/character positions"
        for part in re.split(r"[, ]", text):
            match = _RANGE.fullmatch(part)
            first, dash, last = match.groups() if match else (None, None, None)
            if not match or not (first or last):
                kind = "field" if fields else "byte or character"
                if match and dash:
                    raise ToolError("invalid range with no endpoint: -", hint=True)
                raise ToolError(f"invalid {kind} value '{part}'" if part else f"{what} are numbered from 1", hint=True)
            low, high = int((first or "1")[:9]), (int(last[:9]) if last else None) if dash else int((first or "1")[:9])
            if low < 1 or (high is not None and high < 1 and dash is None):
                raise ToolError(f"{what} are numbered from 1", hint=True)
            if high is not None and high < low:
                raise ToolError("invalid decreasing range", hint=True)
            self._ranges.append((low, high))

    def pick(self, items: list[str]) -> list[str]:
        """The chosen items in their own order."""
        return [item for index, item in enumerate(items, 1) if self._chosen(index) != self._complement]

    def _chosen(self, index: int) -> bool:
        return any(low <= index and (high is None or index <= high) for low, high in self._ranges)


@tool()
async def tr(call: Call) -> int:
    """Change, delete or squeeze characters."""
    options = Options(
        call,
        "cCdst",
        {"complement": "-c", "delete": "-d", "squeeze-repeats": "-s", "truncate-set1": "-t"},
        ordered=True,
    )
    sets, delete, squeeze = options.operands, "-d" in options, "-s" in options
    needed = 1 if delete != squeeze else 2
    if not sets:
        raise ToolError("missing operand", hint=True)
    if len(sets) < needed:
        what = (
            "Two strings must be given when both deleting and squeezing repeats."
            if delete
            else "Two strings must be given when translating."
        )
        raise ToolError(f"missing operand after '{sets[0]}'", hint=True, before=what + "\n")
    if len(sets) > 2 or (delete and not squeeze and len(sets) > 1):
        what = "Only one string may be given when deleting without squeezing repeats.\n" if len(sets) == 2 else ""
        raise ToolError(f"extra operand '{sets[-1]}'", hint=True, before=what)
    translator = _Translator(sets, complement="-c" in options or "-C" in options, delete=delete, squeeze=squeeze)
    async for chunk in Sources(call, []).lines():
        if result := translator.apply(chunk):
            await call.stdout.write(result)
    return 0


class _Translator:
    def __init__(self, sets: list[str], *, complement: bool, delete: bool, squeeze: bool) -> None:
        first = _members(sets[0])
        second = _members(sets[1]) if len(sets) > 1 else ""
        self._first = frozenset(first)
        self._complement = complement
        self._delete = delete
        translate = len(sets) > 1 and not delete
        if translate and not second:
            raise ToolError("when not truncating set1, string2 must be non-empty")
        self._table = (
            dict(zip(reversed(first), reversed(second[: len(first)].ljust(len(first), second[-1:])), strict=True))
            if translate and not complement
            else {}
        )
        self._other = second[-1] if translate and complement else None
        self._squeezed = frozenset(second or first) if squeeze else frozenset()
        self._squeeze_complement = squeeze and complement and not second
        self._last = ""

    def apply(self, text: str) -> str:
        """The text after translation."""
        if self._delete:
            text = "".join(character for character in text if (character in self._first) == self._complement)
        elif self._other is not None:
            text = "".join(character if character in self._first else self._other for character in text)
        elif self._table:
            text = "".join(self._table.get(character, character) for character in text)
        return self._squeeze(text) if self._squeezed or self._squeeze_complement else text

    def _squeeze(self, text: str) -> str:
        kept: list[str] = []
        for character in text:
            if character == self._last and (character in self._squeezed) != self._squeeze_complement:
                continue
            self._last = character
            kept.append(character)
        return "".join(kept)


def _members(text: str) -> str:
    """The characters of a set such as ``a-z[:digit:]\\n``."""
    members: list[str] = []
    for match in _SET_PART.finditer(text):
        name, equal, repeated, first, last = match.groups()
        if name:
            if name not in _CLASSES:
                raise ToolError(f"invalid character class '{name}'")
            members += [chr(code) for code in _CLASSES[name]]
        elif repeated:
            raise ToolError(f"{repeated}: not simulated")
        elif equal:
            members.append(equal)
        elif last is None:
            members.append(_one(first))
        else:
            low, high = ord(_one(first)), ord(_one(last))
            if high < low:
                raise ToolError(f"range-endpoints of '{first}-{last}' are in reverse collating sequence order")
            if high - low > 0xFFFF:
                raise ToolError(f"range '{first}-{last}': not simulated")
            members += [chr(code) for code in range(low, high + 1)]
    return "".join(members)


def _one(text: str) -> str:
    if len(text) == 1:
        return text
    if text[1] in "01234567":
        return chr(int(text[1:], 8) & 0xFF)
    return _LETTERS.get(text[1], text[1])


@tool()
async def rev(call: Call) -> int:
    """Print each line backwards."""
    sources = Sources(call, Options(call, "").operands)
    async for line in sources.lines():
        end = "\n" if line.endswith("\n") else ""
        await call.stdout.write(line.rstrip("\n")[::-1] + end)
    return int(sources.failed)


COMMANDS: dict[str, Command] = {"cut": cut, "tr": tr, "rev": rev}
