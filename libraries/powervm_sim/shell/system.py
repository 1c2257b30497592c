"""What a shell asks the system that it runs on: where programs are, and the table of processes.

A partition has both. A management console and a Virtual I/O Server have neither, so nothing here concerns them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, Protocol


class System(Protocol):
    """A system with a search path and processes."""

    def locate(self, name: str, search: str, folder: str) -> str | None:
        """The absolute path of the program that a word names, or None.

        Args:
            search: Folders with colons between them, for a word without a slash.
            folder: The working folder, for a word with one.
        """

    def interpreter(self, path: str) -> list[str] | None:
        """The words that run the file when it is a script (those behind ``#!``); None when it is a program."""

    def begin(self, text: str, *, simple: bool) -> int:
        """A job in the background is about to start; returns its process id.

        Args:
            simple: It is one command, which gets this process id itself.
        """

    def attach(self, pid: int, task: asyncio.Task[Any]) -> None:
        """What runs the job."""

    def enter(self, pid: int) -> None:
        """From here on the current task runs as that process: its commands are children of it."""

    def end(self, pid: int) -> int:
        """The process has ended; returns the signal that ended it, or 0."""

    def signal(self, pid: int) -> int:
        """The signal that the process got, or 0."""

    def signal_here(self) -> int:
        """The signal that ends the process that the current task belongs to, or 0."""

    def here(self) -> int:
        """The number of the process that the current task belongs to, or 0."""

    def kill(self, pid: int, signal: str) -> None:
        """Send a signal by name or number. Raises ProcessLookupError; ValueError for an unknown signal."""

    def detach(self, pid: int) -> None:
        """A hang-up of its terminal no longer reaches the process."""

    def detached(self, pid: int) -> bool:
        """A hang-up does not end it: ``nohup``, ``setsid`` or ``disown``."""

    async def run(self, words: Sequence[str], work: Awaitable[int], *, replaces: bool = False) -> int:
        """Run something as a process with this command line; ``replaces``: the next command takes its place."""
