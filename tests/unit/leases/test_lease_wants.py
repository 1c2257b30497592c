"""What a move needs, who is in whose way, and what is said about it."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from powervm.errors import MobilityError
from powervm.lab import Lab, load_lab
from powervm.leases import ConsoleFull, ConsoleSessions, LeaseRefused, Leases, LockFolder
from powervm.outcome import Repair
from powervm.session import LabSession

LAB = """\
consoles:
  {hmc1}: {{host: 127.0.0.1, port: {port}, agent: true, sessions: 2, routes: {{hmc2: 192.0.2.11}}}}
  hmc2: {{host: 192.0.2.11, agent: true, routes: {{{hmc1}: 192.0.2.10}}}}
servers:
  {blue}: {{console: {hmc1}, system: Blue}}
  red: {{console: {hmc1}}}
  green: {{console: hmc2, virtual_io_servers: [green-vios1]}}
partitions:
  {db}: {{host: 192.0.2.20, agent: true, partition: DB}}
  web: {{host: 192.0.2.21, agent: true}}
  app: {{host: 192.0.2.22, agent: true}}
moves:
  one: {{partition: {db}, from: {blue}, to: red}}
  two: {{partition: web, from: red, to: green}}
  three: {{partition: app, from: {blue}, to: green}}
  back: {{partition: {db}, from: red, to: {blue}}}
pools:
  any: [one, two, three]
evacuations:
  all: {{from: {blue}, to: green, partitions: [{db}, app]}}
