"""Tools that run other commands: ``xargs``, ``nohup``, ``setsid``, ``timeout``, ``nice``."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from powervm_sim.shell.call import Call, Command, Input, Output
from powervm_sim.shell.files import Writer, reason, resolve
from powervm_sim.shell.filters.base import Options, ToolError, number, tool
from powervm_sim.shell.pipes import Null, gather_input

_QUOTED = re.compile(r"""(?:\\.|"[^"\n]*"|'[^'\n]*'|[^\s"'\\])+""", re.DOTALL)
_PIECE = re.compile(r"""\\(.)|"([^"\n]*)"|'([^'\n]*)'|([^"'\\]+)""", re.DOTALL)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_MOST_AT_ONCE = 5000
_TIMED_OUT = 124


async def _start(call: Call, words: Sequence[str], stdin: Input, stdout: Output | None = None) -> int:
    if call.run is None:
        raise ToolError("running other commands: not simulated")
    return await call.run(words, stdin, stdout or call.stdout, call.stderr)


@tool()
async def xargs(call: Call) -> int:
    """Run a command with arguments that are read."""
    options = Options(
        call,
        "n:I:r0d:tL:P:",
        {"max-args=": "-n", "replace=": "-I", "no-run-if-empty": "-r", "null": "-0", "verbose": "-t"},
        ordered=True,
    )
    if "-P" in options:
        raise ToolError("-P: not simulated")
    command = options.operands or ["echo"]
    text = "".join(await gather_input(call.stdin))
    groups = _groups(options, text)
    status = 0
    for group in groups:
        if "-I" in options:
            words = [word.replace(options.get("-I"), group[0]) for word in command]
        else:
            words = [*command, *group]
        if "-t" in options:
            await call.stderr.write(" ".join(words) + "\n")
        ended = await _start(call, words, Null())
        if ended in (126, 127):
            return ended
        if ended == 255:
            await call.stderr.write(f"xargs: {words[0]}: exited with status 255; aborting\n")
            return 124
        status = 123 if ended else status
    return status


def _groups(options: Options, text: str) -> list[list[str]]:
    """The arguments of each run."""
    if "-I" in options:
        lines = [line.lstrip() for line in text.split("\n")]
        return [[_unquoted(line) if "-0" not in options else line] for line in lines if line]
    if "-0" in options or "-d" in options:
        separator = "\0" if "-0" in options else {"\\n": "\n", "\\t": "\t"}.get(options.get("-d"), options.get("-d"))
        items = text.split(separator[:1])
        items = items[:-1] if items[-1] == "" else items
    elif "-L" in options:
        step = number(options.get("-L"), 'invalid number "{text}" for -L option', least=1)
        lines = [line for line in text.split("\n") if line.strip()]
        return [[w for line in lines[i : i + step] for w in _items(line)] for i in range(0, len(lines), step)]
    else:
        items = _items(text)
    if not items:
        return [] if "-r" in options else [[]]
    step = number(options.get("-n", str(_MOST_AT_ONCE)), 'invalid number "{text}" for -n option', least=1)
    return [items[index : index + step] for index in range(0, len(items), step)]


def _items(text: str) -> list[str]:
    """Words as xargs reads them: quotes and backslashes keep blanks together."""
    remainder = _QUOTED.sub("", text)
    for character, word in (("'", "single"), ('"', "double")):
        if character in remainder:
            raise ToolError(
                f"unmatched {word} quote; by default quotes are special to xargs unless you use the -0 option"
            )
    return [_unquoted(match.group()) for match in _QUOTED.finditer(text)]


def _unquoted(text: str) -> str:
    return "".join("".join(group or "" for group in match.groups()) for match in _PIECE.finditer(text))


@tool(failure=125)
async def nohup(call: Call) -> int:
    """Run a command that goes on when the session ends (the shell keeps such jobs)."""
    options = Options(call, "", ordered=True)
    if not options.operands:
        raise ToolError("missing operand", hint=True)
    if call.terminal is None:
        return await _start(call, options.operands, Null())
    await call.stderr.write("nohup: ignoring input and appending output to 'nohup.out'\n")
    writer: Writer | None = None
    try:
        if call.files is None:
            raise PermissionError
        writer = await call.files.open_write(resolve("nohup.out", call.variables), append=True)
    except OSError as error:
        raise ToolError(f"failed to open 'nohup.out': {reason(error)}") from None
    try:
        return await _start(call, options.operands, Null(), writer)
    finally:
        await writer.close()


@tool(failure=125)
async def plain(call: Call) -> int:
    """Run a command; what the name changes about it (session, priority) makes no difference here."""
    options = Options(call, "n:" if call.name == "nice" else "", ordered=True)
    if not options.operands:
        raise ToolError("no command specified" if call.name == "setsid" else "a command must be given", hint=True)
    return await _start(call, options.operands, call.stdin)


@tool(failure=125)
async def timeout(call: Call) -> int:
    """Run a command for at most some time."""
    options = Options(call, "s:k:", {"signal=": "-s", "kill-after=": "-k"}, ordered=True)
    words = options.operands
    if len(words) < 2:
        raise ToolError("missing operand", hint=True)
    match = re.fullmatch(r"(\d+\.?\d*|\.\d+)([smhd]?)", words[0], re.ASCII)
    if match is None:
        raise ToolError(f"invalid time interval '{words[0]}'", hint=True)
    seconds = float(match.group(1)) * _UNITS[match.group(2)]
    try:
        return await asyncio.wait_for(_start(call, words[1:], call.stdin), seconds or None)
    except asyncio.TimeoutError:
        return 137 if options.get("-s").upper().removeprefix("SIG") in ("KILL", "9") else _TIMED_OUT


COMMANDS: dict[str, Command] = {
    "xargs": xargs,
    "nohup": nohup,
    "setsid": plain,
    "nice": plain,
    "timeout": timeout,
}
