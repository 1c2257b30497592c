"""What a refused lease means for the lab in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobility_keywords import device_keywords
from mobility_keywords.desk import Desk
from mobility_keywords.device_keywords import DeviceKeywords
from mobility_keywords.holdings import Holdings
from powervm.errors import MobilityError
from powervm.lab import Lab, load_lab
from powervm.leases import FOLDER_VARIABLE, LeaseRefused, Leases
from powervm.session import LabSession

LAB = """\
consoles:
  hmc1: {host: 192.0.2.10, agent: true}
servers:
  blue: {console: hmc1}
  red: {console: hmc1}
partitions:
  db: {host: 192.0.2.20, agent: true}
  web: {host: 192.0.2.21, agent: true}
moves:
  one: {partition: db, from: blue, to: red, network: {interface: env6, peer: 192.0.2.77, address: 192.0.2.78/24}}
  two: {partition: web, from: blue, to: red}
leases: refuse
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "locks"))
    file = tmp_path / "lab.yaml"
    file.write_text(LAB)
    return load_lab(file)


def desk_of(lab: Lab) -> Desk:
    desk = Desk()
    desk._session = LabSession(lab)
    desk._holdings = Holdings(lab)
    return desk


def test_who_gets_nothing_has_no_lab(lab: Lab) -> None:
    other, desk = Leases(lab), desk_of(lab)
    other.take(["two"])
    with pytest.raises(LeaseRefused):
        desk.lease(["two"], servers="shared", wait=None)
    assert not desk.in_use
    other.release()


@pytest.mark.parametrize("name", ["two", "twoo"])
def test_who_has_something_keeps_it_and_can_bring_it_home(lab: Lab, name: str) -> None:
    other, desk = Leases(lab), desk_of(lab)
    other.take(["two"])
    desk.lease(["one"], servers="shared", wait=None)
    with pytest.raises(MobilityError):
        desk.lease([name], servers="shared", wait=None)
    assert desk.in_use
    with pytest.raises(LeaseRefused):
        Leases(lab).take(["one"])
    desk.close()
    Leases(lab).take(["one"])
    other.release()


def test_no_address_is_set_in_a_partition_of_somebody_else(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[str] = []
    monkeypatch.setattr(device_keywords, "set_up", lambda session, name, network: touched.append(name))
    other, desk = Leases(lab), desk_of(lab)
    other.take(["one"])
    with pytest.raises(LeaseRefused):
        DeviceKeywords(desk).set_up_network("one")
    assert touched == []
    other.release()
    DeviceKeywords(desk).set_up_network("one")
    assert touched == ["db"]
    desk.close()
