"""The address of a test, in a real shell with a stand-in for ``ip``: set, taken away, never at the cost of ours."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from powervm.errors import MobilityError
from powervm.lab import Network
from powervm.network import look, set_up
from powervm.ssh import CommandResult
from powervm.waiting import Deadline

CLIENT = "10.0.1.1"
IP = """\
#!/bin/bash
cd "$(dirname "$0")"
echo "$*" >> calls
case "$*" in
"-j addr") cat listing; [ ! -e old ] ;;
"addr add "*) [ ! -e cut ] && touch there ;;
"addr del "*) rm there ;;
"link set env6 up") [ ! -e stuck ] || { echo 'RTNETLINK answers: Network is down' >&2; exit 2; } ;;
"route get "*) echo "$3 dev $(cat way) src 10.0.1.5 uid 0"; echo '    cache' ;;
esac
"""


class Guest:
    """A partition whose commands run here; ``there`` is a file while the address is set."""

    name = "lp5"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.way = "env2"
        for program, text in (("ip", IP), ("ping", "#!/bin/sh\nexit 1\n")):
            (folder / program).write_text(text)
            (folder / program).chmod(0o755)

    @property
    def there(self) -> bool:
        return (self.folder / "there").exists()

    def calls(self) -> list[str]:
        return [line for line in (self.folder / "calls").read_text().splitlines() if not line.startswith("-j")]

    def run(self, command: str, deadline: Deadline | None = None) -> CommandResult:
        del deadline
        addresses = [{"local": "10.0.0.5", "prefixlen": 24}] if self.there else []
        rows = [
            {"ifname": "env2", "flags": ["UP"], "addr_info": [{"local": "10.0.1.5", "prefixlen": 24}]},
            {"ifname": "env6", "flags": ["UP"] if addresses else [], "addr_info": addresses},
        ]
        (self.folder / "listing").write_text(json.dumps(rows))
        (self.folder / "way").write_text(self.way)
        connection = f"{CLIENT} 50022 10.0.1.5 22"
        environment = os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}", "SSH_CONNECTION": connection}
        done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
        return CommandResult(
            self.name, command, done.returncode, done.stdout, done.stderr, datetime.now(timezone.utc), 0.0
        )


class Session:
    """What `set_up` needs of an opened lab."""

    lab = SimpleNamespace(limits=SimpleNamespace(command=10.0))

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.undo: list[Callable[[Deadline], None]] = []

    def partition(self, _: str) -> Guest:
        return self.guest

    def put_back_later(self, _repair: object, _what: str, undo: Callable[[Deadline], None]) -> None:
        self.undo.append(undo)


@pytest.fixture
def session(tmp_path: Path) -> Any:
    return Session(Guest(tmp_path))


WISH = Network(interface="env6", address="10.0.0.5/24", peer="10.0.0.1")
SET = ["addr add 10.0.0.5/24 dev env6", "link set env6 up", f"route get {CLIENT}"]
UNDONE = ["addr del 10.0.0.5/24 dev env6", "link set env6 down"]


def test_the_address_is_set_and_taken_away_again(session: Any) -> None:
    repair = set_up(session, "lp5", WISH)
    assert repair is not None
    assert (session.guest.there, session.guest.calls()) == (True, SET)
    session.undo[0](Deadline(10))
    assert (session.guest.there, session.guest.calls()[3:]) == (False, UNDONE)


def test_an_address_that_would_lead_our_answers_elsewhere_does_not_stay(session: Any) -> None:
    """A connected route that NetworkManager has not made has the best metric: with it our connection would be cut."""
    session.guest.way = "env6"
    with pytest.raises(MobilityError, match=r"^lp5: 10\.0\.0\.5/24 is not set on env6: the way to 10\.0\.1\.1, where "):
        set_up(session, "lp5", WISH)
    assert (session.guest.there, session.guest.calls()) == (False, [*SET, *UNDONE])


def test_an_interface_that_does_not_come_up_does_not_keep_the_address(session: Any, tmp_path: Path) -> None:
    (tmp_path / "stuck").touch()
    with pytest.raises(MobilityError, match=r"10\.0\.0\.5/24 could not be set on env6: RTNETLINK answers: Network is"):
        set_up(session, "lp5", WISH)
    assert not session.guest.there


def test_what_nobody_heard_the_end_of_is_put_back_all_the_same(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run = session.guest.run

    def lost(command: str, deadline: Deadline | None = None) -> CommandResult:
        result = run(command, deadline)
        if "addr add" in command:
            raise MobilityError("lp5: the connection was lost.")
        return result

    monkeypatch.setattr(session.guest, "run", lost)
    with pytest.raises(MobilityError, match="lost"):
        set_up(session, "lp5", WISH)
    assert session.guest.there
    session.undo[0](Deadline(10))
    assert not session.guest.there


def test_an_interface_whose_address_is_gone_is_left_alone(session: Any, tmp_path: Path) -> None:
    """The partition was restarted, and its own configuration has brought the interface up."""
    set_up(session, "lp5", WISH)
    (tmp_path / "there").unlink()
    session.undo[0](Deadline(10))
    assert session.guest.calls() == SET


def test_an_ip_that_cannot_print_json_is_named(session: Any, tmp_path: Path) -> None:
    (tmp_path / "old").touch()
    with pytest.raises(MobilityError, match=r"its network interfaces cannot be read: .*'ip -j addr'"):
        look(session.guest)
