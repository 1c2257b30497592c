"""The forms of ``${name...}``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from powervm_sim.shell import patterns
from powervm_sim.shell.state import ShellError, State
from powervm_sim.shell.syntax import Parameter

if TYPE_CHECKING:
    from powervm_sim.shell.expansion import Expander

_ELEMENT = re.compile(r"\$\{([#!]?)([A-Za-z_]\w*)\[([^]]+)\][^}]*\}")

LONGEST_SEARCHED = 64 * 1024
"""Characters of a value that patterns are applied to."""


async def value_of(part: Parameter, state: State, expander: Expander) -> str:
    """The value of one parameter form (not ``:-`` and ``:+``, whose word may become several fields).

    Raises:
        ShellError: The form is not known, or the parameter is not set where it must be.
    """
    operation = part.operation
    if operation == "bad":
        return _element(part.raw, state)
    value = state.get(part.name)
    if operation in (":=", "=", ":?", "?"):
        return await _required(part, value, state, expander)
    if value is None:
        if state.options.nounset and part.name not in "@*":
            raise ShellError(f"{part.name}: unbound variable", status=127, scope="shell")
        value = ""
    if not operation:
        return value
    if operation == "length":
        return str(len(state.positional) if part.name in "@*" else len(value))
    if len(value) > LONGEST_SEARCHED:
        raise ShellError(f"{part.name}: a value longer than 64 KiB in {operation}: not simulated", scope="line")
    if operation == ":":
        return await _slice(part, value, expander)
    return await _edited(part, value, expander)


def _element(raw: str, state: State) -> str:
    """``${PIPESTATUS[N]}``, the only array that there is. Raises ShellError for everything else."""
    element = _ELEMENT.fullmatch(raw) if state.dialect.name == "bash" else None
    if element is None:
        raise ShellError(f"{raw}: bad substitution", scope="line")
    before, name, index = element.groups()
    if name != "PIPESTATUS" or before == "!" or not (index in "@*" or index.isdigit()):
        raise ShellError(f"{raw}: arrays: not simulated", scope="line")
    chosen = state.stages if index in "@*" else state.stages[int(index) : int(index) + 1]
    if before and index in "@*":
        return str(len(chosen))
    text = " ".join(map(str, chosen))
    return str(len(text)) if before else text


async def _required(part: Parameter, value: str | None, state: State, expander: Expander) -> str:
    if value is not None and (value or not part.operation.startswith(":")):
        return value
    word = await expander.text(part.arguments[0])
    if part.operation.endswith("?"):
        default = "parameter null or not set" if part.operation == ":?" else "parameter not set"
        raise ShellError(f"{part.name}: {word or default}", status=127, scope="shell")
    if not part.name.isidentifier():
        raise ShellError(f"${part.name}: cannot assign in this way", scope="line")
    state.set(part.name, word)
    return word


async def _slice(part: Parameter, value: str, expander: Expander) -> str:
    start = await expander.arithmetic(part.arguments[0])
    start = max(0, len(value) + start) if start < 0 else start
    if len(part.arguments) == 1:
        return value[start:]
    length = await expander.arithmetic(part.arguments[1])
    if length < 0 and len(value) + length < start:
        raise ShellError(f"{part.arguments[1].raw}: substring expression < 0", scope="line")
    return value[start : start + length] if length >= 0 else value[start : len(value) + length]


async def _edited(part: Parameter, value: str, expander: Expander) -> str:
    pattern = await expander.pattern(part.arguments[0])
    operation = part.operation
    if operation[0] == "/":
        replacement = await expander.text(part.arguments[1]) if len(part.arguments) > 1 else ""
        return _replaced(operation, value, pattern, replacement)
    if operation[0] in "^,":
        return _cased(operation, value, pattern or "?")
    if operation[0] == "#":
        return value[_chosen(patterns.prefixes(pattern, value), 0, longest=operation == "##") :]
    return value[: _chosen(patterns.suffixes(pattern, value), len(value), longest=operation == "%%")]


def _chosen(found: Iterator[int], nothing: int, *, longest: bool) -> int:
    """The first or last of the places, which come the shortest match first."""
    if not longest:
        return next(found, nothing)
    for place in found:
        nothing = place
    return nothing


def _cased(operation: str, value: str, pattern: str) -> str:
    change = str.upper if operation[0] == "^" else str.lower
    matches = patterns.forwards(pattern).fullmatch
    limit = len(value) if len(operation) == 2 else 1
    return "".join(change(c) if index < limit and matches(c) else c for index, c in enumerate(value))


def _replaced(operation: str, value: str, pattern: str, replacement: str) -> str:
    if not pattern:
        return value
    if operation == "/%":
        begin = _chosen(patterns.suffixes(pattern, value), -1, longest=True)
        return value if begin < 0 else value[:begin] + replacement
    if operation == "/#":
        end = _chosen(patterns.prefixes(pattern, value), -1, longest=True)
        return value if end < 0 else replacement + value[end:]
    return patterns.replaced(pattern, value, replacement, everywhere=operation == "//")
