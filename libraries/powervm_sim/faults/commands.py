"""What faults do to commands: the commands of an endpoint are looked up through here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from powervm_sim.faults.command_kinds import (
    CommandDies,
    CommandFails,
    CommandFloods,
    CommandHangs,
    CommandSlow,
    SessionCut,
)
from powervm_sim.faults.engine import Armed, FaultImpossible, Faults
from powervm_sim.faults.rule import CONSOLE, Occasion
from powervm_sim.shell.call import Call, Command, Lookup
from powervm_sim.world.pace import Pace

CONNECTION: ContextVar[Callable[[], None] | None] = ContextVar("connection", default=None)
"""Breaks the connection that the present command came over; set for each session."""

_BLOCK = 8192


@dataclass(eq=False)
class Running:
    """A command that runs now, and what breaks the connection that it came over."""

    endpoint: str
    words: tuple[str, ...]
    cut: Callable[[], None]


class CommandFaults:
    """Runs the commands of all endpoints of a world with the faults that its rules want."""

    def __init__(self, faults: Faults, pace: Pace) -> None:
        self._faults = faults
        self._pace = pace
        self._running: set[Running] = set()
        faults.watch(self._phase)

    def around(self, endpoint: str, kind: str, lookup: Lookup) -> Lookup:
        """A look-up of commands on an endpoint of a kind, for its shells."""

        def find(name: str) -> Command | None:
            command = lookup(name)
            if command is None:
                return None
            found = command

            async def run(call: Call) -> int:
                return await self._run(endpoint, kind, found, call)

            return run

        return find

    async def _run(self, endpoint: str, kind: str, command: Command, call: Call) -> int:
        occasion = Occasion(endpoint=endpoint, command=(call.name, *call.arguments))
        self._faults.happened(occasion)
        with self._listed(occasion):
            if not self._faults.armed:
                return await command(call)
            for _, slow in self._faults.take(CommandSlow, occasion):
                await self._pace.long(slow.seconds)
            for armed, hang in self._faults.take(CommandHangs, occasion):
                await self._hang(armed, hang)
            if flood := self._faults.take_first(CommandFloods, occasion):
                return await self._flood(*flood, call)
            if failure := self._faults.take_first(CommandFails, occasion):
                return await _fail(failure[1], kind, call)
            if death := self._faults.take_first(CommandDies, occasion):
                return await self._die(death[1], command, call)
            return await command(call)

    @contextlib.contextmanager
    def _listed(self, occasion: Occasion) -> Iterator[None]:
        """While a command runs its connection can be cut."""
        cut = CONNECTION.get()
        if cut is None or occasion.endpoint is None:
            yield
            return
        running = Running(occasion.endpoint, tuple(occasion.command), cut)
        self._running.add(running)
        rules = [rule for _, rule in self._faults.take(SessionCut, occasion)]
        timers = [asyncio.ensure_future(self._cut_later(rule, cut)) for rule in rules]
        try:
            yield
        finally:
            self._running.discard(running)
            for timer in timers:
                timer.cancel()

    async def _cut_later(self, rule: SessionCut, cut: Callable[[], None]) -> None:
        await self._pace.long(rule.seconds)
        cut()

    def _phase(self, occasion: Occasion) -> None:
        if occasion.phase is not None:
            self._faults.attempt(SessionCut, occasion, self._cut)

    def _cut(self, rule: SessionCut) -> None:
        meant = [
            running
            for running in self._running
            if rule.cuts(Occasion(endpoint=running.endpoint, command=running.words))
        ]
        if not meant:
            raise FaultImpossible(f"no command {rule.command} is running on {rule.endpoint}")
        for running in meant:
            running.cut()

    async def _hang(self, armed: Armed, rule: CommandHangs) -> None:
        over = asyncio.ensure_future(armed.over.wait())
        waits: set[asyncio.Task[Any]] = {over}
        if rule.seconds is not None:
            waits.add(asyncio.ensure_future(self._pace.long(rule.seconds)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _flood(self, armed: Armed, rule: CommandFloods, call: Call) -> int:
        line = f"{rule.text}\n"
        block = line * max(1, _BLOCK // len(line))
        while not armed.over.is_set():
            await call.stdout.write(block)
            await self._pace.real(0.001)
        return 0

    async def _die(self, rule: CommandDies, command: Command, call: Call) -> int:
        work = asyncio.ensure_future(command(call))
        limit = asyncio.ensure_future(self._pace.long(rule.seconds))
        try:
            await asyncio.wait({work, limit}, return_when=asyncio.FIRST_COMPLETED)
            if work.done() and not limit.done():
                return work.result()
        finally:
            for task in (work, limit):
                task.cancel()
            await asyncio.gather(work, limit, return_exceptions=True)
        if rule.text:
            await call.stderr.write(f"{rule.text}\n")
        return rule.status


async def _fail(rule: CommandFails, kind: str, call: Call) -> int:
    stream = rule.stream or ("stdout" if kind == CONSOLE else "stderr")
    text = f"{rule.code} {rule.text}".strip()
    await (call.stdout if stream == "stdout" else call.stderr).write(f"{text}\n" if text else "")
    return rule.status
