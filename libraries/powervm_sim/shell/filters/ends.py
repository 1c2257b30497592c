"""``cat``, ``more``, ``head``, ``tail``, ``tac``, ``nl``, ``tee``."""

from __future__ import annotations

import re
from collections import deque
from functools import partial

from powervm_sim.shell.call import Call, Command, Input
from powervm_sim.shell.files import Writer, reason, resolve
from powervm_sim.shell.filters.base import Options, Sources, ToolError, lines_of, number, tool
from powervm_sim.shell.filters.following import follow
from powervm_sim.shell.pipes import MOST, TooMuchData

_MULTIPLIERS = {"": 1, "b": 512, "k": 1024, "K": 1024, "M": 1024 * 1024, "m": 1024 * 1024}


@tool()
async def cat(call: Call) -> int:
    """Copy files or standard input."""
    options = Options(call, "nbsETAveu", {"number": "-n", "number-nonblank": "-b", "squeeze-blank": "-s"})
    ends = any(name in options for name in ("-E", "-A", "-e"))
    tabs = "-T" in options or "-A" in options
    count, blank, inside = 0, False, False
    sources = Sources(call, options.operands)
    async for line in sources.lines():
        empty = line == "\n" and not inside
        if "-s" in options and empty and blank:
            continue
        blank = empty
        numbered = not inside and (not empty if "-b" in options else "-n" in options)
        count += numbered
        inside = not line.endswith("\n")
        text = line.replace("\t", "^I") if tabs else line
        if ends and not inside:
            text = text[:-1] + "$\n"
        await call.stdout.write((f"{count:6d}\t" if numbered else "") + text)
    return int(sources.failed)


def _obsolete(call: Call, *, plus: bool = False) -> list[str]:
    """``head -5`` and ``tail +5`` as ``-n 5`` and ``-n +5``."""
    words = list(call.arguments)
    if words and (re.fullmatch(r"-\d+", words[0]) or (plus and re.fullmatch(r"\+\d+", words[0]))):
        words[0] = "-n" + words[0].lstrip("-")
    return words


def _size(text: str, what: str) -> tuple[str, int]:
    """Sign and number of ``-n`` and ``-c``."""
    match = re.fullmatch(r"([+-]?)(\d+)([bkKmM]?)", text, re.ASCII)
    if match is None:
        raise ToolError(f"invalid number of {what}: '{text}'")
    return match.group(1), int(match.group(2)[:18]) * _MULTIPLIERS[match.group(3)]


def _headers(options: Options) -> bool:
    """Whether the names of the files are shown."""
    return "-v" in options or (len(options.operands) > 1 and "-q" not in options)


@tool()
async def head(call: Call) -> int:
    """The first lines or bytes."""
    options = Options(
        call, "n:c:qv", {"lines=": "-n", "bytes=": "-c", "quiet": "-q", "verbose": "-v"}, arguments=_obsolete(call)
    )
    sign, count = _size(options.get("-c", options.get("-n", "10")), "bytes" if "-c" in options else "lines")
    sources = Sources(call, options.operands)
    first = True
    async for name, source in sources.inputs():
        if _headers(options):
            await call.stdout.write(("" if first else "\n") + f"==> {_shown(name)} <==\n")
            first = False
        if sign == "-":
            await _all_but(call, source, count, characters="-c" in options)
        elif "-c" in options:
            await _first_characters(call, source, count)
        else:
            await _first_lines(call, source, count)
    return int(sources.failed)


def _shown(name: str) -> str:
    return "standard input" if name == "-" else name


async def _first_lines(call: Call, source: Input, count: int) -> None:
    while count > 0 and (line := await source.readline()):
        await call.stdout.write(line)
        count -= 1


async def _first_characters(call: Call, source: Input, count: int) -> None:
    while count > 0 and (line := await source.readline()):
        await call.stdout.write(line[:count])
        count -= len(line)


async def _all_but(call: Call, source: Input, count: int, *, characters: bool) -> None:
    if characters:
        text = await _collected(source)
        await call.stdout.write(text[: max(0, len(text) - count)])
        return
    waiting: deque[str] = deque()
    async for line in lines_of(source):
        waiting.append(line)
        if len(waiting) > count:
            await call.stdout.write(waiting.popleft())
        _bounded(waiting)


