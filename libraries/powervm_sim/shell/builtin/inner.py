"""Built-ins that run other commands: ``eval exec command builtin type . source``, and ``bash``, ``sh``, ``env``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from powervm_sim.shell.builtin.base import Builtin, Invocation
from powervm_sim.shell.builtin.traps import ended, killed
from powervm_sim.shell.files import reason, resolve
from powervm_sim.shell.parser import KEYWORDS, Parser
from powervm_sim.shell.pipes import TooMuchData, gather_input
from powervm_sim.shell.reporting import syntax_message
from powervm_sim.shell.state import DEEPEST_CALLS, ExitShell, FunctionReturn, Options, ShellError
from powervm_sim.shell.syntax import ShellSyntaxError
from powervm_sim.shell.system import System

_CANNOT_READ = 127
_SHELL_OWN = frozenset({"echo", "false", "kill", "printf", "test", "true", "["})
_KEPT = frozenset({"PWD", "OLDPWD"})


async def run_text(invocation: Invocation, text: str, where: str) -> int:
    """Run a text with this shell's memory, line by line. ``where`` stands in front of a syntax error's line."""
    state, status = invocation.state, 0
    if state.calls >= DEEPEST_CALLS:
        raise ShellError(f"{invocation.name}: maximum nesting level exceeded ({DEEPEST_CALLS})", scope="line")
    parser, line, done = Parser(text), state.line, len(state.moved)
    state.calls += 1
    try:
        while (script := parser.line()) is not None:
            status = await invocation.executor.script(script, invocation.executor.moved(invocation.streams, done))
    except ShellSyntaxError as error:
        await invocation.streams.stderr.write(syntax_message(error, text, state, where))
        return 2
    finally:
        state.calls -= 1
        state.line = line
    return status


async def _eval(invocation: Invocation) -> int:
    return await run_text(invocation, " ".join(invocation.arguments), "eval: ")


async def _exec(invocation: Invocation) -> int:
    invocation.refuse_restricted()
    raise ExitShell(await invocation.executor.run_words(invocation.arguments, invocation.streams, functions=False))


async def _command(invocation: Invocation) -> int:
    words = list(invocation.arguments)
    if words[:1] in (["-v"], ["-V"]):
        verbose = words.pop(0) == "-V"
        known = [await _describe(invocation, word, verbose=verbose) for word in words]
        return int(not any(known))
    if words[:1] == ["-p"]:
        invocation.refuse_restricted()
        words.pop(0)
    if words[:1] == ["--"]:
        words.pop(0)
    if not words:
        return 0
    return await invocation.executor.run_words(words, invocation.streams, functions=False)


async def _type(invocation: Invocation) -> int:
    status = 0
    words = list(invocation.arguments)
    if words[:1] in (["-p"], ["-P"]) and invocation.state.system is not None:
        return await _paths(invocation, invocation.state.system, words[1:], force=words[0] == "-P")
    if words[:1] == ["-t"]:
        return await _kinds(invocation, words[1:])
    for word in words:
        if word.startswith("-"):
            return await invocation.complain(f"{word}: not simulated", 2)
        if not await _describe(invocation, word, verbose=True):
            status = await invocation.complain(f"{word}: not found")
    return status


async def _paths(invocation: Invocation, system: System, words: Sequence[str], *, force: bool) -> int:
    """``type -p`` and ``-P``: the file that a word runs; nothing for what the shell does itself."""
    variables, status = invocation.state.variables, 0
    for word in words:
        kind = "file" if force else _kind(invocation, word)
        path = system.locate(word, variables.get("PATH", ""), variables.get("PWD", "/")) if kind == "file" else None
        if path is not None:
            await invocation.write(f"{path}\n")
        elif not kind or force:
            status = 1
    return status


async def _kinds(invocation: Invocation, words: Sequence[str]) -> int:
    status = 0
    for word in words:
        kind = _kind(invocation, word)
        await invocation.write(f"{kind}\n" if kind else "")
        status = status if kind else 1
    return status


def _kind(invocation: Invocation, word: str) -> str:
    """``keyword``, ``function``, ``builtin``, ``file`` or nothing."""
    from powervm_sim.shell.builtin import BUILTINS, UTILITIES  # noqa: PLC0415

    state = invocation.state
    if word in KEYWORDS:
        return "keyword"
    if word in state.functions:
        return "function"
    if word in BUILTINS or word in _SHELL_OWN:
        return "builtin"
    if state.system is not None:
        found = state.system.locate(word, state.variables.get("PATH", ""), state.variables.get("PWD", "/")) is not None
    else:
        found = state.lookup(word) is not None or (word in UTILITIES and word not in state.dialect.without)
    return "file" if found else ""


async def _describe(invocation: Invocation, word: str, *, verbose: bool) -> bool:
    """Say what a word would run; False when nothing."""
    # Imported here: the tables of all built-ins include this one.
    from powervm_sim.shell.builtin import BUILTINS, UTILITIES  # noqa: PLC0415

    state = invocation.state
    if word in KEYWORDS:
        text, long = word, f"{word} is a shell keyword"
    elif word in state.functions:
        text, long = word, f"{word} is a function"
    elif word in BUILTINS or word in _SHELL_OWN:
        text, long = word, f"{word} is a shell builtin"
    elif state.system is not None:
        search, folder = state.variables.get("PATH", ""), state.variables.get("PWD", "/")
        path = state.system.locate(word, search, folder)
        if path is None:
            return False
        text = word if "/" in word else path
        long = f"{word} is {text}"
    elif state.lookup(word) is not None or (word in UTILITIES and word not in state.dialect.without):
        text = word if "/" in word else f"{invocation.state.dialect.folder}/{word}"
        long = f"{word} is {text}"
    else:
        return False
    await invocation.write((long if verbose else text) + "\n")
    return True


async def _source(invocation: Invocation) -> int:
    if not invocation.arguments:
        return await invocation.complain("filename argument required", 2, ". filename [arguments]")
    name = invocation.arguments[0]
    if "/" in name and invocation.state.dialect.restricted:
        return await invocation.complain(f"{name}: restricted")
    text = await _content(invocation, name)
    if text is None:
        return 1
    invocation.state.returnable += 1
    try:
        return await run_text(invocation, text, f"{name}: ")
    except FunctionReturn as end:
        return end.status
    finally:
        invocation.state.returnable -= 1


async def _content(invocation: Invocation, name: str) -> str | None:
    state = invocation.state
    try:
        if state.files is None:
            raise FileNotFoundError
        return "".join(await gather_input(await state.files.open_read(resolve(name, state.variables))))
    except TooMuchData:
        await invocation.streams.stderr.write(f"{state.prefix()}{name}: file too large\n")
    except OSError as error:
        await invocation.streams.stderr.write(f"{state.prefix()}{name}: {reason(error)}\n")
    return None


async def _shell(invocation: Invocation) -> int:
    """``bash -c 'script' [name [arguments]]``, ``bash file [arguments]``, ``bash`` with the script on its input."""
    words = list(invocation.arguments)
    options: list[str] = []
    while words and words[0].startswith("-") and words[0] != "-":
        option = words.pop(0)
        if option == "--":
            break
        if set(option[1:]) - set("ceuxlis"):
            return await invocation.complain(f"{option}: not simulated", 2)
        options.extend(option[1:])
    if "c" in options:
        if not words:
            return await invocation.complain("-c: option requires an argument", 2)
        return await _inner(invocation, words[0], words[1:], options)
    if words and "s" not in options:
        text = await _content(invocation, words[0])
        return _CANNOT_READ if text is None else await _inner(invocation, text, words, options)
    text = "".join(await gather_input(invocation.streams.stdin))
    return await _inner(invocation, text, [invocation.name, *words], options)


async def _inner(invocation: Invocation, text: str, names: Sequence[str], options: list[str]) -> int:
    """Run a text in a new shell, which sees exported variables only. ``names`` are ``$0``, ``$1``, ..."""
    child = invocation.executor.child()
    state = child.state
    state.login = False
    state.script_name = names[0] if names else invocation.name
    state.positional = list(names[1:])
    state.variables = {name: value for name, value in state.variables.items() if name in state.exported | _KEPT}
    state.functions, state.options = {}, Options()
    state.loops = state.tolerated = state.returnable = 0
    for option in options:
        name = {"e": "errexit", "u": "nounset", "x": "xtrace"}.get(option)
        if name:
            setattr(state.options, name, True)
    if state.system is not None:
        state.pid = state.system.here() or state.pid
    inner = Invocation(child, invocation.name, (), invocation.streams)
    try:
        status = await child.isolated(run_text(inner, text, "-c: "))
    except asyncio.CancelledError:
        signal = state.system.signal_here() if state.system is not None else 0
        status = await killed(child, child.moved(invocation.streams), signal)
        if not signal:
            raise
        return status  # this shell was killed, not the one that waits for it
    return await ended(child, child.moved(invocation.streams), status)


async def _env(invocation: Invocation) -> int:
    words = list(invocation.arguments)
    overlay: dict[str, str] = {}
    while words and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        overlay[name] = value
    if words and words[0].startswith("-") and words[0] not in ("-i", "-"):
        await invocation.streams.stderr.write(f"env: {words[0]}: not simulated\n")
        return 125
    state = invocation.state
    if words and words[0].startswith("-"):
        return await _empty_env(invocation, words[1:])
    if words:
        return await invocation.executor.child().run_words(words, invocation.streams, overlay, functions=False)
    shown = {name: state.variables[name] for name in sorted(state.exported) if name in state.variables}
    await invocation.write("".join(f"{name}={value}\n" for name, value in {**shown, **overlay}.items()))
    return 0


async def _empty_env(invocation: Invocation, words: list[str]) -> int:
    """``env -i NAME=VALUE... COMMAND``: the command sees these variables only."""
    child = invocation.executor.child()
    given: dict[str, str] = {}
    while words and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        given[name] = value
    if not words:
        await invocation.write("".join(f"{name}={value}\n" for name, value in given.items()))
        return 0
    search = given.get("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin")
    child.state.variables = {"PWD": invocation.state.variables.get("PWD", "/"), "PATH": search} | given
    child.state.exported = set(child.state.variables)
    return await child.run_words(words, invocation.streams, functions=False)


BUILTINS: dict[str, Builtin] = {
    "eval": _eval,
    "exec": _exec,
    "command": _command,
    "builtin": _command,
    "type": _type,
    ".": _source,
    "source": _source,
}
UTILITIES: dict[str, Builtin] = {"bash": _shell, "sh": _shell, "env": _env}
