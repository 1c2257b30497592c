"""What evacuations lease, and who is looked for when the lab file names nobody."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mobility_keywords import evacuation_keywords
from mobility_keywords.desk import Desk
from mobility_keywords.evacuation_keywords import EvacuationFailed, EvacuationKeywords
from mobility_keywords.holdings import Holdings
from powervm.errors import MobilityError
from powervm.evacuation import Departure
from powervm.lab import load_lab
from powervm.leases import FOLDER_VARIABLE, LeaseRefused, Leases
from powervm.outcome import Place
from powervm.session import LabSession

LAB = """\
consoles:
  hmc1: {host: 192.0.2.10, agent: true}
servers:
  blue: {console: hmc1}
  red: {console: hmc1}
partitions:
  db: {host: 192.0.2.20, agent: true}
moves:
  one: {partition: db, from: blue, to: red}
evacuations:
  night: {from: blue, to: red}
leases: refuse
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "locks"))
    file = tmp_path / "lab.yaml"
    file.write_text(LAB)
    desk = Desk()
    desk._session = LabSession(load_lab(file))
    desk._holdings = Holdings(desk.lab)
    return desk


def test_nothing_is_mended_in_a_partition_of_somebody_else(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def touched(*_: Any, **__: Any) -> None:
        raise MobilityError("The partition was touched.")

    monkeypatch.setattr(evacuation_keywords, "check_evacuation", touched)
    other = Leases(desk.lab)
    other.take(["one"])
    with pytest.raises(LeaseRefused):
        EvacuationKeywords(desk).check_evacuation("night")
    other.release()
    with pytest.raises(MobilityError, match="touched"):
        EvacuationKeywords(desk).check_evacuation("night")
    with pytest.raises(LeaseRefused):
        other.take(["one"])
    desk.close()


def test_who_came_home_is_still_looked_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def astray(session: LabSession, partition: str) -> Place:
        del session, partition
        return Place(server="red", console="hmc1", present=True, state="Running")

    monkeypatch.setattr(evacuation_keywords, "find_partition", astray)
    departure = cast(Departure, SimpleNamespace(plan=SimpleNamespace(move=SimpleNamespace(partition="db"))))
    desk.departures.leave("night", departure)
    del desk.departures.of("night")["db"]
    with pytest.raises(EvacuationFailed, match="db should be on blue, and it is on red"):
        EvacuationKeywords(desk).evacuated_partitions_should_be_at_home("night")
    desk.close()