async def _collected(source: Input) -> str:
    kept: list[str] = []
    async for line in lines_of(source):
        kept.append(line)
        _bounded(kept)
    return "".join(kept)


def _bounded(lines: deque[str] | list[str]) -> None:
    """Raises TooMuchData when too many lines wait; counted now and then."""
    if len(lines) % 4096 == 0 and sum(map(len, lines)) > MOST:
        raise TooMuchData("too many lines")


@tool()
async def tail(call: Call) -> int:
    """The last lines or bytes, or those from a number on."""
    options = Options(
        call,
        "n:c:qvfF",
        {"lines=": "-n", "bytes=": "-c", "quiet": "-q", "verbose": "-v", "follow": "-f"},
        arguments=_obsolete(call, plus=True),
    )
    sign, count = _size(options.get("-c", options.get("-n", "10")), "bytes" if "-c" in options else "lines")
    followed = [name for name in options.operands if name != "-"]
    if followed and ("-f" in options or "-F" in options):
        end = partial(_end, sign=sign, count=count, lines="-c" not in options)
        return await follow(call, followed, first=end, titled=_headers(options), again="-F" in options)
    sources = Sources(call, options.operands)
    first = True
    async for name, source in sources.inputs():
        if _headers(options):
            await call.stdout.write(("" if first else "\n") + f"==> {_shown(name)} <==\n")
            first = False
        if "-c" in options:
            text = await _collected(source)
            await call.stdout.write(text[max(0, count - 1) :] if sign == "+" else text[max(0, len(text) - count) :])
        elif sign == "+":
            await _from_line(call, source, count)
        else:
            last: deque[str] = deque(maxlen=min(count, 1_000_000))
            async for line in lines_of(source):
                last.append(line)
                _bounded(last)
            await call.stdout.write("".join(last))
    return int(sources.failed)


def _end(text: str, *, sign: str, count: int, lines: bool) -> str:
    """The part of a content that is shown first."""
    if not lines:
        return text[max(0, count - 1) :] if sign == "+" else text[max(0, len(text) - count) :]
    parts = text.splitlines(keepends=True)
    return "".join(parts[max(0, count - 1) :] if sign == "+" else parts[max(0, len(parts) - count) :])


async def _from_line(call: Call, source: Input, number_of_first: int) -> None:
    count = 0
    async for line in lines_of(source):
        count += 1
        if count >= number_of_first:
            await call.stdout.write(line)


@tool()
async def tac(call: Call) -> int:
    """The lines, the last one first."""
    sources = Sources(call, Options(call, "").operands)
    await call.stdout.write("".join(reversed(await sources.all_lines())))
    return int(sources.failed)


@tool()
async def nl(call: Call) -> int:
    """Number the lines: those that are not empty, or all with ``-b a``."""
    options = Options(call, "b:w:s:v:")
    style = options.get("-b", "t")
    if style not in ("a", "t", "n"):
        raise ToolError(f"-b {style}: not simulated")
    width = number(options.get("-w", "6"), "invalid line number field width: '{text}'", least=1)
    separator, count = options.get("-s", "\t"), number(options.get("-v", "1"), "invalid starting line number: '{text}'")
    sources = Sources(call, options.operands)
    async for line in sources.lines():
        if style == "a" or (style == "t" and line != "\n"):
            await call.stdout.write(f"{count:{min(width, 1000)}d}{separator}{line}")
            count += 1
        else:
            await call.stdout.write(" " * (min(width, 1000) + len(separator)) + line)
    return int(sources.failed)


@tool()
async def tee(call: Call) -> int:
    """Copy standard input to standard output and to files."""
    options = Options(call, "ai", {"append": "-a"})
    writers: list[Writer] = []
    status = 0
    try:
        for name in options.operands:
            try:
                if call.files is None:
                    raise PermissionError
                path = resolve(name, call.variables)
                writers.append(await call.files.open_write(path, append="-a" in options))
            except OSError as error:
                await call.stderr.write(f"tee: {name}: {reason(error)}\n")
                status = 1
        async for line in lines_of(call.stdin):
            for target in [call.stdout, *writers]:
                await target.write(line)
    finally:
        for writer in writers:
            await writer.close()
    return status


COMMANDS: dict[str, Command] = {"cat": cat, "more": cat, "head": head, "tail": tail, "tac": tac, "nl": nl, "tee": tee}
