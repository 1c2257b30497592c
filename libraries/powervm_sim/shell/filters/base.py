"""What the filters share: options as GNU tools read and refuse them, files and standard input line by line."""

from __future__ import annotations

import asyncio
import getopt
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import wraps

from powervm_sim.shell.call import Call, Command, Input
from powervm_sim.shell.files import reason, resolve
from powervm_sim.shell.formatting import FormatError
from powervm_sim.shell.pipes import TooMuchData, gather_input

_TURN = 256
"""Lines after which others get their turn."""


class ToolError(Exception):
    """A tool ends with an error.

    Attributes:
        status: Its exit status, None for the tool's usual one.
        hint: Add ``Try '... --help'``.
        before: Text between the message and the hint.
    """

    def __init__(self, message: str, *, status: int | None = None, hint: bool = False, before: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.hint = hint
        self.before = before


def tool(failure: int = 1) -> Callable[[Callable[[Call], Awaitable[int]]], Command]:
    """Makes a command of a function that may raise ToolError; ``failure`` is the usual status of an error."""

    def decorate(function: Callable[[Call], Awaitable[int]]) -> Command:
        @wraps(function)
        async def command(call: Call) -> int:
            try:
                return await function(call)
            except ToolError as error:
                text = f"{call.name}: {error}\n{error.before}"
                if error.hint:
                    text += f"Try '{call.name} --help' for more information.\n"
                await call.stderr.write(text)
                return failure if error.status is None else error.status
            except FormatError as error:
                await call.stderr.write(f"{call.name}: {error}\n")
                return failure

        return command

    return decorate


class Options:
    """The options of one call.

    Args:
        short: As in ``getopt``: letters, a colon behind those with a value.
        long: Long names and the short option that each stands for, for example ``{"max-count=": "-m"}``.
        before: Text between the message of a wrong option and the hint.
        ordered: Options end at the first operand (for tools that start another command).
    """

    def __init__(
        self,
        call: Call,
        short: str,
        long: dict[str, str] | None = None,
        *,
        before: str = "",
        ordered: bool = False,
        arguments: Sequence[str] | None = None,
    ) -> None:
        words = list(call.arguments if arguments is None else arguments)
        read = getopt.getopt if ordered else getopt.gnu_getopt
        names = long or {}
        try:
            found, self.operands = read(words, short, list(names))
        except getopt.GetoptError as error:
            raise ToolError(_wrong_option(error, words), hint=True, before=before) from None
        self.given = [(names.get(name[2:], names.get(name[2:] + "=", name)), value) for name, value in found]
        self._last = dict(self.given)

    def __contains__(self, name: str) -> bool:
        return name in self._last

    def get(self, name: str, default: str = "") -> str:
        """The value of the last such option."""
        return self._last.get(name, default)

    def all(self, *names: str) -> list[str]:
        """The values of all such options in order."""
        return [value for name, value in self.given if name in names]


def _wrong_option(error: getopt.GetoptError, words: Sequence[str]) -> str:
    option = error.opt or ""
    if len(option) > 1 or f"--{option}" in words:
        if "requires argument" in error.msg:
            return f"option '--{option}' requires an argument"
        if "must not have" in error.msg:
            return f"option '--{option}' doesn't allow an argument"
        return f"unrecognized option '--{option}'"
    if "requires argument" in error.msg:
        return f"option requires an argument -- '{option}'"
    return f"invalid option -- '{option}'"


def number(text: str, message: str, *, least: int = 0) -> int:
    """A whole number. Raises ToolError with the message, which may use ``{text}``."""
    if not (text.lstrip("-").isdigit() and text.isascii()) or int(text[:18]) < least:
        raise ToolError(message.format(text=text))
    return int(text[:18])


class Sources:
    """The files that a tool reads, or its standard input (``-`` or none).

    Attributes:
        failed: A file could not be read; that was reported.
    """

    def __init__(self, call: Call, names: Sequence[str]) -> None:
        self._call = call
        self.names = list(names) or ["-"]
        self.failed = False

    async def inputs(self) -> AsyncIterator[tuple[str, Input]]:
        """Name and input of each file that can be read; the others are reported."""
        for name in self.names:
            if name == "-":
                yield name, self._call.stdin
                continue
            try:
                if self._call.files is None:
                    raise FileNotFoundError
                source = await self._call.files.open_read(resolve(name, self._call.variables))
            except OSError as error:
                self.failed = True
                await self._call.stderr.write(f"{self._call.name}: {name}: {reason(error)}\n")
                continue
            yield name, source

    async def lines(self) -> AsyncIterator[str]:
        """All lines of all files, with their line feeds."""
        async for _, source in self.inputs():
            async for line in lines_of(source):
                yield line

    async def all_lines(self) -> list[str]:
        """All lines at once, each with a line feed. Raises TooMuchData."""
        kept: list[str] = []
        async for _, source in self.inputs():
            kept += [line if line.endswith("\n") else line + "\n" for line in await gather_input(source)]
            if len(kept) > 1_000_000:
                raise TooMuchData("too many lines")
        return kept


async def lines_of(source: Input) -> AsyncIterator[str]:
    """The lines of an input; others get their turn now and then."""
    count = 0
    while line := await source.readline():
        yield line
        count += 1
        if count % _TURN == 0:
            await asyncio.sleep(0)
