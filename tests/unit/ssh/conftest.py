from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from powervm.ssh import Connection
from unit.ssh.server import Behaviour, Server, endpoint


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour()


@pytest.fixture
def server(behaviour: Behaviour) -> Iterator[Server]:
    with Server(behaviour) as running:
        yield running


@pytest.fixture
def open_connection(tmp_path: Path) -> Iterator[Callable[..., Connection]]:
    """Gives connections to 127.0.0.1 by port and the options of `endpoint`, and closes them afterwards."""
    opened: list[Connection] = []

    def give(port: int, *, observer: object = None, **options: object) -> Connection:
        opened.append(Connection(endpoint(port, tmp_path, **options), observer=observer))  # type: ignore[arg-type]
        return opened[-1]

    yield give
    for connection in opened:
        connection.close()


@pytest.fixture
def connection(server: Server, open_connection: Callable[..., Connection]) -> Connection:
    return open_connection(server.port)
