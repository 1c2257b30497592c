"""``read``."""

from __future__ import annotations

import asyncio
import getopt
import re

from powervm_sim.shell.builtin.base import Builtin, Invocation
from powervm_sim.shell.state import State

_USAGE = "read [-rs] [-p prompt] [-t timeout] [name ...]"
_TIMED_OUT = 142
_BACKSLASH = re.compile(r"\\(.)", re.DOTALL)


async def _read(invocation: Invocation) -> int:
    try:
        options, names = getopt.getopt(list(invocation.arguments), "rsp:t:")
    except getopt.GetoptError as error:
        known = error.opt in ("a", "d", "e", "i", "n", "N", "u")
        return await invocation.complain(
            f"-{error.opt}: {'not simulated' if known else 'invalid option'}", 2, "" if known else _USAGE
        )
    chosen = dict(options)
    for name in names:
        if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
            return await invocation.complain(f"`{name}': not a valid identifier")
    try:
        limit = float(chosen["-t"]) if "-t" in chosen else None
    except ValueError:
        return await invocation.complain(f"{chosen['-t']}: invalid timeout specification")
    try:
        line = await asyncio.wait_for(_line(invocation, chosen), limit)
    except asyncio.TimeoutError:
        return _TIMED_OUT
    _store(invocation.state, names, line.rstrip("\n") if line.endswith("\n") else line, raw="-r" in chosen)
    return 0 if line.endswith("\n") else 1


async def _line(invocation: Invocation, chosen: dict[str, str]) -> str:
    """The line that is read; without ``-r`` a backslash at its end joins the next one."""
    terminal = invocation.state.terminal
    prompt = chosen.get("-p", "")
    if terminal is not None and ("-s" in chosen or prompt):
        try:
            return await terminal.ask(prompt, echo="-s" not in chosen) + "\n"
        except EOFError:
            return ""
    line = await invocation.streams.stdin.readline()
    while "-r" not in chosen and re.search(r"(?<!\\)(?:\\\\)*\\\n$", line):
        line = line[:-2] + await invocation.streams.stdin.readline()
    return line


def _store(state: State, names: list[str], line: str, *, raw: bool) -> None:
    if not names:
        state.set("REPLY", line if raw else _BACKSLASH.sub(r"\1", line))
        return
    separators = state.get("IFS")
    separators = " \t\n" if separators is None else separators
    for index, name in enumerate(names):
        if index == len(names) - 1:
            value = _last(line, separators)
        else:
            value, line = _first(line, separators, raw=raw)
        state.set(name, value if raw else _BACKSLASH.sub(r"\1", value))


def _first(line: str, separators: str, *, raw: bool) -> tuple[str, str]:
    """The first field and what follows its separator."""
    blanks = "".join(character for character in separators if character in " \t\n")
    line = line.lstrip(blanks) if blanks else line
    position = 0
    while position < len(line) and line[position] not in separators:
        position += 1 if raw or line[position] != "\\" else 2
    field, rest = line[:position], line[position:]
    rest = rest.lstrip(blanks) if blanks else rest
    if rest[:1] and rest[0] in separators:
        rest = rest[1:].lstrip(blanks) if blanks else rest[1:]
    return field, rest


def _last(line: str, separators: str) -> str:
    """The rest of the line for the last name: blanks of IFS around it are dropped, and one separator at its end."""
    blanks = "".join(character for character in separators if character in " \t\n")
    line = line.strip(blanks) if blanks else line
    visible = set(separators) - set(blanks)
    if line[-1:] in visible and not any(character in visible for character in line[:-1]):
        line = line[:-1].rstrip(blanks) if blanks else line[:-1]
    return line


BUILTINS: dict[str, Builtin] = {"read": _read}
