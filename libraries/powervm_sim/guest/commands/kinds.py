"""The form of a command of a simulated Linux partition."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

GuestCommand = Callable[["LinuxGuest", Call], Awaitable[int]]
"""A command that works on a partition; raises `UsageError` to end with a text on stderr."""