leases: {leases}
"""


@pytest.fixture
def folder(tmp_path: Path) -> LockFolder:
    return LockFolder(tmp_path / "locks")


def lab_of(tmp_path: Path, name: str = "lab", **names: str) -> Lab:
    file = tmp_path / f"{name}.yaml"
    words = {"hmc1": "hmc1", "blue": "blue", "db": "db", "port": "22", "leases": "refuse"}
    file.write_text(LAB.format(**words | names))
    return load_lab(file)


def test_one_partition_is_leased_once(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path)
    first, second = (Leases(lab, suite=f"Suite {number}", folder=folder) for number in (1, 2))
    assert first.take(["one"])["one"] is lab.move("one")
    second.take(["two"])
    second.release()
    with pytest.raises(LeaseRefused) as refused:
        second.take(["one"])
    assert "lab.yaml: not free: the partition db: " in str(refused.value)
    assert ", Suite 1, since " in str(refused.value)
    assert "leases: {wait: 30 min}" in refused.value.remedy
    first.release()
    second.take(["one"])
    second.release()
    assert list(folder.path.iterdir()) == []


def test_the_other_direction_and_another_lab_file_mean_the_same_partition(tmp_path: Path, folder: LockFolder) -> None:
    Leases(lab_of(tmp_path), folder=folder).take(["one"])
    other = lab_of(tmp_path, "other", hmc1="console", blue="b", db="database")
    with pytest.raises(LeaseRefused, match="the partition database:"):
        Leases(other, folder=folder).take(["back"])
    elsewhere = lab_of(tmp_path, "elsewhere", port="2222")
    Leases(elsewhere, folder=folder).take(["one"])


def test_a_host_name_and_its_address_are_one_console(
    tmp_path: Path, folder: LockFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = lab_of(tmp_path)
    Leases(lab, folder=folder).take(["one"])
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    console = replace(lab.consoles["hmc1"], access=replace(lab.consoles["hmc1"].access, host="console.example.com"))
    with pytest.raises(LeaseRefused):
        Leases(replace(lab, consoles={**lab.consoles, "hmc1": console}), folder=folder).take(["one"])


def test_all_or_nothing(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path)
    Leases(lab, folder=folder).take(["two"])
    second = Leases(lab, folder=folder)
    with pytest.raises(LeaseRefused):
        second.take(["one", "two"])
    assert second.held == ()
    Leases(lab, folder=folder).take(["one"])


def test_exclusive_servers(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path)
    first, second = Leases(lab, folder=folder), Leases(lab, folder=folder)
    first.take(["one"])
    with pytest.raises(LeaseRefused, match="the server red for itself alone"):
        second.take(["two"], servers="exclusive")
    first.release()
    second.take(["two"], servers="exclusive")
    assert second.machines == {"web", "green-vios1"}
    with pytest.raises(LeaseRefused, match="the server red"):
        first.take(["one"])


def test_a_pool_gives_the_first_that_is_free_and_each_once(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path)
    suites = [Leases(lab, folder=folder) for _ in range(4)]
    got = [suite.take(["any"])["any"] for suite in suites[:3]]
    assert [move.partition for move in got] == ["db", "web", "app"]
    assert {move.name for move in got} == {"any"}
    assert suites[1].take(["any"])["any"] == got[1]  # the same again, for the same suite
    with pytest.raises(LeaseRefused) as refused:
        suites[3].take(["any"])
    assert all(f"the partition {name}:" in str(refused.value) for name in ("db", "web", "app"))
    suites[1].release()
    assert suites[3].take(["any"])["any"].partition == "web"


def test_a_pool_beside_one_of_its_moves_is_another_move(tmp_path: Path, folder: LockFolder) -> None:
    got = Leases(lab_of(tmp_path), folder=folder).take(["one", "any"])
    assert [move.partition for move in got.values()] == ["db", "web"]


def test_it_is_waited_and_said_for_whom(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path, leases="{wait: 20 s}")
    said: list[str] = []
    first, second = Leases(lab, suite="Night", folder=folder), Leases(lab, tell=said.append, folder=folder)
    first.take(["one"])
    timer = threading.Timer(0.4, first.release)
    timer.start()
    second.take(["one"])
    timer.join()
    (text,) = said
    assert text.startswith("Waiting for the partition db: ")
    assert ", Night, since " in text
    assert text.endswith("It is waited for 20 s at most.")


def test_waiting_ends(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path)
    Leases(lab, folder=folder).take(["one"])
    with pytest.raises(LeaseRefused, match=r"Waited 0\.6 s\. Try again later, or raise"):
        Leases(lab, folder=folder).take(["one"], wait=0.6)


def test_who_holds_something_does_not_wait_for_more(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path, leases="{wait: 1 h}")
    first, second = Leases(lab, folder=folder), Leases(lab, folder=folder)
    first.take(["one"])
    second.take(["two"])
    with pytest.raises(LeaseRefused, match="name all that a suite needs in its Open The Lab"):
        second.take(["one"])
    assert len(second.held) == 5
    second.take(["three"])
    with pytest.raises(LeaseRefused, match="this suite has it already"):
        second.take(["two"], servers="exclusive")


def test_a_move_that_was_not_leased_is_covered_at_its_first_use(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path)
    first = Leases(lab, folder=folder)
    first.cover(lab.move("one"))
    first.cover(lab.move("one").back())
    assert len(first.held) == 4
    with pytest.raises(LeaseRefused):
        Leases(lab, folder=folder).cover(lab.move("back"))


def test_a_partition_without_a_move(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path)
    assert Leases(lab, folder=folder).take(["db"]) == {}
    with pytest.raises(LeaseRefused):
        Leases(lab, folder=folder).take(["one"])


def test_an_evacuation_has_its_partitions_and_servers_to_itself(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path)
    first, second = Leases(lab, folder=folder), Leases(lab, folder=folder)
    first.take(["all"], servers="exclusive")
    first.take(["all"])  # held already
    assert first.machines == {"db", "DB", "app", "green-vios1"}
    with pytest.raises(LeaseRefused, match="the server green"):
        second.take(["two"])
    with pytest.raises(LeaseRefused, match="the partition app"):
        second.cover_partition("app")
    second.cover_partition("web")


def test_an_unknown_name(tmp_path: Path, folder: LockFolder) -> None:
    with pytest.raises(MobilityError, match=r"no move, pool, evacuation or partition is called 'on'\. Did"):
        Leases(lab_of(tmp_path), folder=folder).take(["on"])


def test_sessions_of_a_console(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path)
    first, second, third = (ConsoleSessions(lab, folder=folder) for _ in range(3))
    first.take_first("hmc1")
    first.take_first("hmc1")
    second.take("hmc1")
    with pytest.raises(ConsoleFull, match="hmc1: all 2 sessions that runs on this computer may hold there are taken"):
        third.take("hmc1")
    third.take("hmc2")
    first.release()
    third.take("hmc1")
    second.release()
    third.release()
    assert list(folder.path.iterdir()) == []


def test_a_session_is_waited_for(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path, leases="{wait: 20 s}")
    first, second = (ConsoleSessions(lab, folder=folder) for _ in range(2))
    first.take("hmc1")
    first.take("hmc1")
    said: list[str] = []
    timer = threading.Timer(0.4, first.release)
    timer.start()
    second.take("hmc1", tell=said.append)
    timer.join()
    assert said == [
        "hmc1: all 2 sessions that runs on this computer may hold there are taken. Waiting for one, 20 s at most."
    ]


def test_what_others_rely_on_is_not_theirs_alone(tmp_path: Path, folder: LockFolder) -> None:
    """Two moves across the same consoles: whoever ends first must not take the keys away."""
    lab = lab_of(tmp_path)
    first, second = Leases(lab, folder=folder), Leases(lab, folder=folder)
    first.take(["two"])
    second.take(["three"])
    assert not first.only_user_of(("hmc2", "hmc1"))
    assert not first.only_user_of(["green"])
    assert first.only_user_of(["red"])
    first.release()
    assert second.only_user_of(("hmc1", "hmc2"))
    with pytest.raises(LeaseRefused, match="the trust between hmc1 and hmc2"):
        first.take(["two"])
    second.release()
    first.take(["two"])


def test_a_move_within_one_console_relies_on_no_trust(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path)
    first, second = Leases(lab, folder=folder), Leases(lab, folder=folder)
    first.take(["one"])
    second.take(["three"])
    assert second.only_user_of(("hmc1", "hmc2"))


def test_a_partition_that_may_go_anywhere_relies_on_all_trust(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path)
    first, second = Leases(lab, folder=folder), Leases(lab, folder=folder)
    first.take(["web"])
    second.take(["three"])
    assert not second.only_user_of(("hmc1", "hmc2"))


def test_a_repair_that_others_rely_on_is_left_to_them(tmp_path: Path, folder: LockFolder) -> None:
    lab = lab_of(tmp_path)
    first, second = Leases(lab, folder=folder), Leases(lab, folder=folder)
    first.take(["two"])
    second.take(["three"])
    undone: list[str] = []
    repair = Repair(what="hmc1 got a key", subject="hmc1", worked=True, put_back=False)
    with LabSession(lab) as session:
        session.only_user_of = first.only_user_of
        session.put_back_later(repair, "key", lambda _: undone.append("key"), shared=("hmc1", "hmc2"))
        session.put_back_later(repair, "port", lambda _: undone.append("port"))
        assert [(item.what, item.left, item.error) for item in session.put_back()] == [
            ("port", False, None),
            ("key", True, None),
        ]
    assert undone == ["port"]


def test_two_entries_for_one_partition_are_not_in_each_others_way(tmp_path: Path, folder: LockFolder) -> None:
    """On each server of an evacuation it goes by one name, whichever entry of the lab file is meant."""
    file = tmp_path / "lab.yaml"
    file.write_text(
        LAB.format(hmc1="hmc1", blue="blue", db="db", port="22", leases="refuse").replace(
            "  app: {host: 192.0.2.22, agent: true}", "  app: {host: 192.0.2.22, agent: true, partition: DB}"
        )
    )
    leases = Leases(load_lab(file), folder=folder)
    leases.take(["all"])
    assert len(leases.held) == 5
    leases.release()
