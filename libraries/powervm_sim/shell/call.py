"""What a simulated command gets and gives: the one interface between the shell language and all commands.

Text is ``str``; the edges decode and encode UTF-8 with ``surrogateescape``, so any byte survives the way through.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from powervm_sim.shell.files import Files


class Input(Protocol):
    """Where a command reads from."""

    async def read(self) -> str:
        """Everything up to the end."""

    async def readline(self) -> str:
        """The next line with its line feed; an empty text at the end."""


class Output(Protocol):
    """Where a command writes to."""

    async def write(self, text: str) -> None:
        """Write the text; returns when the reader has taken enough of it (so that memory stays bounded)."""


class Terminal(Protocol):
    """The terminal of an interactive session, for commands that ask a question."""

    columns: int
    rows: int

    async def ask(self, prompt: str, *, echo: bool = True) -> str:
        """Show the prompt, return the line that was typed. Raises EOFError when the user closes the input."""

    def feeds(self, stdin: Input) -> bool:
        """Whether this input is what is typed here, and not a pipe or a file."""

    async def interruptible(self, work: Coroutine[Any, Any, Any]) -> Any:
        """The result of some work; None when Ctrl-C has ended it, and only it."""


@dataclass
class Call:
    """One command as it is run.

    Attributes:
        name: The word that it was called by.
        arguments: Its words after that, with quotes, variables and substitutions already resolved.
        variables: The shell's variables; a command may read ``PWD``, ``HOME`` and so on there.
        terminal: The terminal, or None on an exec channel without a pty.
        session: Whatever the endpoint wants its commands to know about the login (user, endpoint, ...).
        files: The file tree, or None where the endpoint has none (a management console).
        run: Runs another command by its words (``xargs``, ``nohup``, ``timeout``), or None where that is not allowed.
    """

    name: str
    arguments: Sequence[str]
    stdin: Input
    stdout: Output
    stderr: Output
    variables: MutableMapping[str, str]
    terminal: Terminal | None
    session: Any
    files: Files | None = None
    run: Runner | None = None


Command = Callable[[Call], Awaitable[int]]
"""A simulated command: runs on the event loop, never blocks it, returns the exit status."""

Runner = Callable[[Sequence[str], Input, Output, Output], Awaitable[int]]
"""Runs a command given by its words with these streams; returns its exit status."""

Lookup = Callable[[str], Command | None]
"""Finds a command by the word that it was called by, or None."""
