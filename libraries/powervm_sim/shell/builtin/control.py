"""``: break continue return exit shift set``."""

from __future__ import annotations

from powervm_sim.shell.builtin.base import Builtin, Invocation, not_simulated
from powervm_sim.shell.quoting import quoted
from powervm_sim.shell.state import ExitShell, FunctionReturn, LoopControl, Options

_FLAGS = {"e": "errexit", "u": "nounset", "x": "xtrace", "f": "noglob"}
_NAMES = ("errexit", "noglob", "nounset", "pipefail", "xtrace")
_USAGE = "set [-efux] [-o option-name] [--] [-] [arg ...]"


async def _nothing(_invocation: Invocation) -> int:
    return 0


async def _number(invocation: Invocation, default: int) -> int | None:
    """The numeric argument; None when it is wrong, which was reported."""
    if not invocation.arguments:
        return default
    text = invocation.arguments[0]
    if text.lstrip("+-").isdigit() and text.isascii():
        return int(text[:18])
    await invocation.complain(f"{text}: numeric argument required")
    return None


async def _loop_control(invocation: Invocation) -> int:
    if invocation.state.loops == 0:
        await invocation.complain("only meaningful in a `for', `while', or `until' loop", 0)
        return 0
    levels = await _number(invocation, 1)
    if levels is None:
        return 128
    if levels < 1:
        return await invocation.complain(f"{levels}: loop count out of range")
    raise LoopControl(leave=invocation.name == "break", levels=min(levels, invocation.state.loops))


async def _return(invocation: Invocation) -> int:
    if invocation.state.returnable == 0:
        return await invocation.complain("can only `return' from a function or sourced script", 2)
    status = await _number(invocation, invocation.state.status)
    raise FunctionReturn(2 if status is None else status & 0xFF)


async def _exit(invocation: Invocation) -> int:
    status = await _number(invocation, invocation.state.status)
    raise ExitShell(2 if status is None else status & 0xFF)


async def _logout(invocation: Invocation) -> int:
    if invocation.state.dialect.name != "bash":
        return await not_simulated(invocation)
    if not invocation.state.login:
        return await invocation.complain("not login shell: use `exit'")
    return await _exit(invocation)


async def _shift(invocation: Invocation) -> int:
    count = await _number(invocation, 1)
    positional = invocation.state.positional
    if count is None or not 0 <= count <= len(positional):
        return 1
    del positional[:count]
    return 0


async def _set(invocation: Invocation) -> int:
    arguments, state = list(invocation.arguments), invocation.state
    if not arguments:
        lines = (f"{name}={quoted(value)}\n" for name, value in sorted(state.variables.items()))
        await invocation.write("".join(lines))
        return 0
    while arguments and arguments[0][:1] in ("-", "+") and len(arguments[0]) > 1:
        word = arguments.pop(0)
        if word == "--":
            state.positional = arguments
            return 0
        for letter in word[1:]:
            if letter == "o":
                status = await _named_option(invocation, arguments, on=word[0] == "-")
            else:
                status = await _flag(invocation, word[0] + letter)
            if status:
                return status
    if arguments:
        state.positional = arguments[1:] if arguments[0] == "-" else arguments
    return 0


async def _flag(invocation: Invocation, flag: str) -> int:
    name = _FLAGS.get(flag[1])
    if name is None:
        if flag[1] in "abhkmnptvBCEHPT":
            return await invocation.complain(f"{flag}: not simulated")
        return await invocation.complain(f"{flag}: invalid option", 2, _USAGE)
    setattr(invocation.state.options, name, flag[0] == "-")
    return 0


async def _named_option(invocation: Invocation, arguments: list[str], *, on: bool) -> int:
    options: Options = invocation.state.options
    if not arguments:
        lines = (f"{name:<15}\t{'on' if getattr(options, name) else 'off'}\n" for name in _NAMES)
        await invocation.write("".join(lines))
        return 0
    name = arguments.pop(0)
    if name not in _NAMES:
        return await invocation.complain(f"{name}: invalid option name", 2)
    setattr(options, name, on)
    return 0


BUILTINS: dict[str, Builtin] = {
    ":": _nothing,
    "break": _loop_control,
    "continue": _loop_control,
    "return": _return,
    "exit": _exit,
    "logout": _logout,
    "shift": _shift,
    "set": _set,
}
