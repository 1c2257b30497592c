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


def test_an_answer_that_is_gathered_goes_out_when_it_is_complete():
    async def test(transport: GatedTransport, wire: Wire, gate: Gate) -> None:
        transport.write(b"a")
        transport.gather()
        for _ in range(3):
            await asyncio.sleep(0)
        transport.write(b"b")
        assert wire.told == []
        transport.complete()
        assert wire.told == [b"ab"]
        transport.write(b"c")

    assert on_a_wire(test) == [b"ab", b"c"]


def test_an_answer_that_takes_longer_does_not_wait_for_its_end():
    async def test(transport: GatedTransport, wire: Wire, gate: Gate) -> None:
        transport.gather()
        transport.write(b"a")
        for _ in range(20):
            await asyncio.sleep(0)
        assert wire.told == [b"a"]
        transport.write(b"b")

    assert on_a_wire(test) == [b"a", b"b"]


def test_what_was_gathered_goes_out_before_the_end_but_not_through_a_closed_gate():
    async def end(transport: GatedTransport, wire: Wire, gate: Gate) -> None:
        transport.gather()
        transport.write(b"a")
        transport.abort()

    async def freeze(transport: GatedTransport, wire: Wire, gate: Gate) -> None:
        transport.gather()
        transport.write(b"a")
        gate.close()
        transport.complete()
        assert wire.told == ["pause"]
        gate.open()

    assert on_a_wire(end) == [b"a", "abort"]
    assert on_a_wire(freeze) == ["pause", b"a", "resume"]
