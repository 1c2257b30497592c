"""``grep``, ``egrep``, ``fgrep``."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from powervm_sim.shell.call import Call, Command, Input
from powervm_sim.shell.filters.base import Options, Sources, ToolError, lines_of, number, tool
from powervm_sim.shell.posix import Expression, ExpressionError, Found

_SHORT = "vicnqEFGPwxoe:m:A:B:C:hHlLsyabr"
_LONG = {
    "perl-regexp": "-P",
    "invert-match": "-v",
    "ignore-case": "-i",
    "count": "-c",
    "line-number": "-n",
    "quiet": "-q",
    "silent": "-q",
    "extended-regexp": "-E",
    "fixed-strings": "-F",
    "basic-regexp": "-G",
    "word-regexp": "-w",
    "line-regexp": "-x",
    "only-matching": "-o",
    "regexp=": "-e",
    "max-count=": "-m",
    "after-context=": "-A",
    "before-context=": "-B",
    "context=": "-C",
    "no-filename": "-h",
    "with-filename": "-H",
    "files-with-matches": "-l",
    "files-without-match": "-L",
    "no-messages": "-s",
    "text": "-a",
    "line-buffered": "--line-buffered",
}
_NOT_SIMULATED = ("-r", "-b", "-P")
_USAGE = "Usage: grep [OPTION]... PATTERNS [FILE]...\n"
_WORD = re.compile(r"\w")


class _Matcher:
    """Decides whether a line is selected."""

    def __init__(self, patterns: list[str], options: Options, *, extended: bool, fixed: bool) -> None:
        source = "|".join(_escaped(p) for p in patterns) if fixed else _joined(patterns, extended=extended)
        self._never = not patterns
        try:
            self._expression = Expression(
                source, extended=extended or fixed, ignore_case="-i" in options or "-y" in options
            )
        except ExpressionError as error:
            raise ToolError(str(error)) from None
        self._words = "-w" in options and "-x" not in options
        self._whole = "-x" in options

    def find(self, text: str, position: int = 0) -> Found | None:
        """The first match that counts."""
        while not self._never and position <= len(text):
            found = self._expression.search(text, position)
            if found is None:
                return None
            if self._whole and (found.start, found.end) != (0, len(text)):
                return None
            if not self._words or self._is_word(text, found):
                return found
            position = found.start + 1
        return None

    def all(self, text: str) -> list[Found]:
        """All matches that are not empty."""
        matches: list[Found] = []
        position = 0
        while (found := self.find(text, position)) is not None:
            if found.end > found.start:
                matches.append(found)
            position = max(found.end, found.start + 1)
        return matches

    def _is_word(self, text: str, found: Found) -> bool:
        before, after = text[found.start - 1 : found.start] if found.start else "", text[found.end : found.end + 1]
        return not _WORD.match(before) and not _WORD.match(after)


def _escaped(text: str) -> str:
    return re.sub(r"([.\[\]{}()*+?^$|\\])", r"\\\1", text)


def _joined(patterns: list[str], *, extended: bool) -> str:
    return ("|" if extended else "\\|").join(patterns)


@dataclass
class _Plan:
    """What to print."""

    matcher: _Matcher
    invert: bool
    count: bool
    numbers: bool
    quiet: bool
    only: bool
    list_matching: bool
    list_others: bool
    with_names: bool
    most: int | None
    before: int
    after: int


@tool(failure=2)
async def grep(call: Call) -> int:
    """Print the lines that match."""
    words = [f"-C{word[1:]}" if re.fullmatch(r"-\d+", word) else word for word in call.arguments]
    words = [word for word in words if not re.match(r"--colou?r(=|$)", word)]
    options = Options(call, _SHORT, _LONG, before=_USAGE, arguments=words)
    for name in _NOT_SIMULATED:
        if name in options:
            raise ToolError(f"{name}: not simulated")
    operands = list(options.operands)
    texts = options.all("-e")
    if not texts:
        if not operands:
            hint = "Try 'grep --help' for more information.\n"
            await call.stderr.write(_USAGE + hint)
            return 2
        texts = [operands.pop(0)]
    plan = _plan(call, options, [line for text in texts for line in text.split("\n")], len(operands))
    return await _run(call, plan, Sources(call, operands), silent="-s" in options)


def _plan(call: Call, options: Options, patterns: list[str], files: int) -> _Plan:
    modes = [name for name, _ in options.given if name in ("-E", "-F", "-G")]
    mode = modes[-1] if modes else {"egrep": "-E", "fgrep": "-F"}.get(call.name, "-G")
    message = "{text}: invalid context length argument"
    context = options.get("-C", "0")
    names = [name for name, _ in options.given if name in ("-h", "-H")]
    most = number(options.get("-m"), "invalid max count", least=-1) if "-m" in options else None
    return _Plan(
        matcher=_Matcher(patterns, options, extended=mode == "-E", fixed=mode == "-F"),
        invert="-v" in options,
        count="-c" in options,
        numbers="-n" in options,
        quiet="-q" in options,
        only="-o" in options,
        list_matching="-l" in options,
        list_others="-L" in options,
        with_names=names[-1] == "-H" if names else files > 1,
        most=None if most == -1 else most,
        before=number(options.get("-B", context), message),
        after=number(options.get("-A", context), message),
    )


async def _run(call: Call, plan: _Plan, sources: Sources, *, silent: bool) -> int:
    if silent:
        call.stderr = _Nowhere()
    selected = False
    async for name, source in sources.inputs():
        shown = "(standard input)" if name == "-" else name
        count = await _file(call, plan, shown, source)
        selected = selected or (count > 0) != plan.list_others
        if plan.quiet and count:
            return 0
    if sources.failed:
        return 2
    return 0 if selected else 1


class _Nowhere:
    async def write(self, text: str) -> None:
        """Drop the messages about files that cannot be read (``-s``)."""


async def _file(call: Call, plan: _Plan, name: str, source: Input) -> int:
    """Search one file; returns how many lines were selected."""
    printing = not (plan.count or plan.quiet or plan.list_matching or plan.list_others)
    printer = _Printer(call, plan, name)
    count = 0
    if plan.most != 0:
        async for line_number, line in _numbered(source):
            text = line.removesuffix("\n")
            found = plan.matcher.find(text)
            if (found is not None) == plan.invert:
                if printing:
                    await printer.context(line_number, text)
                    if plan.most is not None and count >= plan.most and printer.done:
                        break
                continue
            if plan.most is not None and count >= plan.most:
                break
            count += 1
            if printing:
                await printer.selected(line_number, text)
            elif plan.quiet or plan.list_matching or plan.list_others:
                break
            if plan.most is not None and count >= plan.most and not plan.after:
                break
    await _summary(call, plan, name, count)
    return count


async def _numbered(source: Input) -> AsyncIterator[tuple[int, str]]:
    count = 0
    async for line in lines_of(source):
        count += 1
        yield count, line


async def _summary(call: Call, plan: _Plan, name: str, count: int) -> None:
    if plan.quiet:
        return
    if plan.list_matching or plan.list_others:
        if (count > 0) == plan.list_matching:
            await call.stdout.write(f"{name}\n")
    elif plan.count:
        await call.stdout.write((f"{name}:" if plan.with_names else "") + f"{count}\n")


class _Printer:
    """Prints selected lines and those around them."""

    def __init__(self, call: Call, plan: _Plan, name: str) -> None:
        self._call = call
        self._plan = plan
        self._name = name
        self._waiting: deque[tuple[int, str]] = deque(maxlen=plan.before)
        self._left = 0
        self._last = 0

    @property
    def done(self) -> bool:
        """No context is to be printed any more."""
        return self._left <= 0

    async def selected(self, line_number: int, text: str) -> None:
        """A line that matches."""
        plan = self._plan
        if plan.only:
            for found in [] if plan.invert else plan.matcher.all(text):
                await self._write(line_number, found.group(), ":")
            return
        first = self._waiting[0][0] if self._waiting else line_number
        if (plan.before or plan.after) and self._last and first > self._last + 1:
            await self._call.stdout.write("--\n")
        for waiting_number, waiting in self._waiting:
            await self._write(waiting_number, waiting, "-")
        self._waiting.clear()
        await self._write(line_number, text, ":")
        self._left = plan.after

    async def context(self, line_number: int, text: str) -> None:
        """A line that does not match."""
        if self._plan.only:
            return
        if self._left > 0:
            self._left -= 1
            await self._write(line_number, text, "-")
        elif self._plan.before:
            self._waiting.append((line_number, text))

    async def _write(self, line_number: int, text: str, mark: str) -> None:
        prefix = self._name + mark if self._plan.with_names else ""
        prefix += f"{line_number}{mark}" if self._plan.numbers else ""
        self._last = line_number
        await self._call.stdout.write(f"{prefix}{text}\n")


COMMANDS: dict[str, Command] = {"grep": grep, "egrep": grep, "fgrep": grep}
