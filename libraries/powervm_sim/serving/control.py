"""The endpoint ``lab``: what truly happened, how things are, and what is to go wrong."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence

from powervm_sim.serving.control_faults import FAULT_USAGE, change_faults
from powervm_sim.serving.control_state import state_of, state_text
from powervm_sim.serving.control_words import ControlError, Flags
from powervm_sim.serving.machine import Machine
from powervm_sim.shell.call import Call, Command, Terminal
from powervm_sim.shell.dialect import RESTRICTED_BASH
from powervm_sim.shell.filters import filters
from powervm_sim.shell.shell import Shell
from powervm_sim.world.accounts import Account
from powervm_sim.world.state import World

_USAGE = f"""usage: lab history [--json] [--kind KIND]
       lab state [--json]
{FAULT_USAGE}"""
_FILTERS = ("grep", "egrep", "fgrep", "head", "tail", "wc", "sort", "cut", "sed", "awk", "uniq", "tr", "cat")

Work = Callable[[World, Sequence[str], Call], Awaitable[str]]


def control_machine(world: World, account: Account, address: str) -> Machine:
    """The control endpoint of a world."""

    async def lab(call: Call) -> int:
        return await _lab(world, call)

    texts = {name: command for name, command in filters().items() if name in _FILTERS}
    commands: dict[str, Command] = {**texts, "lab": lab}

    def open_shell(_user: str, terminal: Terminal | None) -> Shell:
        return Shell(commands.get, RESTRICTED_BASH, session=world, terminal=terminal, login=terminal is not None)

    return Machine(
        name="lab",
        kind="control",
        served=address,
        account=account,
        open_shell=open_shell,
        prompt=lambda user: f"{user}@{world.name}> ",
    )


async def _lab(world: World, call: Call) -> int:
    """Output on standard output and status 0, or what is wrong on standard error and status 2."""
    verb, *words = call.arguments or [""]
    if verb in ("--help", "help"):
        await call.stdout.write(_USAGE)
        return 0
    try:
        text = await _WORK.get(verb, _unknown)(world, words if verb in _WORK else call.arguments, call)
    except ControlError as error:
        await call.stderr.write(f"lab: {error}".rstrip("\n") + "\n")
        return 2
    await call.stdout.write(text)
    return 0


async def _history(world: World, words: Sequence[str], _call: Call) -> str:
    flags = Flags("lab history", words, ("--json",), ("--kind",))
    events = world.history.events(flags.get("--kind"))
    if "--json" in flags:
        return json.dumps([event.as_dict() for event in events], indent=1) + "\n"
    return "".join(f"{event}\n" for event in events)


async def _state(world: World, words: Sequence[str], _call: Call) -> str:
    flags = Flags("lab state", words, ("--json",))
    state = state_of(world)
    return json.dumps(state, indent=1) + "\n" if "--json" in flags else state_text(state)


async def _unknown(_world: World, words: Sequence[str], _call: Call) -> str:
    raise ControlError(f"no command is called {words[0]}\n{_USAGE}" if words else f"a command is missing\n{_USAGE}")


_WORK: dict[str, Work] = {"history": _history, "state": _state, "fault": change_faults}
