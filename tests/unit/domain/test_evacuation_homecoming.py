"""The way home of an evacuated partition, where the options of the lab file have a word in it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from powervm.console import PartitionProcessors
from powervm.evacuation import homecoming
from powervm.evacuation.moving import Departure
from powervm.lab import Move, load_lab
from powervm.outcome import Place
from powervm.plan import plan_move
from powervm.session import LabSession
from powervm.settings import NameOrId

LAB = """\
simulated: {ready_file: ready.json}
consoles: {hmc1: }
servers: {a: {console: hmc1}, b: {console: hmc1}}
partitions: {lp1: }
"""


@pytest.mark.parametrize(
    ("options", "pool"),
    [
        ("--mpio 2", NameOrId(number=1)),
        ("-i shared_proc_pool_name=P", None),
        ("-f data.txt", None),
    ],
)
def test_options_that_say_the_pool_too_keep_nobody_away(options: str, pool: NameOrId | None, tmp_path: Path) -> None:
    file = tmp_path / "lab.yaml"
    file.write_text(LAB)
    lab = load_lab(file)
    console = SimpleNamespace(
        partition=lambda system, name: None,
        partition_processors=lambda system, name: PartitionProcessors(units=None, pool_id=0, pool_name="DefaultPool"),
    )
    away = plan_move(lab, Move(name="night-lp1", partition="lp1", source="a", target="b", options=options))
    departure = Departure(away, None, 1, "P")
    there = Place(server="b", console="hmc1", present=True, state="Running")
    session = cast(LabSession, SimpleNamespace(lab=lab, console=lambda name: console))
    home = homecoming._way_home(session, departure, there)
    assert (home.source.server, home.target.server, home.request.options) == ("b", "a", options)
    assert home.request.settings.processor_pool == pool
