"""How answers reach a client: in few packets, in the order in which they were written."""

from __future__ import annotations

import asyncio

import asyncssh
import pytest


class Pieces(asyncssh.SSHClientSession):
    """Keeps what comes, piece by piece, with the kind of its stream."""

    def __init__(self) -> None:
        self.pieces: list[tuple[str, int | None]] = []

    def data_received(self, data: str, datatype: int | None) -> None:
        self.pieces.append((data, datatype))


def pieces(lab, name: str, command: str) -> list[tuple[str, int | None]]:
    async def run() -> list[tuple[str, int | None]]:
        entry = lab.endpoints[name]
        async with asyncssh.connect(
            entry["address"],
            entry["port"],
            username=entry["user"],
            client_keys=[entry["key_file"]],
            known_hosts=lab.document["known_hosts"],
            config=None,
        ) as client:
            channel, session = await client.create_session(Pieces, command)
            await asyncio.wait_for(channel.wait_closed(), 60)
            return session.pieces

    return asyncio.run(run())


@pytest.mark.parametrize("command", ["seq 1 20000", "seq 1 20000 > n; cat n; rm n"])
def test_a_long_answer_of_short_lines_comes_in_few_pieces(lab, command):
    got = pieces(lab, "lp1", command)
    assert "".join(text for text, _ in got) == "".join(f"{number}\n" for number in range(1, 20001))
    assert len(got) < 500


def test_output_and_error_output_keep_their_order(lab):
    got = pieces(lab, "lp1", "for n in 1 2 3; do echo out $n; echo err $n >&2; done")
    error = asyncssh.EXTENDED_DATA_STDERR
    assert got == [(f"{kind} {n}\n", stream) for n in (1, 2, 3) for kind, stream in (("out", None), ("err", error))]
