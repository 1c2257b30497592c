"""The endpoint ``lab``: what truly happened, for tests."""

from __future__ import annotations

import json

from powervm_sim.serving.machine import Machine
from powervm_sim.shell.call import Call, Command, Terminal
from powervm_sim.shell.dialect import RESTRICTED_BASH
from powervm_sim.shell.filters import filters
from powervm_sim.shell.shell import Shell
from powervm_sim.world.accounts import Account
from powervm_sim.world.state import World

_USAGE = "usage: lab history [--json]\n"
_FILTERS = ("grep", "egrep", "fgrep", "head", "tail", "wc", "sort", "cut", "sed", "awk", "uniq", "tr")


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
    arguments = list(call.arguments)
    if arguments == ["--help"]:
        await call.stdout.write(_USAGE)
        return 0
    if arguments not in (["history"], ["history", "--json"]):
        await call.stderr.write(_USAGE)
        return 2
    events = world.history.events()
    if "--json" in arguments:
        await call.stdout.write(json.dumps([event.as_dict() for event in events], indent=1) + "\n")
    else:
        for event in events:
            await call.stdout.write(f"{event}\n")
    return 0
