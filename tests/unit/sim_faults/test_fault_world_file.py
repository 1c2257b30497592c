"""Rules of a world file: what is wrong is told with the line and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from powervm_sim.world.reading import WorldFileError, read_world

SHIPPED = Path(__file__).parents[3] / "variables" / "worlds" / "two-consoles.yaml"


def read(tmp_path: Path, *rules: str):
    file = tmp_path / "world.yaml"
    lines = "".join(f"  - {rule}\n" for rule in rules)
    file.write_text(f"faults:\n{lines}{SHIPPED.read_text(encoding='utf-8')}", encoding="utf-8")
    return read_world(file)


def test_rules_are_read_with_their_own_types(tmp_path):
    world = read(tmp_path, "{kind: rmc-down, endpoint: lp1, duration: 5}", "{kind: pool-changed, pool: 3}")
    assert [type(rule).__name__ for rule in world.faults] == ["RmcDown", "PoolChanged"]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("{kind: rmc-dwn, endpoint: lp1}", "faults.1: no kind of fault is called rmc-dwn; did you mean rmc-down?"),
        (
            "{kind: rmc-down, endpont: lp1}",
            "faults.1: rmc-down needs the key endpoint; rmc-down has no key end",
        ),
        (
            "{kind: rmc-down, endpoint: lp11}",
            "faults.1.endpoint: no Virtual I/O Server or partition is called lp1",
        ),
        (
            "{kind: rmc-down, endpoint: hmc1}",
            "faults.1.endpoint: hmc1 is a console; rmc-down is for a Virt",
        ),
        ("{kind: rmc-down, endpoint: lp1, id: twice}", "faults.1.id: the id twice is taken by another rule"),
        ("rmc-down", "faults.1: expected keys and values, such as kind: endpoint-down"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, rule: str, problem: str):
    with pytest.raises(WorldFileError) as caught:
        read(tmp_path, "{kind: rmc-down, endpoint: lp2, id: twice}", rule)
    (text,) = caught.value.problems
    assert text.startswith(f"{tmp_path / 'world.yaml'}:3: {problem}")
