"""The open descriptors of a command, and what redirections make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from powervm_sim.shell.call import Input, Output
from powervm_sim.shell.expansion import Expander
from powervm_sim.shell.files import Files, Writer, reason, resolve
from powervm_sim.shell.pipes import Null, Text
from powervm_sim.shell.state import ShellError, State
from powervm_sim.shell.syntax import Redirect

_WRITING = frozenset({">", ">>", ">|", "<>", "&>", "&>>"})
_BOTH = frozenset({"&>", "&>>"})


@dataclass(frozen=True)
class Streams:
    """Descriptor numbers and what they stand for. A closed descriptor is simply not there."""

    table: Mapping[int, Any]

    @property
    def stdin(self) -> Input:
        """Descriptor 0."""
        source: Input = self.table.get(0) or Null()
        return source

    @property
    def stdout(self) -> Output:
        """Descriptor 1."""
        target: Output = self.table.get(1) or Null()
        return target

    @property
    def stderr(self) -> Output:
        """Descriptor 2."""
        target: Output = self.table.get(2) or Null()
        return target

    def replaced(self, changes: Mapping[int, Any]) -> Streams:
        """The same with other streams; None closes a descriptor."""
        table = {**self.table, **changes}
        return Streams({number: stream for number, stream in table.items() if stream is not None})


def differences(before: Streams, after: Streams) -> dict[int, Any]:
    """What has to be replaced to come from some streams to others."""
    numbers = {*before.table, *after.table}
    pairs = {number: (before.table.get(number), after.table.get(number)) for number in numbers}
    return {number: new for number, (old, new) in pairs.items() if new is not old}


class Redirections:
    """Opens what redirections name; `close` afterwards."""

    def __init__(self, state: State, expander: Expander) -> None:
        self._state = state
        self._expander = expander
        self._opened: list[Writer] = []

    async def apply(self, redirects: Sequence[Redirect], streams: Streams) -> Streams:
        """The streams after all redirections, from left to right. Raises ShellError."""
        for redirect in redirects:
            streams = await self._one(redirect, streams)
        return streams

    def keep(self) -> None:
        """Leave the files open that were opened: they are the shell's own from now on."""
        self._opened.clear()

    async def close(self) -> None:
        """Close the files that were opened."""
        for writer in self._opened:
            await writer.close()

    async def _one(self, redirect: Redirect, streams: Streams) -> Streams:
        operator = redirect.operator
        if redirect.document is not None:
            body = redirect.document.body
            text = await self._expander.text(body) if body else ""
            return streams.replaced({redirect.descriptor or 0: Text(text)})
        target = await self._target(redirect)
        if operator == "<<<":
            return streams.replaced({redirect.descriptor or 0: Text(target + "\n")})
        if operator in ("<&", ">&") and (target.rstrip("-").isdigit() or target == "-"):
            return self._duplicate(redirect, target, streams)
        if operator == "<":
            return streams.replaced({redirect.descriptor or 0: await self._reading(target, streams)})
        if operator == "<&" or (operator == ">&" and redirect.descriptor is not None):
            raise ShellError(f"{target}: ambiguous redirect")
        writer = await self._writing(target, streams, append=operator in (">>", "&>>"))
        both = operator in _BOTH or operator == ">&"
        number = 1 if redirect.descriptor is None else redirect.descriptor
        return streams.replaced({1: writer, 2: writer} if both else {number: writer})

    async def _target(self, redirect: Redirect) -> str:
        if redirect.operator == "<<<":
            return await self._expander.text(redirect.target)
        fields = await self._expander.fields([redirect.target])
        if len(fields) != 1:
            raise ShellError(f"{redirect.target.raw}: ambiguous redirect")
        restricted = redirect.operator in _WRITING or (
            redirect.operator == ">&" and not fields[0].rstrip("-").isdigit()
        )
        if restricted and self._state.dialect.restricted and fields[0] != "-":
            raise ShellError(self._state.dialect.restricted_output.format(name=fields[0]))
        return fields[0]

    def _duplicate(self, redirect: Redirect, target: str, streams: Streams) -> Streams:
        default = 0 if redirect.operator == "<&" else 1
        number = default if redirect.descriptor is None else redirect.descriptor
        if target == "-":
            return streams.replaced({number: None})
        source = int(target.rstrip("-"))
        if source not in streams.table:
            raise ShellError(f"{source}: Bad file descriptor")
        changes = {number: streams.table[source]}
        return streams.replaced({**changes, source: None} if target.endswith("-") else changes)

    async def _reading(self, target: str, streams: Streams) -> Input:
        if target == "/dev/null":
            return Null()
        if target in ("/dev/stdin", "/dev/fd/0"):
            return streams.stdin
        try:
            return await self._files(target).open_read(resolve(target, self._state.variables))
        except OSError as error:
            raise self._failure(target, error) from None

    async def _writing(self, target: str, streams: Streams, *, append: bool) -> Output:
        if target in ("/dev/stdout", "/dev/fd/1", "/dev/stderr", "/dev/fd/2"):
            return streams.stdout if target[-1] in "t1" else streams.stderr
        if target == "/dev/null":
            return Null()
        if not target:
            raise ShellError(": No such file or directory")
        try:
            writer = await self._files(target).open_write(resolve(target, self._state.variables), append=append)
        except OSError as error:
            raise self._failure(target, error) from None
        self._opened.append(writer)
        return writer

    def _files(self, target: str) -> Files:
        if self._state.files is None:
            raise self._failure(target, FileNotFoundError())
        return self._state.files

    def _failure(self, target: str, error: OSError) -> ShellError:
        return ShellError(self._state.dialect.cannot_open.format(name=target, reason=reason(error)))
