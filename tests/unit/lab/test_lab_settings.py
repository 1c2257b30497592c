"""Settings and evacuations in lab files: read, and refused with line, key and cure."""

from __future__ import annotations

import pytest

from powervm.lab import LabFileError, load_lab
from powervm.settings import MigrationSettings, Mover, Multipath, NameOrId, RedundantMovers

BASE = """\
simulated: {ready_file: ready.json}
consoles: {hmc1: }
servers: {a: {console: hmc1}, b: {console: hmc1}}
partitions: {lp1: , lp2: }
"""


def moved(settings: str, more: str = "") -> str:
    return f"{BASE}moves:\n  local: {{partition: lp1, from: a, to: b{more}, settings: {settings}}}\n"


def evacuated(entry: str) -> str:
    return f"{BASE}evacuations:\n  night: {entry}\n"


def test_settings_have_the_words_of_keywords(write):
    text = "{multipath: override, processor_pool: 1, source_mover: v1, target_mover: 10.1.0.0/16, wait: 2 min}"
    lab = load_lab(write(moved(text)))
    assert lab.move("local").settings == MigrationSettings(
        multipath=Multipath.OVERRIDE,
        processor_pool=NameOrId(number=1),
        source_mover=Mover("v1"),
        target_mover=Mover(subnet="10.1.0.0/16"),
        wait=120.0,
    )
    assert lab.move("local").back().settings.source_mover == Mover(subnet="10.1.0.0/16")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (moved("{multipath: sometimes}"), "local.settings.multipath: expected 'keep' or 'override', got 'sometimes'."),
        (moved("{multipat: keep}"), "local.settings.multipat: this key is not known. Did you mean 'multipath'?"),
        (moved("{source_mover: v1/1}"), "settings.source_mover: 'v1/1' says the name and the id. Keep one of them"),
        (moved("{source_mover: [v1]}"), "settings.source_mover: expected a text or a number."),
        (moved("{detail: 6}"), "settings.detail: expected at most 5, got '6'."),
        (moved("{redundant_movers: must, source_mover: v1}"), "local: One pair of movers is named (source_mover=v1)"),
        (
            moved("{affinity_check: true}", ", kind: inactive"),
            "local: The setting affinity_check (yes) holds for active",
        ),
        (moved("{vnics: all}", ", options: --vniccfg 2"), "local: The setting vnics (all) and the options text"),
        (moved("{profile: x}", ", profile: y"), "local: profile (y) and settings.profile are both given."),
        (evacuated("{from: a, to: a}"), "night.to: source and target are both 'a'."),
        (evacuated("{from: a, to: c}"), "night.to: no server is called 'c'."),
        (evacuated("{from: a, to: b, partitions: [lp3]}"), "night.partitions: no partition is called 'lp3'."),
        (evacuated("{from: a, to: b, partitions: [lp1, lp1]}"), "night: partitions names lp1 more than once."),
        (
            moved("{}", ", options: -t c"),
            "local: The migrlpar options '-t c' contain -t. The move of the lab file says",
        ),
        (evacuated("{from: a, to: b, partitions: []}"), "night.partitions: this is empty."),
        (
            evacuated("{from: a, to: b, partitions: [lp1], stays: [lp2]}"),
            "night.stays: no partition is called 'lp2' there.",
        ),
        (
            evacuated("{from: a, to: b}") + "moves:\n  night: {partition: lp1, from: a, to: b}\n",
            "evacuations.night: 'night' is also a move. Give the evacuation a name of its own.",
        ),
        (f"{BASE}evacuations: {{lp1: {{from: a, to: b}}}}\n", "evacuations.lp1: 'lp1' is also a partition."),
        (evacuated("{from: a, to: b, settings: {target_id: 5}}"), "night: settings.target_id is 5, and several"),
    ],
)
def test_what_is_wrong_is_said(text, expected, write):
    with pytest.raises(LabFileError) as caught:
        load_lab(write(text))
    assert expected in str(caught.value)


def test_an_evacuation(write):
    text = "{from: a, to: b, partitions: [lp2, lp1], stays: [lp1], settings: {redundant_movers: if available}}"
    lab = load_lab(write(evacuated(text)))
    night = lab.evacuation("night")
    assert (night.source, night.target, night.partitions, night.stays) == ("a", "b", ("lp2", "lp1"), ("lp1",))
    assert night.settings.redundant_movers is RedundantMovers.IF_AVAILABLE
    assert load_lab(write(evacuated("{from: a, to: b}"))).evacuation("night").partitions is None


def test_an_evacuation_across_two_consoles_needs_routes(write):
    text = (
        evacuated("{from: a, to: b}")
        .replace("{hmc1: }", "{hmc1: , hmc2: }")
        .replace("b: {console: hmc1", "b: {console: hmc2")
    )
    with pytest.raises(LabFileError, match="the evacuation 'night' goes there and back between hmc1 and hmc2"):
        load_lab(write(text))


def test_an_optest_file_evacuates_its_one_partition(optest, write):
    night = load_lab(write(optest + "options=--mpio 2\n", "lab.conf", 0o600)).evacuation("evacuation")
    assert (night.source, night.target, night.partitions, night.options) == ("blue", "green", ("web1",), "--mpio 2")
