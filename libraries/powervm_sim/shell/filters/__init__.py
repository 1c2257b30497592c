"""Simulated text tools that all endpoints can offer; each endpoint takes those that its real machine has."""

from __future__ import annotations

from powervm_sim.shell.call import Command
from powervm_sim.shell.filters import awk, ends, fields, grep, sed, small, sorting, starters


def filters() -> dict[str, Command]:
    """All tools by name.

    They read files through the call's `Files` only, and start commands through the call's ``run`` only.
    """
    return dict(_ALL)


_MODULES = (awk, ends, fields, grep, sed, small, sorting, starters)
_ALL = {name: command for module in _MODULES for name, command in module.COMMANDS.items()}
