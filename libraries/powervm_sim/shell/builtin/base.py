"""What a built-in command gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from powervm_sim.shell.state import ShellError, State
from powervm_sim.shell.streams import Streams

if TYPE_CHECKING:
    from powervm_sim.shell.execution import Executor


@dataclass(frozen=True)
class Invocation:
    """One run of a built-in."""

    executor: Executor
    name: str
    arguments: Sequence[str]
    streams: Streams

    @property
    def state(self) -> State:
        """The shell's memory."""
        return self.executor.state

    async def write(self, text: str) -> None:
        """Write to standard output."""
        await self.streams.stdout.write(text)

    async def complain(self, text: str, status: int = 1, usage: str = "") -> int:
        """Print ``name: text`` as an error of this shell, and a usage line; returns the status."""
        message = f"{self.state.prefix()}{self.name}: {text}\n"
        await self.streams.stderr.write(message + (f"{self.name}: usage: {usage}\n" if usage else ""))
        return status

    def refuse_restricted(self) -> None:
        """Raises ShellError in a restricted shell."""
        if self.state.dialect.restricted:
            raise ShellError(self.state.dialect.restricted_word.format(name=self.name))


Builtin = Callable[[Invocation], Awaitable[int]]


async def not_simulated(invocation: Invocation) -> int:
    """A built-in of the real shell that is not there."""
    raise ShellError(invocation.state.dialect.not_simulated.format(name=invocation.name))
