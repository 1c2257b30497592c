"""The transport under each SSH connection: what is written, when it goes out, and what a closed gate holds back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from powervm_sim.serving.gated import GatedTransport
from powervm_sim.world.gate import Gate


class Wire(asyncio.Transport):
    """Remembers what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Any] = []

    def write(self, data: Any) -> None:
        self.told.append(bytes(data))

    def close(self) -> None:
        self.told.append("close")

    def abort(self) -> None:
        self.told.append("abort")

    def is_closing(self) -> bool:
        return "close" in self.told or "abort" in self.told

    def pause_reading(self) -> None:
        self.told.append("pause")

    def resume_reading(self) -> None:
        self.told.append("resume")


def on_a_wire(test: Callable[[GatedTransport, Wire, Gate], Awaitable[None]]) -> list[Any]:
    """What the wire was told in the course of a test."""
    wire, gate = Wire(), Gate()

    async def run() -> None:
        await test(GatedTransport(wire, gate), wire, gate)
        await asyncio.sleep(0)

    asyncio.run(run())
    return wire.told


def test_what_is_written_in_one_turn_goes_out_together():
    async def test(transport: GatedTransport, wire: Wire, gate: Gate) -> None:
        transport.write(b"a")
        transport.writelines([b"b", b"c"])
        assert wire.told == []
        await asyncio.sleep(0)
        assert wire.told == [b"abc"]
        transport.write(b"d")

    assert on_a_wire(test) == [b"abc", b"d"]


def test_a_closed_gate_holds_back_also_what_was_written_just_before():
    async def test(transport: GatedTransport, wire: Wire, gate: Gate) -> None:
        transport.write(b"a")
        gate.close()
        transport.write(b"b")
        await asyncio.sleep(0)
        assert wire.told == ["pause"]
        gate.open()
        transport.write(b"c")

    assert on_a_wire(test) == ["pause", b"ab", "resume", b"c"]


def test_closing_sends_first_what_was_written():
    async def test(transport: GatedTransport, wire: Wire, gate: Gate) -> None:
        transport.write(b"last words")
        transport.close()

    assert on_a_wire(test) == [b"last words", "close"]


def test_closing_behind_a_closed_gate_waits_for_it():
    async def test(transport: GatedTransport, wire: Wire, gate: Gate) -> None:
        gate.close()
        transport.write(b"last words")
        transport.close()
        await asyncio.sleep(0)
        assert wire.told == ["pause"]
        gate.open()

    assert on_a_wire(test) == ["pause", b"last words", "close"]


def test_the_reason_for_aborting_goes_out_if_it_can():
    async def test(transport: GatedTransport, wire: Wire, gate: Gate) -> None:
        transport.write(b"reason")
        transport.abort()

    assert on_a_wire(test) == [b"reason", "abort"]


def test_aborting_behind_a_closed_gate_sends_nothing():
    async def test(transport: GatedTransport, wire: Wire, gate: Gate) -> None:
        gate.close()
        transport.write(b"never seen")
        transport.abort()

    assert on_a_wire(test) == ["pause", "abort"]


def test_much_goes_out_at_once_so_that_it_is_known_whether_the_client_takes_it():
    async def test(transport: GatedTransport, wire: Wire, gate: Gate) -> None:
        for _ in range(8):
            transport.write(b"x" * 16_000)
        assert len(b"".join(wire.told)) == 80_000

    assert len(b"".join(on_a_wire(test))) == 128_000
