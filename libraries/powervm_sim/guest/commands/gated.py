"""Streams that stand still while the partition is suspended."""

from __future__ import annotations

import asyncio

from powervm_sim.shell.call import Input, Output


class GatedInput:
    """Hands nothing on while the gate is closed."""

    def __init__(self, source: Input, gate: asyncio.Event) -> None:
        self._source = source
        self._gate = gate

    async def read(self) -> str:
        """Everything up to the end."""
        text = await self._source.read()
        await self._gate.wait()
        return text

    async def readline(self) -> str:
        """The next line."""
        line = await self._source.readline()
        await self._gate.wait()
        return line


class GatedOutput:
    """Takes nothing while the gate is closed."""

    def __init__(self, target: Output, gate: asyncio.Event) -> None:
        self._target = target
        self._gate = gate

    async def write(self, text: str) -> None:
        """Write the text."""
        await self._gate.wait()
        await self._target.write(text)
