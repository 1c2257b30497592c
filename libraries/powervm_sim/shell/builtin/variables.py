"""``export readonly local unset let``."""

from __future__ import annotations

import re

from powervm_sim.shell.arithmetic import ArithmeticFailure, evaluate
from powervm_sim.shell.builtin.base import Builtin, Invocation
from powervm_sim.shell.state import ShellError

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(?:(\+?)=(.*))?", re.ASCII | re.DOTALL)


async def _assign(invocation: Invocation, word: str) -> str | None:
    """Do the assignment in a word; returns the name, None when the word is wrong (reported)."""
    match = _ASSIGNMENT.fullmatch(word)
    if match is None:
        await invocation.complain(f"`{word}': not a valid identifier")
        return None
    name, append, value = match.groups()
    if value is not None:
        try:
            invocation.state.set(name, (invocation.state.get(name) or "") + value if append else value)
        except ShellError as error:
            raise ShellError(str(error)) from None
    return str(name)


async def _export(invocation: Invocation) -> int:
    state, status = invocation.state, 0
    words = list(invocation.arguments)
    remove = words[:1] == ["-n"]
    if words[:1] in (["-n"], ["--"], ["-p"]):
        words.pop(0)
    if words and words[0].startswith("-"):
        return await invocation.complain(f"{words[0][:2]}: invalid option", 2, "export [-n] [name[=value] ...] or -p")
    if not words:
        values = ((name, state.variables.get(name)) for name in sorted(state.exported))
        await invocation.write("".join(_declaration("x", name, value) for name, value in values))
    for word in words:
        name = await _assign(invocation, word)
        if name is None:
            status = 1
        elif remove:
            state.exported.discard(name)
        else:
            state.exported.add(name)
    return status


def _declaration(flag: str, name: str, value: str | None) -> str:
    if value is None:
        return f"declare -{flag} {name}\n"
    text = re.sub(r'(["\\$`])', r"\\\1", value)
    return f'declare -{flag} {name}="{text}"\n'


async def _readonly(invocation: Invocation) -> int:
    status = 0
    for word in invocation.arguments:
        name = await _assign(invocation, word)
        if name is None:
            status = 1
        else:
            invocation.state.readonly.add(name)
    return status


async def _local(invocation: Invocation) -> int:
    state, status = invocation.state, 0
    if not state.locals:
        return await invocation.complain("can only be used in a function")
    for word in invocation.arguments:
        name = word.partition("=")[0].rstrip("+")
        state.locals[-1].setdefault(name, state.variables.get(name))
        if "=" not in word:
            state.variables.pop(name, None)
        status = 1 if await _assign(invocation, word) is None else status
    return status


async def _unset(invocation: Invocation) -> int:
    words = list(invocation.arguments)
    functions = words[:1] == ["-f"]
    if words[:1] in (["-f"], ["-v"]):
        words.pop(0)
    for word in words:
        if functions or (word not in invocation.state.variables and word in invocation.state.functions):
            invocation.state.functions.pop(word, None)
        else:
            invocation.state.unset(word)
    return 0


async def _let(invocation: Invocation) -> int:
    value = 0
    if not invocation.arguments:
        return await invocation.complain("expression expected")
    for word in invocation.arguments:
        try:
            value = evaluate(word, invocation.state.variables)
        except ArithmeticFailure as failure:
            return await invocation.complain(str(failure))
    return int(value == 0)


BUILTINS: dict[str, Builtin] = {
    "export": _export,
    "readonly": _readonly,
    "local": _local,
    "unset": _unset,
    "let": _let,
}
